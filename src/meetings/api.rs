//! Meetings over REST: short handlers. Request and response types are in [`wire`].

mod agenda;
mod wire;

pub use wire::*;

use super::policy::Action;
use super::service::{self, MeetingFilter};
use super::view::{Dossier, TableOfParties};
use crate::auth::rights::Right;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Error;
use crate::http::Answer;
use crate::http::download;
use crate::http::idempotency::{self, Created, IdempotencyKey};
use crate::http::json::{Json, MergePatch, OptionalJson};
use crate::http::paging::{Page, Paging};
use crate::http::version::{self, IfMatch};
use crate::meetings::model::Meeting;
use crate::open::Seen;
use actix_web::{HttpRequest, HttpResponse, get, patch, post, put, web};
use chrono::NaiveDate;
use entity::ids::{MeetingId, OutcomeId};

pub fn configure(cfg: &mut utoipa_actix_web::service_config::ServiceConfig) {
    cfg.service(list_tables)
        .service(show_table)
        .service(set_table_parties)
        .service(list_meetings)
        .service(create_meeting)
        .service(show_meeting)
        .service(edit_meeting)
        .service(agenda::add_agenda_item)
        .service(agenda::show_agenda_item)
        .service(agenda::edit_agenda_item)
        .service(agenda::remove_agenda_item)
        .service(agenda::order_agenda)
        .service(agenda::copy_agenda)
        .service(convene_meeting)
        .service(move_meeting)
        .service(cancel_meeting)
        .service(invite_guests)
        .service(hold_meeting)
        .service(record_attendance)
        .service(record_outcome)
        .service(close_meeting)
        .service(show_invite)
        .service(show_outcome);
}

/// Rights required by each operation, by the name of its handler.
pub const RIGHTS: &[(&str, Right<Action>)] = &[
    ("list_tables", Right::Ever(Action::ViewTables)),
    ("show_table", Right::Ever(Action::ViewTables)),
    ("set_table_parties", Right::Ever(Action::SetParties)),
    ("list_meetings", Right::Ever(Action::View)),
    ("create_meeting", Right::Ever(Action::Prepare)),
    ("show_meeting", Right::Ever(Action::View)),
    ("edit_meeting", Right::Ever(Action::Prepare)),
    ("add_agenda_item", Right::Ever(Action::Prepare)),
    ("show_agenda_item", Right::Ever(Action::View)),
    ("edit_agenda_item", Right::Ever(Action::Prepare)),
    ("remove_agenda_item", Right::Ever(Action::Prepare)),
    ("order_agenda", Right::Ever(Action::Prepare)),
    ("copy_agenda", Right::Ever(Action::Prepare)),
    ("convene_meeting", Right::Ever(Action::Convene)),
    ("move_meeting", Right::Ever(Action::Convene)),
    ("cancel_meeting", Right::Ever(Action::Convene)),
    ("invite_guests", Right::Ever(Action::Invite)),
    ("hold_meeting", Right::Ever(Action::Record)),
    ("record_attendance", Right::Ever(Action::Record)),
    ("record_outcome", Right::Ever(Action::Record)),
    ("close_meeting", Right::Ever(Action::Record)),
    ("show_invite", Right::Ever(Action::View)),
    ("show_outcome", Right::Ever(Action::View)),
];

/// The tables of the network
///
/// Who may: any participant.
#[utoipa::path(tag = "meetings", responses((status = 200, body = TablesOut)))]
#[get("/tables")]
pub async fn list_tables(ctx: Ctx) -> Answer {
    let items = service::tables_of_parties(&ctx).await?.into_iter().map(TableOut::from).collect();
    Ok(HttpResponse::Ok().json(TablesOut { items }))
}

/// One table with its parties
///
/// Who may: any participant.
#[utoipa::path(tag = "meetings", params(("code" = String, Path, max_length = 60)), responses((status = 200, body = TableOut)))]
#[get("/tables/{code}")]
pub async fn show_table(ctx: Ctx, code: web::Path<String>) -> Answer {
    Ok(table_answer(service::table_of_parties(&ctx, &code).await?))
}

