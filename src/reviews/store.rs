//! Rows of remarks, their steps and peer readings, and the instants from which the holder of the ball follows. The only
//! file of the slice with queries.

use super::model::{Reading, Remark, Step, is_open};
use super::policy::Visibility;
use crate::db::{StoreError, save_row};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DeliverableId, PeerReadingId, ProductId, ReleaseId, RemarkId};
use entity::kinds::{ProductScope, ReadingState, RemarkState};
use entity::{
    Instant, deliverable, early_access, observatory, peer_reading, product, publication, release, remark, remark_step,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, Order,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use std::collections::{HashMap, HashSet};

type Result<T> = std::result::Result<T, StoreError>;

/// Instants of a contribution and of its release.
#[derive(Clone, Copy, Debug)]
pub struct Marks {
    pub planned_at: DateTime<Utc>,
    /// Instant of the last change; of a final state, the instant at which it was reached.
    pub changed_at: DateTime<Utc>,
    pub is_joint: bool,
    pub out_at: Option<DateTime<Utc>>,
    /// Instant at which its own page was declared; for a joint product, the page of any chapter.
    pub declared_at: Option<DateTime<Utc>>,
}

#[derive(FromQueryResult)]
struct MarksRow {
    id: DeliverableId,
    release_id: ReleaseId,
    created_at: Instant,
    updated_at: Instant,
    scope: ProductScope,
    published_at: Option<Instant>,
}

/// Returns the marks of these contributions.
pub async fn marks(db: &impl ConnectionTrait, ids: &[DeliverableId]) -> Result<HashMap<DeliverableId, Marks>> {
    let to_release =
        deliverable::Entity::belongs_to(release::Entity).from(deliverable::Column::ReleaseId).to(release::Column::Id);
    let to_product =
        release::Entity::belongs_to(product::Entity).from(release::Column::ProductId).to(product::Column::Id);
    let rows: Vec<MarksRow> = deliverable::Entity::find()
        .select_only()
        .columns([
            deliverable::Column::Id,
            deliverable::Column::ReleaseId,
            deliverable::Column::CreatedAt,
            deliverable::Column::UpdatedAt,
        ])
        .column(product::Column::Scope)
        .column(release::Column::PublishedAt)
        .join(JoinType::InnerJoin, to_release.into())
        .join(JoinType::InnerJoin, to_product.into())
        .filter(deliverable::Column::Id.is_in(ids.iter().copied()))
        .into_model()
        .all(db)
        .await?;
    let declared = declared(db, ids).await?;
    let mark = |row: MarksRow| {
        let is_joint = row.scope == ProductScope::Joint;
        let is_its = |(deliverable, release, _): &&(DeliverableId, ReleaseId, Instant)| {
            *deliverable == row.id || (is_joint && *release == row.release_id)
        };
        let declared_at = declared.iter().filter(is_its).map(|(.., at)| at.0).min();
        let marks = Marks {
            planned_at: row.created_at.0,
            changed_at: row.updated_at.0,
            is_joint,
            out_at: row.published_at.map(|at| at.0),
            declared_at,
        };
        (row.id, marks)
    };
    Ok(rows.into_iter().map(mark).collect())
}

/// Returns when pages of the releases of these contributions were declared.
async fn declared(
    db: &impl ConnectionTrait,
    ids: &[DeliverableId],
) -> Result<Vec<(DeliverableId, ReleaseId, Instant)>> {
    let their_releases = deliverable::Entity::find()
        .select_only()
        .column(deliverable::Column::ReleaseId)
        .filter(deliverable::Column::Id.is_in(ids.iter().copied()))
        .into_query();
    let to_deliverable = publication::Entity::belongs_to(deliverable::Entity)
        .from(publication::Column::DeliverableId)
        .to(deliverable::Column::Id);
    Ok(publication::Entity::find()
        .select_only()
        .column(publication::Column::DeliverableId)
        .column(deliverable::Column::ReleaseId)
        .column(publication::Column::DeclaredAt)
        .join(JoinType::InnerJoin, to_deliverable.into())
        .filter(deliverable::Column::ReleaseId.in_subquery(their_releases))
        .filter(publication::Column::DeclaredAt.is_not_null())
        .into_tuple()
        .all(db)
        .await?)
}

fn remark_of(row: remark::Model, steps: Vec<Step>) -> Remark {
    Remark {
        id: row.id,
        deliverable_id: row.deliverable_id,
        submission_id: row.submission_id,
        number: row.number,
        observatory_id: row.observatory_id,
        part: row.part,
        text: row.text,
        due_day: row.due_day,
        state: row.state,
        written_at: row.written_at.0,
        written_by: row.written_by,
        copied_from: row.copied_from_id,
        steps,
        version: row.version,
    }
}

/// Returns the remarks that meet a condition with their steps, by contribution and number.
async fn remarks_where(db: &impl ConnectionTrait, condition: Condition) -> Result<Vec<Remark>> {
    let rows = remark::Entity::find()
        .filter(condition)
        .order_by(remark::Column::DeliverableId, Order::Asc)
        .order_by(remark::Column::Number, Order::Asc)
        .all(db)
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let steps = remark_step::Entity::find()
        .filter(remark_step::Column::RemarkId.is_in(rows.iter().map(|row| row.id)))
        .order_by(remark_step::Column::Position, Order::Asc)
        .all(db)
        .await?;
    let mut by_remark: HashMap<RemarkId, Vec<Step>> = HashMap::new();
    for row in steps {
        let step = Step {
            id: row.id,
            position: row.position,
            kind: row.kind,
            text: row.text,
            at: row.at.0,
            by: row.by,
            on_behalf_of: row.on_behalf_of,
        };
        by_remark.entry(row.remark_id).or_default().push(step);
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            let steps = by_remark.remove(&row.id).unwrap_or_default();
            remark_of(row, steps)
        })
        .collect())
}

