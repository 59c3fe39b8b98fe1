//! Rows of the parties of working groups and of invited partners.

use super::Result;
use crate::db::save_row;
use crate::designations::view::Designation;
use crate::meetings::view::Table;
use chrono::{DateTime, Utc};
use entity::ids::{BodyId, MeetingId, PersonId, SeatId, TableId, TablePartyId};
use entity::{Instant, meeting_guest as guest, table_party as party, technical_table as table};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use std::collections::HashSet;

/// Returns the parties of a working group at an instant.
pub async fn parties_at(db: &impl ConnectionTrait, id: TableId, at: DateTime<Utc>) -> Result<HashSet<BodyId>> {
    let at = Instant::from(at);
    let still = Condition::any().add(party::Column::Until.is_null()).add(party::Column::Until.gt(at));
    let rows = party::Entity::find()
        .filter(party::Column::TableId.eq(id))
        .filter(party::Column::Since.lte(at))
        .filter(still)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.body_id).collect())
}

/// Adds parties to a working group from now on. `added` has an id for each row.
pub async fn add_parties(
    txn: &impl ConnectionTrait,
    id: TableId,
    added: impl IntoIterator<Item = (TablePartyId, BodyId)>,
    at: DateTime<Utc>,
) -> Result<()> {
    let row = |(row_id, body_id)| party::ActiveModel {
        id: Set(row_id),
        table_id: Set(id),
        body_id: Set(body_id),
        since: Set(at.into()),
        until: Set(None),
    };
    let rows: Vec<party::ActiveModel> = added.into_iter().map(row).collect();
    if !rows.is_empty() {
        party::Entity::insert_many(rows).exec_without_returning(txn).await?;
    }
    Ok(())
}

/// Ends the membership of parties in a working group.
pub async fn end_parties(
    txn: &impl ConnectionTrait,
    id: TableId,
    ended: impl IntoIterator<Item = BodyId>,
    at: DateTime<Utc>,
) -> Result<()> {
    party::Entity::update_many()
        .col_expr(party::Column::Until, Expr::value(Instant::from(at)))
        .filter(party::Column::TableId.eq(id))
        .filter(party::Column::BodyId.is_in(ended))
        .filter(party::Column::Until.is_null())
        .exec(txn)
        .await?;
    Ok(())
}

/// Increments the version of a table whose parties change, if its version is unchanged.
pub async fn touch_table(txn: &impl ConnectionTrait, read: &Table, at: DateTime<Utc>) -> Result<()> {
    let row = table::ActiveModel { updated_at: Set(at.into()), ..Default::default() };
    save_row(txn, row, (table::Column::Id, read.id), (table::Column::Version, read.version)).await
}

/// Returns the invited partners of a meeting, each by the seat of the invitation.
pub async fn guests(db: &impl ConnectionTrait, id: MeetingId) -> Result<HashSet<(SeatId, PersonId)>> {
    let rows = guest::Entity::find().filter(guest::Column::MeetingId.eq(id)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.seat_id, row.person_id)).collect())
}

/// Sets the invited partners of a meeting.
pub async fn replace_guests(
    txn: &impl ConnectionTrait,
    id: MeetingId,
    invited: &[&Designation],
    at: DateTime<Utc>,
) -> Result<()> {
    guest::Entity::delete_many().filter(guest::Column::MeetingId.eq(id)).exec(txn).await?;
    let mut rows = Vec::new();
    let mut seen = HashSet::new();
    for one in invited {
        if seen.insert((one.seat.id, one.holder.id)) {
            rows.push(guest::ActiveModel {
                meeting_id: Set(id),
                seat_id: Set(one.seat.id),
                person_id: Set(one.holder.id),
                invited_at: Set(at.into()),
            });
        }
    }
    if !rows.is_empty() {
        guest::Entity::insert_many(rows).exec_without_returning(txn).await?;
    }
    Ok(())
}
