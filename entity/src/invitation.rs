//! The latest invitation of a person to a meeting, kept so that an update reaches exactly those who have the older one.

use crate::Instant;
use crate::ids::{DesignationId, InvitationId, MeetingId, PersonId};
use crate::kinds::CalendarMethod;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InvitationId,
    pub meeting_id: MeetingId,
    pub person_id: PersonId,
    pub designation_id: DesignationId,
    pub sequence: i32,
    pub method: CalendarMethod,
    pub told_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
