//! Rows of `publication` and `publication_check`.

use super::model::{Look, Publication};
use crate::db::{StoreError, exactly_one};
use chrono::{DateTime, Utc};
use entity::ids::{DeliverableId, PublicationCheckId, PublicationId};
use entity::kinds::PublicationState;
use entity::{Instant, publication, publication_check as check};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder};

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
            version: row.version,
        }
    }
}

/// One look, as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub id: PublicationCheckId,
    /// 1 for the first.
    pub position: i32,
    pub at: DateTime<Utc>,
    /// What was known after it.
    pub state: PublicationState,
    pub http_status: Option<i32>,
    pub title: Option<String>,
    pub sha256: Option<String>,
    pub problem: Option<String>,
}

impl From<check::Model> for Evidence {
    fn from(row: check::Model) -> Self {
        let check::Model { id, publication_id: _, position, at, state, http_status, title, sha256, problem } = row;
        Self { id, position, at: at.0, state, http_status, title, sha256, problem }
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

/// Everything seen of a page, the first look first.
pub(super) async fn evidence(db: &impl ConnectionTrait, publication: PublicationId) -> Result<Vec<Evidence>> {
    let rows = check::Entity::find()
        .filter(check::Column::PublicationId.eq(publication))
        .order_by_asc(check::Column::Position)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Evidence::from).collect())
}

/// Writes the publication: the first time as a new row, later guarded by the version that was read.
pub(super) async fn save(db: &impl ConnectionTrait, after: &Publication, at: DateTime<Utc>) -> Result<()> {
    if after.version == 0 {
        return insert(db, after, at).await;
    }
    let saved = publication::Entity::update_many()
        .col_expr(publication::Column::State, Expr::value(after.state))
        .col_expr(publication::Column::Address, Expr::value(after.address.clone()))
        .col_expr(publication::Column::DeclaredAt, Expr::value(after.declared_at.map(Instant::from)))
        .col_expr(publication::Column::DeclaredBy, Expr::value(after.declared_by))
        .col_expr(publication::Column::FirstSeenAt, Expr::value(after.first_seen_at.map(Instant::from)))
        .col_expr(publication::Column::VerifiedAt, Expr::value(after.verified_at.map(Instant::from)))
        .col_expr(publication::Column::LastCheckedAt, Expr::value(after.last_checked_at.map(Instant::from)))
        .col_expr(publication::Column::Version, Expr::col(publication::Column::Version).add(1))
        .col_expr(publication::Column::UpdatedAt, Expr::value(Instant::from(at)))
        .filter(publication::Column::Id.eq(after.id))
        .filter(publication::Column::Version.eq(after.version))
        .exec(db)
        .await?;
    exactly_one(saved.rows_affected)
}

/// Two first declarations at once: the table lets one through, and the other has read an older version.
async fn insert(db: &impl ConnectionTrait, new: &Publication, at: DateTime<Utc>) -> Result<()> {
    let row = publication::ActiveModel {
        id: Set(new.id),
        deliverable_id: Set(new.deliverable_id),
        state: Set(new.state),
        address: Set(new.address.clone()),
        declared_at: Set(new.declared_at.map(Instant::from)),
        declared_by: Set(new.declared_by),
        first_seen_at: Set(new.first_seen_at.map(Instant::from)),
        verified_at: Set(new.verified_at.map(Instant::from)),
        last_checked_at: Set(new.last_checked_at.map(Instant::from)),
        version: Set(1),
        created_at: Set(at.into()),
        updated_at: Set(at.into()),
    };
    let inserted = publication::Entity::insert(row).exec_without_returning(db).await.map_err(StoreError::from);
    match inserted {
        Err(StoreError::Constraint(name)) if name == "uq_publication_deliverable_id" => Err(StoreError::Stale),
        other => other.map(|_| ()),
    }
}

/// Keeps one look.
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
    };
    check::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}
