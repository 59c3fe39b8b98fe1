//! Deliverables over REST: request and response types, and short handlers.

use super::model::{LIFECYCLE, Submission};
use super::policy::Action;
use super::service::{self, DeliverableFilter, SubmitIn};
use super::view::{DeliverableView, Dossier};
use crate::auth::rights::Right;
use crate::ctx::Ctx;
use crate::designations::api::{DocumentIn, DocumentOut};
use crate::documents::service as documents;
use crate::error::{Code, Error};
use crate::http::Answer;
use crate::http::download;
use crate::http::json::{Json, MergePatch};
use crate::http::multipart::Upload;
use crate::http::paging::{Page, Paging};
use crate::http::patch::Patch;
use crate::http::version::{self, IfMatch};
use crate::network::service as network;
use crate::time::Day;
use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DeliverableId, DocumentId, ReleaseId};
use entity::kinds::DeliverableState;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};

pub fn configure(cfg: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    cfg.service(list_deliverables)
        .service(show_deliverable)
        .service(change_deliverable)
        .service(start_deliverable)
        .service(upload_text)
        .service(submit_deliverable)
        .service(show_text)
        .service(block_deliverable)
        .service(unblock_deliverable)
        .service(waive_deliverable)
        .service(omit_deliverable)
        .service(reinstate_deliverable);
}

/// Rights required by each operation, by the name of its handler.
pub const RIGHTS: &[(&str, Right<Action>)] = &[
    ("list_deliverables", Right::Ever(Action::View)),
    ("show_deliverable", Right::Ever(Action::View)),
    ("change_deliverable", Right::Ever(Action::Reschedule)),
    ("start_deliverable", Right::Ever(Action::Start)),
    ("upload_text", Right::Ever(Action::Submit)),
    ("submit_deliverable", Right::Ever(Action::Submit)),
    ("show_text", Right::Ever(Action::View)),
    ("block_deliverable", Right::Ever(Action::Block)),
    ("unblock_deliverable", Right::Ever(Action::Unblock)),
    ("waive_deliverable", Right::Ever(Action::Waive)),
    ("omit_deliverable", Right::Ever(Action::Omit)),
    ("reinstate_deliverable", Right::Ever(Action::Omit)),
];

/// The contribution of one observatory to one release.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeliverableOut {
    pub id: DeliverableId,
    pub release_id: ReleaseId,
    /// The product's code.
    pub product: String,
    pub product_name_it: String,
    pub product_name_en: String,
    pub period: String,
    /// The observatory's code.
    pub observatory: String,
    pub observatory_name: String,
    pub state: DeliverableState,
    /// Reason why it is blocked or waived, or public cause for which the release goes out without it.
    pub reason: Option<String>,
    /// Due day: set by hand, otherwise derived.
    pub day: NaiveDate,
    /// Derived from the release, in the observatory's calendar.
    pub due_day: NaiveDate,
    pub hand_set_day: Option<NaiveDate>,
    pub is_overdue: bool,
    /// Possible next events.
    #[schema(max_items = 12)]
    pub possible: Vec<&'static str>,
    pub version: i32,
}

/// One submission with the review's answer.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SubmissionOut {
    pub position: i32,
    #[schema(format = "uri")]
    pub link: Option<String>,
    /// File with the text.
    pub document: Option<DocumentOut>,
    pub note: Option<String>,
    pub submitted_at: DateTime<Utc>,
    /// Changes requested by the review; absent if it accepted or has not answered.
    pub remarks: Option<String>,
    pub answered_at: Option<DateTime<Utc>>,
    /// Instant at which the observatory took it back.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// One deliverable with all submissions.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeliverableDossierOut {
    #[serde(flatten)]
    #[schema(inline)]
    pub deliverable: DeliverableOut,
    /// Oldest first.
    #[schema(max_items = 1000)]
    pub submissions: Vec<SubmissionOut>,
    /// Day from which the release may go out without this chapter; absent for other scopes and once the release is out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_from: Option<NaiveDate>,
}

/// A submission: the address of the text, a file with it, or both.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitDeliverableIn {
    /// Address of the text.
    #[serde(default)]
    #[schema(max_length = 2000, format = "uri")]
    pub link: Option<String>,
    /// A file uploaded with `POST /deliverables/documents`.
    #[serde(default)]
    pub document_id: Option<DocumentId>,
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub note: Option<String>,
}

/// Reason why a deliverable is blocked or waived.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliverableReasonIn {
    #[schema(max_length = 1000)]
    pub reason: String,
}

