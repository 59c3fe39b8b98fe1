//! The table over REST: what a client sends and gets, and handlers of a few lines.

use super::model::{AgendaItem, Meeting, Quorum, Slot, Venue};
use super::service::{self, MeetingFilter};
use super::view::{Dossier, Invited, Line, Outcome, PartyPresence, Table};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::http::Failure;
use crate::http::idempotency::{self, Created, IdempotencyKey};
use crate::http::json::{Json, MergePatch};
use crate::http::paging::{Page, Paging};
use crate::http::patch::Patch;
use crate::http::version::{self, IfMatch};
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put, web};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use entity::ids::{AgendaItemId, MeetingId, OutcomeId, PersonId, ReleaseId, TaskId};
use entity::kinds::{AgendaItemKind, CalendarMethod, MeetingMode, MeetingState, OutcomeKind, Presence, TableKind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub fn configure(cfg: &mut utoipa_actix_web::service_config::ServiceConfig) {
    cfg.service(list_tables)
        .service(list_meetings)
        .service(create_meeting)
        .service(show_meeting)
        .service(edit_meeting)
        .service(add_agenda_item)
        .service(show_agenda_item)
        .service(remove_agenda_item)
        .service(convene_meeting)
        .service(move_meeting)
        .service(cancel_meeting)
        .service(hold_meeting)
        .service(record_attendance)
        .service(record_outcome)
        .service(close_meeting)
        .service(show_invite)
        .service(show_outcome);
}

/// The technical table or a working group.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TableOut {
    pub code: String,
    pub name_it: String,
    pub name_en: String,
    pub kind: TableKind,
    /// Working days between convocation and meeting.
    pub ordinary_notice_days: i32,
}

/// All tables.
#[derive(Debug, Serialize, ToSchema)]
pub struct TablesOut {
    #[schema(max_items = 200)]
    pub items: Vec<TableOut>,
}

/// Where a meeting takes place.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VenueDto {
    pub mode: MeetingMode,
    /// The room; needed to convene a meeting that has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 300, example = "Palazzo Lombardia, Sala 5")]
    pub place: Option<String>,
    /// The way in from afar; needed to convene a meeting that has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500, format = "uri")]
    pub remote_url: Option<String>,
}

/// What it takes to prepare a meeting.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeetingIn {
    /// The table's code.
    #[schema(max_length = 60, example = "tavolo")]
    pub table: String,
    #[schema(max_length = 200, example = "Agenda dei rilasci 2027")]
    pub title: String,
    pub day: NaiveDate,
    /// Wall time in Europe/Rome.
    #[schema(value_type = String, max_length = 8, example = "09:30:00")]
    pub starts: NaiveTime,
    /// Wall time in Europe/Rome, after the start.
    #[schema(value_type = String, max_length = 8, example = "12:00:00")]
    pub ends: NaiveTime,
    pub venue: VenueDto,
}

/// What is to change of a draft: members left out stay; `null` empties a place or an address.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeetingPatch {
    #[serde(default)]
    #[schema(max_length = 200)]
    pub title: Option<String>,
    #[serde(default)]
    pub day: Option<NaiveDate>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 8)]
    pub starts: Option<NaiveTime>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 8)]
    pub ends: Option<NaiveTime>,
    #[serde(default)]
    pub mode: Option<MeetingMode>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 300)]
    pub place: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500, format = "uri")]
    pub remote_url: Patch<String>,
}

/// One point of an agenda.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgendaItemIn {
    pub kind: AgendaItemKind,
    #[schema(max_length = 300)]
    pub title: String,
    /// The release it is about.
    #[serde(default)]
    pub release_id: Option<ReleaseId>,
    /// How long it is meant to take.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 480)]
    pub minutes: Option<i32>,
}

/// How a meeting is convened.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConveneIn {
    /// Why the notice is shorter than the table's rule; the minutes carry it.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub short_notice_reason: Option<String>,
}

