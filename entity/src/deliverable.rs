//! The contribution of one observatory to one release. Never deleted. No personal data.

use crate::Instant;
use crate::ids::{DeliverableId, ObservatoryId, ReleaseId};
use crate::kinds::DeliverableState;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "deliverable")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeliverableId,
    pub release_id: ReleaseId,
    pub observatory_id: ObservatoryId,
    pub state: DeliverableState,
    pub resume_state: Option<DeliverableState>,
    #[sea_orm(column_type = "String(StringLen::N(1000))")]
    pub reason: Option<String>,
    pub due_day: Date,
    pub hand_set_day: Option<Date>,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
