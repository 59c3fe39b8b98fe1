//! Something a person can be designated to: the referent of an observatory, the secretariat... Created with the
//! network, never deleted. Its version is the lock under which designations to it are written.

use crate::Instant;
use crate::ids::{BodyId, ObservatoryId, SeatId};
use crate::kinds::SeatKind;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "seat")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SeatId,
    #[sea_orm(column_type = "String(StringLen::N(120))", unique)]
    pub code: String,
    pub kind: SeatKind,
    pub body_id: BodyId,
    pub observatory_id: Option<ObservatoryId>,
    pub version: i32,
    pub created_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
