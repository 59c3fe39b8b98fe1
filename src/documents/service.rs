//! Use cases of documents, for the use cases of other slices that upload, attach and read them.
//!
//! A file is uploaded in two steps: [`receive`] writes the content before the transaction, then [`keep`] adds the
//! document inside it. No disk or network is therefore waited for while other use cases wait for their turn to write.

use super::contents::Removed;
use super::model;
use super::policy;
use super::store;
use super::view::{Document, Opened};
use crate::audit::{self, Action, Event};
use crate::ctx::Ctx;
use crate::db::{StoreError, Txn};
use crate::each::Failures;
use crate::error::{Code, Error, Result};
use crate::secret;
use crate::settings;
use crate::time::zone;
use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Days, TimeDelta, Utc};
use entity::ids::DocumentId;
use entity::kinds::DocumentOwnerKind;
use futures_util::StreamExt as _;
use sea_orm::ConnectionTrait;
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Time for which a content without a document is kept, so that the use case that wrote it can end.
const ORPHANS_STAY: TimeDelta = TimeDelta::days(1);

/// A record of another slice that can own documents.
pub trait OwnsDocuments {
    /// Kind of the record.
    const KIND: DocumentOwnerKind;

    /// Returns the id of the record.
    fn id(&self) -> String;

    /// Checks with the policy of the record's slice that the caller may read its documents. Errors: `not_found`, also
    /// for a record that the caller may not see.
    fn check_reader(&self, ctx: &Ctx) -> impl Future<Output = Result<()>>;
}

/// A file with a stored content, not yet named by a document.
pub struct Received {
    name: String,
    media_type: &'static str,
    size: i64,
    sha256: String,
}

/// Keeps an uploaded file as a document, in a transaction of its own, and records the event under the verb of the slice
/// that asks.
///
/// What happens: the document is deleted after a day unless a record names it. Who may: the calling use case has checked
/// the permission. Mails: none. Errors: those of [`receive`] and [`keep`].
pub async fn keep_upload(ctx: &Ctx, verb: impl Into<Action>, name: &str, content: Bytes) -> Result<Document> {
    let received = receive(ctx, name, content).await?;
    keep_received(ctx, verb.into(), received).await
}

async fn keep_received(ctx: &Ctx, verb: Action, received: Received) -> Result<Document> {
    ctx.write(async |txn| {
        let document = keep(ctx, txn, received).await?;
        let details = json!({ "sha256": document.sha256, "size": document.size, "media_type": document.media_type });
        audit::record(ctx, txn, Event::about(verb, ("document", document.id.to_string()), details)).await?;
        Ok(document)
    })
    .await
}

/// Keeps a table or a calendar that a use case reads later, in a transaction of its own, like [`keep_upload`].
///
/// What happens: the document has no owner and is deleted after a day. Who may: the calling use case has checked the
/// permission. Errors: those of [`receive`] and [`keep`].
pub async fn keep_draft(ctx: &Ctx, verb: impl Into<Action>, name: &str, content: Bytes) -> Result<Document> {
    let media_type = model::draft_type(name, &content)?;
    let received = receive_as(ctx, name, media_type, content).await?;
    keep_received(ctx, verb.into(), received).await
}

/// Reads a whole draft. Errors: `not_found` for any other document, and for a draft of another person.
pub async fn read_draft(ctx: &Ctx, id: DocumentId) -> Result<(Document, Bytes)> {
    let uploader = store::uploader(ctx.reader(), id).await?.ok_or(Error::NotFound)?;
    let document = store::documents(ctx.reader(), vec![id]).await?.pop().ok_or(Error::NotFound)?;
    if uploader != ctx.actor.person_id() || !model::is_draft(&document.media_type) {
        return Err(Error::NotFound);
    }
    let mut content = ctx.services.contents.read(&document.sha256).await?;
    let mut bytes = BytesMut::new();
    while let Some(part) = content.next().await {
        bytes.extend_from_slice(&part.map_err(|_| Error::refused(Code::DocumentUnreadable))?);
    }
    Ok((document, bytes.freeze()))
}

