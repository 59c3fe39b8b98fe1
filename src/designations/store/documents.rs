//! The files that prove an act.

use super::{Result, millis};
use crate::designations::view::Document;
use entity::ids::{DocumentId, PersonId};
use entity::{Instant, document};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, Order, QueryFilter, QueryOrder,
    QuerySelect,
};

pub async fn insert_document(
    db: &impl ConnectionTrait,
    document: &Document,
    content: Vec<u8>,
    by: Option<PersonId>,
) -> Result<()> {
    let row = document::ActiveModel {
        id: Set(document.id),
        sha256: Set(document.sha256.clone()),
        media_type: Set(document.media_type.clone()),
        size: Set(document.size),
        name: Set(document.name.clone()),
        content: Set(content),
        created_at: Set(millis(document.created_at)),
        uploaded_by: Set(by),
    };
    document::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Attached files without their content.
pub async fn documents(db: &impl ConnectionTrait, ids: Vec<DocumentId>) -> Result<Vec<Document>> {
    #[derive(FromQueryResult)]
    struct DocumentRow {
        id: DocumentId,
        sha256: String,
        media_type: String,
        size: i64,
        name: String,
        created_at: Instant,
    }
    let rows = document::Entity::find()
        .select_only()
        .columns([
            document::Column::Id,
            document::Column::Sha256,
            document::Column::MediaType,
            document::Column::Size,
            document::Column::Name,
            document::Column::CreatedAt,
        ])
        .filter(document::Column::Id.is_in(ids))
        .order_by(document::Column::Id, Order::Asc)
        .into_model::<DocumentRow>()
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Document {
            id: row.id,
            name: row.name,
            media_type: row.media_type,
            size: row.size,
            sha256: row.sha256,
            created_at: row.created_at.0,
        })
        .collect())
}

pub async fn document_content(db: &impl ConnectionTrait, id: DocumentId) -> Result<Option<document::Model>> {
    Ok(document::Entity::find_by_id(id).one(db).await?)
}

/// Who uploaded the file; the outer `None` where there is no such file, the inner where the service itself kept it.
pub async fn document_uploader(db: &impl ConnectionTrait, id: DocumentId) -> Result<Option<Option<PersonId>>> {
    let found: Option<Option<PersonId>> = document::Entity::find_by_id(id)
        .select_only()
        .column(document::Column::UploadedBy)
        .into_tuple()
        .one(db)
        .await?;
    Ok(found)
}
