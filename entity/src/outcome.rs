//! An outcome of a point of the agenda: an information, a decision, a task... Append-only. Free text may name people.

use crate::Instant;
use crate::ids::{AgendaItemId, MeetingId, OutcomeId, PersonId, ReleaseId, TaskId};
use crate::kinds::OutcomeKind;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outcome")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OutcomeId,
    pub meeting_id: MeetingId,
    pub agenda_item_id: Option<AgendaItemId>,
    pub position: i32,
    pub kind: OutcomeKind,
    #[sea_orm(column_type = "String(StringLen::N(4000))")]
    pub text: String,
    pub release_id: Option<ReleaseId>,
    pub task_id: Option<TaskId>,
    pub quorum_parties: Option<i32>,
    pub quorum_there: Option<i32>,
    pub created_at: Instant,
    pub created_by: Option<PersonId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
