//! Days on which a holder cannot act.

use super::{Result, millis};
use crate::db::save_row;
use crate::designations::model::Unavailability;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DesignationId, PersonId, UnavailabilityId};
use entity::unavailability;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, Order, QueryFilter, QueryOrder,
};

impl From<unavailability::Model> for Unavailability {
    fn from(row: unavailability::Model) -> Self {
        Self {
            id: row.id,
            designation_id: row.designation_id,
            from: row.from_day,
            to: row.to_day,
            mode: row.mode,
            note: row.note,
            withdrawn_at: row.withdrawn_at.map(|at| at.0),
            version: row.version,
        }
    }
}

pub async fn insert_unavailability(
    db: &impl ConnectionTrait,
    new: &Unavailability,
    at: DateTime<Utc>,
    by: Option<PersonId>,
) -> Result<()> {
    let row = unavailability::ActiveModel {
        id: Set(new.id),
        designation_id: Set(new.designation_id),
        from_day: Set(new.from),
        to_day: Set(new.to),
        mode: Set(new.mode),
        note: Set(new.note.clone()),
        withdrawn_at: Set(None),
        recorded_at: Set(millis(at)),
        recorded_by: Set(by),
        version: Set(1),
    };
    unavailability::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Lists the absences that touch the period, without withdrawn ones.
pub async fn absences(db: &impl ConnectionTrait, from: NaiveDate, to: NaiveDate) -> Result<Vec<Unavailability>> {
    let all = unavailabilities(db, None, Some((from, to))).await?;
    Ok(all.into_iter().filter(|absence| absence.withdrawn_at.is_none()).collect())
}

pub async fn unavailability(db: &impl ConnectionTrait, id: UnavailabilityId) -> Result<Option<Unavailability>> {
    Ok(unavailability::Entity::find_by_id(id).one(db).await?.map(Unavailability::from))
}

/// Lists the absences of a designation, or of all designations for `None`, that touch the period. Withdrawn ones are
/// included, for the history.
pub async fn unavailabilities(
    db: &impl ConnectionTrait,
    of: Option<DesignationId>,
    span: Option<(NaiveDate, NaiveDate)>,
) -> Result<Vec<Unavailability>> {
    let touching = |(from, to): (NaiveDate, NaiveDate)| {
        unavailability::Column::FromDay.lte(to).and(unavailability::Column::ToDay.gte(from))
    };
    let rows = unavailability::Entity::find()
        .filter(
            Condition::all()
                .add_option(of.map(|id| unavailability::Column::DesignationId.eq(id)))
                .add_option(span.map(touching)),
        )
        .order_by(unavailability::Column::FromDay, Order::Asc)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Unavailability::from).collect())
}

pub async fn withdraw_unavailability(
    db: &impl ConnectionTrait,
    id: UnavailabilityId,
    version: i32,
    at: DateTime<Utc>,
) -> Result<()> {
    let row = unavailability::ActiveModel { withdrawn_at: Set(Some(millis(at))), ..Default::default() };
    save_row(db, row, (unavailability::Column::Id, id), (unavailability::Column::Version, version)).await
}
