//! Rows of adopted editions: the only file of the slice that queries the database.

use super::compare::{Edition, EditionDecision, Entry};
use crate::db::StoreError;
use crate::releases::model::When;
use chrono::NaiveDate;
use entity::ids::{EditionId, MeetingId, OutcomeId};
use entity::{agenda_edition as edition, agenda_edition_entry as row, meeting, outcome};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
};

type Result<T> = std::result::Result<T, StoreError>;

/// Lists the editions before a number, the latest first.
pub async fn editions(db: &impl ConnectionTrait, before: Option<i32>, limit: u64) -> Result<Vec<Edition>> {
    let mut query = edition::Entity::find();
    if let Some(number) = before {
        query = query.filter(edition::Column::Number.lt(number));
    }
    let rows = query.order_by_desc(edition::Column::Number).limit(limit).all(db).await?;
    with_decisions(db, rows).await
}

/// Finds an edition by its number.
pub async fn edition(db: &impl ConnectionTrait, number: i32) -> Result<Option<Edition>> {
    let found = edition::Entity::find().filter(edition::Column::Number.eq(number)).one(db).await?;
    Ok(with_decisions(db, found.into_iter().collect()).await?.pop())
}

/// Adds the decisions by which editions were adopted, with the days of their meetings.
async fn with_decisions(db: &impl ConnectionTrait, rows: Vec<edition::Model>) -> Result<Vec<Edition>> {
    let ids: Vec<OutcomeId> = rows.iter().filter_map(|row| row.outcome_id).collect();
    let to_meeting =
        outcome::Entity::belongs_to(meeting::Entity).from(outcome::Column::MeetingId).to(meeting::Column::Id);
    let decisions: Vec<(OutcomeId, MeetingId, NaiveDate)> = outcome::Entity::find()
        .select_only()
        .columns([outcome::Column::Id, outcome::Column::MeetingId])
        .column(meeting::Column::Day)
        .join(JoinType::InnerJoin, to_meeting.into())
        .filter(outcome::Column::Id.is_in(ids))
        .into_tuple()
        .all(db)
        .await?;
    let decided = |id| {
        let found = decisions.iter().find(|(outcome, ..)| Some(*outcome) == id);
        found.map(|(outcome, meeting, day)| EditionDecision { outcome: *outcome, meeting: *meeting, day: *day })
    };
    Ok(rows.into_iter().map(|row| Edition { decided: decided(row.outcome_id), ..row.into() }).collect())
}

/// Lists the entries of an edition by day.
pub async fn entries(db: &impl ConnectionTrait, id: EditionId) -> Result<Vec<Entry>> {
    let rows = row::Entity::find()
        .filter(row::Column::EditionId.eq(id))
        .order_by_asc(row::Column::Day)
        .order_by_asc(row::Column::ReleaseId)
        .all(db)
        .await?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// Inserts an edition with its entries.
pub async fn insert(db: &impl ConnectionTrait, new: &Edition, entries: &[Entry]) -> Result<()> {
    let head = edition::ActiveModel {
        id: Set(new.id),
        number: Set(new.number),
        title: Set(new.title.clone()),
        first_day: Set(new.days.0),
        last_day: Set(new.days.1),
        adopted_at: Set(new.adopted_at.into()),
        adopted_by: Set(new.adopted_by),
        outcome_id: Set(new.decided.map(|decided| decided.outcome)),
    };
    edition::Entity::insert(head).exec_without_returning(db).await?;
    let rows = entries.iter().map(|entry| row::ActiveModel {
        edition_id: Set(new.id),
        release_id: Set(entry.release),
        product_name_it: Set(entry.product_name_it.clone()),
        product_name_en: Set(entry.product_name_en.clone()),
        observatory_name: Set(entry.observatory_name.clone()),
        period_label: Set(entry.period.to_string()),
        state: Set(entry.state),
        precision: Set(entry.when.precision()),
        day: Set(entry.when.first_day()),
        hour: Set(entry.when.hour()),
    });
    // A statement takes at most some tens of thousands of values on either engine.
    let rows: Vec<row::ActiveModel> = rows.collect();
    for some in rows.chunks(1000) {
        row::Entity::insert_many(some.to_vec()).exec_without_returning(db).await?;
    }
    Ok(())
}

impl From<edition::Model> for Edition {
    fn from(row: edition::Model) -> Self {
        let days: (NaiveDate, NaiveDate) = (row.first_day, row.last_day);
        Self {
            id: row.id,
            number: row.number,
            title: row.title,
            days,
            adopted_at: row.adopted_at.0,
            adopted_by: row.adopted_by,
            decided: None,
        }
    }
}

impl TryFrom<row::Model> for Entry {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self> {
        let impossible = |what: &str| StoreError::inconsistent("agenda_edition_entry", row.release_id, what);
        Ok(Self {
            release: row.release_id,
            period: row.period_label.parse().map_err(|_| impossible("an unreadable period"))?,
            state: row.state,
            when: When::of(row.precision, row.day, row.hour)
                .map_err(|_| impossible("an hour and a precision that disagree"))?,
            product_name_it: row.product_name_it,
            product_name_en: row.product_name_en,
            observatory_name: row.observatory_name,
        })
    }
}
