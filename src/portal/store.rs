//! Rows of `publication` and `publication_check`.

use super::model::{Look, Publication, READING};
use crate::db::{StoreError, save_row};
use crate::deliverables::model::is_accepted;
use chrono::{DateTime, Utc};
use entity::ids::{DeliverableId, ObservatoryId, PublicationCheckId, PublicationId, ReleaseId};
use entity::kinds::{DeliverableState, ProductScope, PublicationState, ReleaseState};
use entity::{Instant, deliverable, product, publication, publication_check as check, release, submission};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, Iterable, JoinType,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, RelationDef, Select,
};

type Result<T> = std::result::Result<T, StoreError>;

impl From<publication::Model> for Publication {
    fn from(row: publication::Model) -> Self {
        Self {
            id: row.id,
            deliverable_id: row.deliverable_id,
            state: row.state,
            address: row.address,
            declared_at: row.declared_at.map(|at| at.0),
            declared_by: row.declared_by,
            first_seen_at: row.first_seen_at.map(|at| at.0),
            verified_at: row.verified_at.map(|at| at.0),
            last_checked_at: row.last_checked_at.map(|at| at.0),
            next_look_at: row.next_look_at.map(|at| at.0),
            failed_looks: row.failed_looks,
            failure: row.failure,
            version: row.version,
        }
    }
}

/// One stored check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub id: PublicationCheckId,
    /// Position among the checks of its publication, from 1.
    pub position: i32,
    pub at: DateTime<Utc>,
    /// State after the check.
    pub state: PublicationState,
    pub http_status: Option<i32>,
    pub title: Option<String>,
    pub sha256: Option<String>,
    pub problem: Option<String>,
    pub led_to: Option<String>,
    /// Version of the rule of the fingerprint.
    pub reading: i32,
}

impl From<check::Model> for Evidence {
    fn from(row: check::Model) -> Self {
        let check::Model {
            id,
            publication_id: _,
            position,
            at,
            state,
            http_status,
            title,
            sha256,
            problem,
            led_to,
            reading,
        } = row;
        Self { id, position, at: at.0, state, http_status, title, sha256, problem, led_to, reading }
    }
}

pub(super) async fn find(db: &impl ConnectionTrait, deliverable: DeliverableId) -> Result<Option<Publication>> {
    let row = publication::Entity::find().filter(publication::Column::DeliverableId.eq(deliverable)).one(db).await?;
    Ok(row.map(Publication::from))
}

pub(super) async fn find_all(db: &impl ConnectionTrait, deliverables: &[DeliverableId]) -> Result<Vec<Publication>> {
    let rows = publication::Entity::find()
        .filter(publication::Column::DeliverableId.is_in(deliverables.iter().copied()))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Publication::from).collect())
}

/// A declared page that is due for a check, with everything needed to fetch and evaluate it.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Due {
    pub deliverable_id: DeliverableId,
    pub version: i32,
    pub state: PublicationState,
    pub address: String,
    pub observatory_id: ObservatoryId,
    pub period_label: String,
    pub product_name_it: String,
    pub product_name_en: String,
    pub scope: ProductScope,
}

