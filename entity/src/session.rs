//! A person signed in on one browser. Only the hash of the key is stored. Personal data: user agent. Removed by
//! retention.

use crate::Instant;
use crate::ids::{PersonId, SessionId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    #[sea_orm(column_type = "String(StringLen::N(64))", unique)]
    pub key_hash: String,
    pub person_id: PersonId,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub user_agent: Option<String>,
    pub created_at: Instant,
    pub last_seen_at: Instant,
    pub expires_at: Instant,
    pub ended_at: Option<Instant>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