/// Cause for which a release goes out without a chapter.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OmitDeliverableIn {
    /// Public sentence.
    #[schema(max_length = 1000)]
    pub cause: String,
}

/// A merge patch of values set by hand.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliverableChange {
    /// `null` restores the derived day.
    #[serde(default)]
    #[schema(value_type = Option<Day>)]
    pub hand_set_day: Patch<Day>,
}

/// Filter of the list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeliverablesQuery {
    pub release: Option<ReleaseId>,
    /// An observatory's code.
    #[param(max_length = 60)]
    pub observatory: Option<String>,
    pub state: Option<DeliverableState>,
    /// Only open ones whose day has passed.
    #[serde(default)]
    pub overdue: bool,
}

/// List the deliverables
///
/// Earliest day first. Who may: secretariat and direction see all, an observatory and its body their own.
#[utoipa::path(tag = "deliverables", params(DeliverablesQuery, Paging), responses((status = 200, body = Page<DeliverableOut>)))]
#[get("/deliverables")]
pub async fn list_deliverables(
    ctx: Ctx,
    request: HttpRequest,
    query: web::Query<DeliverablesQuery>,
    paging: web::Query<Paging>,
) -> Answer {
    let today = ctx.today();
    let filter = filter_of(&ctx, &query).await?;
    let limit = paging.limit()?;
    let lines = service::list(&ctx, &filter, paging.after_day()?, limit + 1).await?;
    let page = Page::cut(&ctx, &request, limit, lines, |last| (last.deliverable.day(), last.deliverable.id))?;
    Ok(HttpResponse::Ok().json(page.map(|line| DeliverableOut::on(line, today))))
}

/// Converts the query to a filter; an unknown observatory is an error, not an empty list.
pub async fn filter_of(ctx: &Ctx, query: &DeliverablesQuery) -> Result<DeliverableFilter, Error> {
    let observatory = match &query.observatory {
        Some(code) => Some(network::observatory(ctx, code).await.map_err(|error| error.as_unknown("observatory"))?.id),
        None => None,
    };
    Ok(DeliverableFilter {
        release: query.release,
        observatory,
        state: query.state,
        overdue_on: query.overdue.then(|| ctx.today()),
        ..DeliverableFilter::default()
    })
}

/// One deliverable with all submissions
///
/// Who may: as in the list. Unknown and invisible ones get the same answer.
#[utoipa::path(tag = "deliverables", params(("id" = DeliverableId, Path)), responses((status = 200, body = DeliverableDossierOut)))]
#[get("/deliverables/{id:[0-9A-Fa-f-]+}")]
pub async fn show_deliverable(ctx: Ctx, id: web::Path<DeliverableId>) -> Answer {
    let dossier = service::dossier(&ctx, *id).await?;
    Ok(version::answer(dossier.view.deliverable.version, &DeliverableDossierOut::on(dossier, ctx.today())))
}

/// Set a day by hand
///
/// The day survives every move of the release until `null` restores the derived one. Who may: the secretariat. Errors:
/// `wrong_transition` after the review, `nothing_changes`.
#[utoipa::path(tag = "deliverables", params(("id" = DeliverableId, Path), IfMatch), request_body(content = DeliverableChange, content_type = "application/merge-patch+json"), responses((status = 200, body = DeliverableOut)))]
#[patch("/deliverables/{id:[0-9A-Fa-f-]+}")]
pub async fn change_deliverable(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DeliverableId>,
    change: MergePatch<DeliverableChange>,
) -> Answer {
    let present = service::dossier(&ctx, *id).await?.view.deliverable.hand_set_day;
    let day = change.0.hand_set_day.map(NaiveDate::from).apply(present);
    let changed =
        version::change(&ctx, &request, async |txn, version| service::reschedule(&ctx, txn, *id, version, day).await)
            .await?;
    Ok(answer(&ctx, changed))
}

/// Start the work
///
/// Who may: the observatory, the secretariat on its behalf. Errors: `wrong_transition`.
#[utoipa::path(tag = "deliverables", params(("id" = DeliverableId, Path), IfMatch), responses((status = 200, body = DeliverableOut)))]
#[post("/deliverables/{id:[0-9A-Fa-f-]+}/start")]
pub async fn start_deliverable(ctx: Ctx, request: HttpRequest, id: web::Path<DeliverableId>) -> Answer {
    let started =
        version::change(&ctx, &request, async |txn, version| service::start(&ctx, txn, *id, version).await).await?;
    Ok(answer(&ctx, started))
}

