//! In session: who is there, what is decided, and the end.

use super::typed::{self, ReasonForm, day, hour, kind, number, version};
use super::{Answer, Choice, answer, choices, meeting_for, path, releases_to_decide, shell};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::service as designations;
use crate::error::{Code, Error};
use crate::http::Failure;
use crate::http::form::{Errors, Form, FormState};
use crate::http::page::{FlashKind, Shell, done, page, unprocessable};
use crate::meetings::policy::Action;
use crate::meetings::service::{self, AttendanceIn, NewTask, OutcomeIn, ReleaseChange, ReleaseDecision};
use crate::meetings::view::Dossier;
use crate::typed::{both, given, kept};
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
        .service(close);
}

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
async fn hold_form(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    let version = dossier.meeting.version.to_string();
    page(&hold_page(&ctx, &request, &dossier, &HashMap::from([("version".to_owned(), version)]), Errors::default()))
}

#[post("/meetings/{id}/hold")]
async fn hold(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>, form: Form<HoldForm>) -> Answer {
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
            all.push(AttendanceIn { body: one.party.code.clone(), presence, delegate: kept(&fields.delegate) });
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

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct AttendanceForm {
    version: String,
    body: String,
    presence: String,
    delegate: String,
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
async fn attend(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>, form: Form<AttendanceForm>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    let attend = async |txn: &Txn, typed: &AttendanceForm| {
        let (body, presence) = both(given("body", &typed.body), kind("presence", &typed.presence))?;
        let input = AttendanceIn { body, presence, delegate: kept(&typed.delegate) };
        service::attend(&ctx, txn, *id, version(&typed.version)?, input).await
    };
    answer(&ctx, &dossier, form.0, "meetings.done_presence", attend, async |form| {
        Ok(attendance_page(&ctx, &request, &dossier, form))
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
        presences: choices(Presence::ALL, "presence", ctx.lang),
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
    seat: String,
    title: String,
    due_day: String,
    estimated_minutes: String,
}

impl OutcomeForm {
    fn understood(&self) -> Result<OutcomeIn, Error> {
        let what = both(kind("kind", &self.kind), given("text", &self.text));
        let ((kind, text), (release, task)) = both(what, both(self.release(), self.task()))?;
        let agenda_item_id = typed::id("agenda_item_id", &self.agenda_item_id)?;
        Ok(OutcomeIn { kind, text, agenda_item_id, release, task })
    }

    fn release(&self) -> Result<Option<ReleaseDecision>, Error> {
        let Some(release_id) = typed::id("release_id", &self.release_id)? else { return Ok(None) };
        let change = match self.change.as_str() {
            "confirm" => ReleaseChange::Confirm,
            "move" => ReleaseChange::Move,
            _ => return Err(Error::field("change", Code::Required)),
        };
        let hour = kept(&self.hour).map(|text| hour("hour", &text)).transpose()?;
        Ok(Some(ReleaseDecision { release_id, change, day: day("day", &self.day)?, hour }))
    }

    fn task(&self) -> Result<Option<NewTask>, Error> {
        let Some(seat) = kept(&self.seat) else { return Ok(None) };
        let what = both(given("title", &self.title), day("due_day", &self.due_day));
        let ((title, due_day), minutes) = both(what, number("estimated_minutes", &self.estimated_minutes))?;
        Ok(Some(NewTask { seat, title, due_day, estimated_minutes: minutes.unwrap_or(0) }))
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
async fn outcome_form(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    page(&outcome_page(&ctx, &request, &dossier, FormState::fresh(OutcomeForm::default())).await?)
}

#[post("/meetings/{id}/outcomes")]
async fn record_outcome(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>, form: Form<OutcomeForm>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Record, *id).await?;
    let record =
        async |txn: &Txn, typed: &OutcomeForm| service::record_outcome(&ctx, txn, *id, typed.understood()?).await;
    answer(&ctx, &dossier, form.0, "meetings.done_outcome", record, async |form| {
        outcome_page(&ctx, &request, &dossier, form).await
    })
    .await
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
async fn close(ctx: Ctx, id: web::Path<MeetingId>, form: Form<ReasonForm>) -> Answer {
    let version = version(&form.0.version)?;
    let closed = ctx.write(async |txn| service::close(&ctx, txn, *id, version).await).await?;
    Ok(done(&path(&closed.meeting), FlashKind::Success, "meetings.done_closed"))
}