/// Another day, hour or place.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveIn {
    pub day: NaiveDate,
    #[schema(value_type = String, max_length = 8)]
    pub starts: NaiveTime,
    #[schema(value_type = String, max_length = 8)]
    pub ends: NaiveTime,
    /// Where; left out, it stays where it is.
    #[serde(default)]
    pub venue: Option<VenueDto>,
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub short_notice_reason: Option<String>,
}

/// Why a meeting is called off.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelIn {
    #[schema(max_length = 1000)]
    pub reason: String,
}

/// How a party was there.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttendanceIn {
    pub presence: Presence,
    /// Who came for the party; needed with `by_delegate`, kept with nothing else.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub delegate: Option<String>,
}

/// How one party was there.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartyAttendanceIn {
    /// The body's code.
    #[schema(max_length = 60)]
    pub body: String,
    pub presence: Presence,
    #[serde(default)]
    #[schema(max_length = 200)]
    pub delegate: Option<String>,
}

/// Who is there; parties left out can be recorded later.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldIn {
    #[serde(default)]
    #[schema(max_items = 200)]
    pub attendances: Vec<PartyAttendanceIn>,
}

/// What a decision does to a release's date.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseChangeIn {
    Confirm,
    Move,
}

/// The date the table gives a release.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseDecisionIn {
    pub release_id: ReleaseId,
    pub change: ReleaseChangeIn,
    pub day: NaiveDate,
    /// Wall time in Europe/Rome; left out, the product's hour or the present one.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 8, example = "10:00:00")]
    pub hour: Option<NaiveTime>,
}

/// What the table asks of a seat.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeTaskIn {
    /// The seat's code.
    #[schema(max_length = 120, example = "referent:bergamo")]
    pub seat: String,
    #[schema(max_length = 300)]
    pub title: String,
    pub due_day: NaiveDate,
    #[serde(default)]
    #[schema(minimum = 0, maximum = 10000)]
    pub estimated_minutes: i32,
}

/// What the table made of a point.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeIn {
    pub kind: OutcomeKind,
    #[schema(max_length = 4000)]
    pub text: String,
    #[serde(default)]
    pub agenda_item_id: Option<AgendaItemId>,
    /// With a decision only.
    #[serde(default)]
    pub release: Option<ReleaseDecisionIn>,
    /// With a task, and always with it.
    #[serde(default)]
    pub task: Option<OutcomeTaskIn>,
}

/// One meeting as a list shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MeetingLineOut {
    pub id: MeetingId,
    /// The table's code.
    pub table: String,
    /// Given when the meeting is convened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "3/2027")]
    pub number: Option<String>,
    pub title: String,
    pub state: MeetingState,
    pub day: NaiveDate,
    #[schema(value_type = String)]
    pub starts: NaiveTime,
    #[schema(value_type = String)]
    pub ends: NaiveTime,
    pub venue: VenueDto,
    /// The calendar identity, for the meeting's whole life.
    pub uid: String,
    /// Rises with every move and with the cancellation.
    pub sequence: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub convened_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short_notice_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancelled_reason: Option<String>,
    pub version: i32,
}

/// A point of an agenda.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgendaItemOut {
    pub id: AgendaItemId,
    pub kind: AgendaItemKind,
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_id: Option<ReleaseId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<i32>,
}

/// A party, and how it was there once that is recorded.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AttendanceOut {
    /// The body's code.
    pub body: String,
    pub body_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence: Option<Presence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delegate: Option<String>,
}

/// Whether enough parties are there to decide: more than half of the signatories, in person or by delegate.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct QuorumOut {
    #[schema(value_type = u32)]
    pub parties: usize,
    #[schema(value_type = u32)]
    pub there: usize,
    #[schema(value_type = u32)]
    pub needed: usize,
    pub reached: bool,
}

/// An outcome with what followed from it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OutcomeOut {
    pub id: OutcomeId,
    pub meeting_id: MeetingId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agenda_item_id: Option<AgendaItemId>,
    pub position: i32,
    pub kind: OutcomeKind,
    pub text: String,
    /// The release it confirmed or moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_id: Option<ReleaseId>,
    /// The task it created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<TaskId>,
    pub created_at: DateTime<Utc>,
}