/// Choose the parties of a working group
///
/// What happens: from now on its meetings are for these and count these; meetings already held keep their parties. Who
/// may: the secretariat. Mails: none at once; within minutes new members are invited to the convened meetings and
/// former ones told. Errors: `table_of_all_parties` for the plenary table, `required` for an empty list,
/// `unknown_value` for a body that is no signatory.
#[utoipa::path(tag = "meetings", params(("code" = String, Path, max_length = 60), IfMatch), request_body = TablePartiesIn, responses((status = 200, body = TableOut)))]
#[put("/tables/{code}/parties")]
pub async fn set_table_parties(
    ctx: Ctx,
    request: HttpRequest,
    code: web::Path<String>,
    input: Json<TablePartiesIn>,
) -> Answer {
    let work = async |txn: &Txn, version| service::set_parties(&ctx, txn, &code, version, &input.value.parties).await;
    Ok(table_answer(version::change(&ctx, &request, work).await?))
}

/// List the meetings
///
/// Latest day first. Who may: the secretariat sees all, participants the convened ones, partners those they are invited
/// to.
#[utoipa::path(tag = "meetings", params(MeetingsQuery, Paging), responses((status = 200, body = Page<MeetingLineOut>)))]
#[get("/meetings")]
pub async fn list_meetings(
    ctx: Ctx,
    request: HttpRequest,
    query: web::Query<MeetingsQuery>,
    paging: web::Query<Paging>,
) -> Answer {
    let table = match &query.table {
        Some(code) => Some(service::table_by_code(ctx.reader(), code).await?.id),
        None => None,
    };
    let filter = MeetingFilter { table, state: query.state, from: query.from.map(NaiveDate::from), to: None };
    let limit = paging.limit()?;
    let lines = service::list(&ctx, &filter, paging.after_day()?, limit + 1).await?;
    let page = Page::cut(&ctx, &request, limit, lines, |last| (last.meeting.slot.day, last.meeting.id))?;
    Ok(HttpResponse::Ok().json(page.map(MeetingLineOut::from)))
}

/// Prepare a meeting
///
/// What happens: creates a draft visible to the secretariat only. Who may: the secretariat. Mails: none. Errors:
/// `ends_before_starts`, `not_a_url`.
#[utoipa::path(tag = "meetings", params(IdempotencyKey), request_body = MeetingIn, responses((status = 201, body = MeetingOut)))]
#[post("/meetings")]
pub async fn create_meeting(ctx: Ctx, request: HttpRequest, input: Json<MeetingIn>) -> Answer {
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let made = shown(&ctx, txn, service::create(&ctx, txn, input.value.clone().into()).await?).await?;
        let location = format!("/api/v1/meetings/{}", made.meeting.id);
        Ok(Created { location, version: Some(made.meeting.version), body: MeetingOut::from(made) })
    })
    .await
}

/// One meeting
///
/// Who may: as in the list. Unknown and invisible ones get the same answer.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path)), responses((status = 200, body = MeetingOut)))]
#[get("/meetings/{id:[0-9A-Fa-f-]+}")]
pub async fn show_meeting(ctx: Ctx, id: web::Path<MeetingId>) -> Answer {
    Ok(answer(service::show(&ctx, *id).await?))
}

/// Edit a draft
///
/// Who may: the secretariat. Mails: none. Errors: `wrong_transition` once convened, `required` for a member that cannot
/// be removed, `ends_before_starts`, `not_a_url`, `nothing_changes`.
#[utoipa::path(
    tag = "meetings",
    params(("id" = MeetingId, Path), IfMatch),
    request_body(content = MeetingPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = MeetingOut))
)]
#[patch("/meetings/{id:[0-9A-Fa-f-]+}")]
pub async fn edit_meeting(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    MergePatch(patch): MergePatch<MeetingPatch>,
) -> Answer {
    let (version, change) = (version::if_match(&request)?, patch.try_into()?);
    let changed =
        ctx.write(async |txn| shown(&ctx, txn, service::edit(&ctx, txn, *id, version, change).await?).await).await?;
    Ok(answer(changed))
}

