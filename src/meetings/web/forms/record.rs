//! In session: who is there, what is decided, and the end.

use super::typed::{self, ReasonForm, hour, kind, number};
use super::{Answer, QuorumLine, answer, choices, meeting_for, path, releases_to_decide, shell};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::service as designations;
use crate::error::{Code, Error};
use crate::http::Failure;
use crate::http::form::{Choice, Errors, FormState, Sent, Versioned, version};
use crate::http::page::{Shell, page};
use crate::meetings::policy::Action;
use crate::meetings::service::{self, AttendanceIn, NewTask, OutcomeIn, ReleaseChange, ReleaseDecision};
use crate::meetings::view::{Dossier, PartyPresence};
use crate::open::Seen;
use crate::texts::{Label, Lang};
use crate::typed::{both, day, given, kept};
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use entity::ids::MeetingId;
use entity::kinds::{OutcomeKind, Presence, SeatKind};
use serde::Deserialize;
use std::collections::HashMap;

pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(hold_form)
        .service(hold)
        .service(attendance_form)
        .service(attend)
        .service(outcome_form)
        .service(record_outcome)
        .service(close_form)
        .service(close);
}

#[derive(Template)]
#[template(path = "meetings/hold.html")]
struct HoldPage {
    shell: Shell,
    path: String,
    form: FormState<HoldForm>,
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

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct HoldForm {
    version: String,
    /// What was typed of all parties: `presence-<code>` and `delegate-<code>`.
    #[serde(flatten)]
    parties: HashMap<String, String>,
}

impl Versioned for HoldForm {
    fn version_mut(&mut self) -> &mut String {
        &mut self.version
    }
}

#[get("/meetings/{id}/hold")]
async fn hold_form(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    let form = HoldForm { version: dossier.meeting.version.to_string(), ..HoldForm::default() };
    page(&hold_page(&ctx, &request, &dossier, FormState::fresh(form)))
}

#[post("/meetings/{id}/hold")]
async fn hold(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>, form: Sent<HoldForm>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    let hold = async |txn: &Txn, typed: &HoldForm| {
        service::hold(&ctx, txn, *id, version(&typed.version)?, attendances(&dossier, typed)?).await
    };
    answer(&ctx, &dossier, form, "meetings.done_held", hold, async |mut form, now| {
        let wrong = wrong_parties(&now, &form, ctx.lang)?;
        if !wrong.is_empty() && !form.errors.is_stale() {
            form.errors = wrong;
        }
        Ok(hold_page(&ctx, &request, &now, form))
    })
    .await
}

/// The parties of which something was chosen.
fn attendances(dossier: &Dossier, typed: &HoldForm) -> Result<Vec<AttendanceIn>, Error> {
    dossier.presences.iter().filter_map(|one| attendance(one, typed).transpose()).collect()
}

fn attendance(one: &PartyPresence, typed: &HoldForm) -> Result<Option<AttendanceIn>, Error> {
    let fields = PartyFields::of(one, typed);
    if fields.presence.is_empty() {
        return Ok(None);
    }
    let presence = kind("presence", &fields.presence)?;
    Ok(Some(AttendanceIn { body: one.party.code.clone(), presence, delegate: kept(&fields.delegate) }))
}

/// What is wrong with the parties. Each has fields of its own, so an error of "the delegate" names the party in words.
fn wrong_parties(dossier: &Dossier, typed: &HoldForm, lang: Lang) -> Result<Errors, Failure> {
    let mut wrong = Errors::default();
    for one in &dossier.presences {
        let understood = attendance(one, typed).and_then(|said| said.map(|said| said.understood()).transpose());
        if let Err(error) = understood {
            wrong.extend(Errors::from_error(lang, error)?.of_part(&one.party.name));
        }
    }
    Ok(wrong)
}

impl PartyFields {
    fn of(one: &PartyPresence, typed: &HoldForm) -> Self {
        let code = &one.party.code;
        let (presence_field, delegate_field) = (format!("presence-{code}"), format!("delegate-{code}"));
        let value = |field: &String| typed.parties.get(field).cloned().unwrap_or_default();
        Self {
            name: one.party.name.clone(),
            presence: value(&presence_field),
            delegate: value(&delegate_field),
            presence_field,
            delegate_field,
        }
    }
}

fn hold_page(ctx: &Ctx, request: &HttpRequest, dossier: &Dossier, form: FormState<HoldForm>) -> HoldPage {
    HoldPage {
        shell: shell(ctx, request, &dossier.line(), "meetings.hold_heading"),
        path: path(&dossier.meeting),
        parties: dossier.presences.iter().map(|one| PartyFields::of(one, &form)).collect(),
        form,
        presences: choices(Presence::ALL, ctx.lang),
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct AttendanceForm {
    version: String,
    body: String,
    presence: String,
    delegate: String,
    short_quorum_reason: String,
}

impl Versioned for AttendanceForm {
    fn version_mut(&mut self) -> &mut String {
        &mut self.version
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
async fn attendance_form(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    let form = AttendanceForm { version: dossier.meeting.version.to_string(), ..AttendanceForm::default() };
    page(&attendance_page(&ctx, &request, &dossier, FormState::fresh(form)))
}

#[post("/meetings/{id}/attendances")]
async fn attend(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>, form: Sent<AttendanceForm>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    let attend = async |txn: &Txn, typed: &AttendanceForm| {
        let (body, presence) = both(given("body", &typed.body), kind("presence", &typed.presence))?;
        let input = AttendanceIn { body, presence, delegate: kept(&typed.delegate) };
        service::attend(&ctx, txn, *id, version(&typed.version)?, input, kept(&typed.short_quorum_reason)).await
    };
    answer(&ctx, &dossier, form, "meetings.done_presence", attend, async |form, now| {
        Ok(attendance_page(&ctx, &request, &now, form))
    })
    .await
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
        presences: choices(Presence::ALL, ctx.lang),
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct OutcomeForm {
    version: String,
    kind: String,
    text: String,
    agenda_item_id: String,
    release_id: String,
    change: String,
    day: String,
    hour: String,
    despite_non_working: String,
    seat: String,
    title: String,
    due_day: String,
    estimated_minutes: String,
}

impl Versioned for OutcomeForm {
    fn version_mut(&mut self) -> &mut String {
        &mut self.version
    }
}

impl OutcomeForm {
    fn understood(&self) -> Result<OutcomeIn, Error> {
        let what = both(kind("kind", &self.kind), given("text", &self.text));
        let ((kind, text), (release, task)) = both(what, both(self.release(), self.task()))?;
        let agenda_item_id = typed::id("agenda_item_id", &self.agenda_item_id)?;
        Ok(OutcomeIn { kind, text, agenda_item_id, release, task })
    }

    fn release(&self) -> Result<Option<ReleaseDecision>, Error> {
        let Some(release_id) = typed::id("release_id", &self.release_id)? else {
            return nothing_else("release_id", &[&self.change, &self.day, &self.hour, &self.despite_non_working]);
        };
        let change = match self.change.as_str() {
            "confirm" => ReleaseChange::Confirm,
            "move" => ReleaseChange::Move,
            _ => return Err(Error::field("change", Code::Required)),
        };
        let hour = kept(&self.hour).map(|text| hour("hour", &text)).transpose()?;
        let despite_non_working = kept(&self.despite_non_working);
        Ok(Some(ReleaseDecision { release_id, change, day: day("day", &self.day)?, hour, despite_non_working }))
    }

    fn task(&self) -> Result<Option<NewTask>, Error> {
        let Some(seat) = kept(&self.seat) else {
            return nothing_else("seat", &[&self.title, &self.due_day, &self.estimated_minutes]);
        };
        let what = both(given("title", &self.title), day("due_day", &self.due_day));
        let ((title, due_day), minutes) = both(what, number("estimated_minutes", &self.estimated_minutes))?;
        Ok(Some(NewTask { seat, title, due_day, estimated_minutes: minutes.unwrap_or(0) }))
    }
}

/// Nothing follows from an outcome where nothing of it was typed; what was begun needs its first field.
fn nothing_else<T>(first: &'static str, others: &[&str]) -> Result<Option<T>, Error> {
    let is_begun = others.iter().any(|text| kept(text).is_some());
    if is_begun { Err(Error::field(first, Code::Required)) } else { Ok(None) }
}

#[derive(Template)]
#[template(path = "meetings/outcome.html")]
struct OutcomePage {
    shell: Shell,
    path: String,
    /// What was recorded until now.
    so_far: Vec<String>,
    form: FormState<OutcomeForm>,
    kinds: Vec<Choice>,
    items: Vec<Choice>,
    releases: Vec<Choice>,
    changes: Vec<Choice>,
    seats: Vec<Choice>,
}

#[get("/meetings/{id}/outcomes/new")]
async fn outcome_form(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    let form = OutcomeForm { version: dossier.meeting.version.to_string(), ..OutcomeForm::default() };
    page(&outcome_page(&ctx, &request, &dossier, FormState::fresh(form)).await?)
}

#[post("/meetings/{id}/outcomes")]
async fn record_outcome(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>, form: Sent<OutcomeForm>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    let record = async |txn: &Txn, typed: &OutcomeForm| {
        let version = version(&typed.version)?;
        service::record_outcome(&ctx, txn, *id, Seen::Version(version), typed.understood()?).await.map_err(placed)
    };
    answer(&ctx, &dossier, form, "meetings.done_outcome", record, async |form, now| {
        outcome_page(&ctx, &request, &now, form).await
    })
    .await
}

/// What follows from an outcome is one member of the API's and several fields here: a refusal of the whole is shown at the
/// first.
fn placed(error: Error) -> Error {
    error.placed(|field| match field {
        "release" => "release_id",
        "task" => "seat",
        field => field,
    })
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
        so_far: dossier.outcomes.iter().map(|outcome| outcome.text.clone()).collect(),
        form,
        kinds: choices(OutcomeKind::ALL, lang),
        items: items.collect(),
        releases: releases_to_decide(ctx).await?,
        changes: vec![
            Choice::new("confirm", lang.t("meetings.outcome_release_confirm")),
            Choice::new("move", lang.t("meetings.outcome_release_move")),
        ],
        seats: working
            .map(|seat| Choice::new(&seat.code, format!("{} · {}", seat.kind.label(lang), seat.place())))
            .collect(),
    })
}

#[derive(Template)]
#[template(path = "meetings/close.html")]
struct ClosePage {
    shell: Shell,
    path: String,
    /// How many parties are there and how many are needed, in words.
    quorum: String,
    /// Whether decisions are recorded for which too few are there.
    asks_reason: bool,
    form: FormState<ReasonForm>,
}

#[get("/meetings/{id}/close")]
async fn close_form(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    let form = ReasonForm { version: dossier.meeting.version.to_string(), ..ReasonForm::default() };
    page(&close_page(&ctx, &request, &dossier, FormState::fresh(form)))
}

#[post("/meetings/{id}/close")]
async fn close(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>, form: Sent<ReasonForm>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    let close = async |txn: &Txn, typed: &ReasonForm| {
        service::close(&ctx, txn, *id, version(&typed.version)?, kept(&typed.short_quorum_reason)).await
    };
    answer(&ctx, &dossier, form, "meetings.done_closed", close, async |form, now| {
        Ok(close_page(&ctx, &request, &now, form))
    })
    .await
}

fn close_page(ctx: &Ctx, request: &HttpRequest, dossier: &Dossier, form: FormState<ReasonForm>) -> ClosePage {
    ClosePage {
        shell: shell(ctx, request, &dossier.line(), "meetings.close"),
        path: path(&dossier.meeting),
        quorum: QuorumLine::of(dossier, ctx.lang).text,
        asks_reason: dossier.quorum.justify(dossier.decisions(), None).is_err(),
        form,
    }
}