/// A person and the last thing they were told.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ToldOut {
    pub person_id: PersonId,
    pub name: String,
    pub method: CalendarMethod,
    pub sequence: u32,
    pub told_at: DateTime<Utc>,
}

/// One meeting with everything kept of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MeetingOut {
    #[serde(flatten)]
    #[schema(inline)]
    pub meeting: MeetingLineOut,
    /// In their order.
    pub agenda: Vec<AgendaItemOut>,
    /// Every party of the agreement.
    pub attendances: Vec<AttendanceOut>,
    pub quorum: QuorumOut,
    /// In the order in which they were recorded.
    pub outcomes: Vec<OutcomeOut>,
    /// For the secretariat: who was last told what, and when.
    pub told: Vec<ToldOut>,
}

/// How to narrow the list of meetings.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MeetingsQuery {
    /// A table's code.
    #[param(max_length = 60)]
    pub table: Option<String>,
    pub state: Option<MeetingState>,
    /// On this day or later.
    pub from: Option<NaiveDate>,
}

/// The tables of the network
///
/// Who may: any participant.
#[utoipa::path(tag = "meetings", responses((status = 200, body = TablesOut)))]
#[get("/tables")]
pub async fn list_tables(ctx: Ctx) -> Result<HttpResponse, Failure> {
    let items = service::tables(&ctx).await?.into_iter().map(TableOut::from).collect();
    Ok(HttpResponse::Ok().json(TablesOut { items }))
}

/// The meetings, the latest day first
///
/// Who may: the secretariat sees everything, participants what has been convened, partners what they were invited to.
#[utoipa::path(tag = "meetings", params(MeetingsQuery, Paging), responses((status = 200, body = Page<MeetingLineOut>)))]
#[get("/meetings")]
pub async fn list_meetings(
    ctx: Ctx,
    request: HttpRequest,
    query: web::Query<MeetingsQuery>,
    paging: web::Query<Paging>,
) -> Result<HttpResponse, Failure> {
    let table = match &query.table {
        Some(code) => Some(service::table_by_code(ctx.reader(), code).await?.id),
        None => None,
    };
    let filter = MeetingFilter { table, state: query.state, from: query.from };
    let limit = paging.limit()?;
    let lines = service::list(&ctx, &filter, paging.after()?, limit + 1).await?;
    let page = Page::cut(&ctx, &request, limit, lines, |last| (last.meeting.slot.day, last.meeting.id))?;
    Ok(HttpResponse::Ok().json(page.map(MeetingLineOut::from)))
}

/// Prepare a meeting
///
/// What happens: a draft that nobody but the secretariat sees. Who may: the secretariat. Mails: none. Errors:
/// `ends_before_starts`, `not_a_url`.
#[utoipa::path(tag = "meetings", security(("api_token" = ["secretariat"])), params(IdempotencyKey), request_body = MeetingIn, responses((status = 201, body = MeetingOut)))]
#[post("/meetings")]
pub async fn create_meeting(ctx: Ctx, request: HttpRequest, input: Json<MeetingIn>) -> Result<HttpResponse, Failure> {
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let made = service::create(&ctx, txn, input.value.clone().into()).await?;
        let location = format!("/api/v1/meetings/{}", made.meeting.id);
        Ok(Created { location, version: Some(made.meeting.version), body: MeetingOut::from(made) })
    })
    .await
}

/// One meeting
///
/// Who may: see the list. Unknown and unseen are the same answer.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path)), responses((status = 200, body = MeetingOut)))]
#[get("/meetings/{id}")]
pub async fn show_meeting(ctx: Ctx, id: web::Path<MeetingId>) -> Result<HttpResponse, Failure> {
    Ok(answer(service::show(&ctx, *id).await?))
}

