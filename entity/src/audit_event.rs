//! One event of the audit trail, chained to the one before. Append-only; ids only, no names or addresses.

use crate::Instant;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub at: Instant,
    #[sea_orm(column_type = "String(StringLen::N(20))")]
    pub actor_kind: String,
    #[sea_orm(column_type = "String(StringLen::N(36))")]
    pub actor_id: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(36))")]
    pub on_behalf_of: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(20))")]
    pub channel: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(300))")]
    pub source: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(80))")]
    pub action: String,
    #[sea_orm(column_type = "String(StringLen::N(40))")]
    pub subject_kind: String,
    #[sea_orm(column_type = "String(StringLen::N(36))")]
    pub subject_id: String,
    #[sea_orm(column_type = "String(StringLen::N(8000))")]
    pub details: String,
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub request_id: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub previous_hash: String,
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub hash: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
