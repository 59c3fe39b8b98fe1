//! The answer to a creating POST, kept so that a repetition gets the same answer. Removed by retention after a day.

use crate::Instant;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotent_request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false, column_type = "String(StringLen::N(80))")]
    pub caller: String,
    #[sea_orm(primary_key, auto_increment = false, column_type = "String(StringLen::N(255))")]
    pub key: String,
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub request_hash: String,
    pub status: i32,
    #[sea_orm(column_type = "String(StringLen::N(300))")]
    pub location: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(80))")]
    pub etag: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(200000))")]
    pub body: String,
    pub created_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