/// Edit a draft
///
/// Who may: the secretariat. Mails: none. Errors: `wrong_transition` once convened, `ends_before_starts`, `not_a_url`.
#[utoipa::path(
    tag = "meetings",
    security(("api_token" = ["secretariat"])),
    params(("id" = MeetingId, Path), IfMatch),
    request_body(content = MeetingPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = MeetingOut))
)]
#[patch("/meetings/{id}")]
pub async fn edit_meeting(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    MergePatch(patch): MergePatch<MeetingPatch>,
) -> Result<HttpResponse, Failure> {
    let version = version::if_match(&request)?;
    let changed = ctx.write(async |txn| service::edit(&ctx, txn, *id, version, patch.into()).await).await?;
    Ok(answer(changed))
}

/// Add a point to a draft's agenda
///
/// Who may: the secretariat. Mails: none. Errors: `wrong_transition` once convened, `unknown_value` (release).
#[utoipa::path(tag = "meetings", security(("api_token" = ["secretariat"])), params(("id" = MeetingId, Path), IdempotencyKey), request_body = AgendaItemIn, responses((status = 201, body = AgendaItemOut)))]
#[post("/meetings/{id}/agenda-items")]
pub async fn add_agenda_item(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    input: Json<AgendaItemIn>,
) -> Result<HttpResponse, Failure> {
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let (item, _) = service::add_item(&ctx, txn, *id, input.value.clone().into()).await?;
        let location = format!("/api/v1/meetings/{}/agenda-items/{}", *id, item.id);
        Ok(Created { location, version: None, body: AgendaItemOut::from(item) })
    })
    .await
}

/// One point of an agenda
///
/// Who may: whoever may see the meeting.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path), ("item_id" = AgendaItemId, Path)), responses((status = 200, body = AgendaItemOut)))]
#[get("/meetings/{id}/agenda-items/{item_id}")]
pub async fn show_agenda_item(ctx: Ctx, path: web::Path<(MeetingId, AgendaItemId)>) -> Result<HttpResponse, Failure> {
    let (id, item_id) = path.into_inner();
    let item =
        service::show(&ctx, id).await?.agenda.into_iter().find(|item| item.id == item_id).ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok().json(AgendaItemOut::from(item)))
}