/// Checks a file and writes its content into the store.
///
/// Who may: the calling use case has checked the permission. Errors: `document_too_large`, `document_empty`,
/// `document_type_refused`, `document_type_mismatch`, `documents_quota`; `busy` and `storage_full` if the store does
/// not accept the content.
pub async fn receive(ctx: &Ctx, name: &str, content: Bytes) -> Result<Received> {
    let media_type = model::document_type(name, &content);
    if content.len() > ctx.config().limits.document_bytes {
        return Err(Error::file_too_large(ctx.config().limits.document_bytes));
    }
    receive_as(ctx, name, media_type?, content).await
}

async fn receive_as(ctx: &Ctx, name: &str, media_type: &'static str, content: Bytes) -> Result<Received> {
    if content.len() > ctx.config().limits.document_bytes {
        return Err(Error::file_too_large(ctx.config().limits.document_bytes));
    }
    let received = Received {
        name: model::document_name(name),
        media_type,
        size: i64::try_from(content.len()).map_err(|_| Error::file_too_large(content.len()))?,
        sha256: secret::sha256_hex(&content),
    };
    // Checked before the content is written, because refused files must not fill the disk either.
    check_quota(ctx, ctx.reader(), received.size).await?;
    ctx.services.contents.put(&received.sha256, content).await?;
    Ok(received)
}

/// Stores a received file as a document. A document without an owner is deleted by retention.
///
/// Errors: `documents_quota`, `busy`.
pub async fn keep(ctx: &Ctx, txn: &Txn, received: Received) -> Result<Document> {
    let Received { name, media_type, size, sha256 } = received;
    check_quota(ctx, txn, size).await?;
    // Contents are swept only in the turn to write (`sweep`), so an existing one stays until this transaction ends.
    if ctx.services.contents.written_at(&sha256).await?.is_none() {
        return Err(StoreError::Busy.into());
    }
    let media_type = media_type.to_owned();
    let document = Document { id: ctx.new_id(), name, media_type, size, sha256, created_at: ctx.now() };
    store::insert(txn, &document, ctx.actor.person_id(), policy::body_charged(&ctx.actor)).await?;
    Ok(document)
}

/// Refuses a file beyond the daily limit of the caller's body in Europe/Rome, because a full disk would stop the whole
/// service.
async fn check_quota(ctx: &Ctx, db: &impl ConnectionTrait, size: i64) -> Result<()> {
    let Some(body) = policy::body_charged(&ctx.actor) else { return Ok(()) };
    let limits = &ctx.config().limits;
    let kept = store::sizes_kept_since(db, body, zone::start_of_day(ctx.today())).await?;
    let bytes = kept.iter().sum::<i64>().saturating_add(size);
    if kept.len() < limits.documents_per_day && bytes <= limits.documents_bytes_per_day {
        return Ok(());
    }
    let free_again = zone::start_of_day(ctx.today() + Days::new(1));
    Err(Error::Spent {
        code: Code::DocumentsQuota,
        field: "document",
        retry_after_seconds: (free_again - ctx.now()).num_seconds().unsigned_abs(),
    })
}

/// Makes a thing an owner of a document. The thing may own it already.
///
/// Who may: the uploader of the document, and the secretariat. Errors: `unknown_value` for `document_id`.
pub async fn attach<O: OwnsDocuments>(ctx: &Ctx, txn: &Txn, id: DocumentId, owner: &O) -> Result<()> {
    if store::is_owner(txn, id, O::KIND, &owner.id()).await? {
        return Ok(());
    }
    let unknown = || Error::field("document_id", Code::UnknownValue);
    let uploader = store::uploader(txn, id).await?.ok_or_else(unknown)?;
    if !policy::may_attach(&ctx.actor, uploader) {
        return Err(unknown());
    }
    Ok(store::insert_owner(txn, id, O::KIND, &owner.id()).await?)
}

/// Returns documents without their contents, in the order of their creation.
pub async fn documents(db: &impl ConnectionTrait, ids: Vec<DocumentId>) -> Result<Vec<Document>> {
    Ok(store::documents(db, ids).await?)
}

