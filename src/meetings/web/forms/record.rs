//! The session: presences, outcomes, closing.

use super::typed::ReasonForm;
use super::{Answer, QuorumLine, answer, choices, meeting_for, path, releases_to_decide, shell};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::questions::AllSeats;
use crate::error::Error;
use crate::http::Failure;
use crate::http::form::{Choice, Errors, FormState, Sent, Versioned};
use crate::http::page::{Shell, page};
use crate::meetings::policy::Action;
use crate::meetings::service::{
    self, AttendanceIn, DELEGATE_CHARACTERS, NewTask, OUTCOME_CHARACTERS, OutcomeIn, REASON_CHARACTERS, ReleaseChange,
    ReleaseDecision, TASK_CHARACTERS,
};
use crate::meetings::view::{Dossier, PartyPresence};
use crate::meetings::web::checks::{Check, before_closing};
use crate::open::Seen;
use crate::releases::service as releases;
use crate::tasks::service::TASK_MINUTES;
use crate::texts::{Label, Lang};
use crate::typed::{Reading, kept};
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
    form: FormState<Versioned<HoldForm>>,
    parties: Vec<PartyFields>,
    presences: Vec<Choice>,
}

/// The two fields of one party with their typed values.
struct PartyFields {
    name: String,
    presence_field: String,
    presence: String,
    delegate_field: String,
    delegate: String,
}

/// Prefixes of the names of a party's fields; its code follows.
const PRESENCE: &str = "presence-";
const DELEGATE: &str = "delegate-";

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct HoldForm {
    /// The fields of all parties: `presence-<code>` and `delegate-<code>`.
    #[serde(flatten)]
    parties: HashMap<String, String>,
}

#[get("/meetings/{id:[0-9A-Fa-f-]+}/hold")]
async fn hold_form(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>, query: web::Query<AllParties>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    let form = FormState::made_of(dossier.meeting.version, HoldForm::with_all(&dossier, query.all));
    page(&hold_page(&ctx, &request, &dossier, form))
}

#[post("/meetings/{id:[0-9A-Fa-f-]+}/hold")]
async fn hold(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>, form: Sent<Versioned<HoldForm>>) -> Answer {
    let hold = async |txn: &Txn, version, typed: &HoldForm| {
        let attendances = Reading::of(|reading| typed.read(reading))?;
        service::hold(&ctx, txn, *id, version, attendances).await
    };
    answer(&ctx, (*id, Action::Record), form, "meetings.done_held", hold, async |mut form, now| {
        let wrong = form.wrong_parties(&now, ctx.lang)?;
        if !wrong.is_empty() && !form.errors.is_stale() && !form.errors.is_resumed() {
            form.errors = wrong;
        }
        Ok(hold_page(&ctx, &request, &now, form))
    })
    .await
}

/// The presence with which the form begins for every party.
#[derive(Deserialize)]
struct AllParties {
    all: Option<Presence>,
}

impl HoldForm {
    /// Makes a form in which every party has this presence, or none has one.
    fn with_all(dossier: &Dossier, presence: Option<Presence>) -> Self {
        let Some(presence) = presence else { return Self::default() };
        let field = |one: &PartyPresence| (format!("{PRESENCE}{}", one.party.code), presence.to_string());
        Self { parties: dossier.presences.iter().map(field).collect() }
    }

    /// Reads the presences of all parties for which one was chosen.
    fn read(&self, reading: &mut Reading) -> Option<Vec<AttendanceIn>> {
        let mut codes: Vec<&str> = self.parties.keys().filter_map(|field| field.strip_prefix(PRESENCE)).collect();
        codes.sort_unstable();
        let parties: Vec<Option<Option<AttendanceIn>>> =
            codes.into_iter().map(|code| self.read_party(reading, code)).collect();
        parties.into_iter().collect::<Option<Vec<_>>>().map(|all| all.into_iter().flatten().collect())
    }

    fn read_party(&self, reading: &mut Reading, code: &str) -> Option<Option<AttendanceIn>> {
        let presence = reading.optionally_chosen("presence", self.value(PRESENCE, code));
        let delegate = reading.optional_text("delegate", self.value(DELEGATE, code), DELEGATE_CHARACTERS);
        let (presence, delegate) = (presence?, delegate?);
        let Some(presence) = presence else { return Some(None) };
        let attendance = AttendanceIn { body: code.to_owned(), presence, delegate };
        reading.take(attendance.understood())?;
        Some(Some(attendance))
    }

