//! Tables of documents, of their owners, and of contents that are still in the database.

use super::view::Document;
use crate::db::{StoreError, Txn, delete_some};
use chrono::{DateTime, Utc};
use entity::ids::{BodyId, DocumentId, PersonId};
use entity::kinds::DocumentOwnerKind;
use entity::{Instant, document, document_owner, document_unmoved};
use sea_orm::sea_query::Query;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, Order, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use std::collections::BTreeMap;

type Result<T> = std::result::Result<T, StoreError>;

pub async fn insert(
    db: &impl ConnectionTrait,
    document: &Document,
    by: Option<PersonId>,
    body: Option<BodyId>,
) -> Result<()> {
    let row = document::ActiveModel {
        id: Set(document.id),
        sha256: Set(document.sha256.clone()),
        media_type: Set(document.media_type.clone()),
        size: Set(document.size),
        name: Set(document.name.clone()),
        created_at: Set(Instant::from(document.created_at)),
        uploaded_by: Set(by),
        body_id: Set(body),
    };
    document::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Returns the documents with these ids, in the order of their creation. Unknown ids are left out.
pub async fn documents(db: &impl ConnectionTrait, ids: Vec<DocumentId>) -> Result<Vec<Document>> {
    let rows = document::Entity::find()
        .filter(document::Column::Id.is_in(ids))
        .order_by(document::Column::Id, Order::Asc)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Document::from).collect())
}

impl From<document::Model> for Document {
    fn from(row: document::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            media_type: row.media_type,
            size: row.size,
            sha256: row.sha256,
            created_at: row.created_at.0,
        }
    }
}

/// Returns the uploader of the document: the outer `None` for an unknown id, the inner one for a document of the
/// service itself.
pub async fn uploader(db: &impl ConnectionTrait, id: DocumentId) -> Result<Option<Option<PersonId>>> {
    Ok(document::Entity::find_by_id(id).one(db).await?.map(|row| row.uploaded_by))
}

/// Returns the sizes in bytes of the documents that count towards a body's limit since an instant.
pub async fn sizes_kept_since(db: &impl ConnectionTrait, body: BodyId, since: DateTime<Utc>) -> Result<Vec<i64>> {
    Ok(document::Entity::find()
        .select_only()
        .column(document::Column::Size)
        .filter(document::Column::BodyId.eq(body))
        .filter(document::Column::CreatedAt.gte(Instant::from(since)))
        .into_tuple()
        .all(db)
        .await?)
}

/// Adds a record as an owner of the document; an existing owner stays.
pub async fn insert_owner(
    db: &impl ConnectionTrait,
    id: DocumentId,
    kind: DocumentOwnerKind,
    owner: &str,
) -> Result<()> {
    let row = document_owner::ActiveModel {
        document_id: Set(id),
        owner_kind: Set(kind.as_str().to_owned()),
        owner_id: Set(owner.to_owned()),
    };
    let key = [document_owner::Column::DocumentId, document_owner::Column::OwnerKind, document_owner::Column::OwnerId];
    document_owner::Entity::insert(row).on_conflict_do_nothing_on(key).exec_without_returning(db).await?;
    Ok(())
}

pub async fn is_owner(db: &impl ConnectionTrait, id: DocumentId, kind: DocumentOwnerKind, owner: &str) -> Result<bool> {
    let key = (id, kind.as_str().to_owned(), owner.to_owned());
    Ok(document_owner::Entity::find_by_id(key).one(db).await?.is_some())
}

/// Deletes the documents that have had no owner since before the instant. Returns their number.
pub async fn remove_unowned(txn: &Txn, before: DateTime<Utc>, limit: u64) -> Result<u64> {
    let owned = Query::select().column(document_owner::Column::DocumentId).from(document_owner::Entity).to_owned();
    let given_up = Condition::all()
        .add(document::Column::CreatedAt.lt(Instant::from(before)))
        .add(document::Column::Id.not_in_subquery(owned));
    delete_some::<document::Entity>(txn, given_up, limit).await
}

/// Returns whether a document has this content.
pub async fn is_recorded(db: &impl ConnectionTrait, sha256: &str) -> Result<bool> {
    Ok(document::Entity::find().filter(document::Column::Sha256.eq(sha256)).count(db).await? > 0)
}

/// Returns the SHA-256 and the size in bytes of every content that a document has in the store.
pub async fn recorded(db: &impl ConnectionTrait) -> Result<BTreeMap<String, u64>> {
    let unmoved =
        Query::select().column(document_unmoved::Column::DocumentId).from(document_unmoved::Entity).to_owned();
    let rows: Vec<(String, i64)> = document::Entity::find()
        .filter(document::Column::Id.not_in_subquery(unmoved))
        .select_only()
        .columns([document::Column::Sha256, document::Column::Size])
        .into_tuple()
        .all(db)
        .await?;
    rows.into_iter()
        .map(|(sha256, size)| match u64::try_from(size) {
            Ok(size) => Ok((sha256, size)),
            Err(_) => Err(StoreError::inconsistent("document", sha256, "its size is negative")),
        })
        .collect()
}

/// Returns a document with a content that is still in the database.
pub async fn first_unmoved(db: &impl ConnectionTrait) -> Result<Option<(Document, Vec<u8>)>> {
    let Some(unmoved) = document_unmoved::Entity::find().one(db).await? else { return Ok(None) };
    let document = document::Entity::find_by_id(unmoved.document_id).one(db).await?;
    let document = document.ok_or_else(|| {
        StoreError::inconsistent("document_unmoved", unmoved.document_id, "there is no such document")
    })?;
    Ok(Some((document.into(), unmoved.content)))
}

/// Deletes the content from the database of a document whose content is in the store.
pub async fn forget_unmoved(db: &impl ConnectionTrait, id: DocumentId) -> Result<()> {
    document_unmoved::Entity::delete_by_id(id).exec(db).await?;
    Ok(())
}
