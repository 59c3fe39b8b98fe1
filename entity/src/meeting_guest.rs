//! A partner whom the secretariat invites to one meeting, by the seat they hold. Deleted when the invitation is taken back:
//! what the person was told stays in `invitation`.

use crate::Instant;
use crate::ids::{MeetingId, PersonId, SeatId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "meeting_guest")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub meeting_id: MeetingId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seat_id: SeatId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    pub invited_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