/// Returns the declared pages of accepted deliverables whose release is out and whose check is due, longest waiting
/// first. Pages expected since before `oldest` are left out, even if the service was down at their last check.
pub(super) async fn due(
    db: &impl ConnectionTrait,
    oldest: DateTime<Utc>,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Due>> {
    Ok(due_pages(oldest, now, limit).into_model::<Due>().all(db).await?)
}

fn due_pages(oldest: DateTime<Utc>, now: DateTime<Utc>, limit: u64) -> Select<publication::Entity> {
    use publication::Column::{Address, DeclaredAt, DeliverableId, Id, NextLookAt, State, Version};
    let to_deliverable =
        publication::Entity::belongs_to(deliverable::Entity).from(DeliverableId).to(deliverable::Column::Id);
    publication::Entity::find()
        .select_only()
        .columns([DeliverableId, Version, State, Address])
        .column(deliverable::Column::ObservatoryId)
        .column(release::Column::PeriodLabel)
        .column_as(product::Column::NameIt, "product_name_it")
        .column_as(product::Column::NameEn, "product_name_en")
        .column(product::Column::Scope)
        .join(JoinType::InnerJoin, to_deliverable.into())
        .join(JoinType::InnerJoin, deliverable_to_release())
        .join(JoinType::InnerJoin, release_to_product())
        .filter(NextLookAt.lte(Instant::from(now)))
        .filter(Address.is_not_null())
        .filter(is_out_and_accepted())
        .filter(is_recent(oldest).add(DeclaredAt.gte(Instant::from(oldest))))
        .order_by_asc(NextLookAt)
        .order_by_asc(Id)
        .limit(limit)
}

fn deliverable_to_release() -> RelationDef {
    deliverable::Entity::belongs_to(release::Entity).from(deliverable::Column::ReleaseId).to(release::Column::Id).into()
}

fn release_to_product() -> RelationDef {
    release::Entity::belongs_to(product::Entity).from(release::Column::ProductId).to(product::Column::Id).into()
}

fn is_out_and_accepted() -> Condition {
    Condition::all()
        .add(release::Column::State.eq(ReleaseState::Published))
        .add(deliverable::Column::State.is_in(DeliverableState::iter().filter(|state| is_accepted(*state))))
}

/// Condition that a release came out, or its deliverable was accepted, at or after `oldest`.
fn is_recent(oldest: DateTime<Utc>) -> Condition {
    let accepted_since = submission::Entity::find()
        .select_only()
        .column(submission::Column::DeliverableId)
        .filter(submission::Column::AnsweredAt.gte(Instant::from(oldest)))
        .into_query();
    Condition::any()
        .add(release::Column::PublishedAt.gte(Instant::from(oldest)))
        .add(deliverable::Column::Id.in_subquery(accepted_since))
}

/// An accepted deliverable without a declared page, whose release is out.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Undeclared {
    pub deliverable_id: DeliverableId,
    pub release_id: ReleaseId,
    pub scope: ProductScope,
}

/// Returns the accepted deliverables without a page that are not known to be missing yet, and whose release came out
/// between `oldest` and `newest`, or that were accepted since `oldest`. Those whose last check failed wait for their
/// next one.
pub(super) async fn undeclared(
    db: &impl ConnectionTrait,
    oldest: DateTime<Utc>,
    newest: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<Undeclared>> {
    use publication::Column::{Address, Id, NextLookAt, State};
    let to_publication = deliverable::Entity::belongs_to(publication::Entity)
        .from(deliverable::Column::Id)
        .to(publication::Column::DeliverableId);
    let is_awaited = Condition::all()
        .add(State.eq(PublicationState::Expected))
        .add(Address.is_null())
        .add(Condition::any().add(NextLookAt.is_null()).add(NextLookAt.lte(Instant::from(now))));
    let rows = deliverable::Entity::find()
        .select_only()
        .column_as(deliverable::Column::Id, "deliverable_id")
        .column(deliverable::Column::ReleaseId)
        .column(product::Column::Scope)
        .join(JoinType::LeftJoin, to_publication.into())
        .join(JoinType::InnerJoin, deliverable_to_release())
        .join(JoinType::InnerJoin, release_to_product())
        .filter(is_out_and_accepted())
        .filter(release::Column::PublishedAt.lte(Instant::from(newest)))
        .filter(is_recent(oldest))
        .filter(Condition::any().add(Id.is_null()).add(is_awaited))
        .order_by_asc(deliverable::Column::Id)
        .into_model::<Undeclared>()
        .all(db)
        .await?;
    Ok(rows)
}

/// Moves pages behind those that become due at `now`.
pub(super) async fn send_to_the_back(
    db: &impl ConnectionTrait,
    deliverables: &[DeliverableId],
    now: DateTime<Utc>,
) -> Result<()> {
    publication::Entity::update_many()
        .col_expr(publication::Column::NextLookAt, Expr::value(Instant::from(now)))
        .filter(publication::Column::DeliverableId.is_in(deliverables.iter().copied()))
        .exec(db)
        .await?;
    Ok(())
}

/// Returns all checks of a page, oldest first.
pub(super) async fn evidence(db: &impl ConnectionTrait, publication: PublicationId) -> Result<Vec<Evidence>> {
    let rows = check::Entity::find()
        .filter(check::Column::PublicationId.eq(publication))
        .order_by_asc(check::Column::Position)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Evidence::from).collect())
}

