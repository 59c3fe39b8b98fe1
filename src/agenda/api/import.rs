//! The import of a spreadsheet over REST.

use super::super::model::import::{Outcome, Row};
use super::super::service::{self, Preview};
use crate::ctx::Ctx;
use crate::designations::api::{DocumentIn, DocumentOut};
use crate::error::{Code, Error};
use crate::http::Answer;
use crate::http::idempotency::{self, Created, IdempotencyKey};
use crate::http::json::Json;
use crate::http::multipart::Upload;
use crate::http::sheet::WrongCellOut;
use crate::releases::api::WhenDto;
use crate::texts::Lang;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use entity::ids::{DocumentId, ReleaseId};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

/// A spreadsheet to take over.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportAgendaIn {
    pub document_id: DocumentId,
}

/// Comparison of a spreadsheet with the agenda.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportPreviewOut {
    pub document_id: DocumentId,
    #[schema(max_items = 1000)]
    pub rows: Vec<ImportRowOut>,
    /// Number of rows whose release has the date already.
    #[schema(value_type = u32)]
    pub same: usize,
    /// Wrong cells; with one of them nothing can be taken over.
    #[schema(max_items = 100_000)]
    pub errors: Vec<WrongCellOut>,
}

/// A row that plans a release or gives one another date.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportRowOut {
    /// Number of the row in the file; the headings are row 1.
    #[schema(value_type = u32)]
    pub row: usize,
    #[schema(max_length = 60)]
    pub product: String,
    #[schema(max_length = 60)]
    pub observatory: Option<String>,
    #[schema(max_length = 10)]
    pub period: String,
    pub date: WhenDto,
    /// The release that gets another date; absent for a new one.
    pub release_id: Option<ReleaseId>,
    pub date_before: Option<WhenDto>,
}

/// Number of releases planned and changed.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ImportedAgendaOut {
    #[schema(value_type = u32)]
    pub planned: usize,
    #[schema(value_type = u32)]
    pub changed: usize,
}

/// Upload a spreadsheet with dates of the agenda
///
/// A table (`.csv`, `.xlsx`) with the columns `product`, `observatory`, `period`, `day`, `hour`, `precision`. It is kept for
/// a day, so that it can be compared and then taken over. Who may: the secretariat. Errors: `document_empty`,
/// `document_too_large`, `document_type_refused`, `document_type_mismatch`; `documents_quota` once the body has reached its
/// limit for the day.
#[utoipa::path(tag = "agenda", request_body(content_type = "multipart/form-data", content = DocumentIn), responses((status = 201, body = DocumentOut)))]
#[post("/agenda/documents")]
pub async fn upload_agenda(ctx: Ctx, upload: Upload) -> Answer {
    let file = upload.file.ok_or_else(|| Error::field("document", Code::Required))?;
    let document = service::keep_file(&ctx, &file.name, file.content()?.clone()).await?;
    Ok(HttpResponse::Created().json(DocumentOut::from(document)))
}

/// Compare an uploaded spreadsheet with the agenda
///
/// Nothing is written. Wrong cells are listed with their rows and columns. Who may: the member of the secretariat who has
/// uploaded the file. Errors: `table_unreadable`, `unpacks_too_large`, `too_many_rows`, `column_unknown`, `column_missing`,
/// `column_twice`.
#[utoipa::path(tag = "agenda", params(("spreadsheet_id" = DocumentId, Path)), responses((status = 200, body = ImportPreviewOut)))]
#[get("/agenda/imports/{spreadsheet_id:[0-9A-Fa-f-]+}")]
pub async fn preview_agenda(ctx: Ctx, id: web::Path<DocumentId>) -> Answer {
    let preview = service::preview_import(&ctx, &service::read_file(&ctx, *id).await?).await?;
    Ok(HttpResponse::Ok().json(ImportPreviewOut::of(preview, ctx.lang)))
}

/// Take over an uploaded spreadsheet
///
/// What happens: new releases are planned with their provisional dates, provisional ones get the new dates; all of them or
/// none. Who may: as for the comparison. Mails: none. Errors: those of the comparison; `cells_wrong`; `nothing_changes` for a
/// spreadsheet without anything new.
#[utoipa::path(tag = "agenda", params(IdempotencyKey), request_body = ImportAgendaIn, responses((status = 201, body = ImportedAgendaOut)))]
#[post("/agenda/imports")]
pub async fn import_agenda(ctx: Ctx, request: HttpRequest, input: Json<ImportAgendaIn>) -> Answer {
    let draft = service::read_file(&ctx, input.value.document_id).await?;
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let done = service::import(&ctx, txn, &draft).await?;
        let planned = done.lines.iter().filter(|(_, outcome)| *outcome == Outcome::Plan).count();
        let body = ImportedAgendaOut { planned, changed: done.lines.len() - planned };
        Ok(Created { location: "/api/v1/releases".to_owned(), version: None, body })
    })
    .await
}

impl ImportPreviewOut {
    fn of(preview: Preview, lang: Lang) -> Self {
        Self {
            document_id: preview.document.id,
            rows: preview.lines.into_iter().map(ImportRowOut::from).collect(),
            same: preview.same,
            errors: preview.wrong.iter().map(|wrong| WrongCellOut::of(wrong, lang)).collect(),
        }
    }
}

impl From<(Row, Outcome)> for ImportRowOut {
    fn from((row, outcome): (Row, Outcome)) -> Self {
        let (release_id, before) = match outcome {
            Outcome::Improve { release, from, .. } => (Some(release), Some(from)),
            Outcome::Plan | Outcome::Same => (None, None),
        };
        Self {
            row: row.number,
            product: row.product,
            observatory: row.observatory,
            period: row.period.to_string(),
            date: row.when.into(),
            release_id,
            date_before: before.map(WhenDto::from),
        }
    }
}