/// Returns the remarks on these contributions, by contribution and number.
pub async fn remarks(db: &impl ConnectionTrait, of: &[DeliverableId]) -> Result<Vec<Remark>> {
    remarks_where(db, Condition::all().add(remark::Column::DeliverableId.is_in(of.iter().copied()))).await
}

/// Returns one remark.
pub async fn remark(db: &impl ConnectionTrait, id: RemarkId) -> Result<Option<Remark>> {
    Ok(remarks_where(db, Condition::all().add(remark::Column::Id.eq(id))).await?.pop())
}

/// Returns those of these remarks that were taken over into the next edition.
pub async fn taken_over(db: &impl ConnectionTrait, of: &[RemarkId]) -> Result<HashSet<RemarkId>> {
    let rows: Vec<RemarkId> = remark::Entity::find()
        .select_only()
        .column(remark::Column::CopiedFromId)
        .filter(remark::Column::CopiedFromId.is_in(of.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Returns the earliest due day of the open remarks on each of these contributions.
pub async fn due_days(db: &impl ConnectionTrait, of: &[DeliverableId]) -> Result<HashMap<DeliverableId, NaiveDate>> {
    let rows: Vec<(DeliverableId, NaiveDate)> = remark::Entity::find()
        .select_only()
        .column(remark::Column::DeliverableId)
        .column_as(remark::Column::DueDay.min(), "due_day")
        .filter(remark::Column::DeliverableId.is_in(of.iter().copied()))
        .filter(remark::Column::State.is_in(RemarkState::ALL.iter().copied().filter(|state| is_open(*state))))
        .group_by(remark::Column::DeliverableId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Returns the number of open remarks on each of these contributions that has any.
pub async fn open_counts(db: &impl ConnectionTrait, of: &[DeliverableId]) -> Result<HashMap<DeliverableId, usize>> {
    let rows: Vec<DeliverableId> = remark::Entity::find()
        .select_only()
        .column(remark::Column::DeliverableId)
        .filter(remark::Column::DeliverableId.is_in(of.iter().copied()))
        .filter(remark::Column::State.is_in(RemarkState::ALL.iter().copied().filter(|state| is_open(*state))))
        .into_tuple()
        .all(db)
        .await?;
    let mut counts = HashMap::new();
    for id in rows {
        *counts.entry(id).or_default() += 1;
    }
    Ok(counts)
}

/// Returns the last day of the permissions to read a product before its release that were not ended, by product.
pub async fn last_access_days(db: &impl ConnectionTrait) -> Result<HashMap<ProductId, NaiveDate>> {
    let rows: Vec<(ProductId, NaiveDate)> = early_access::Entity::find()
        .select_only()
        .column(early_access::Column::ProductId)
        .column_as(early_access::Column::LastDay.max(), "last_day")
        .filter(early_access::Column::EndedAt.is_null())
        .group_by(early_access::Column::ProductId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

pub async fn insert_remark(db: &impl ConnectionTrait, new: &Remark) -> Result<()> {
    let row = remark::ActiveModel {
        id: Set(new.id),
        deliverable_id: Set(new.deliverable_id),
        submission_id: Set(new.submission_id),
        number: Set(new.number),
        observatory_id: Set(new.observatory_id),
        part: Set(new.part.clone()),
        text: Set(new.text.clone()),
        due_day: Set(new.due_day),
        state: Set(new.state),
        written_at: Set(new.written_at.into()),
        written_by: Set(new.written_by),
        copied_from_id: Set(new.copied_from),
        version: Set(new.version),
    };
    remark::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Saves the state of a remark, if its version is unchanged, and adds the step that led to it.
pub async fn take_step(db: &impl ConnectionTrait, before: &Remark, state: RemarkState, step: &Step) -> Result<()> {
    let row = remark::ActiveModel { state: Set(state), ..Default::default() };
    save_row(db, row, (remark::Column::Id, before.id), (remark::Column::Version, before.version)).await?;
    let row = remark_step::ActiveModel {
        id: Set(step.id),
        remark_id: Set(before.id),
        position: Set(step.position),
        kind: Set(step.kind),
        text: Set(step.text.clone()),
        at: Set(step.at.into()),
        by: Set(step.by),
        on_behalf_of: Set(step.on_behalf_of),
    };
    remark_step::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

impl From<peer_reading::Model> for Reading {
    fn from(row: peer_reading::Model) -> Self {
        Self {
            id: row.id,
            deliverable_id: row.deliverable_id,
            observatory_id: row.observatory_id,
            state: row.state,
            due_day: row.due_day,
            note: row.note,
            asked_at: row.asked_at.0,
            asked_by: row.asked_by,
            answered_at: row.answered_at.map(|at| at.0),
            answered_by: row.answered_by,
            ended_at: row.ended_at.map(|at| at.0),
            ended_by: row.ended_by,
            version: row.version,
        }
    }
}

/// Returns the readings of these contributions, oldest first.
pub async fn readings(db: &impl ConnectionTrait, of: &[DeliverableId]) -> Result<Vec<Reading>> {
    let rows = peer_reading::Entity::find()
        .filter(peer_reading::Column::DeliverableId.is_in(of.iter().copied()))
        .order_by(peer_reading::Column::AskedAt, Order::Asc)
        .order_by(peer_reading::Column::Id, Order::Asc)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Reading::from).collect())
}

fn seen_by(visible: &Visibility) -> Condition {
    let Visibility::Own { observatories, bodies } = visible else { return Condition::all() };
    let to_observatory = deliverable::Entity::belongs_to(observatory::Entity)
        .from(deliverable::Column::ObservatoryId)
        .to(observatory::Column::Id);
    let owed = deliverable::Entity::find()
        .select_only()
        .column(deliverable::Column::Id)
        .join(JoinType::InnerJoin, to_observatory.into())
        .filter(
            Condition::any()
                .add(deliverable::Column::ObservatoryId.is_in(observatories.iter().copied()))
                .add(observatory::Column::BodyId.is_in(bodies.iter().copied())),
        )
        .into_query();
    Condition::any()
        .add(peer_reading::Column::ObservatoryId.is_in(observatories.iter().copied()))
        .add(peer_reading::Column::DeliverableId.in_subquery(owed))
}

/// Returns one reading, if it is visible.
pub async fn reading(db: &impl ConnectionTrait, visible: &Visibility, id: PeerReadingId) -> Result<Option<Reading>> {
    let found = peer_reading::Entity::find_by_id(id).filter(seen_by(visible)).one(db).await?;
    Ok(found.map(Reading::from))
}

/// Returns the visible readings that are still to be answered or delivered, the earliest day first.
pub async fn open_readings(db: &impl ConnectionTrait, visible: &Visibility) -> Result<Vec<Reading>> {
    let rows = peer_reading::Entity::find()
        .filter(seen_by(visible))
        .filter(peer_reading::Column::State.is_in([ReadingState::Asked, ReadingState::Accepted]))
        .order_by(peer_reading::Column::DueDay, Order::Asc)
        .order_by(peer_reading::Column::Id, Order::Asc)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Reading::from).collect())
}

pub async fn insert_reading(db: &impl ConnectionTrait, new: &Reading) -> Result<()> {
    let row = peer_reading::ActiveModel {
        id: Set(new.id),
        deliverable_id: Set(new.deliverable_id),
        observatory_id: Set(new.observatory_id),
        state: Set(new.state),
        due_day: Set(new.due_day),
        note: Set(new.note.clone()),
        asked_at: Set(new.asked_at.into()),
        asked_by: Set(new.asked_by),
        answered_at: Set(None),
        answered_by: Set(None),
        ended_at: Set(None),
        ended_by: Set(None),
        version: Set(new.version),
    };
    peer_reading::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Saves a changed reading, if its version is unchanged.
pub async fn save_reading(db: &impl ConnectionTrait, after: &Reading) -> Result<()> {
    let row = peer_reading::ActiveModel {
        state: Set(after.state),
        answered_at: Set(after.answered_at.map(Instant::from)),
        answered_by: Set(after.answered_by),
        ended_at: Set(after.ended_at.map(Instant::from)),
        ended_by: Set(after.ended_by),
        ..Default::default()
    };
    save_row(db, row, (peer_reading::Column::Id, after.id), (peer_reading::Column::Version, after.version)).await
}
