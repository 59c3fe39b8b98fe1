//! The pages of meetings: the list, one meeting, and the secretariat's forms (`web/forms.rs`).

mod checks;
mod forms;

use self::checks::Checks;
use super::api;
use super::model::{Attendance, Event, Meeting, Quorum, StandIn};
use super::policy::{self, Action, Subject, Visibility};
use super::service::{self, MeetingFilter};
use super::view::{self, Dossier, Invited, Line, MailOutcome, Outcome, PartyPresence, Table};
use crate::ctx::Ctx;
use crate::designations::view::Designation;
use crate::designations::web::words::seat_name;
use crate::http::Answer;
use crate::http::page::{Badge, Shell, page, see_other};
use crate::http::paging::{Page, Paging};
use crate::mail_log::words::state_colour;
use crate::tasks::model::Task;
use crate::texts::{Label, Lang};
use crate::time::words;
use actix_web::{HttpRequest, get, web};
use askama::Template;
use entity::ids::{MeetingId, OutcomeId};
use entity::kinds::{CalendarMethod, MeetingState, NotificationState};

/// Registers every page of the table.
pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(list_meetings);
    forms::pages(cfg);
    cfg.service(invite).service(show_meeting).service(show_sheet).service(show_outcome);
}

#[derive(Template)]
#[template(path = "meetings/index.html")]
pub struct ListPage {
    pub shell: Shell,
    pub rows: Vec<Row>,
    /// Text of an empty list.
    pub none: &'static str,
    pub may_prepare: bool,
    /// Tables whose meetings are listed.
    pub tables: Vec<TableLink>,
    pub first: Option<String>,
    pub next: Option<String>,
}

/// A table with the address of its page.
pub struct TableLink {
    pub href: String,
    pub name: String,
}

/// A meeting as one line of the list.
pub struct Row {
    pub href: String,
    pub name: String,
    pub title: String,
    pub when: String,
    pub place: String,
    pub state: &'static str,
    pub state_kind: &'static str,
}

#[derive(Template)]
#[template(path = "meetings/show.html")]
pub struct MeetingPage {
    pub shell: Shell,
    pub head: Head,
    pub agenda: Vec<ItemRow>,
    /// Empty until the meeting is held.
    pub presences: Vec<PresenceRow>,
    pub quorum: Option<QuorumLine>,
    /// People who represent several parties, in words.
    pub stand_ins: Vec<String>,
    pub outcomes: Vec<OutcomeRow>,
    pub told: Vec<ToldRow>,
    /// Invited partners, if the reader may see them.
    pub guests: Vec<String>,
    /// Checklist of a draft, for those who may convene it.
    pub checks: Option<Checks>,
    /// Unreached parties of a convened meeting, for those who may convene it.
    pub unreached: Vec<String>,
    /// Possible actions of the reader.
    pub actions: Actions,
}

/// The quorum in words.
pub struct QuorumLine {
    pub text: String,
    pub kind: &'static str,
}

/// Title, date and place of a meeting.
pub struct Head {
    pub path: String,
    pub version: i32,
    pub table: String,
    pub table_href: String,
    pub title: String,
    pub state: &'static str,
    pub state_kind: &'static str,
    pub day: String,
    pub hours: String,
    pub place: String,
    pub remote_url: Option<String>,
    pub convened_on: Option<String>,
    pub short_notice: Option<String>,
    pub held_on: Option<String>,
    /// Reasons why the decisions stand without a quorum: after a correction, and at the closing.
    pub short_quorum: Vec<String>,
    pub cancelled_because: Option<String>,
    pub has_entry: bool,
}

pub struct ItemRow {
    pub number: usize,
    pub title: String,
    pub kind: &'static str,
    pub minutes: Option<String>,
    pub release: Option<String>,
    pub remove: String,
    pub remove_label: String,
}

pub struct PresenceRow {
    pub party: String,
    pub presence: &'static str,
    pub kind: &'static str,
    pub delegate: Option<String>,
}

pub struct TaskLink {
    pub href: String,
    pub text: String,
}

/// An outcome of a point.
pub struct OutcomeRow {
    pub anchor: String,
    pub kind: &'static str,
    pub item: Option<String>,
    pub text: String,
    /// Number of parties by which it was decided.
    pub quorum: Option<String>,
    pub release: Option<String>,
    /// Task of the outcome, if the reader may see it.
    pub task: Option<TaskLink>,
}

pub struct ToldRow {
    pub member: String,
    pub what: String,
    pub when: String,
    /// State of the mail, with the page of the mail.
    pub outcome: Option<(Badge, String)>,
}

