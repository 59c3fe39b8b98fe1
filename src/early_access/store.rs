//! Rows of accesses and views: the only file of the slice that queries the database.

use super::model::EarlyAccess;
use super::view::Logged;
use crate::db::{StoreError, save_row};
use chrono::{DateTime, Utc};
use entity::ids::{DesignationId, EarlyAccessId, EarlyViewId, PersonId, ProductId};
use entity::{Instant, early_access as access, early_view as view};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

type Result<T> = std::result::Result<T, StoreError>;

impl From<access::Model> for EarlyAccess {
    fn from(row: access::Model) -> Self {
        Self {
            id: row.id,
            product_id: row.product_id,
            designation_id: row.designation_id,
            from: row.first_day,
            until: row.last_day,
            hours_before: row.hours_before,
            reason: row.reason,
            ended_at: row.ended_at.map(|at| at.0),
            version: row.version,
        }
    }
}

/// Lists all accesses, the latest first.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<EarlyAccess>> {
    let rows = access::Entity::find().order_by_desc(access::Column::Id).all(db).await?;
    Ok(rows.into_iter().map(EarlyAccess::from).collect())
}

pub async fn find(db: &impl ConnectionTrait, id: EarlyAccessId) -> Result<Option<EarlyAccess>> {
    Ok(access::Entity::find_by_id(id).one(db).await?.map(EarlyAccess::from))
}

/// Lists the accesses of designations that were not ended.
pub async fn of_designations(db: &impl ConnectionTrait, of: &[DesignationId]) -> Result<Vec<EarlyAccess>> {
    let rows = access::Entity::find()
        .filter(access::Column::DesignationId.is_in(of.iter().copied()))
        .filter(access::Column::EndedAt.is_null())
        .order_by_asc(access::Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(EarlyAccess::from).collect())
}

/// Lists the accesses of a designation to a product that were not ended.
pub async fn to_product(
    db: &impl ConnectionTrait,
    designation: DesignationId,
    product: ProductId,
) -> Result<Vec<EarlyAccess>> {
    let mut all = of_designations(db, &[designation]).await?;
    all.retain(|one| one.product_id == product);
    Ok(all)
}

fn row(of: &EarlyAccess, at: DateTime<Utc>) -> access::ActiveModel {
    access::ActiveModel {
        id: Set(of.id),
        product_id: Set(of.product_id),
        designation_id: Set(of.designation_id),
        first_day: Set(of.from),
        last_day: Set(of.until),
        hours_before: Set(of.hours_before),
        reason: Set(of.reason.clone()),
        ended_at: Set(of.ended_at.map(Instant::from)),
        version: Set(of.version),
        created_at: Set(at.into()),
        created_by: NotSet,
        updated_at: Set(at.into()),
    }
}

pub async fn insert(
    db: &impl ConnectionTrait,
    new: &EarlyAccess,
    by: Option<PersonId>,
    at: DateTime<Utc>,
) -> Result<()> {
    let row = access::ActiveModel { created_by: Set(by), ..row(new, at) };
    access::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Saves a changed access, if its version is unchanged.
pub async fn save(db: &impl ConnectionTrait, after: &EarlyAccess, at: DateTime<Utc>) -> Result<()> {
    let row = access::ActiveModel { id: NotSet, created_at: NotSet, ..row(after, at) };
    save_row(db, row, (access::Column::Id, after.id), (access::Column::Version, after.version)).await
}

impl From<view::Model> for Logged {
    fn from(row: view::Model) -> Self {
        Self {
            id: row.id,
            access_id: row.access_id,
            deliverable_id: row.deliverable_id,
            person_id: row.person_id,
            at: row.at.0,
        }
    }
}

/// Writes a view.
pub async fn log(db: &impl ConnectionTrait, new: &Logged) -> Result<()> {
    let row = view::ActiveModel {
        id: Set(new.id),
        access_id: Set(new.access_id),
        deliverable_id: Set(new.deliverable_id),
        person_id: Set(new.person_id),
        at: Set(new.at.into()),
    };
    view::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Lists views before the given one, the latest first.
pub async fn views(db: &impl ConnectionTrait, before: Option<EarlyViewId>, limit: u64) -> Result<Vec<Logged>> {
    let mut query = view::Entity::find();
    if let Some(id) = before {
        query = query.filter(view::Column::Id.lt(id));
    }
    let rows = query.order_by_desc(view::Column::Id).limit(limit).all(db).await?;
    Ok(rows.into_iter().map(Logged::from).collect())
}
