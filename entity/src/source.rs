//! An upstream calendar on which dates of releases depend. No personal data.

use crate::Instant;
use crate::ids::SourceId;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "source")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SourceId,
    #[sea_orm(column_type = "String(StringLen::N(60))", unique)]
    pub code: String,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name: String,
    /// Body that publishes the calendar.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub publisher: String,
    /// Address of the calendar.
    #[sea_orm(column_type = "String(StringLen::N(500))")]
    pub address: Option<String>,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