/// Convene a meeting
///
/// What happens: the draft gets its number; notice is counted in days worked by every party of the table. Who may: the
/// secretariat. Mails: *convened*, with an invitation for the calendar, to every member and invited partner. Errors: `agenda_empty`, `place_missing`,
/// `day_in_past`, `non_working_day` (naming who does not work, why, and the next day that all work), `notice_too_short` unless a reason is given,
/// `wrong_transition`.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path), IfMatch), request_body = ConveneIn, responses((status = 200, body = MeetingOut)))]
#[post("/meetings/{id:[0-9A-Fa-f-]+}/convene")]
pub async fn convene_meeting(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    input: Json<ConveneIn>,
) -> Answer {
    let version = version::if_match(&request)?;
    let reason = input.value.short_notice_reason;
    let convened =
        ctx.write(async |txn| shown(&ctx, txn, service::convene(&ctx, txn, *id, version, reason).await?).await).await?;
    Ok(answer(convened))
}

/// Move a convened meeting
///
/// What happens: the calendar identity stays, its sequence rises. Who may: the secretariat. Mails: *moved* to the
/// invited members, *joined* and *left* to those who joined or left meanwhile. Errors: those of convening,
/// `ends_before_starts`, `nothing_changes`.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path), IfMatch), request_body = MoveIn, responses((status = 200, body = MeetingOut)))]
#[post("/meetings/{id:[0-9A-Fa-f-]+}/move")]
pub async fn move_meeting(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>, input: Json<MoveIn>) -> Answer {
    let version = version::if_match(&request)?;
    let moved = ctx
        .write(async |txn| shown(&ctx, txn, service::move_to(&ctx, txn, *id, version, input.value.into()).await?).await)
        .await?;
    Ok(answer(moved))
}

/// Cancel a meeting or a draft
///
/// Who may: the secretariat. Mails: *cancelled*, with the withdrawal for the calendar, to the invited members. Errors:
/// `reason_missing`, `wrong_transition`.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path), IfMatch), request_body = CancelIn, responses((status = 200, body = MeetingOut)))]
#[post("/meetings/{id:[0-9A-Fa-f-]+}/cancel")]
pub async fn cancel_meeting(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>, input: Json<CancelIn>) -> Answer {
    let version = version::if_match(&request)?;
    let cancelled = ctx
        .write(async |txn| shown(&ctx, txn, service::cancel(&ctx, txn, *id, version, &input.value.reason).await?).await)
        .await?;
    Ok(answer(cancelled))
}

/// Invite partners to a meeting
///
/// What happens: exactly these partners, named by their designations, are invited; they see the meeting once it is
/// convened, as long as they hold the seat, and do not count for the quorum. Who may: the secretariat. Mails: none for
/// a draft; for a convened meeting *joined* and *left* to the partners concerned. Errors: `wrong_transition`,
/// `day_in_past` once it has begun, `unknown_value` for a designation that is not a partner's in force today.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path), IfMatch), request_body = GuestsIn, responses((status = 200, body = MeetingOut)))]
#[put("/meetings/{id:[0-9A-Fa-f-]+}/guests")]
pub async fn invite_guests(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>, input: Json<GuestsIn>) -> Answer {
    let work = async |txn: &Txn, version| {
        shown(&ctx, txn, service::invite(&ctx, txn, *id, version, &input.value.guests).await?).await
    };
    Ok(answer(version::change(&ctx, &request, work).await?))
}

/// Hold a meeting
///
/// What happens: the meeting counts as held, with the presences known so far. Who may: the secretariat. Mails: none.
/// Errors: `meeting_not_begun`, `unknown_value` (a body that is no party of the table), `required` (a delegate without
/// a name), `wrong_transition`.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path), IfMatch), request_body = HoldIn, responses((status = 200, body = MeetingOut)))]
#[post("/meetings/{id:[0-9A-Fa-f-]+}/hold")]
pub async fn hold_meeting(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>, input: Json<HoldIn>) -> Answer {
    let version = version::if_match(&request)?;
    let attendances = input.value.attendances.into_iter().map(service::AttendanceIn::from).collect();
    let held = ctx
        .write(async |txn| shown(&ctx, txn, service::hold(&ctx, txn, *id, version, attendances).await?).await)
        .await?;
    Ok(answer(held))
}