/// Opens a document of a record for reading. The whole content is checked before the first byte is returned.
///
/// Who may: as decided by the record's slice ([`OwnsDocuments::check_reader`]). Errors: `not_found`;
/// `document_unreadable` if the content is missing or altered, `busy` if the store does not answer.
pub async fn open<O: OwnsDocuments>(ctx: &Ctx, owner: &O, id: DocumentId) -> Result<Opened> {
    owner.check_reader(ctx).await?;
    if !store::is_owner(ctx.reader(), id, O::KIND, &owner.id()).await? {
        return Err(Error::NotFound);
    }
    let document = store::documents(ctx.reader(), vec![id]).await?.pop().ok_or(Error::NotFound)?;
    ctx.services.contents.check(&document.sha256).await?;
    let content = ctx.services.contents.read(&document.sha256).await?;
    Ok(Opened { document, content })
}

/// Returns the SHA-256 and the size in bytes of every content that a document has in the store.
pub async fn contents_recorded(db: &impl ConnectionTrait) -> Result<BTreeMap<String, u64>> {
    Ok(store::recorded(db).await?)
}

/// Deletes at most `limit` documents that have had no owner since before the instant. Returns their number. Their
/// contents are deleted a day later ([`sweep`]).
pub async fn remove_unowned(txn: &Txn, before: DateTime<Utc>, limit: u64) -> Result<u64> {
    Ok(store::remove_unowned(txn, before, limit).await?)
}

/// Result of a sweep of the store of contents.
#[derive(Debug)]
pub struct Swept {
    pub removed: u64,
    pub kept: usize,
    /// Contents that are missing or differ in size from their documents.
    pub failures: Failures,
}

/// Deletes contents that no document names and that are older than a day, and checks that all others exist.
///
/// Each content is deleted in its own turn to write, so that no use case can name it meanwhile. Nothing is deleted from the
/// store of another database, because its documents are not known here.
pub async fn sweep(ctx: &Ctx) -> Result<Swept> {
    let contents = &ctx.services.contents;
    let before = ctx.now() - ORPHANS_STAY;
    let recorded = store::recorded(ctx.reader()).await?;
    let (found, mut removed, mut failures) = (contents.list().await?, 0, Failures::default());
    let is_ours = contents.belongs_to(&name_of_database(ctx).await?).await?;
    if !is_ours {
        failures.note("the store belongs to another database", Error::refused(Code::DocumentUnreadable))?;
    }
    for orphan in found.keys().filter(|sha256| is_ours && !recorded.contains_key(*sha256)) {
        let done = ctx.write(async |txn| remove_orphan(ctx, txn, orphan, before).await).await?;
        removed += u64::from(done == Removed::Gone);
    }
    for (sha256, size) in &recorded {
        if found.get(sha256) != Some(size) {
            failures.note(format_args!("content {sha256}"), Error::refused(Code::DocumentUnreadable))?;
        }
    }
    if is_ours {
        contents.remove_unfinished(before)?;
    }
    Ok(Swept { removed, kept: recorded.len(), failures })
}

/// Returns the name of the database in its store of contents; the first call makes it.
async fn name_of_database(ctx: &Ctx) -> Result<String> {
    if let Some(name) = settings::get(ctx.reader(), settings::STORE_OWNER).await? {
        return Ok(name);
    }
    let name = ctx.new_id::<Uuid>().to_string();
    let now = ctx.now();
    ctx.write(async |txn| Ok(settings::set(txn, settings::STORE_OWNER, &name, now).await?)).await?;
    Ok(name)
}

/// Deletes a content that no document names and that was last written before the instant.
async fn remove_orphan(ctx: &Ctx, txn: &Txn, sha256: &str, before: DateTime<Utc>) -> Result<Removed> {
    if store::is_recorded(txn, sha256).await? {
        return Ok(Removed::Kept);
    }
    Ok(ctx.services.contents.remove_if_older(sha256, before).await?)
}

/// Moves contents that are still in the database into the store, each in its own transaction. Returns their number.
///
/// A content is durable in the store before its bytes leave the database, so this may be interrupted and started again.
pub async fn move_contents(ctx: &Ctx) -> Result<u64> {
    let mut moved = 0;
    while let Some((document, content)) = store::first_unmoved(ctx.reader()).await? {
        ctx.services.contents.put(&document.sha256, content.into()).await?;
        ctx.write(async |txn| Ok(store::forget_unmoved(txn, document.id).await?)).await?;
        moved += 1;
    }
    Ok(moved)
}
