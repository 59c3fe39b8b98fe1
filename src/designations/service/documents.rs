//! The files that prove acts: kept, and given back.

use super::dossier;
use crate::audit::{self, Event};
use crate::auth::actor::Actor;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::model;
use crate::designations::store;
use crate::designations::verb::Verb;
use crate::designations::view::Document;
use crate::error::{Code, Error, Result};
use crate::secret;
use crate::time::zone;
use chrono::Days;
use entity::ids::{BodyId, DesignationId, DocumentId};
use entity::kinds::SeatKind;
use serde_json::json;

/// Keeps a file that proves an act.
///
/// What happens: the file waits for a designation to name it, and is removed after a day if none does. Who may: whoever may
/// designate somewhere. Mails: none. Errors: `document_empty`, `document_too_large`, `document_type_refused`,
/// `document_type_mismatch`, `documents_quota`.
pub async fn keep_document(ctx: &Ctx, txn: &Txn, name: &str, content: Vec<u8>) -> Result<Document> {
    let designates = ctx.actor.is_secretariat() || ctx.actor.holds(SeatKind::BodyManager) || ctx.actor.is_ourselves();
    if !designates || !ctx.actor.may_write() {
        return Err(Error::Denied);
    }
    if content.len() > ctx.config().limits.document_bytes {
        return Err(Error::refused(Code::DocumentTooLarge));
    }
    let media_type = model::document_type(name, &content)?;
    let document = Document {
        id: ctx.new_id(),
        name: model::document_name(name),
        media_type: media_type.to_owned(),
        size: i64::try_from(content.len()).map_err(|_| Error::refused(Code::DocumentTooLarge))?,
        sha256: secret::sha256_hex(&content),
        created_at: ctx.now(),
    };
    let body = body_charged(&ctx.actor);
    if let Some(body) = body {
        must_be_within_quota(ctx, txn, body, document.size).await?;
    }
    store::insert_document(txn, &document, content, ctx.actor.person_id(), body).await?;
    let event = Event::about(
        Verb::KeepDocument,
        ("document", document.id.to_string()),
        json!({ "sha256": document.sha256, "size": document.size, "media_type": document.media_type }),
    );
    audit::record(ctx, txn, event).await?;
    Ok(document)
}

/// The body to whose share of a day a file counts: that of the seat by which it is kept. The service itself has no limit.
fn body_charged(actor: &Actor) -> Option<BodyId> {
    let of = |kind: SeatKind| actor.seats.iter().filter(move |seat| seat.kind == kind).map(|seat| seat.body_id).min();
    of(SeatKind::Secretariat).or_else(|| of(SeatKind::BodyManager))
}

/// Refuses a file beyond what one body may bring in a day of Europe/Rome, because a full disk stops the whole service.
async fn must_be_within_quota(ctx: &Ctx, txn: &Txn, body: BodyId, size: i64) -> Result<()> {
    let limits = &ctx.config().limits;
    let kept = store::sizes_kept_since(txn, body, zone::start_of_day(ctx.today())).await?;
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

/// Finds a document and its content, for whoever may see a designation it proves.
pub async fn document(ctx: &Ctx, id: DesignationId, document_id: DocumentId) -> Result<entity::document::Model> {
    let dossier = dossier(ctx, id).await?;
    if !dossier.documents.iter().any(|document| document.id == document_id) {
        return Err(Error::NotFound);
    }
    store::document_content(ctx.reader(), document_id).await?.ok_or(Error::NotFound)
}
