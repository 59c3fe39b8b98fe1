//! Another day proposed for a contribution by its observatory, and the answer of the secretariat. At most one is open for
//! each contribution. Never deleted.

use crate::Instant;
use crate::ids::{DayProposalId, DeliverableId, PersonId};
use crate::kinds::DayProposalState;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "day_proposal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DayProposalId,
    pub deliverable_id: DeliverableId,
    pub state: DayProposalState,
    /// Due day of the contribution when the other day was proposed.
    pub former_day: Date,
    pub day: Date,
    #[sea_orm(column_type = "String(StringLen::N(1000))")]
    pub reason: String,
    pub proposed_at: Instant,
    pub proposed_by: Option<PersonId>,
    #[sea_orm(column_type = "String(StringLen::N(1000))")]
    pub answer: Option<String>,
    pub answered_at: Option<Instant>,
    pub answered_by: Option<PersonId>,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