/// Upload a file with a text
///
/// PDF, signed envelope (`.p7m`, in DER, base64 or PEM), PNG, JPEG or TIFF; stored with its SHA-256. A file that no
/// submission names is deleted after a day. Who may: an observatory, the secretariat. Errors: `document_empty`,
/// `document_too_large`, `document_type_refused`, `document_type_mismatch`; `documents_quota` once the body has reached
/// its limit for the day.
#[utoipa::path(tag = "deliverables", request_body(content_type = "multipart/form-data", content = DocumentIn), responses((status = 201, body = DocumentOut)))]
#[post("/deliverables/documents")]
pub async fn upload_text(ctx: Ctx, upload: Upload) -> Answer {
    let file = upload.file.ok_or_else(|| Error::field("document", Code::Required))?;
    let document = service::keep_text(&ctx, &file.name, file.content()?.clone()).await?;
    Ok(HttpResponse::Created().json(DocumentOut::from(document)))
}

/// A text that was handed in as a file
///
/// Who may: everyone who may see the deliverable.
#[utoipa::path(tag = "deliverables", params(("id" = DeliverableId, Path), ("text_id" = DocumentId, Path)), responses((status = 200, content_type = "application/octet-stream", body = String)))]
#[get("/deliverables/{id:[0-9A-Fa-f-]+}/documents/{text_id:[0-9A-Fa-f-]+}")]
pub async fn show_text(ctx: Ctx, path: web::Path<(DeliverableId, DocumentId)>) -> Answer {
    let (id, text_id) = path.into_inner();
    Ok(download::document(documents::open(&ctx, &id, text_id).await?))
}

/// Submit the deliverable
///
/// Also starts a deliverable that was not started; its open steps are no longer due. It names the text by its address or
/// as a file. Who may: the observatory, the secretariat on its behalf. Errors: `wrong_transition`, `text_missing`,
/// `not_a_url`, `unknown_value`.
#[utoipa::path(tag = "deliverables", params(("id" = DeliverableId, Path), IfMatch), request_body = SubmitDeliverableIn, responses((status = 200, body = DeliverableOut)))]
#[post("/deliverables/{id:[0-9A-Fa-f-]+}/submit")]
pub async fn submit_deliverable(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DeliverableId>,
    input: Json<SubmitDeliverableIn>,
) -> Answer {
    let SubmitDeliverableIn { link, document_id, note } = input.value;
    let input = SubmitIn { link, document_id, note };
    let submitted =
        version::change(&ctx, &request, async |txn, version| service::submit(&ctx, txn, *id, version, input).await)
            .await?;
    Ok(answer(&ctx, submitted))
}

/// Block the deliverable
///
/// Who may: the observatory, the secretariat on its behalf. Errors: `wrong_transition`, `reason_missing`.
#[utoipa::path(tag = "deliverables", params(("id" = DeliverableId, Path), IfMatch), request_body = DeliverableReasonIn, responses((status = 200, body = DeliverableOut)))]
#[post("/deliverables/{id:[0-9A-Fa-f-]+}/block")]
pub async fn block_deliverable(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DeliverableId>,
    input: Json<DeliverableReasonIn>,
) -> Answer {
    let blocked = version::change(&ctx, &request, async |txn, version| {
        service::block(&ctx, txn, *id, version, &input.value.reason).await
    })
    .await?;
    Ok(answer(&ctx, blocked))
}

/// Unblock the deliverable
///
/// It returns to its former state. Who may: the observatory, the secretariat on its behalf. Errors: `wrong_transition`.
#[utoipa::path(tag = "deliverables", params(("id" = DeliverableId, Path), IfMatch), responses((status = 200, body = DeliverableOut)))]
#[post("/deliverables/{id:[0-9A-Fa-f-]+}/unblock")]
pub async fn unblock_deliverable(ctx: Ctx, request: HttpRequest, id: web::Path<DeliverableId>) -> Answer {
    let unblocked =
        version::change(&ctx, &request, async |txn, version| service::unblock(&ctx, txn, *id, version).await).await?;
    Ok(answer(&ctx, unblocked))
}

