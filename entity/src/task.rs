//! A task of a seat, due by a day. It belongs to the seat, never to a person. Never deleted.

use crate::Instant;
use crate::ids::{DeliverableId, GivingId, OutcomeId, ProductStepId, ReleaseId, SeatId, TaskId};
use crate::kinds::{TaskOrigin, TaskState};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TaskId,
    pub seat_id: SeatId,
    pub release_id: Option<ReleaseId>,
    pub deliverable_id: Option<DeliverableId>,
    pub step_id: Option<ProductStepId>,
    pub outcome_id: Option<OutcomeId>,
    pub origin: TaskOrigin,
    #[sea_orm(column_type = "String(StringLen::N(300))")]
    pub title_it: String,
    #[sea_orm(column_type = "String(StringLen::N(300))")]
    pub title_en: String,
    pub due_day: Date,
    pub hand_set_day: Option<Date>,
    /// Copy of the day set by hand on the deliverable that the task hands in.
    pub followed_day: Option<Date>,
    pub estimated_minutes: i32,
    pub state: TaskState,
    pub resume_state: Option<TaskState>,
    #[sea_orm(column_type = "String(StringLen::N(1000))")]
    pub reason: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(1000))")]
    pub note: Option<String>,
    /// Description by the secretariat, which gave it.
    #[sea_orm(column_type = "String(StringLen::N(4000))")]
    pub text: Option<String>,
    /// Name of the mail that tells of it, together with others.
    pub told_with: Option<GivingId>,
    pub done_at: Option<Instant>,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
