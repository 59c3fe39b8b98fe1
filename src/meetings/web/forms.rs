//! The secretariat's forms: prepare, convene, move, call off, hold, record. Each shows what was typed again with what was
//! wrong with it, and answers 303 when it was accepted.

use super::{path, shell_below};
use crate::auth::actor::Identity;
use crate::ctx::Ctx;
use crate::designations::service as designations;
use crate::error::{Code, Error};
use crate::http::Failure;
use crate::http::form::{Errors, Form, FormState};
use crate::http::page::{FlashKind, Shell, done, page, unprocessable};
use crate::meetings::model::{Meeting, Slot, Venue};
use crate::meetings::policy::Action;
use crate::meetings::service::{self, AttendanceIn, ItemIn, MeetingChange, MeetingIn, MoveIn, NewTask, OutcomeIn};
use crate::meetings::service::{ReleaseChange, ReleaseDecision};
use crate::meetings::view::{Dossier, Line};
use crate::releases::service as releases;
use crate::texts::Lang;
use crate::time::words;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use chrono::{NaiveDate, NaiveTime};
use entity::ids::{AgendaItemId, MeetingId};
use entity::kinds::{AgendaItemKind, MeetingMode, OutcomeKind, Presence, ReleaseState, SeatKind};
use serde::Deserialize;
use std::collections::HashMap;
use std::str::FromStr;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(new_meeting)
        .service(create_meeting)
        .service(edit_meeting)
        .service(save_meeting)
        .service(new_item)
        .service(add_item)
        .service(remove_item)
        .service(convene_form)
        .service(convene)
        .service(move_form)
        .service(move_it)
        .service(call_off_form)
        .service(call_off)
        .service(hold_form)
        .service(hold)
        .service(attendance_form)
        .service(attend)
        .service(outcome_form)
        .service(record_outcome)
        .service(close);
}

/// One choice of a list or of radio buttons.
struct Choice {
    value: String,
    label: String,
}

impl Choice {
    fn new(value: impl ToString, label: impl Into<String>) -> Self {
        Self { value: value.to_string(), label: label.into() }
    }
}

fn choices<K: std::fmt::Display>(kinds: &[K], key: &str, lang: Lang) -> Vec<Choice> {
    kinds.iter().map(|kind| Choice::new(kind, lang.t(&format!("meetings.{key}_{kind}")))).collect()
}

// ---- What was typed ------------------------------------------------------------------------------------------------------

/// When, where and what: the fields of a draft and of a move.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct SlotForm {
    version: String,
    table: String,
    title: String,
    day: String,
    starts: String,
    ends: String,
    mode: String,
    place: String,
    remote_url: String,
    short_notice_reason: String,
}

impl SlotForm {
    fn of(meeting: &Meeting) -> Self {
        Self {
            version: meeting.version.to_string(),
            table: String::new(),
            title: meeting.title.clone(),
            day: meeting.slot.day.to_string(),
            starts: meeting.slot.starts.format("%H:%M").to_string(),
            ends: meeting.slot.ends.format("%H:%M").to_string(),
            mode: meeting.venue.mode.to_string(),
            place: meeting.venue.place.clone().unwrap_or_default(),
            remote_url: meeting.venue.remote_url.clone().unwrap_or_default(),
            short_notice_reason: String::new(),
        }
    }

    fn slot(&self) -> Result<Slot, Error> {
        Ok(Slot { day: day("day", &self.day)?, starts: hour("starts", &self.starts)?, ends: hour("ends", &self.ends)? })
    }

    fn venue(&self) -> Result<Venue, Error> {
        Ok(Venue { mode: kind("mode", &self.mode)?, place: typed(&self.place), remote_url: typed(&self.remote_url) })
    }

    fn change(&self) -> Result<MeetingChange, Error> {
        let (slot, venue) = (self.slot()?, self.venue()?);
        Ok(MeetingChange {
            title: Some(self.title.clone()),
            day: Some(slot.day),
            starts: Some(slot.starts),
            ends: Some(slot.ends),
            mode: Some(venue.mode),
            place: Some(venue.place),
            remote_url: Some(venue.remote_url),
        })
    }
}