/// Waive the deliverable
///
/// The observatory does not owe it any more, and the release goes on without it. Who may: the secretariat. Errors:
/// `wrong_transition`, `reason_missing`, `chapter_late` once a joint release may go out without the chapter.
#[utoipa::path(tag = "deliverables", params(("id" = DeliverableId, Path), IfMatch), request_body = DeliverableReasonIn, responses((status = 200, body = DeliverableOut)))]
#[post("/deliverables/{id:[0-9A-Fa-f-]+}/waive")]
pub async fn waive_deliverable(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DeliverableId>,
    input: Json<DeliverableReasonIn>,
) -> Answer {
    let waived = version::change(&ctx, &request, async |txn, version| {
        service::waive(&ctx, txn, *id, version, &input.value.reason).await
    })
    .await?;
    Ok(answer(&ctx, waived))
}

/// Let a joint release go out without the chapter
///
/// From `missing_from` on, for a chapter that has not come. What happens: it does not block the publication any more, and
/// the page of the release, the API and the feeds name it with its cause. Who may: the secretariat. Mails: *missing chapter*
/// to referent, deputy and manager. Errors: `wrong_transition`, `not_a_chapter`, `release_over`, `chapter_not_late` before
/// the day, `reason_missing`, `reason_too_short`.
#[utoipa::path(tag = "deliverables", params(("id" = DeliverableId, Path), IfMatch), request_body = OmitDeliverableIn, responses((status = 200, body = DeliverableOut)))]
#[post("/deliverables/{id:[0-9A-Fa-f-]+}/omit")]
pub async fn omit_deliverable(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DeliverableId>,
    input: Json<OmitDeliverableIn>,
) -> Answer {
    let omitted = version::change(&ctx, &request, async |txn, version| {
        service::omit(&ctx, txn, *id, version, &input.value.cause).await.map_err(at_the_cause)
    })
    .await?;
    Ok(answer(&ctx, omitted))
}

/// Calls the reason by its name in the request.
fn at_the_cause(error: Error) -> Error {
    error.placed(|field| if field == "reason" { "cause" } else { field })
}

/// Await a missing chapter again
///
/// It returns to its former state. Who may: the secretariat, until the release is out. Mails: *awaited again* to referent,
/// deputy and manager. Errors: `wrong_transition`, `release_over`.
#[utoipa::path(tag = "deliverables", params(("id" = DeliverableId, Path), IfMatch), responses((status = 200, body = DeliverableOut)))]
#[post("/deliverables/{id:[0-9A-Fa-f-]+}/reinstate")]
pub async fn reinstate_deliverable(ctx: Ctx, request: HttpRequest, id: web::Path<DeliverableId>) -> Answer {
    let reinstated =
        version::change(&ctx, &request, async |txn, version| service::reinstate(&ctx, txn, *id, version).await).await?;
    Ok(answer(&ctx, reinstated))
}

/// Answers with a changed deliverable; `tasks` takes submissions back, `reviews` reviews.
pub fn answer(ctx: &Ctx, view: DeliverableView) -> HttpResponse {
    version::answer(view.deliverable.version, &DeliverableOut::on(view, ctx.today()))
}

impl DeliverableOut {
    /// Makes the answer as of a day.
    pub fn on(view: DeliverableView, today: NaiveDate) -> Self {
        let deliverable = view.deliverable;
        let state = deliverable.state();
        Self {
            id: deliverable.id,
            release_id: deliverable.release_id,
            product: view.product_code,
            product_name_it: view.product_name_it,
            product_name_en: view.product_name_en,
            period: view.period,
            observatory: view.observatory_code,
            observatory_name: view.observatory_name,
            state,
            reason: deliverable.stage.reason().map(str::to_owned),
            day: deliverable.day(),
            due_day: deliverable.due_day,
            hand_set_day: deliverable.hand_set_day,
            is_overdue: deliverable.is_overdue(today),
            possible: LIFECYCLE.names(state),
            version: deliverable.version,
        }
    }
}

impl SubmissionOut {
    fn of(submission: Submission, document: Option<DocumentOut>) -> Self {
        let Submission { position, link, note, submitted_at, remarks, answered_at, withdrawn_at, .. } = submission;
        Self { position, link, document, note, submitted_at, remarks, answered_at, withdrawn_at }
    }
}

impl DeliverableDossierOut {
    fn on(dossier: Dossier, today: NaiveDate) -> Self {
        let document = |submission: &Submission| dossier.document_of(submission).cloned().map(DocumentOut::from);
        let submissions = dossier.submissions.iter().map(|one| SubmissionOut::of(one.clone(), document(one))).collect();
        let missing_from = dossier.late_from.map(|late| late.day);
        Self { submissions, missing_from, deliverable: DeliverableOut::on(dossier.view, today) }
    }
}