    fn value(&self, prefix: &str, code: &str) -> &str {
        self.parties.get(&format!("{prefix}{code}")).map_or("", String::as_str)
    }

    /// Collects the errors of all parties, each at its party's fields.
    fn wrong_parties(&self, dossier: &Dossier, lang: Lang) -> Result<Errors, Failure> {
        let mut wrong = Errors::default();
        for PartyPresence { party, .. } in &dossier.presences {
            if let Err(error) = Reading::of(|reading| self.read_party(reading, &party.code)) {
                wrong.extend(Errors::from_error(lang, error)?.of_part(&party.code, &party.name));
            }
        }
        Ok(wrong)
    }
}

impl PartyFields {
    fn of(one: &PartyPresence, typed: &HoldForm) -> Self {
        let code = &one.party.code;
        Self {
            name: one.party.name.clone(),
            presence_field: format!("{PRESENCE}{code}"),
            presence: typed.value(PRESENCE, code).to_owned(),
            delegate_field: format!("{DELEGATE}{code}"),
            delegate: typed.value(DELEGATE, code).to_owned(),
        }
    }
}

fn hold_page(ctx: &Ctx, request: &HttpRequest, dossier: &Dossier, form: FormState<Versioned<HoldForm>>) -> HoldPage {
    HoldPage {
        shell: shell(ctx, request, &dossier.line(), "meetings.hold_heading"),
        path: path(dossier.meeting.id),
        parties: dossier.presences.iter().map(|one| PartyFields::of(one, &form)).collect(),
        form,
        presences: choices(Presence::ALL, ctx.lang),
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct AttendanceForm {
    body: String,
    presence: String,
    delegate: String,
    short_quorum_reason: String,
}

impl AttendanceForm {
    /// Reads the attendance, and the reason why decisions stand if it removes their quorum.
    fn read(&self, reading: &mut Reading) -> Option<(AttendanceIn, Option<String>)> {
        let body = reading.chosen("body", &self.body);
        let presence = reading.chosen("presence", &self.presence);
        let reason = reading.optional_text("short_quorum_reason", &self.short_quorum_reason, REASON_CHARACTERS);
        let delegate = reading.optional_text("delegate", &self.delegate, DELEGATE_CHARACTERS);
        let attendance = AttendanceIn { body: body?, presence: presence?, delegate: delegate? };
        reading.take(attendance.understood())?;
        Some((attendance, reason?))
    }
}

#[derive(Template)]
#[template(path = "meetings/attendance.html")]
struct AttendancePage {
    shell: Shell,
    path: String,
    form: FormState<Versioned<AttendanceForm>>,
    parties: Vec<Choice>,
    presences: Vec<Choice>,
}

#[get("/meetings/{id:[0-9A-Fa-f-]+}/attendances")]
async fn attendance_form(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    let form = FormState::made_of(dossier.meeting.version, AttendanceForm::default());
    page(&attendance_page(&ctx, &request, &dossier, form))
}

#[post("/meetings/{id:[0-9A-Fa-f-]+}/attendances")]
async fn attend(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    form: Sent<Versioned<AttendanceForm>>,
) -> Answer {
    let attend = async |txn: &Txn, version, typed: &AttendanceForm| {
        let (attendance, reason) = Reading::of(|reading| typed.read(reading))?;
        service::attend(&ctx, txn, *id, version, attendance, reason).await
    };
    answer(&ctx, (*id, Action::Record), form, "meetings.done_presence", attend, async |form, now| {
        Ok(attendance_page(&ctx, &request, &now, form))
    })
    .await
}

fn attendance_page(
    ctx: &Ctx,
    request: &HttpRequest,
    dossier: &Dossier,
    form: FormState<Versioned<AttendanceForm>>,
) -> AttendancePage {
    AttendancePage {
        shell: shell(ctx, request, &dossier.line(), "meetings.correct_presence"),
        path: path(dossier.meeting.id),
        form,
        parties: dossier.presences.iter().map(|one| Choice::new(&one.party.code, &one.party.name)).collect(),
        presences: choices(Presence::ALL, ctx.lang),
    }
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
    despite_non_working: String,
    seat: String,
    title: String,
    due_day: String,
    estimated_minutes: String,
}

impl OutcomeForm {
    fn read(&self, reading: &mut Reading) -> Option<OutcomeIn> {
        let kind = reading.chosen("kind", &self.kind);
        let text = reading.text("text", &self.text, OUTCOME_CHARACTERS);
        let agenda_item_id = reading.optionally_chosen("agenda_item_id", &self.agenda_item_id);
        let release = self.read_release(reading);
        let task = self.read_task(reading);
        Some(OutcomeIn { kind: kind?, text: text?, agenda_item_id: agenda_item_id?, release: release?, task: task? })
    }

    /// Reads the decision about a release; `Some(None)` if all its fields are empty.
    fn read_release(&self, reading: &mut Reading) -> Option<Option<ReleaseDecision>> {
        if is_blank(&[&self.release_id, &self.change, &self.day, &self.hour, &self.despite_non_working]) {
            return Some(None);
        }
        let release_id = reading.chosen("release_id", &self.release_id);
        let change = reading.chosen("change", &self.change);
        let day = reading.day("day", &self.day);
        let hour = reading.optional_hour("hour", &self.hour);
        let despite = &self.despite_non_working;
        let despite = reading.optional_text("despite_non_working", despite, releases::REASON_CHARACTERS);
        Some(Some(ReleaseDecision {
            release_id: release_id?,
            change: change?,
            day: day?,
            hour: hour?,
            despite_non_working: despite?,
        }))
    }

    /// Reads the task to create; `Some(None)` if the outcome is no task and all its fields are empty.
    fn read_task(&self, reading: &mut Reading) -> Option<Option<NewTask>> {
        let is_none = is_blank(&[&self.seat, &self.title, &self.due_day, &self.estimated_minutes]);
        if is_none && self.kind != OutcomeKind::Task.as_str() {
            return Some(None);
        }
        let seat = reading.chosen("seat", &self.seat);
        let title = reading.text("title", &self.title, TASK_CHARACTERS);
        let due_day = reading.day("due_day", &self.due_day);
        let minutes = reading.optional_minutes("estimated_minutes", &self.estimated_minutes, TASK_MINUTES);
        let estimated_minutes = minutes?.unwrap_or(0);
        Some(Some(NewTask { seat: seat?, title: title?, due_day: due_day?, estimated_minutes }))
    }
}

/// Fields of the form about a release, and about a task.
const RELEASE_FIELDS: &[&str] = &["release_id", "change", "day", "hour", "despite_non_working"];
const TASK_FIELDS: &[&str] = &["seat", "title", "due_day", "estimated_minutes"];

impl FormState<Versioned<OutcomeForm>> {
    /// Tells whether the form shows the fields about a release: for a decision, and where one of them is filled or wrong.
    fn shows_release(&self) -> bool {
        let filled = [&self.release_id, &self.change, &self.day, &self.hour, &self.despite_non_working];
        self.kind == OutcomeKind::Decision.as_str()
            || filled.iter().any(|typed| !typed.trim().is_empty())
            || self.is_wrong_in(RELEASE_FIELDS)
    }

    /// Tells whether the form shows the fields about a task: for a task, and where one of them is filled or wrong.
    fn shows_task(&self) -> bool {
        let filled = [&self.seat, &self.title, &self.due_day, &self.estimated_minutes];
        self.kind == OutcomeKind::Task.as_str()
            || filled.iter().any(|typed| !typed.trim().is_empty())
            || self.is_wrong_in(TASK_FIELDS)
    }

    fn is_wrong_in(&self, fields: &[&str]) -> bool {
        fields.iter().any(|field| self.errors.of(field).is_some())
    }
}

fn is_blank(fields: &[&str]) -> bool {
    fields.iter().all(|typed| typed.trim().is_empty())
}

/// The kind of outcome, chosen before its fields are shown.
#[derive(Deserialize)]
struct KindOfOutcome {
    kind: Option<OutcomeKind>,
}

#[derive(Template)]
#[template(path = "meetings/outcome.html")]
struct OutcomePage {
    shell: Shell,
    path: String,
    /// Outcomes recorded so far.
    so_far: Vec<String>,
    form: FormState<Versioned<OutcomeForm>>,
    shows_release: bool,
    shows_task: bool,
    kinds: Vec<Choice>,
    items: Vec<Choice>,
    releases: Vec<Choice>,
    changes: Vec<Choice>,
    seats: Vec<Choice>,
}

#[get("/meetings/{id:[0-9A-Fa-f-]+}/outcomes/new")]
async fn outcome_form(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    query: web::Query<KindOfOutcome>,
) -> Answer {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    let kind = query.kind.map(|kind| kind.to_string()).unwrap_or_default();
    let form = FormState::made_of(dossier.meeting.version, OutcomeForm { kind, ..OutcomeForm::default() });
    page(&outcome_page(&ctx, &request, &dossier, form).await?)
}

#[post("/meetings/{id:[0-9A-Fa-f-]+}/outcomes")]
async fn record_outcome(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    form: Sent<Versioned<OutcomeForm>>,
) -> Answer {
    let record = async |txn: &Txn, version, typed: &OutcomeForm| {
        let input = Reading::of(|reading| typed.read(reading))?;
        service::record_outcome(&ctx, txn, *id, Seen::Version(version), input).await.map_err(placed)
    };
    answer(&ctx, (*id, Action::Record), form, "meetings.done_outcome", record, async |form, now| {
        outcome_page(&ctx, &request, &now, form).await
    })
    .await
}

/// Maps an error about a consequence to its first field, because the API has one member for it and the form several
/// fields.
fn placed(error: Error) -> Error {
    error.placed(|field| match field {
        "release" => "release_id",
        "task" => "seat",
        field => field,
    })
}

fn change_name(change: ReleaseChange, lang: Lang) -> &'static str {
    lang.t(match change {
        ReleaseChange::Confirm => "meetings.outcome_release_confirm",
        ReleaseChange::Move => "meetings.outcome_release_move",
    })
}

async fn outcome_page(
    ctx: &Ctx,
    request: &HttpRequest,
    dossier: &Dossier,
    form: FormState<Versioned<OutcomeForm>>,
) -> Result<OutcomePage, Failure> {
    let lang = ctx.lang;
    let items =
        (1..).zip(&dossier.agenda).map(|(number, item)| Choice::new(item.id, format!("{number}. {}", item.title)));
    let seats = ctx.recall(&AllSeats).await?;
    let working = seats
        .iter()
        .filter(|seat| matches!(seat.kind, SeatKind::Referent | SeatKind::Secretariat | SeatKind::Direction));
    Ok(OutcomePage {
        shell: shell(ctx, request, &dossier.line(), "meetings.outcome_heading"),
        path: path(dossier.meeting.id),
        so_far: dossier.outcomes.iter().map(|outcome| outcome.text.clone()).collect(),
        shows_release: form.shows_release(),
        shows_task: form.shows_task(),
        form,
        kinds: choices(OutcomeKind::ALL, lang),
        items: items.collect(),
        releases: releases_to_decide(ctx).await?,
        changes: ReleaseChange::ALL.map(|change| Choice::new(change.as_str(), change_name(change, lang))).to_vec(),
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
    /// Lines about what is recorded, and what is missing.
    checks: Vec<Check>,
    /// Number of present parties and the number needed, as a text.
    quorum: String,
    /// Whether decisions are recorded although too few parties are present.
    asks_reason: bool,
    form: FormState<Versioned<ReasonForm>>,
}

#[get("/meetings/{id:[0-9A-Fa-f-]+}/close")]
async fn close_form(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    let form = FormState::made_of(dossier.meeting.version, ReasonForm::default());
    page(&close_page(&ctx, &request, &dossier, form))
}

#[post("/meetings/{id:[0-9A-Fa-f-]+}/close")]
async fn close(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>, form: Sent<Versioned<ReasonForm>>) -> Answer {
    let close = async |txn: &Txn, version, typed: &ReasonForm| {
        service::close(&ctx, txn, *id, version, kept(&typed.short_quorum_reason)).await
    };
    answer(&ctx, (*id, Action::Record), form, "meetings.done_closed", close, async |form, now| {
        Ok(close_page(&ctx, &request, &now, form))
    })
    .await
}

fn close_page(
    ctx: &Ctx,
    request: &HttpRequest,
    dossier: &Dossier,
    form: FormState<Versioned<ReasonForm>>,
) -> ClosePage {
    ClosePage {
        shell: shell(ctx, request, &dossier.line(), "meetings.close"),
        path: path(dossier.meeting.id),
        checks: before_closing(ctx, dossier),
        quorum: QuorumLine::of(dossier, ctx.lang).text,
        asks_reason: dossier.quorum.justify(dossier.decisions(), None).is_err(),
        form,
    }
}
