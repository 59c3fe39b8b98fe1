//! The presence of one party at one meeting. Personal data: name of the delegate.

use crate::Instant;
use crate::ids::{AttendanceId, BodyId, MeetingId};
use crate::kinds::Presence;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attendance")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttendanceId,
    pub meeting_id: MeetingId,
    pub body_id: BodyId,
    pub presence: Presence,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub delegate: Option<String>,
    pub recorded_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
