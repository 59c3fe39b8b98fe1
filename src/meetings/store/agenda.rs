//! Rows of the points of an agenda.

use super::Result;
use crate::meetings::model::{AgendaItem, Slot};
use chrono::{DateTime, Utc};
use entity::agenda_item as item;
use entity::ids::{AgendaItemId, MeetingId, TableId};
use entity::kinds::MeetingState;
use entity::meeting;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, Order, QueryFilter, QueryOrder,
};

impl From<item::Model> for AgendaItem {
    fn from(row: item::Model) -> Self {
        Self {
            id: row.id,
            position: row.position,
            kind: row.kind,
            title: row.title,
            release_id: row.release_id,
            minutes: row.minutes,
        }
    }
}

/// Returns the agenda in its order.
pub async fn agenda(db: &impl ConnectionTrait, id: MeetingId) -> Result<Vec<AgendaItem>> {
    let rows = item::Entity::find()
        .filter(item::Column::MeetingId.eq(id))
        .order_by(item::Column::Position, Order::Asc)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(AgendaItem::from).collect())
}

/// Adds points at the places that they name.
pub async fn insert_items(
    txn: &impl ConnectionTrait,
    meeting: MeetingId,
    new: &[AgendaItem],
    at: DateTime<Utc>,
) -> Result<()> {
    let row = |new: &AgendaItem| item::ActiveModel {
        id: Set(new.id),
        meeting_id: Set(meeting),
        position: Set(new.position),
        kind: Set(new.kind),
        title: Set(new.title.clone()),
        release_id: Set(new.release_id),
        minutes: Set(new.minutes),
        created_at: Set(at.into()),
    };
    item::Entity::insert_many(new.iter().map(row)).exec_without_returning(txn).await?;
    Ok(())
}

/// Saves the content of a point; its place stays.
pub async fn save_item(txn: &impl ConnectionTrait, changed: &AgendaItem) -> Result<()> {
    let row = item::ActiveModel {
        kind: Set(changed.kind),
        title: Set(changed.title.clone()),
        release_id: Set(changed.release_id),
        minutes: Set(changed.minutes),
        ..Default::default()
    };
    item::Entity::update_many().set(row).filter(item::Column::Id.eq(changed.id)).exec(txn).await?;
    Ok(())
}

/// Gives the points of an agenda the places 1 to n in this order.
///
/// Two points never have the same place, not even between two statements. So those that move first go to negative
/// places.
pub async fn place_items(txn: &impl ConnectionTrait, present: &[AgendaItem], order: &[AgendaItemId]) -> Result<()> {
    let placed: Vec<(AgendaItemId, i32)> = order.iter().copied().zip(1..).collect();
    let has_moved =
        |(id, place): &&(AgendaItemId, i32)| present.iter().any(|one| one.id == *id && one.position != *place);
    let moved: Vec<(AgendaItemId, i32)> = placed.iter().filter(has_moved).copied().collect();
    if moved.is_empty() {
        return Ok(());
    }
    item::Entity::update_many()
        .col_expr(item::Column::Position, Expr::val(0).sub(Expr::col(item::Column::Position)))
        .filter(item::Column::Id.is_in(moved.iter().map(|(id, _)| *id)))
        .exec(txn)
        .await?;
    for (id, place) in moved {
        item::Entity::update_many()
            .col_expr(item::Column::Position, Expr::value(place))
            .filter(item::Column::Id.eq(id))
            .exec(txn)
            .await?;
    }
    Ok(())
}

/// Deletes an item of a draft's agenda, which has not been published.
pub async fn delete_item(txn: &impl ConnectionTrait, item: AgendaItemId) -> Result<()> {
    item::Entity::delete_by_id(item).exec(txn).await?;
    Ok(())
}

/// Finds the meeting of a table that was held last before a slot.
pub async fn held_before(db: &impl ConnectionTrait, table: TableId, slot: Slot) -> Result<Option<meeting::Model>> {
    let is_before = Condition::any()
        .add(meeting::Column::Day.lt(slot.day))
        .add(Condition::all().add(meeting::Column::Day.eq(slot.day)).add(meeting::Column::Starts.lt(slot.starts)));
    let row = meeting::Entity::find()
        .filter(meeting::Column::TableId.eq(table))
        .filter(meeting::Column::State.is_in([MeetingState::Held, MeetingState::Closed]))
        .filter(is_before)
        .order_by(meeting::Column::Day, Order::Desc)
        .order_by(meeting::Column::Starts, Order::Desc)
        .order_by(meeting::Column::Id, Order::Desc)
        .one(db)
        .await?;
    Ok(row)
}
