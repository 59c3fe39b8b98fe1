//! Sources over REST.

mod wire;

use super::policy::Action;
use super::service;
use crate::auth::rights::Right;
use crate::ctx::Ctx;
use crate::designations::api::DocumentIn;
use crate::error::{Code, Error};
use crate::http::Answer;
use crate::http::idempotency::{self, Created, IdempotencyKey};
use crate::http::json::{Json, MergePatch};
use crate::http::multipart::Upload;
use crate::http::version::{self, IfMatch};
use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use entity::ids::{DocumentId, SourceOccurrenceId};
use wire::{
    ContainingQuery, CreateSourceIn, DatesPreviewOut, ImportDatesIn, ImportedDatesOut, OccurrenceIn, OccurrenceOut,
    OccurrencePatch, SourceDossierOut, SourceOut, SourcePatch, SourcesOut,
};

pub fn configure(cfg: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    cfg.service(list_sources)
        .service(create_source)
        .service(upload_dates)
        .service(show_source)
        .service(change_source)
        .service(enter_occurrence)
        .service(change_occurrence)
        .service(preview_dates)
        .service(import_dates);
}

/// Rights required by each operation, by the name of its handler.
pub const RIGHTS: &[(&str, Right<Action>)] = &[
    ("list_sources", Right::Ever(Action::View)),
    ("create_source", Right::Ever(Action::Create)),
    ("show_source", Right::Ever(Action::View)),
    ("change_source", Right::Ever(Action::Edit)),
    ("enter_occurrence", Right::Ever(Action::Enter)),
    ("change_occurrence", Right::Ever(Action::Enter)),
    ("upload_dates", Right::Ever(Action::Import)),
    ("preview_dates", Right::Ever(Action::Import)),
    ("import_dates", Right::Ever(Action::Import)),
];

/// The sources on whose dates releases depend
///
/// Who may: holders of seats of the network.
#[utoipa::path(tag = "sources", responses((status = 200, body = SourcesOut)))]
#[get("/sources")]
pub async fn list_sources(ctx: Ctx) -> Answer {
    let items = service::sources(&ctx).await?.into_iter().map(SourceOut::from).collect();
    Ok(HttpResponse::Ok().json(SourcesOut { items }))
}

/// Name a source
///
/// Its dates are entered afterwards. Who may: the secretariat. Mails: none. Errors: `code_taken`, `code_malformed`,
/// `not_a_url`.
#[utoipa::path(tag = "sources", params(IdempotencyKey), request_body = CreateSourceIn, responses((status = 201, body = SourceOut)))]
#[post("/sources")]
pub async fn create_source(ctx: Ctx, request: HttpRequest, input: Json<CreateSourceIn>) -> Answer {
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let (code, details) = input.value.clone().split();
        let created = service::create(&ctx, txn, &code, &details).await?;
        let location = format!("/api/v1/sources/{}", created.code);
        Ok(Created { location, version: Some(created.version), body: SourceOut::from(created) })
    })
    .await
}

/// One source with its dates and their latest changes
///
/// Who may: holders of seats of the network.
#[utoipa::path(tag = "sources", params(("code" = String, Path, max_length = 60)), responses((status = 200, body = SourceDossierOut)))]
#[get("/sources/{code}")]
pub async fn show_source(ctx: Ctx, code: web::Path<String>) -> Answer {
    let dossier = service::dossier(&ctx, ctx.reader(), &code).await?;
    let version = dossier.source.version;
    Ok(version::answer(version, &SourceDossierOut::from(dossier)))
}

/// Edit a source
///
/// Its code stays. Who may: the secretariat. Mails: none. Errors: `not_a_url`.
#[utoipa::path(tag = "sources", params(("code" = String, Path, max_length = 60), IfMatch), request_body(content = SourcePatch, content_type = "application/merge-patch+json"), responses((status = 200, body = SourceOut)))]
#[patch("/sources/{code}")]
pub async fn change_source(
    ctx: Ctx,
    request: HttpRequest,
    code: web::Path<String>,
    input: MergePatch<SourcePatch>,
) -> Answer {
    let edit =
        async |txn: &_, version| service::edit(&ctx, txn, &code, version, |present| input.0.apply(present)).await;
    let edited = version::change(&ctx, &request, edit).await?;
    Ok(version::answer(edited.version, &SourceOut::from(edited)))
}

/// Enter a date of a source
///
/// What happens: no release changes; the agenda proposes the days that rules give with the date. Who may: the secretariat.
/// Mails: none. Errors: `label_taken`.
#[utoipa::path(tag = "sources", params(("code" = String, Path, max_length = 60), IdempotencyKey), request_body = OccurrenceIn, responses((status = 201, body = OccurrenceOut)))]
#[post("/sources/{code}/occurrences")]
pub async fn enter_occurrence(
    ctx: Ctx,
    request: HttpRequest,
    code: web::Path<String>,
    input: Json<OccurrenceIn>,
) -> Answer {
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let entered = service::enter(&ctx, txn, &code, &input.value.clone().into()).await?;
        let location = format!("/api/v1/sources/{}", *code);
        Ok(Created { location, version: Some(entered.version), body: OccurrenceOut::from(entered) })
    })
    .await
}

