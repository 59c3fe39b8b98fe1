//! Something a person can be designated to: the referent of an observatory, the secretariat... Created with the
//! network, never deleted. Its version is the lock under which designations to it are written.

use crate::Instant;
use crate::ids::{BodyId, ObservatoryId, SeatId};
use crate::kinds::SeatKind;
use crate::{body, observatory};
use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, JoinType, QuerySelect, RelationDef, Select};

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

/// A seat with the names people know it by, as lines of several tables show it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Named {
    pub seat_id: SeatId,
    pub seat_code: String,
    pub seat_kind: SeatKind,
    pub body_id: BodyId,
    pub body_code: String,
    pub body_name: String,
    pub observatory_id: Option<ObservatoryId>,
    pub observatory_code: Option<String>,
    pub observatory_name: Option<String>,
    /// The calendar of working days that applies to its holder.
    pub territory: String,
}

/// Adds what a [`Named`] reads, and the tables it stands in; the seat's own is there already.
pub fn with_names<E: EntityTrait>(query: Select<E>) -> Select<E> {
    let to_body: RelationDef = Entity::belongs_to(body::Entity).from(Column::BodyId).to(body::Column::Id).into();
    let to_observatory: RelationDef =
        Entity::belongs_to(observatory::Entity).from(Column::ObservatoryId).to(observatory::Column::Id).into();
    query
        .column_as(Column::Id, "seat_id")
        .column_as(Column::Code, "seat_code")
        .column_as(Column::Kind, "seat_kind")
        .columns([Column::BodyId, Column::ObservatoryId])
        .column_as(body::Column::Code, "body_code")
        .column_as(body::Column::Name, "body_name")
        .column(body::Column::Territory)
        .column_as(observatory::Column::Code, "observatory_code")
        .column_as(observatory::Column::Name, "observatory_name")
        .join(JoinType::InnerJoin, to_body)
        .join(JoinType::LeftJoin, to_observatory)
}
