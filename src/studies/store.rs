//! Rows of studies: the only file of the slice that queries the database.

use super::model::Study;
use crate::db::{StoreError, save_row};
use chrono::{DateTime, Utc};
use entity::ids::{ReleaseId, StudyId};
use entity::study;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

type Result<T> = std::result::Result<T, StoreError>;

/// Lists the studies declared before another one, the latest first.
pub async fn studies(db: &impl ConnectionTrait, before: Option<StudyId>, limit: u64) -> Result<Vec<Study>> {
    let mut query = study::Entity::find();
    if let Some(id) = before {
        query = query.filter(study::Column::Id.lt(id));
    }
    let rows = query.order_by_desc(study::Column::Id).limit(limit).all(db).await?;
    Ok(rows.into_iter().map(Study::from).collect())
}

/// Finds a study by its id.
pub async fn study(db: &impl ConnectionTrait, id: StudyId) -> Result<Option<Study>> {
    Ok(study::Entity::find_by_id(id).one(db).await?.map(Study::from))
}

/// Lists the territories that the studies behind these releases are about.
pub async fn territories_of(db: &impl ConnectionTrait, releases: Vec<ReleaseId>) -> Result<Vec<(ReleaseId, String)>> {
    Ok(study::Entity::find()
        .select_only()
        .columns([study::Column::ReleaseId, study::Column::Territory])
        .filter(study::Column::ReleaseId.is_in(releases))
        .into_tuple()
        .all(db)
        .await?)
}

/// Inserts a study.
pub async fn insert(db: &impl ConnectionTrait, new: &Study) -> Result<()> {
    let row = study::ActiveModel {
        id: Set(new.id),
        observatory_id: Set(new.observatory),
        product_id: Set(new.product),
        release_id: Set(new.release),
        territory: Set(new.territory.clone()),
        declared_at: Set(new.declared_at.into()),
        declared_by: Set(new.declared_by),
        version: Set(new.version),
        updated_at: Set(new.declared_at.into()),
    };
    study::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Saves a changed study, if its version is unchanged.
pub async fn save(db: &impl ConnectionTrait, after: &Study, at: DateTime<Utc>) -> Result<()> {
    let row = study::ActiveModel {
        id: NotSet,
        territory: Set(after.territory.clone()),
        updated_at: Set(at.into()),
        ..Default::default()
    };
    save_row(db, row, (study::Column::Id, after.id), (study::Column::Version, after.version)).await
}

impl From<study::Model> for Study {
    fn from(row: study::Model) -> Self {
        Self {
            id: row.id,
            observatory: row.observatory_id,
            product: row.product_id,
            release: row.release_id,
            territory: row.territory,
            declared_at: row.declared_at.0,
            declared_by: row.declared_by,
            version: row.version,
        }
    }
}
