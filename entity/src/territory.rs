//! A calendar of working days: the national holidays and the patron day of one place. Written by `raccordo load`. No
//! personal data.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "territory")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false, column_type = "String(StringLen::N(10))")]
    pub code: String,
    #[sea_orm(column_type = "String(StringLen::N(80))")]
    pub name: String,
    #[sea_orm(column_type = "String(StringLen::N(80))")]
    pub city: String,
    /// Codes of the territories that border on it, separated by blanks.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub neighbours: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