/// Buttons of a reader: those allowed by the policy and possible in the state.
#[derive(Default)]
pub struct Actions {
    pub edit: bool,
    pub convene: bool,
    pub move_it: bool,
    pub cancel: bool,
    pub invite: bool,
    pub hold: bool,
    pub attend: bool,
    pub conclude: bool,
    pub close: bool,
}

/// Returns the text of an empty list, which claims no more than the reader can see.
fn none(ctx: &Ctx) -> &'static str {
    ctx.lang.t(match policy::visibility(&ctx.actor) {
        Some(Visibility::Everything) => "meetings.none",
        Some(Visibility::Convened) => "meetings.none_convened",
        Some(Visibility::Guest(..)) | None => "meetings.none_invited",
    })
}

/// The meetings, the latest day first.
#[get("/meetings")]
async fn list_meetings(ctx: Ctx, request: HttpRequest, paging: web::Query<Paging>) -> Answer {
    let limit = paging.rows()?;
    let after = paging.after_day()?;
    let first = after.is_some().then(|| "/meetings".to_owned());
    let lines = service::list(&ctx, &MeetingFilter::default(), after, limit + 1).await?;
    let found = Page::cut(&ctx, &request, limit, lines, |last| (last.meeting.slot.day, last.meeting.id))?;
    let next = found.next_path();
    let rows = found.items.iter().map(|line| Row::of(line, ctx.lang)).collect();
    let shell = Shell::new(&ctx, &request, "meetings.title").here();
    let link = |table: &Table| TableLink { href: table_path(&table.code), name: table.name(ctx.lang).to_owned() };
    let tables = service::tables(&ctx).await?.iter().map(link).collect();
    page(&ListPage { shell, rows, none: none(&ctx), may_prepare: may(&ctx, Action::Prepare), tables, first, next })
}

/// One meeting.
#[get("/meetings/{id:[0-9A-Fa-f-]+}")]
async fn show_meeting(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = service::show(&ctx, *id).await?;
    let tasks = service::tasks_seen(&ctx, &dossier).await?;
    let mut shown = MeetingPage::of(&ctx, &request, &dossier, &tasks);
    if may(&ctx, Action::Convene) && dossier.meeting.state() == MeetingState::Convened {
        shown.unreached = service::checklist(&ctx, *id).await?.unreached;
    }
    if shown.actions.convene {
        shown.checks = Some(Checks::of(&ctx, &dossier.meeting, service::checklist(&ctx, *id).await?)?);
    }
    page(&shown)
}

#[derive(Template)]
#[template(path = "meetings/sheet.html")]
struct SheetPage {
    shell: Shell,
    head: Head,
    agenda: Vec<ItemRow>,
    /// Names of the parties, and of the invited partners.
    parties: Vec<String>,
}

/// The sheet of a meeting to print: agenda and signatures. Who may: those who may see the meeting.
#[get("/meetings/{id:[0-9A-Fa-f-]+}/sheet")]
async fn show_sheet(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = service::show(&ctx, *id).await?;
    let (meeting, lang) = (&dossier.meeting, ctx.lang);
    let parties = dossier.presences.iter().map(|one| one.party.name.clone());
    page(&SheetPage {
        shell: shell_below(&ctx, &request, &dossier.line(), dossier.line().name(lang)),
        head: Head::of(&dossier, lang),
        agenda: (1..).zip(&dossier.agenda).map(|(number, item)| ItemRow::of(meeting, number, item, lang)).collect(),
        parties: parties.chain(dossier.guests.iter().map(guest_name)).collect(),
    })
}

/// The reader's own calendar entry.
#[get("/meetings/{id:[0-9A-Fa-f-]+}/invite.ics")]
async fn invite(ctx: Ctx, id: web::Path<MeetingId>) -> Answer {
    api::invite(&ctx, *id).await
}

/// Redirects to the meeting of an outcome, for pages that know only the outcome.
#[get("/outcomes/{id:[0-9A-Fa-f-]+}")]
async fn show_outcome(ctx: Ctx, id: web::Path<OutcomeId>) -> Answer {
    let outcome = service::outcome(&ctx, *id).await?;
    Ok(see_other(&format!("/meetings/{}#outcome-{}", outcome.meeting_id, outcome.id)))
}

fn may(ctx: &Ctx, action: Action) -> bool {
    policy::may(&ctx.actor, action, Subject { convened: true, invited: false })
}

/// Makes the frame of a page below one meeting.
fn shell_below(ctx: &Ctx, request: &HttpRequest, line: &Line, title: String) -> Shell {
    Shell::titled(ctx, request, title)
        .crumb(ctx.lang.t("meetings.title"), "/meetings")
        .crumb(line.name(ctx.lang), path(line.meeting.id))
        .here()
}