/// Take a point off a draft's agenda
///
/// The version is the meeting's. Who may: the secretariat. Mails: none. Errors: `wrong_transition` once convened.
#[utoipa::path(tag = "meetings", security(("api_token" = ["secretariat"])), params(("id" = MeetingId, Path), ("item_id" = AgendaItemId, Path), IfMatch), responses((status = 204)))]
#[delete("/meetings/{id}/agenda-items/{item_id}")]
pub async fn remove_agenda_item(
    ctx: Ctx,
    request: HttpRequest,
    path: web::Path<(MeetingId, AgendaItemId)>,
) -> Result<HttpResponse, Failure> {
    let (id, item_id) = path.into_inner();
    let version = version::if_match(&request)?;
    ctx.write(async |txn| service::remove_item(&ctx, txn, id, version, item_id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Convene a meeting
///
/// What happens: the draft gets its number; notice is counted in days worked by every party. Who may: the secretariat.
/// Mails: *convened*, with an invitation for the calendar, to every member. Errors: `agenda_empty`, `place_missing`,
/// `day_in_past`, `not_worked_by_all` (naming who does not work and why), `notice_too_short` unless a reason is given,
/// `wrong_transition`.
#[utoipa::path(tag = "meetings", security(("api_token" = ["secretariat"])), params(("id" = MeetingId, Path), IfMatch), request_body = ConveneIn, responses((status = 200, body = MeetingOut)))]
#[post("/meetings/{id}/convene")]
pub async fn convene_meeting(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    input: Json<ConveneIn>,
) -> Result<HttpResponse, Failure> {
    let version = version::if_match(&request)?;
    let reason = input.value.short_notice_reason;
    let convened = ctx.write(async |txn| service::convene(&ctx, txn, *id, version, reason).await).await?;
    Ok(answer(convened))
}

/// Move a convened meeting
///
/// What happens: the calendar identity stays, its sequence rises. Who may: the secretariat. Mails: *moved* to who had been
/// invited, *joined* and *left* to who came and went meanwhile. Errors: those of convening, `ends_before_starts`, `nothing_changes`.
#[utoipa::path(tag = "meetings", security(("api_token" = ["secretariat"])), params(("id" = MeetingId, Path), IfMatch), request_body = MoveIn, responses((status = 200, body = MeetingOut)))]
#[post("/meetings/{id}/move")]
pub async fn move_meeting(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    input: Json<MoveIn>,
) -> Result<HttpResponse, Failure> {
    let version = version::if_match(&request)?;
    let moved = ctx.write(async |txn| service::move_to(&ctx, txn, *id, version, input.value.into()).await).await?;
    Ok(answer(moved))
}

/// Call a meeting off, or give up a draft
///
/// Who may: the secretariat. Mails: *cancelled*, with the withdrawal for the calendar, to who had been invited. Errors:
/// `reason_missing`, `wrong_transition`.
#[utoipa::path(tag = "meetings", security(("api_token" = ["secretariat"])), params(("id" = MeetingId, Path), IfMatch), request_body = CancelIn, responses((status = 200, body = MeetingOut)))]
#[post("/meetings/{id}/cancel")]
pub async fn cancel_meeting(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    input: Json<CancelIn>,
) -> Result<HttpResponse, Failure> {
    let version = version::if_match(&request)?;
    let cancelled = ctx.write(async |txn| service::cancel(&ctx, txn, *id, version, &input.value.reason).await).await?;
    Ok(answer(cancelled))
}

/// Hold a meeting
///
/// What happens: it takes place, with the presences known so far. Who may: the secretariat. Mails: none. Errors:
/// `meeting_not_begun`, `unknown_value` (a body that is no party), `required` (a delegate without a name), `wrong_transition`.
#[utoipa::path(tag = "meetings", security(("api_token" = ["secretariat"])), params(("id" = MeetingId, Path), IfMatch), request_body = HoldIn, responses((status = 200, body = MeetingOut)))]
#[post("/meetings/{id}/hold")]
pub async fn hold_meeting(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    input: Json<HoldIn>,
) -> Result<HttpResponse, Failure> {
    let version = version::if_match(&request)?;
    let attendances = input.value.attendances.into_iter().map(service::AttendanceIn::from).collect();
    let held = ctx.write(async |txn| service::hold(&ctx, txn, *id, version, attendances).await).await?;
    Ok(answer(held))
}

/// Record the presence of a party
///
/// Over what was recorded before; the version is the meeting's. Who may: the secretariat. Mails: none. Errors: those of
/// holding.
#[utoipa::path(
    tag = "meetings",
    security(("api_token" = ["secretariat"])),
    params(("id" = MeetingId, Path), ("body" = String, Path, max_length = 60, description = "The body's code"), IfMatch),
    request_body = AttendanceIn,
    responses((status = 200, body = MeetingOut))
)]
#[put("/meetings/{id}/attendances/{body}")]
pub async fn record_attendance(
    ctx: Ctx,
    request: HttpRequest,
    path: web::Path<(MeetingId, String)>,
    input: Json<AttendanceIn>,
) -> Result<HttpResponse, Failure> {
    let (id, body) = path.into_inner();
    let version = version::if_match(&request)?;
    let AttendanceIn { presence, delegate } = input.value;
    let attendance = service::AttendanceIn { body, presence, delegate };
    let held = ctx.write(async |txn| service::attend(&ctx, txn, id, version, attendance).await).await?;
    Ok(answer(held))
}

/// Record an outcome
///
/// What happens: a decision may confirm or move a release, a task gives a seat something to do, in the same transaction
/// and linked both ways. Who may: the secretariat. Mails: those of the release. Errors: `wrong_transition` unless held and
/// not closed, `quorum_missing` for a decision of too few parties, those of the release and of the task.
#[utoipa::path(tag = "meetings", security(("api_token" = ["secretariat"])), params(("id" = MeetingId, Path), IdempotencyKey), request_body = OutcomeIn, responses((status = 201, body = OutcomeOut)))]
#[post("/meetings/{id}/outcomes")]
pub async fn record_outcome(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    input: Json<OutcomeIn>,
) -> Result<HttpResponse, Failure> {
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let (outcome, _) = service::record_outcome(&ctx, txn, *id, input.value.clone().into()).await?;
        let location = format!("/api/v1/outcomes/{}", outcome.id);
        Ok(Created { location, version: None, body: OutcomeOut::from(outcome) })
    })
    .await
}

