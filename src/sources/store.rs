//! Rows of sources and their dates: the only file of the slice that queries the database.

use super::model::{Change, Dates, Details, Entry, Occurrence, Refusal, Source};
use crate::db::{StoreError, save_row};
use crate::error::Error;
use chrono::{DateTime, Utc};
use entity::ids::{SourceId, SourceOccurrenceId};
use entity::kinds::OccurrenceState;
use entity::{source, source_change as change, source_occurrence as occurrence};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
};

type Result<T> = std::result::Result<T, StoreError>;

/// Lists all sources by code.
pub async fn sources(db: &impl ConnectionTrait) -> Result<Vec<Source>> {
    let rows = source::Entity::find().order_by_asc(source::Column::Code).all(db).await?;
    Ok(rows.into_iter().map(Source::from).collect())
}

/// Finds a source by its code.
pub async fn source(db: &impl ConnectionTrait, code: &str) -> Result<Option<Source>> {
    let found = source::Entity::find().filter(source::Column::Code.eq(code)).one(db).await?;
    Ok(found.map(Source::from))
}

/// Inserts a source; refused if the code is another source's.
pub async fn insert(db: &impl ConnectionTrait, new: &Source, at: DateTime<Utc>) -> std::result::Result<(), Error> {
    let row = source::ActiveModel {
        id: Set(new.id),
        code: Set(new.code.clone()),
        created_at: Set(at.into()),
        ..row(new, at)
    };
    match source::Entity::insert(row).exec_without_returning(db).await.map_err(StoreError::from) {
        Ok(_) => Ok(()),
        Err(StoreError::Constraint(name)) if name == "uq_source_code" => Err(Refusal::CodeTaken.into()),
        Err(error) => Err(error.into()),
    }
}

/// Saves a changed source, if its version is unchanged.
pub async fn save(db: &impl ConnectionTrait, after: &Source, at: DateTime<Utc>) -> Result<()> {
    save_row(db, row(after, at), (source::Column::Id, after.id), (source::Column::Version, after.version)).await
}

fn row(source: &Source, at: DateTime<Utc>) -> source::ActiveModel {
    let details = source.details.clone();
    source::ActiveModel {
        id: NotSet,
        code: NotSet,
        name: Set(details.name),
        publisher: Set(details.publisher),
        address: Set(details.address),
        version: Set(source.version),
        created_at: NotSet,
        updated_at: Set(at.into()),
    }
}

/// Lists the dates of a source by day.
pub async fn occurrences(db: &impl ConnectionTrait, source: SourceId) -> Result<Vec<Occurrence>> {
    let rows = occurrence::Entity::find()
        .filter(occurrence::Column::SourceId.eq(source))
        .order_by_asc(occurrence::Column::Day)
        .order_by_asc(occurrence::Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Occurrence::from).collect())
}

/// Finds a date by its id.
pub async fn occurrence(db: &impl ConnectionTrait, id: SourceOccurrenceId) -> Result<Option<Occurrence>> {
    Ok(occurrence::Entity::find_by_id(id).one(db).await?.map(Occurrence::from))
}

/// Reads the days of all sources, without those of withdrawn dates.
pub async fn dates(db: &impl ConnectionTrait) -> Result<Dates> {
    let to_source =
        occurrence::Entity::belongs_to(source::Entity).from(occurrence::Column::SourceId).to(source::Column::Id);
    let rows: Vec<(String, chrono::NaiveDate)> = occurrence::Entity::find()
        .select_only()
        .column(source::Column::Code)
        .column(occurrence::Column::Day)
        .join(JoinType::InnerJoin, to_source.into())
        .filter(occurrence::Column::State.ne(OccurrenceState::Withdrawn))
        .into_tuple()
        .all(db)
        .await?;
    let mut dates = Dates::default();
    for (code, day) in rows {
        dates.add(&code, day);
    }
    Ok(dates)
}

/// Inserts dates; refused if the source has one of them already.
pub async fn insert_occurrences(
    db: &impl ConnectionTrait,
    new: &[Occurrence],
    at: DateTime<Utc>,
) -> std::result::Result<(), Error> {
    let row = |one: &Occurrence| occurrence::ActiveModel {
        id: Set(one.id),
        source_id: Set(one.source_id),
        mark: Set(one.mark.clone()),
        created_at: Set(at.into()),
        ..occurrence_row(one, at)
    };
    // A statement takes at most some tens of thousands of values on either engine.
    for some in new.chunks(1000) {
        let rows = some.iter().map(row);
        match occurrence::Entity::insert_many(rows).exec_without_returning(db).await.map_err(StoreError::from) {
            Ok(_) => {}
            Err(StoreError::Constraint(name)) if name == "uq_source_occurrence_mark" => {
                return Err(Refusal::LabelTaken.into());
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Saves a changed date, if its version is unchanged.
pub async fn save_occurrence(db: &impl ConnectionTrait, after: &Occurrence, at: DateTime<Utc>) -> Result<()> {
    let (id, version) = (after.id, after.version);
    let row = occurrence_row(after, at);
    save_row(db, row, (occurrence::Column::Id, id), (occurrence::Column::Version, version)).await
}

fn occurrence_row(one: &Occurrence, at: DateTime<Utc>) -> occurrence::ActiveModel {
    let entry = one.entry.clone();
    occurrence::ActiveModel {
        id: NotSet,
        source_id: NotSet,
        mark: NotSet,
        label: Set(entry.label),
        day: Set(entry.day),
        state: Set(entry.state),
        note: Set(entry.note),
        version: Set(one.version),
        created_at: NotSet,
        updated_at: Set(at.into()),
    }
}

/// Adds changes to the history.
pub async fn insert_changes(db: &impl ConnectionTrait, changes: &[Change]) -> Result<()> {
    let row = |one: &Change| change::ActiveModel {
        id: Set(one.id),
        occurrence_id: Set(one.occurrence),
        day_before: Set(one.before),
        day: Set(one.day),
        state: Set(one.state),
        changed_at: Set(one.at.into()),
        changed_by: Set(one.by),
    };
    for some in changes.chunks(1000) {
        change::Entity::insert_many(some.iter().map(row)).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Lists the changes of the dates of a source, the newest first.
pub async fn changes(db: &impl ConnectionTrait, source: SourceId, limit: u64) -> Result<Vec<Change>> {
    let to_occurrence =
        change::Entity::belongs_to(occurrence::Entity).from(change::Column::OccurrenceId).to(occurrence::Column::Id);
    let rows = change::Entity::find()
        .join(JoinType::InnerJoin, to_occurrence.into())
        .filter(occurrence::Column::SourceId.eq(source))
        .order_by_desc(change::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Change::from).collect())
}

impl From<source::Model> for Source {
    fn from(row: source::Model) -> Self {
        let details = Details { name: row.name, publisher: row.publisher, address: row.address };
        Self { id: row.id, code: row.code, details, version: row.version }
    }
}

impl From<occurrence::Model> for Occurrence {
    fn from(row: occurrence::Model) -> Self {
        let entry = Entry { label: row.label, day: row.day, state: row.state, note: row.note };
        Self { id: row.id, source_id: row.source_id, mark: row.mark, entry, version: row.version }
    }
}

impl From<change::Model> for Change {
    fn from(row: change::Model) -> Self {
        Self {
            id: row.id,
            occurrence: row.occurrence_id,
            before: row.day_before,
            day: row.day,
            state: row.state,
            at: row.changed_at.0,
            by: row.changed_by,
        }
    }
}
