//! The identity of a designation: one person in one seat. Its facts are in its records. Never deleted.

use crate::Instant;
use crate::ids::{DesignationId, PersonId, SeatId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "designation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DesignationId,
    pub seat_id: SeatId,
    pub person_id: PersonId,
    pub handed_over_at: Option<Instant>,
    pub version: i32,
    pub created_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