fn path(id: MeetingId) -> String {
    format!("/meetings/{id}")
}

/// «Anna Rossi (Università di Bergamo)».
fn guest_name(one: &Designation) -> String {
    match &one.record.statement.organisation {
        Some(organisation) => format!("{} ({organisation})", one.holder.name()),
        None => format!("{} ({})", one.holder.name(), one.seat.place()),
    }
}

fn table_path(code: &str) -> String {
    format!("/meetings/tables/{code}")
}

const fn state_kind(state: MeetingState) -> &'static str {
    match state {
        MeetingState::Draft | MeetingState::Closed => "neutral",
        MeetingState::Convened => "info",
        MeetingState::Held => "success",
        MeetingState::Cancelled => "danger",
    }
}

fn state_name(state: MeetingState, lang: Lang) -> &'static str {
    state.label(lang)
}

impl Row {
    fn of(line: &Line, lang: Lang) -> Self {
        let meeting = &line.meeting;
        Self {
            href: path(meeting.id),
            name: line.name(lang),
            title: meeting.title.clone(),
            when: format!("{}, {}", words::long_day(meeting.slot.day, lang), view::hours(meeting.slot, lang)),
            place: view::location(&meeting.venue, lang),
            state: state_name(meeting.state(), lang),
            state_kind: state_kind(meeting.state()),
        }
    }
}

impl MeetingPage {
    pub fn of(ctx: &Ctx, request: &HttpRequest, dossier: &Dossier, tasks: &[Task]) -> Self {
        let (meeting, lang) = (&dossier.meeting, ctx.lang);
        let line = dossier.line();
        let was_held = matches!(meeting.state(), MeetingState::Held | MeetingState::Closed);
        let presences = dossier.presences.iter().filter(|_| was_held).map(|one| PresenceRow::of(one, lang)).collect();
        Self {
            shell: Shell::titled(ctx, request, line.name(lang)).crumb(lang.t("meetings.title"), "/meetings").here(),
            head: Head::of(dossier, lang),
            agenda: (1..).zip(&dossier.agenda).map(|(number, item)| ItemRow::of(meeting, number, item, lang)).collect(),
            presences,
            stand_ins: dossier.stand_ins.iter().map(|one| stand_in(one, lang)).collect(),
            quorum: was_held.then(|| QuorumLine::of(dossier, lang)),
            outcomes: dossier.outcomes.iter().map(|outcome| OutcomeRow::of(outcome, dossier, tasks, lang)).collect(),
            told: dossier.told.iter().map(|one| ToldRow::of(one, dossier.mails.get(&one.person_id), lang)).collect(),
            guests: dossier.guests.iter().map(guest_name).collect(),
            checks: None,
            unreached: Vec::new(),
            actions: Actions::of(ctx, meeting),
        }
    }
}

/// «Rita Neri rappresenta più parti: Provincia di Como, Provincia di Lecco».
fn stand_in(one: &StandIn, lang: Lang) -> String {
    lang.f("meetings.stand_in", &[("name", &one.name), ("parties", &one.parties.join(", "))])
}

impl Actions {
    fn of(ctx: &Ctx, meeting: &Meeting) -> Self {
        let can = |action, event| may(ctx, action) && meeting.can(event);
        Self {
            edit: can(Action::Prepare, Event::Edit),
            convene: can(Action::Convene, Event::Convene),
            move_it: can(Action::Convene, Event::Move),
            cancel: can(Action::Convene, Event::Cancel),
            invite: can(Action::Invite, Event::Invite) && ctx.now() < meeting.slot.begins_at(),
            hold: can(Action::Record, Event::Hold) && meeting.slot.begins_at() <= ctx.now(),
            attend: can(Action::Record, Event::Attend),
            conclude: can(Action::Record, Event::Conclude),
            close: can(Action::Record, Event::Close),
        }
    }
}

impl QuorumLine {
    fn of(dossier: &Dossier, lang: Lang) -> Self {
        let quorum = dossier.quorum;
        let (key, kind) = if quorum.is_reached() {
            ("meetings.quorum_reached", "success")
        } else {
            ("meetings.quorum_missing", "warning")
        };
        let (there, parties, needed) =
            (quorum.there.to_string(), quorum.parties.to_string(), quorum.needed().to_string());
        Self { text: lang.f(key, &[("there", &there), ("parties", &parties), ("needed", &needed)]), kind }
    }
}