/// Writes the publication: a new row the first time, later an update guarded by the version that was read.
pub(super) async fn save(db: &impl ConnectionTrait, after: &Publication, at: DateTime<Utc>) -> Result<()> {
    if after.version == 0 {
        return insert(db, after, at).await;
    }
    let row = publication::ActiveModel { updated_at: Set(at.into()), ..columns(after) };
    save_row(db, row, (publication::Column::Id, after.id), (publication::Column::Version, after.version)).await
}

/// Inserts the first row. Of two concurrent declarations the unique key lets one through; the other gets a stale
/// version.
/// Returns the columns that a change may set; identity, version and instants are set by the callers.
fn columns(publication: &Publication) -> publication::ActiveModel {
    publication::ActiveModel {
        state: Set(publication.state),
        address: Set(publication.address.clone()),
        declared_at: Set(publication.declared_at.map(Instant::from)),
        declared_by: Set(publication.declared_by),
        first_seen_at: Set(publication.first_seen_at.map(Instant::from)),
        verified_at: Set(publication.verified_at.map(Instant::from)),
        last_checked_at: Set(publication.last_checked_at.map(Instant::from)),
        next_look_at: Set(publication.next_look_at.map(Instant::from)),
        failed_looks: Set(publication.failed_looks),
        failure: Set(publication.failure.clone()),
        ..Default::default()
    }
}

async fn insert(db: &impl ConnectionTrait, new: &Publication, at: DateTime<Utc>) -> Result<()> {
    let row = publication::ActiveModel {
        id: Set(new.id),
        deliverable_id: Set(new.deliverable_id),
        version: Set(1),
        created_at: Set(at.into()),
        updated_at: Set(at.into()),
        ..columns(new)
    };
    let inserted = publication::Entity::insert(row).exec_without_returning(db).await.map_err(StoreError::from);
    match inserted {
        Err(StoreError::Constraint(name)) if name == "uq_publication_deliverable_id" => Err(StoreError::Stale),
        other => other.map(|_| ()),
    }
}

/// Stores one check.
pub(super) async fn keep(
    db: &impl ConnectionTrait,
    id: PublicationCheckId,
    of: &Publication,
    position: i32,
    look: &Look,
    at: DateTime<Utc>,
) -> Result<()> {
    let row = check::ActiveModel {
        id: Set(id),
        publication_id: Set(of.id),
        position: Set(position),
        at: Set(at.into()),
        state: Set(of.state),
        http_status: Set(look.http_status.map(i32::from)),
        title: Set(look.title.clone()),
        sha256: Set(look.sha256.clone()),
        problem: Set(look.problem.clone()),
        led_to: Set(look.led_to.clone()),
        reading: Set(READING),
    };
    check::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::plan_of;

    #[tokio::test]
    async fn due_pages_are_found_by_an_index_on_their_instant() {
        let plan = plan_of(&due_pages(DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH, 10)).await;
        assert!(plan.iter().any(|step| step.contains("ix_publication_next_look_at (next_look_at<?)")), "{plan:#?}");
        assert!(!plan.iter().any(|step| step.starts_with("SCAN")), "{plan:#?}");
    }
}