/// A reason and the version it is for: convening at short notice, calling off, closing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ReasonForm {
    version: String,
    reason: String,
    short_notice_reason: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ItemForm {
    kind: String,
    title: String,
    minutes: String,
    release_id: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct AttendanceForm {
    version: String,
    body: String,
    presence: String,
    delegate: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct OutcomeForm {
    kind: String,
    text: String,
    agenda_item_id: String,
    release_id: String,
    change: String,
    day: String,
    hour: String,
    seat: String,
    title: String,
    due_day: String,
    estimated_minutes: String,
}

impl OutcomeForm {
    fn understood(&self) -> Result<OutcomeIn, Error> {
        Ok(OutcomeIn {
            kind: kind("kind", &self.kind)?,
            text: self.text.clone(),
            agenda_item_id: id("agenda_item_id", &self.agenda_item_id)?,
            release: self.release()?,
            task: self.task()?,
        })
    }

    fn release(&self) -> Result<Option<ReleaseDecision>, Error> {
        let Some(release_id) = id("release_id", &self.release_id)? else { return Ok(None) };
        let change = match self.change.as_str() {
            "confirm" => ReleaseChange::Confirm,
            "move" => ReleaseChange::Move,
            _ => return Err(Error::field("change", Code::Required)),
        };
        let hour = typed(&self.hour).map(|text| hour("hour", &text)).transpose()?;
        Ok(Some(ReleaseDecision { release_id, change, day: day("day", &self.day)?, hour }))
    }

    fn task(&self) -> Result<Option<NewTask>, Error> {
        let Some(seat) = typed(&self.seat) else { return Ok(None) };
        Ok(Some(NewTask {
            seat,
            title: self.title.clone(),
            due_day: day("due_day", &self.due_day)?,
            estimated_minutes: number("estimated_minutes", &self.estimated_minutes)?.unwrap_or(0),
        }))
    }
}

fn typed(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn day(field: &'static str, text: &str) -> Result<NaiveDate, Error> {
    text.trim()
        .parse()
        .map_err(|_| Error::field(field, if text.trim().is_empty() { Code::Required } else { Code::NotADay }))
}

/// `9:30` or `09:30`, as people and browsers write it.
fn hour(field: &'static str, text: &str) -> Result<NaiveTime, Error> {
    let wrong = || Error::field(field, if text.trim().is_empty() { Code::Required } else { Code::NotAnHour });
    NaiveTime::parse_from_str(text.trim(), "%H:%M").map_err(|_| wrong())
}

fn kind<K: FromStr>(field: &'static str, text: &str) -> Result<K, Error> {
    text.parse().map_err(|_| Error::field(field, if text.is_empty() { Code::Required } else { Code::UnknownValue }))
}

fn id<I: FromStr>(field: &'static str, text: &str) -> Result<Option<I>, Error> {
    typed(text).map(|text| text.parse().map_err(|_| Error::field(field, Code::UnknownValue))).transpose()
}

fn number(field: &'static str, text: &str) -> Result<Option<i32>, Error> {
    typed(text).map(|text| text.parse().map_err(|_| Error::field(field, Code::OutOfRange))).transpose()
}

/// The version the form was made from; a page without one is an old page.
fn version(text: &str) -> Result<i32, Error> {
    text.parse().map_err(|_| Error::Stale)
}

// ---- Who may see a form --------------------------------------------------------------------------------------------------

/// A form nobody could send with success is not shown.
fn only_who_may(ctx: &Ctx, action: Action) -> Result<(), Error> {
    if super::may(ctx, action) {
        return Ok(());
    }
    Err(if ctx.actor.identity == Identity::Anonymous { Error::Unauthenticated } else { Error::Denied })
}

async fn meeting_for(ctx: &Ctx, action: Action, id: MeetingId) -> Result<Dossier, Error> {
    only_who_may(ctx, action)?;
    service::show(ctx, id).await
}

fn shell(ctx: &Ctx, request: &HttpRequest, line: &Line, title_key: &str) -> Shell {
    shell_below(ctx, request, line, ctx.lang.t(title_key).to_owned())
}

// ---- Drafts --------------------------------------------------------------------------------------------------------------

#[derive(Template)]
#[template(path = "meetings/draft.html")]
struct DraftPage {
    shell: Shell,
    action: String,
    cancel: String,
    form: FormState<SlotForm>,
    /// To choose from; empty when editing: a meeting stays at its table.
    tables: Vec<Choice>,
    modes: Vec<Choice>,
}

#[get("/meetings/new")]
async fn new_meeting(ctx: Ctx, request: HttpRequest) -> Result<HttpResponse, Failure> {
    only_who_may(&ctx, Action::Prepare)?;
    let tables = service::tables(&ctx).await?;
    let form =
        SlotForm { table: tables.first().map(|table| table.code.clone()).unwrap_or_default(), ..SlotForm::default() };
    page(&draft_page(&ctx, &request, FormState::fresh(form)).await?)
}

#[post("/meetings")]
async fn create_meeting(ctx: Ctx, request: HttpRequest, form: Form<SlotForm>) -> Result<HttpResponse, Failure> {
    only_who_may(&ctx, Action::Prepare)?;
    let typed = &form.0;
    let made = ctx
        .write(async |txn| {
            let input = MeetingIn {
                table: typed.table.clone(),
                title: typed.title.clone(),
                slot: typed.slot()?,
                venue: typed.venue()?,
            };
            service::create(&ctx, txn, input).await
        })
        .await;
    match made {
        Ok(made) => Ok(done(&path(&made.meeting), FlashKind::Success, "meetings.done_created")),
        Err(error) => {
            let form = FormState::refused(form.0, ctx.lang, error)?;
            unprocessable(&draft_page(&ctx, &request, form).await?)
        }
    }
}

async fn draft_page(ctx: &Ctx, request: &HttpRequest, form: FormState<SlotForm>) -> Result<DraftPage, Failure> {
    let tables = service::tables(ctx).await?;
    Ok(DraftPage {
        shell: Shell::new(ctx, request, "meetings.new_title").crumb(ctx.lang.t("meetings.title"), "/meetings").here(),
        action: "/meetings".to_owned(),
        cancel: "/meetings".to_owned(),
        form,
        tables: tables.iter().map(|table| Choice::new(&table.code, table.name(ctx.lang))).collect(),
        modes: choices(MeetingMode::ALL, "mode", ctx.lang),
    })
}

#[get("/meetings/{id}/edit")]
async fn edit_meeting(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Result<HttpResponse, Failure> {
    let dossier = meeting_for(&ctx, Action::Prepare, *id).await?;
    let form = FormState::fresh(SlotForm::of(&dossier.meeting));
    page(&edit_page(&ctx, &request, &dossier.line(), form))
}

#[post("/meetings/{id}/edit")]
async fn save_meeting(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    form: Form<SlotForm>,
) -> Result<HttpResponse, Failure> {
    let dossier = meeting_for(&ctx, Action::Prepare, *id).await?;
    let typed = &form.0;
    let saved =
        ctx.write(async |txn| service::edit(&ctx, txn, *id, version(&typed.version)?, typed.change()?).await).await;
    if let Err(error) = saved {
        let form = FormState::refused(form.0, ctx.lang, error)?;
        return unprocessable(&edit_page(&ctx, &request, &dossier.line(), form));
    }
    Ok(done(&path(&dossier.meeting), FlashKind::Success, "meetings.done_created"))
}

fn edit_page(ctx: &Ctx, request: &HttpRequest, line: &Line, form: FormState<SlotForm>) -> DraftPage {
    DraftPage {
        shell: shell(ctx, request, line, "meetings.edit_title"),
        action: format!("{}/edit", path(&line.meeting)),
        cancel: path(&line.meeting),
        form,
        tables: Vec::new(),
        modes: choices(MeetingMode::ALL, "mode", ctx.lang),
    }
}

// ---- The agenda ----------------------------------------------------------------------------------------------------------

#[derive(Template)]
#[template(path = "meetings/item.html")]
struct ItemPage {
    shell: Shell,
    path: String,
    form: FormState<ItemForm>,
    kinds: Vec<Choice>,
    releases: Vec<Choice>,
}

#[get("/meetings/{id}/agenda-items/new")]
async fn new_item(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Result<HttpResponse, Failure> {
    let dossier = meeting_for(&ctx, Action::Prepare, *id).await?;
    let form = ItemForm { kind: AgendaItemKind::Information.to_string(), ..ItemForm::default() };
    page(&item_page(&ctx, &request, &dossier.line(), FormState::fresh(form)).await?)
}

#[post("/meetings/{id}/agenda-items")]
async fn add_item(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    form: Form<ItemForm>,
) -> Result<HttpResponse, Failure> {
    let dossier = meeting_for(&ctx, Action::Prepare, *id).await?;
    let typed = &form.0;
    let added = ctx
        .write(async |txn| {
            let input = ItemIn {
                kind: kind("kind", &typed.kind)?,
                title: typed.title.clone(),
                release_id: self::id("release_id", &typed.release_id)?,
                minutes: number("minutes", &typed.minutes)?,
            };
            service::add_item(&ctx, txn, *id, input).await
        })
        .await;
    if let Err(error) = added {
        let form = FormState::refused(form.0, ctx.lang, error)?;
        return unprocessable(&item_page(&ctx, &request, &dossier.line(), form).await?);
    }
    Ok(done(&path(&dossier.meeting), FlashKind::Success, "meetings.done_item"))
}

async fn item_page(
    ctx: &Ctx,
    request: &HttpRequest,
    line: &Line,
    form: FormState<ItemForm>,
) -> Result<ItemPage, Failure> {
    Ok(ItemPage {
        shell: shell(ctx, request, line, "meetings.add_item_heading"),
        path: path(&line.meeting),
        form,
        kinds: choices(AgendaItemKind::ALL, "item_kind", ctx.lang),
        releases: releases_to_decide(ctx).await?,
    })
}

/// The releases whose date is still to be decided or may move.
async fn releases_to_decide(ctx: &Ctx) -> Result<Vec<Choice>, Failure> {
    let all = releases::all(ctx.reader(), &releases::ReleaseFilter::default()).await?;
    let open = all
        .into_iter()
        .filter(|one| matches!(one.release.state(), ReleaseState::Provisional | ReleaseState::Confirmed));
    Ok(open
        .map(|one| {
            let period = words::period(one.release.period, ctx.lang);
            Choice::new(one.release.id, format!("{}, {period}", one.product_name(ctx.lang)))
        })
        .collect())
}

#[post("/meetings/{id}/agenda-items/{item}/remove")]
async fn remove_item(
    ctx: Ctx,
    ids: web::Path<(MeetingId, AgendaItemId)>,
    form: Form<ReasonForm>,
) -> Result<HttpResponse, Failure> {
    let (id, item) = ids.into_inner();
    let version = version(&form.0.version)?;
    let dossier = ctx.write(async |txn| service::remove_item(&ctx, txn, id, version, item).await).await?;
    Ok(done(&path(&dossier.meeting), FlashKind::Success, "meetings.done_item"))
}

// ---- Convening, moving, calling off --------------------------------------------------------------------------------------

#[derive(Template)]
#[template(path = "meetings/convene.html")]
struct ConvenePage {
    shell: Shell,
    path: String,
    lead: String,
    when: String,
    form: FormState<ReasonForm>,
}

#[get("/meetings/{id}/convene")]
async fn convene_form(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Result<HttpResponse, Failure> {
    let dossier = meeting_for(&ctx, Action::Convene, *id).await?;
    let form = FormState::fresh(reason_for(&dossier));
    page(&convene_page(&ctx, &request, &dossier, form))
}

#[post("/meetings/{id}/convene")]
async fn convene(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    form: Form<ReasonForm>,
) -> Result<HttpResponse, Failure> {
    let dossier = meeting_for(&ctx, Action::Convene, *id).await?;
    let typed = &form.0;
    let reason = self::typed(&typed.short_notice_reason);
    let convened =
        ctx.write(async |txn| service::convene(&ctx, txn, *id, version(&typed.version)?, reason).await).await;
    if let Err(error) = convened {
        let form = FormState::refused(form.0, ctx.lang, error)?;
        return unprocessable(&convene_page(&ctx, &request, &dossier, form));
    }
    Ok(done(&path(&dossier.meeting), FlashKind::Success, "meetings.done_convened"))
}

fn convene_page(ctx: &Ctx, request: &HttpRequest, dossier: &Dossier, form: FormState<ReasonForm>) -> ConvenePage {
    let days = dossier.table.ordinary_notice_days.to_string();
    ConvenePage {
        shell: shell(ctx, request, &dossier.line(), "meetings.convene_heading"),
        path: path(&dossier.meeting),
        lead: ctx.lang.f("meetings.convene_lead", &[("days", &days)]),
        when: crate::meetings::view::when_and_where(dossier.meeting.slot, &dossier.meeting.venue, ctx.lang),
        form,
    }
}

fn reason_for(dossier: &Dossier) -> ReasonForm {
    ReasonForm { version: dossier.meeting.version.to_string(), ..ReasonForm::default() }
}

#[derive(Template)]
#[template(path = "meetings/move.html")]
struct MovePage {
    shell: Shell,
    path: String,
    form: FormState<SlotForm>,
    modes: Vec<Choice>,
}

#[get("/meetings/{id}/move")]
async fn move_form(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Result<HttpResponse, Failure> {
    let dossier = meeting_for(&ctx, Action::Convene, *id).await?;
    let form = FormState::fresh(SlotForm::of(&dossier.meeting));
    page(&move_page(&ctx, &request, &dossier.line(), form))
}

#[post("/meetings/{id}/move")]
async fn move_it(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    form: Form<SlotForm>,
) -> Result<HttpResponse, Failure> {
    let dossier = meeting_for(&ctx, Action::Convene, *id).await?;
    let typed = &form.0;
    let moved = ctx
        .write(async |txn| {
            let input = MoveIn {
                slot: typed.slot()?,
                venue: Some(typed.venue()?),
                short_notice_reason: self::typed(&typed.short_notice_reason),
            };
            service::move_to(&ctx, txn, *id, version(&typed.version)?, input).await
        })
        .await;
    if let Err(error) = moved {
        let form = FormState::refused(form.0, ctx.lang, error)?;
        return unprocessable(&move_page(&ctx, &request, &dossier.line(), form));
    }
    Ok(done(&path(&dossier.meeting), FlashKind::Success, "meetings.done_moved"))
}

fn move_page(ctx: &Ctx, request: &HttpRequest, line: &Line, form: FormState<SlotForm>) -> MovePage {
    MovePage {
        shell: shell(ctx, request, line, "meetings.move_heading"),
        path: path(&line.meeting),
        form,
        modes: choices(MeetingMode::ALL, "mode", ctx.lang),
    }
}

#[derive(Template)]
#[template(path = "meetings/cancel.html")]
struct CancelPage {
    shell: Shell,
    path: String,
    form: FormState<ReasonForm>,
}

#[get("/meetings/{id}/cancel")]
async fn call_off_form(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Result<HttpResponse, Failure> {
    let dossier = meeting_for(&ctx, Action::Convene, *id).await?;
    let form = FormState::fresh(reason_for(&dossier));
    let shell = shell(&ctx, &request, &dossier.line(), "meetings.cancel");
    page(&CancelPage { shell, path: path(&dossier.meeting), form })
}

#[post("/meetings/{id}/cancel")]
async fn call_off(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    form: Form<ReasonForm>,
) -> Result<HttpResponse, Failure> {
    let dossier = meeting_for(&ctx, Action::Convene, *id).await?;
    let typed = &form.0;
    let cancelled =
        ctx.write(async |txn| service::cancel(&ctx, txn, *id, version(&typed.version)?, &typed.reason).await).await;
    if let Err(error) = cancelled {
        let form = FormState::refused(form.0, ctx.lang, error)?;
        let shell = shell(&ctx, &request, &dossier.line(), "meetings.cancel");
        return unprocessable(&CancelPage { shell, path: path(&dossier.meeting), form });
    }
    Ok(done(&path(&dossier.meeting), FlashKind::Success, "meetings.done_cancelled"))
}

// ---- In session ----------------------------------------------------------------------------------------------------------

#[derive(Template)]
#[template(path = "meetings/hold.html")]
struct HoldPage {
    shell: Shell,
    path: String,
    version: String,
    errors: Errors,
    parties: Vec<PartyFields>,
    presences: Vec<Choice>,
}

/// The two fields of one party, with what was typed.
struct PartyFields {
    name: String,
    presence_field: String,
    presence: String,
    delegate_field: String,
    delegate: String,
}

/// What was typed of all parties: `presence-<code>` and `delegate-<code>`.
type HoldForm = HashMap<String, String>;

#[get("/meetings/{id}/hold")]
async fn hold_form(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Result<HttpResponse, Failure> {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    let version = dossier.meeting.version.to_string();
    page(&hold_page(&ctx, &request, &dossier, &HashMap::from([("version".to_owned(), version)]), Errors::default()))
}

#[post("/meetings/{id}/hold")]
async fn hold(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    form: Form<HoldForm>,
) -> Result<HttpResponse, Failure> {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    let typed = &form.0;
    let held = ctx
        .write(async |txn| {
            let version = version(typed.get("version").map_or("", String::as_str))?;
            service::hold(&ctx, txn, *id, version, attendances(&dossier, typed)?).await
        })
        .await;
    if let Err(error) = held {
        let errors = Errors::from_error(ctx.lang, of_the_whole_form(error))?;
        return unprocessable(&hold_page(&ctx, &request, &dossier, typed, errors));
    }
    Ok(done(&path(&dossier.meeting), FlashKind::Success, "meetings.done_held"))
}

/// The parties of which something was chosen.
fn attendances(dossier: &Dossier, typed: &HoldForm) -> Result<Vec<AttendanceIn>, Error> {
    let mut all = Vec::new();
    for one in &dossier.presences {
        let fields = PartyFields::of(&one.party.code, &one.party.name, typed);
        if !fields.presence.is_empty() {
            let presence = kind("presence", &fields.presence)?;
            all.push(AttendanceIn { body: one.party.code.clone(), presence, delegate: self::typed(&fields.delegate) });
        }
    }
    Ok(all)
}

/// The form has a field for each party, so an error of "the delegate" names none of them.
fn of_the_whole_form(error: Error) -> Error {
    match error {
        Error::Refused(refused) => Error::Refused(crate::error::Refused { field: None, ..refused }),
        other => other,
    }
}

impl PartyFields {
    fn of(code: &str, name: &str, typed: &HoldForm) -> Self {
        let (presence_field, delegate_field) = (format!("presence-{code}"), format!("delegate-{code}"));
        let value = |field: &String| typed.get(field).cloned().unwrap_or_default();
        Self {
            name: name.to_owned(),
            presence: value(&presence_field),
            delegate: value(&delegate_field),
            presence_field,
            delegate_field,
        }
    }
}

fn hold_page(ctx: &Ctx, request: &HttpRequest, dossier: &Dossier, typed: &HoldForm, errors: Errors) -> HoldPage {
    HoldPage {
        shell: shell(ctx, request, &dossier.line(), "meetings.hold_heading"),
        path: path(&dossier.meeting),
        version: typed.get("version").cloned().unwrap_or_default(),
        errors,
        parties: dossier.presences.iter().map(|one| PartyFields::of(&one.party.code, &one.party.name, typed)).collect(),
        presences: choices(Presence::ALL, "presence", ctx.lang),
    }
}

#[derive(Template)]
#[template(path = "meetings/attendance.html")]
struct AttendancePage {
    shell: Shell,
    path: String,
    form: FormState<AttendanceForm>,
    parties: Vec<Choice>,
    presences: Vec<Choice>,
}

#[get("/meetings/{id}/attendances")]
async fn attendance_form(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Result<HttpResponse, Failure> {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    let form = AttendanceForm { version: dossier.meeting.version.to_string(), ..AttendanceForm::default() };
    page(&attendance_page(&ctx, &request, &dossier, FormState::fresh(form)))
}

#[post("/meetings/{id}/attendances")]
async fn attend(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    form: Form<AttendanceForm>,
) -> Result<HttpResponse, Failure> {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    let typed = &form.0;
    let recorded = ctx
        .write(async |txn| {
            let presence = kind("presence", &typed.presence)?;
            let input = AttendanceIn { body: typed.body.clone(), presence, delegate: self::typed(&typed.delegate) };
            service::attend(&ctx, txn, *id, version(&typed.version)?, input).await
        })
        .await;
    if let Err(error) = recorded {
        let form = FormState::refused(form.0, ctx.lang, error)?;
        return unprocessable(&attendance_page(&ctx, &request, &dossier, form));
    }
    Ok(done(&path(&dossier.meeting), FlashKind::Success, "meetings.done_presence"))
}

fn attendance_page(
    ctx: &Ctx,
    request: &HttpRequest,
    dossier: &Dossier,
    form: FormState<AttendanceForm>,
) -> AttendancePage {
    AttendancePage {
        shell: shell(ctx, request, &dossier.line(), "meetings.correct_presence"),
        path: path(&dossier.meeting),
        form,
        parties: dossier.presences.iter().map(|one| Choice::new(&one.party.code, &one.party.name)).collect(),
        presences: choices(Presence::ALL, "presence", ctx.lang),
    }
}

#[derive(Template)]
#[template(path = "meetings/outcome.html")]
struct OutcomePage {
    shell: Shell,
    path: String,
    form: FormState<OutcomeForm>,
    kinds: Vec<Choice>,
    items: Vec<Choice>,
    releases: Vec<Choice>,
    changes: Vec<Choice>,
    seats: Vec<Choice>,
}

#[get("/meetings/{id}/outcomes/new")]
async fn outcome_form(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Result<HttpResponse, Failure> {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    page(&outcome_page(&ctx, &request, &dossier, FormState::fresh(OutcomeForm::default())).await?)
}

#[post("/meetings/{id}/outcomes")]
async fn record_outcome(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    form: Form<OutcomeForm>,
) -> Result<HttpResponse, Failure> {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    let typed = &form.0;
    let recorded = ctx.write(async |txn| service::record_outcome(&ctx, txn, *id, typed.understood()?).await).await;
    if let Err(error) = recorded {
        let form = FormState::refused(form.0, ctx.lang, error)?;
        return unprocessable(&outcome_page(&ctx, &request, &dossier, form).await?);
    }
    Ok(done(&path(&dossier.meeting), FlashKind::Success, "meetings.done_outcome"))
}

async fn outcome_page(
    ctx: &Ctx,
    request: &HttpRequest,
    dossier: &Dossier,
    form: FormState<OutcomeForm>,
) -> Result<OutcomePage, Failure> {
    let lang = ctx.lang;
    let items =
        (1..).zip(&dossier.agenda).map(|(number, item)| Choice::new(item.id, format!("{number}. {}", item.title)));
    let seats = designations::seats(ctx.reader()).await?;
    let working = seats
        .iter()
        .filter(|seat| matches!(seat.kind, SeatKind::Referent | SeatKind::Secretariat | SeatKind::Direction));
    Ok(OutcomePage {
        shell: shell(ctx, request, &dossier.line(), "meetings.outcome_heading"),
        path: path(&dossier.meeting),
        form,
        kinds: choices(OutcomeKind::ALL, "outcome_kind", lang),
        items: items.collect(),
        releases: releases_to_decide(ctx).await?,
        changes: vec![
            Choice::new("confirm", lang.t("meetings.outcome_release_confirm")),
            Choice::new("move", lang.t("meetings.outcome_release_move")),
        ],
        seats: working
            .map(|seat| {
                Choice::new(
                    &seat.code,
                    format!("{} · {}", lang.t(&format!("designations.seat_{}", seat.kind)), seat.place()),
                )
            })
            .collect(),
    })
}

#[post("/meetings/{id}/close")]
async fn close(ctx: Ctx, id: web::Path<MeetingId>, form: Form<ReasonForm>) -> Result<HttpResponse, Failure> {
    let version = version(&form.0.version)?;
    let closed = ctx.write(async |txn| service::close(&ctx, txn, *id, version).await).await?;
    Ok(done(&path(&closed.meeting), FlashKind::Success, "meetings.done_closed"))
}