/// Record the presence of a party
///
/// Replaces an earlier record; the version is the meeting's. Decisions keep their quorum. Who may: the secretariat.
/// Mails: none. Errors: those of holding; `quorum_lost` if it removes the quorum of a decision, unless a reason is
/// given.
#[utoipa::path(
    tag = "meetings",
    params(("id" = MeetingId, Path), ("body" = String, Path, max_length = 60, description = "The body's code"), IfMatch),
    request_body = AttendanceIn,
    responses((status = 200, body = MeetingOut))
)]
#[put("/meetings/{id:[0-9A-Fa-f-]+}/attendances/{body}")]
pub async fn record_attendance(
    ctx: Ctx,
    request: HttpRequest,
    path: web::Path<(MeetingId, String)>,
    input: Json<AttendanceIn>,
) -> Answer {
    let (id, body) = path.into_inner();
    let version = version::if_match(&request)?;
    let AttendanceIn { presence, delegate, short_quorum_reason } = input.value;
    let attendance = service::AttendanceIn { body, presence, delegate };
    let held = ctx
        .write(async |txn| {
            shown(&ctx, txn, service::attend(&ctx, txn, id, version, attendance, short_quorum_reason).await?).await
        })
        .await?;
    Ok(answer(held))
}

/// Record an outcome
///
/// What happens: a decision may confirm or move a release, a task is created for a seat, in the same transaction and
/// linked both ways. Who may: the secretariat. Mails: none; the reminders follow. Errors: `wrong_transition` unless
/// held and not closed, `quorum_missing` for a decision without quorum, those of the release and of the task.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path), IdempotencyKey), request_body = OutcomeIn, responses((status = 201, body = OutcomeOut)))]
#[post("/meetings/{id:[0-9A-Fa-f-]+}/outcomes")]
pub async fn record_outcome(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    input: Json<OutcomeIn>,
) -> Answer {
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let outcome = service::record_outcome(&ctx, txn, *id, Seen::AsItStands, input.value.clone().into()).await?;
        let location = format!("/api/v1/outcomes/{}", outcome.id);
        Ok(Created { location, version: None, body: OutcomeOut::from(outcome) })
    })
    .await
}

/// Close a meeting that has been held
///
/// The body may be omitted. Who may: the secretariat. Mails: none. Errors: `wrong_transition`; `quorum_lost` if too few
/// parties are recorded as present for the decisions, unless a reason is given.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path), IfMatch), request_body = Option<CloseIn>, responses((status = 200, body = MeetingOut)))]
#[post("/meetings/{id:[0-9A-Fa-f-]+}/close")]
pub async fn close_meeting(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    input: OptionalJson<CloseIn>,
) -> Answer {
    let version = version::if_match(&request)?;
    let reason = input.0.short_quorum_reason;
    let closed =
        ctx.write(async |txn| shown(&ctx, txn, service::close(&ctx, txn, *id, version, reason).await?).await).await?;
    Ok(answer(closed))
}

/// The caller's own calendar entry
///
/// As in the mail, or as it would be sent now. Who may: everyone who may see the meeting, once it has been convened.
#[utoipa::path(tag = "meetings", params(("id" = MeetingId, Path)), responses((status = 200, content_type = "text/calendar", body = String)))]
#[get("/meetings/{id:[0-9A-Fa-f-]+}/invite.ics")]
pub async fn show_invite(ctx: Ctx, id: web::Path<MeetingId>) -> Answer {
    invite(&ctx, *id).await
}

/// Answers with the entry as a download; shared with the pages.
pub(super) async fn invite(ctx: &Ctx, id: MeetingId) -> Answer {
    let entry = service::calendar_entry(ctx, id).await?;
    Ok(download::file("invite.ics", "text/calendar; charset=utf-8", entry))
}

/// One outcome
///
/// Who may: everyone who may see its meeting.
#[utoipa::path(tag = "meetings", params(("id" = OutcomeId, Path)), responses((status = 200, body = OutcomeOut)))]
#[get("/outcomes/{id:[0-9A-Fa-f-]+}")]
pub async fn show_outcome(ctx: Ctx, id: web::Path<OutcomeId>) -> Answer {
    Ok(HttpResponse::Ok().json(OutcomeOut::from(service::outcome(&ctx, *id).await?)))
}

/// Reads everything about a meeting that was just changed, for the answer.
async fn shown(ctx: &Ctx, txn: &Txn, changed: Meeting) -> Result<Dossier, Error> {
    service::dossier(ctx, txn, changed).await
}

fn table_answer(table: TableOfParties) -> HttpResponse {
    version::answer(table.table.version, &TableOut::from(table))
}

fn answer(dossier: Dossier) -> HttpResponse {
    version::answer(dossier.meeting.version, &MeetingOut::from(dossier))
}
