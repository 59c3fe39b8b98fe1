//! The files that prove an act.

use super::{Result, millis};
use crate::designations::view::Document;
use chrono::{DateTime, Utc};
use entity::ids::{BodyId, DocumentId, PersonId};
use entity::{Instant, document, document_owner};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, Order, QueryFilter, QueryOrder,
    QuerySelect,
};

pub async fn insert_document(
    db: &impl ConnectionTrait,
    document: &Document,
    content: Vec<u8>,
    by: Option<PersonId>,
    body: Option<BodyId>,
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
        body_id: Set(body),
    };
    document::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Makes somebody the owner of a document, once: a document that nothing owns is removed after a day.
pub(super) async fn own_document(
    db: &impl ConnectionTrait,
    document: DocumentId,
    kind: &str,
    owner: String,
) -> Result<()> {
    let row = document_owner::ActiveModel {
        document_id: Set(document),
        owner_kind: Set(kind.to_owned()),
        owner_id: Set(owner),
    };
    let key = [document_owner::Column::DocumentId, document_owner::Column::OwnerKind, document_owner::Column::OwnerId];
    document_owner::Entity::insert(row).on_conflict_do_nothing_on(key).exec_without_returning(db).await?;
    Ok(())
}

/// The sizes in bytes of the files that count to a body's share since an instant.
pub async fn sizes_kept_since(db: &impl ConnectionTrait, body: BodyId, since: DateTime<Utc>) -> Result<Vec<i64>> {
    Ok(document::Entity::find()
        .select_only()
        .column(document::Column::Size)
        .filter(document::Column::BodyId.eq(body))
        .filter(document::Column::CreatedAt.gte(millis(since)))
        .into_tuple()
        .all(db)
        .await?)
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