/// Change a date of a source
///
/// What happens: no release changes; the agenda proposes the days that rules give with the new date. The history keeps the
/// day before. A withdrawn date counts no more. Who may: the secretariat. Mails: none. Errors: `nothing_changes`,
/// `label_taken`.
#[utoipa::path(tag = "sources", params(("code" = String, Path, max_length = 60), ("occurrence_id" = SourceOccurrenceId, Path), IfMatch), request_body(content = OccurrencePatch, content_type = "application/merge-patch+json"), responses((status = 200, body = OccurrenceOut)))]
#[patch("/sources/{code}/occurrences/{occurrence_id:[0-9A-Fa-f-]+}")]
pub async fn change_occurrence(
    ctx: Ctx,
    request: HttpRequest,
    path: web::Path<(String, SourceOccurrenceId)>,
    input: MergePatch<OccurrencePatch>,
) -> Answer {
    let (code, id) = path.into_inner();
    let change =
        async |txn: &_, version| service::change(&ctx, txn, &code, id, version, |present| input.0.apply(present)).await;
    let changed = version::change(&ctx, &request, change).await?;
    Ok(version::answer(changed.version, &OccurrenceOut::from(changed)))
}

/// Upload a file with dates of sources
///
/// A calendar (`.ics`) or a table (`.csv`, `.xlsx`) with the columns `label`, `day`, `state`, `note`. It is kept for a day, so
/// that it can be compared and then taken over. Who may: the secretariat. Errors: `document_empty`, `document_too_large`,
/// `document_type_refused`, `document_type_mismatch`; `documents_quota` once the body has reached its limit for the day.
#[utoipa::path(tag = "sources", request_body(content_type = "multipart/form-data", content = DocumentIn), responses((status = 201, body = crate::designations::api::DocumentOut)))]
#[post("/sources/documents")]
pub async fn upload_dates(ctx: Ctx, upload: Upload) -> Answer {
    let file = upload.file.ok_or_else(|| Error::field("document", Code::Required))?;
    let document = service::keep_file(&ctx, &file.name, file.content()?.clone()).await?;
    Ok(HttpResponse::Created().json(crate::designations::api::DocumentOut::from(document)))
}

/// Compare an uploaded file with the dates of a source
///
/// Nothing is written. Wrong cells are listed with their rows and columns. Who may: the member of the secretariat who
/// has uploaded the file. Errors: `table_unreadable`, `unpacks_too_large`, `too_many_rows`, `column_unknown`, `column_missing`,
/// `column_twice`.
#[utoipa::path(tag = "sources", params(("code" = String, Path, max_length = 60), ("draft_id" = DocumentId, Path), ContainingQuery), responses((status = 200, body = DatesPreviewOut)))]
#[get("/sources/{code}/imports/{draft_id:[0-9A-Fa-f-]+}")]
pub async fn preview_dates(
    ctx: Ctx,
    path: web::Path<(String, DocumentId)>,
    query: web::Query<ContainingQuery>,
) -> Answer {
    let (code, document) = path.into_inner();
    let chosen = service::Chosen { document, containing: query.into_inner().containing.unwrap_or_default() };
    let preview = service::preview(&ctx, &code, &service::read_file(&ctx, chosen).await?).await?;
    Ok(HttpResponse::Ok().json(DatesPreviewOut::of(preview, ctx.lang)))
}

/// Take over the dates of an uploaded file
///
/// All of them or none; dates that the file does not have stay. What happens: no release changes; the agenda proposes the
/// days that rules give with the new dates. Who may: as for the comparison. Mails: none. Errors: those of the comparison;
/// `cells_wrong`; `nothing_changes` for a file without anything new.
#[utoipa::path(tag = "sources", params(("code" = String, Path, max_length = 60), IdempotencyKey), request_body = ImportDatesIn, responses((status = 201, body = ImportedDatesOut)))]
#[post("/sources/{code}/imports")]
pub async fn import_dates(
    ctx: Ctx,
    request: HttpRequest,
    code: web::Path<String>,
    input: Json<ImportDatesIn>,
) -> Answer {
    let ImportDatesIn { document_id, containing } = input.value.clone();
    let chosen = service::Chosen { document: document_id, containing: containing.unwrap_or_default() };
    let draft = service::read_file(&ctx, chosen).await?;
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let done = service::import(&ctx, txn, &code, &draft).await?;
        let location = format!("/api/v1/sources/{}", *code);
        Ok(Created { location, version: None, body: ImportedDatesOut::of(&done.comparison) })
    })
    .await
}