/// Close a meeting that has been held
///
/// Who may: the secretariat. Mails: none. Errors: `wrong_transition`.
#[utoipa::path(tag = "meetings", security(("api_token" = ["secretariat"])), params(("id" = MeetingId, Path), IfMatch), responses((status = 200, body = MeetingOut)))]
#[post("/meetings/{id}/close")]
pub async fn close_meeting(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Result<HttpResponse, Failure> {
    let version = version::if_match(&request)?;
    let closed = ctx.write(async |txn| service::close(&ctx, txn, *id, version).await).await?;
    Ok(answer(closed))
}

/// The caller's own calendar entry
///
/// What the mail carried, or would carry now. Who may: whoever may see the meeting, once it has been convened.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path)), responses((status = 200, content_type = "text/calendar", body = String)))]
#[get("/meetings/{id}/invite.ics")]
pub async fn show_invite(ctx: Ctx, id: web::Path<MeetingId>) -> Result<HttpResponse, Failure> {
    invite(&ctx, *id).await
}

/// The entry as a download: shared with the pages.
pub(super) async fn invite(ctx: &Ctx, id: MeetingId) -> Result<HttpResponse, Failure> {
    let entry = service::calendar_entry(ctx, id).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/calendar; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"invite.ics\""))
        .body(entry))
}

/// One outcome
///
/// Who may: whoever may see its meeting.
#[utoipa::path(tag = "meetings", params(("id" = OutcomeId, Path)), responses((status = 200, body = OutcomeOut)))]
#[get("/outcomes/{id}")]
pub async fn show_outcome(ctx: Ctx, id: web::Path<OutcomeId>) -> Result<HttpResponse, Failure> {
    Ok(HttpResponse::Ok().json(OutcomeOut::from(service::outcome(&ctx, *id).await?)))
}

fn answer(dossier: Dossier) -> HttpResponse {
    version::answer(dossier.meeting.version, &MeetingOut::from(dossier))
}

impl From<VenueDto> for Venue {
    fn from(VenueDto { mode, place, remote_url }: VenueDto) -> Self {
        Self { mode, place, remote_url }
    }
}

impl From<Venue> for VenueDto {
    fn from(Venue { mode, place, remote_url }: Venue) -> Self {
        Self { mode, place, remote_url }
    }
}

impl From<MeetingIn> for service::MeetingIn {
    fn from(MeetingIn { table, title, day, starts, ends, venue }: MeetingIn) -> Self {
        Self { table, title, slot: Slot { day, starts, ends }, venue: venue.into() }
    }
}

impl From<MeetingPatch> for service::MeetingChange {
    fn from(MeetingPatch { title, day, starts, ends, mode, place, remote_url }: MeetingPatch) -> Self {
        Self { title, day, starts, ends, mode, place: three_states(place), remote_url: three_states(remote_url) }
    }
}

fn three_states<T>(patch: Patch<T>) -> Option<Option<T>> {
    match patch {
        Patch::Keep => None,
        Patch::Clear => Some(None),
        Patch::Set(value) => Some(Some(value)),
    }
}

impl From<AgendaItemIn> for service::ItemIn {
    fn from(AgendaItemIn { kind, title, release_id, minutes }: AgendaItemIn) -> Self {
        Self { kind, title, release_id, minutes }
    }
}

impl From<MoveIn> for service::MoveIn {
    fn from(MoveIn { day, starts, ends, venue, short_notice_reason }: MoveIn) -> Self {
        Self { slot: Slot { day, starts, ends }, venue: venue.map(Venue::from), short_notice_reason }
    }
}

impl From<PartyAttendanceIn> for service::AttendanceIn {
    fn from(PartyAttendanceIn { body, presence, delegate }: PartyAttendanceIn) -> Self {
        Self { body, presence, delegate }
    }
}

