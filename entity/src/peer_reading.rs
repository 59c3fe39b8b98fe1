//! The reading of a contribution by a neighbouring observatory. Never deleted. Free text may name people.

use crate::Instant;
use crate::ids::{DeliverableId, ObservatoryId, PeerReadingId, PersonId};
use crate::kinds::ReadingState;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "peer_reading")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PeerReadingId,
    pub deliverable_id: DeliverableId,
    /// The observatory that reads.
    pub observatory_id: ObservatoryId,
    pub state: ReadingState,
    /// Day by which it is delivered.
    pub due_day: Date,
    /// Points to look at.
    #[sea_orm(column_type = "String(StringLen::N(1000))")]
    pub note: Option<String>,
    pub asked_at: Instant,
    pub asked_by: Option<PersonId>,
    /// Instant at which it was accepted or refused.
    pub answered_at: Option<Instant>,
    pub answered_by: Option<PersonId>,
    /// Instant at which it was delivered or withdrawn.
    pub ended_at: Option<Instant>,
    pub ended_by: Option<PersonId>,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
