//! Days on which the holder of a seat cannot work. Never deleted, but may be withdrawn.

use crate::Instant;
use crate::ids::{DesignationId, PersonId, UnavailabilityId};
use crate::kinds::UnavailabilityMode;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unavailability")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UnavailabilityId,
    pub designation_id: DesignationId,
    pub from_day: Date,
    pub to_day: Date,
    pub mode: UnavailabilityMode,
    #[sea_orm(column_type = "String(StringLen::N(500))")]
    pub note: Option<String>,
    pub withdrawn_at: Option<Instant>,
    pub recorded_at: Instant,
    pub recorded_by: Option<PersonId>,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
