//! The page on the portal where a deliverable appears: declared, seen, verified. No personal data.

use crate::Instant;
use crate::ids::{DeliverableId, PersonId, PublicationId};
use crate::kinds::PublicationState;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "publication")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PublicationId,
    #[sea_orm(unique)]
    pub deliverable_id: DeliverableId,
    pub state: PublicationState,
    #[sea_orm(column_type = "String(StringLen::N(2000))")]
    pub address: Option<String>,
    pub declared_at: Option<Instant>,
    pub declared_by: Option<PersonId>,
    pub first_seen_at: Option<Instant>,
    pub verified_at: Option<Instant>,
    pub last_checked_at: Option<Instant>,
    /// Instant of the next check; `None` if there will be none.
    pub next_look_at: Option<Instant>,
    pub failed_looks: i32,
    #[sea_orm(column_type = "String(StringLen::N(500))")]
    pub failure: Option<String>,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