impl Head {
    fn of(dossier: &Dossier, lang: Lang) -> Self {
        let meeting = &dossier.meeting;
        let convocation = meeting.convocation();
        let (held_at, cancelled_because) = meeting.stage.held_and_cancelled();
        Self {
            path: path(meeting.id),
            version: meeting.version,
            table: dossier.table.name(lang).to_owned(),
            table_href: table_path(&dossier.table.code),
            title: meeting.title.clone(),
            state: state_name(meeting.state(), lang),
            state_kind: state_kind(meeting.state()),
            day: words::long_day(meeting.slot.day, lang),
            hours: view::hours(meeting.slot, lang),
            place: view::location(&meeting.venue, lang),
            remote_url: meeting.venue.remote_url.clone(),
            convened_on: convocation.map(|convocation| words::long_instant(convocation.at, lang)),
            short_notice: convocation.and_then(|convocation| convocation.short_notice_reason.clone()),
            held_on: held_at.map(|at| words::long_instant(at, lang)),
            short_quorum: [meeting.short_quorum_reason.clone(), meeting.stage.closed_short_reason()]
                .into_iter()
                .flatten()
                .collect(),
            cancelled_because,
            has_entry: convocation.is_some(),
        }
    }
}

impl ItemRow {
    fn of(meeting: &Meeting, number: usize, item: &super::model::AgendaItem, lang: Lang) -> Self {
        let minutes = |minutes: i32| lang.f("meetings.item_minutes", &[("minutes", &minutes.to_string())]);
        Self {
            number,
            title: item.title.clone(),
            kind: item.kind.label(lang),
            minutes: item.minutes.map(minutes),
            release: item.release_id.map(|id| format!("/releases/{id}")),
            remove: format!("{}/agenda-items/{}/remove", path(meeting.id), item.id),
            remove_label: lang.f("meetings.remove_item", &[("number", &number.to_string())]),
        }
    }
}

impl PresenceRow {
    fn of(one: &PartyPresence, lang: Lang) -> Self {
        let presence = one.attendance.as_ref().map(|attendance| attendance.presence);
        Self {
            party: one.party.name.clone(),
            presence: presence.map_or_else(|| lang.t("meetings.not_recorded"), |kind| kind.label(lang)),
            kind: if one.attendance.as_ref().is_some_and(Attendance::is_there) { "success" } else { "neutral" },
            delegate: one.attendance.as_ref().and_then(|attendance| attendance.delegate.clone()),
        }
    }
}

impl OutcomeRow {
    fn of(outcome: &Outcome, dossier: &Dossier, tasks: &[Task], lang: Lang) -> Self {
        let task = tasks.iter().find(|task| Some(task.id) == outcome.task_id);
        let number = dossier.agenda.iter().position(|item| Some(item.id) == outcome.agenda_item_id);
        Self {
            anchor: format!("outcome-{}", outcome.id),
            kind: outcome.kind.label(lang),
            item: number.map(|index| lang.f("meetings.item_number", &[("number", &(index + 1).to_string())])),
            text: outcome.text.clone(),
            quorum: outcome.quorum.map(|quorum| decided_by(quorum, lang)),
            release: outcome.release_id.map(|id| format!("/releases/{id}")),
            task: task.map(|task| TaskLink {
                href: format!("/tasks/{}", task.id),
                text: lang.f(
                    "meetings.outcome_task",
                    &[("seat", &seat_name(&task.seat, lang)), ("day", &words::long_day(task.day(), lang))],
                ),
            }),
        }
    }
}

/// «decisa con 7 parti presenti su 13».
fn decided_by(quorum: Quorum, lang: Lang) -> String {
    let (there, parties) = (quorum.there.to_string(), quorum.parties.to_string());
    lang.f("meetings.decided_by", &[("there", &there), ("parties", &parties)])
}

impl ToldRow {
    fn of(one: &Invited, outcome: Option<&MailOutcome>, lang: Lang) -> Self {
        let what = match one.told.method {
            CalendarMethod::Request if one.told.sequence == 0 => lang.t("meetings.told_request").to_owned(),
            CalendarMethod::Request => lang.f("meetings.told_update", &[("sequence", &one.told.sequence.to_string())]),
            CalendarMethod::Cancel => lang.t("meetings.told_cancel").to_owned(),
        };
        let badge = |state: NotificationState| Badge { text: state.label(lang), kind: state_colour(state) };
        let outcome = outcome.map(|outcome| (badge(outcome.state), format!("/mail/{}", outcome.mail)));
        Self { member: one.name.clone(), what, when: words::long_instant(one.at, lang), outcome }
    }
}
