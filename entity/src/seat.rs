//! A function to which a person can be designated: the referent of an observatory, the secretariat... Created with the
//! network, never deleted.

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

/// A seat with the names by which people know it, for lists.
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
    /// Territory whose working days apply to the holder.
    pub territory: String,
}

/// Adds the columns of a [`Named`], and the tables they come from, to a query that already contains the seat.
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