impl From<OutcomeIn> for service::OutcomeIn {
    fn from(OutcomeIn { kind, text, agenda_item_id, release, task }: OutcomeIn) -> Self {
        Self { kind, text, agenda_item_id, release: release.map(Into::into), task: task.map(Into::into) }
    }
}

impl From<ReleaseDecisionIn> for service::ReleaseDecision {
    fn from(ReleaseDecisionIn { release_id, change, day, hour }: ReleaseDecisionIn) -> Self {
        let change = match change {
            ReleaseChangeIn::Confirm => service::ReleaseChange::Confirm,
            ReleaseChangeIn::Move => service::ReleaseChange::Move,
        };
        Self { release_id, change, day, hour }
    }
}

impl From<OutcomeTaskIn> for service::NewTask {
    fn from(OutcomeTaskIn { seat, title, due_day, estimated_minutes }: OutcomeTaskIn) -> Self {
        Self { seat, title, due_day, estimated_minutes }
    }
}

impl From<Table> for TableOut {
    fn from(Table { id: _, code, name_it, name_en, kind, ordinary_notice_days }: Table) -> Self {
        Self { code, name_it, name_en, kind, ordinary_notice_days }
    }
}

impl From<Line> for MeetingLineOut {
    fn from(Line { meeting, table }: Line) -> Self {
        let state = meeting.state();
        let convocation = meeting.convocation().cloned();
        let Meeting { id, title, slot, venue, uid, sequence, stage, version, table_id: _ } = meeting;
        let (held_at, cancelled_reason) = stage.held_and_cancelled();
        Self {
            id,
            table: table.code,
            number: convocation.as_ref().map(|convocation| convocation.number.to_string()),
            title,
            state,
            day: slot.day,
            starts: slot.starts,
            ends: slot.ends,
            venue: venue.into(),
            uid,
            sequence,
            convened_at: convocation.as_ref().map(|convocation| convocation.at),
            short_notice_reason: convocation.and_then(|convocation| convocation.short_notice_reason),
            held_at,
            cancelled_reason,
            version,
        }
    }
}

impl From<AgendaItem> for AgendaItemOut {
    fn from(AgendaItem { id, position: _, kind, title, release_id, minutes }: AgendaItem) -> Self {
        Self { id, kind, title, release_id, minutes }
    }
}

impl From<PartyPresence> for AttendanceOut {
    fn from(PartyPresence { party, attendance }: PartyPresence) -> Self {
        let presence = attendance.as_ref().map(|attendance| attendance.presence);
        Self {
            body: party.code,
            body_name: party.name,
            presence,
            delegate: attendance.and_then(|attendance| attendance.delegate),
        }
    }
}

impl From<Quorum> for QuorumOut {
    fn from(quorum: Quorum) -> Self {
        Self { parties: quorum.parties, there: quorum.there, needed: quorum.needed(), reached: quorum.is_reached() }
    }
}

impl From<Outcome> for OutcomeOut {
    fn from(outcome: Outcome) -> Self {
        let Outcome { id, meeting_id, agenda_item_id, position, kind, text, release_id, task_id, created_at } = outcome;
        Self { id, meeting_id, agenda_item_id, position, kind, text, release_id, task_id, created_at }
    }
}

impl From<Invited> for ToldOut {
    fn from(one: Invited) -> Self {
        Self {
            person_id: one.person_id,
            name: one.name,
            method: one.told.method,
            sequence: one.told.sequence,
            told_at: one.at,
        }
    }
}

impl From<Dossier> for MeetingOut {
    fn from(dossier: Dossier) -> Self {
        let meeting = dossier.line().into();
        Self {
            meeting,
            agenda: dossier.agenda.into_iter().map(AgendaItemOut::from).collect(),
            attendances: dossier.presences.into_iter().map(AttendanceOut::from).collect(),
            quorum: dossier.quorum.into(),
            outcomes: dossier.outcomes.into_iter().map(OutcomeOut::from).collect(),
            told: dossier.told.into_iter().map(ToldOut::from).collect(),
        }
    }
}
