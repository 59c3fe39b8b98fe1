//! Office contact data of a person who holds or held a seat. Personal data: names, email, phone. Kept as long as a
//! designation refers to it.

use crate::Instant;
use crate::ids::PersonId;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PersonId,
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub given_name: String,
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub family_name: String,
    #[sea_orm(column_type = "String(StringLen::N(254))", unique)]
    pub email: String,
    #[sea_orm(column_type = "String(StringLen::N(40))")]
    pub phone: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(2))")]
    pub language: String,
    pub bounced_at: Option<Instant>,
    #[sea_orm(column_type = "String(StringLen::N(500))")]
    pub bounce_note: Option<String>,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
