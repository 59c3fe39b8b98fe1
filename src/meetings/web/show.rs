//! The page of one meeting.

use super::checks::{Check, Checks, before_closing};
use super::{may, path, state_kind, state_name, table_path};
use crate::ctx::Ctx;
use crate::designations::view::Designation;
use crate::designations::web::words::seat_name;
use crate::http::page::Shell;
use crate::mail_log::told::{PartyTold, Told, by_party};
use crate::meetings::model::agenda::{self, Hours};
use crate::meetings::model::{AgendaItem, Attendance, Event, Meeting, Number, Quorum, StandIn};
use crate::meetings::policy::Action;
use crate::meetings::view::{self, Dossier, Invited, Outcome, PartyPresence};
use crate::releases::view::{Overtaken, overtaken_text};
use crate::texts::{Label, Lang};
use crate::time::words;
use crate::time::zone::day_of;
use actix_web::HttpRequest;
use askama::Template;
use entity::ids::BodyId;
use entity::kinds::{CalendarMethod, MeetingState};

#[derive(Template)]
#[template(path = "meetings/show.html")]
pub struct MeetingPage {
    pub shell: Shell,
    pub head: Head,
    pub agenda: Vec<ItemRow>,
    /// «L’ultimo punto finisce alle 12.10, dopo la fine della seduta.»
    pub overrun: Option<String>,
    /// Empty until the meeting is held.
    pub presences: Vec<PresenceRow>,
    pub quorum: Option<QuorumLine>,
    /// People who represent several parties, in words.
    pub stand_ins: Vec<String>,
    pub outcomes: Vec<OutcomeRow>,
    /// Lines about what is recorded and what is missing, for those who may close it.
    pub closing: Vec<Check>,
    /// The latest mails by party, for those who may see them.
    pub told: Vec<PartyTold>,
    /// Invited partners, if the reader may see them.
    pub guests: Vec<String>,
    /// Checklist of a draft, for those who may convene it.
    pub checks: Option<Checks>,
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
    /// Number with the day on which it was given, or the words that it comes with the convocation.
    pub number: String,
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
    pub anchor: String,
    pub number: usize,
    pub title: String,
    pub kind: &'static str,
    /// «10.00–10.40», «dalle 10.40».
    pub hours: Option<String>,
    pub minutes: Option<String>,
    pub release: Option<String>,
    /// Address of its forms and buttons.
    pub href: String,
    pub may_rise: bool,
    pub may_sink: bool,
}

pub struct PresenceRow {
    pub party: String,
    pub presence: &'static str,
    pub kind: &'static str,
    pub delegate: Option<String>,
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
    /// «superata dal rinvio del 27 ottobre 2026: ora…», with the page of the release.
    pub overtaken: Option<(String, String)>,
    /// «Chi: Referente · Osservatorio di Cremona, entro martedì 17 novembre 2026».
    pub assigned: Option<String>,
    /// Page of the task, if the reader may see it.
    pub task: Option<String>,
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

impl MeetingPage {
    pub fn of(ctx: &Ctx, request: &HttpRequest, dossier: &Dossier) -> Self {
        let (meeting, lang) = (&dossier.meeting, ctx.lang);
        let line = dossier.line();
        let was_held = matches!(meeting.state(), MeetingState::Held | MeetingState::Closed);
        let presences = dossier.presences.iter().filter(|_| was_held).map(|one| PresenceRow::of(one, lang)).collect();
        let actions = Actions::of(ctx, meeting);
        let overrun = agenda::overruns(meeting.slot, &dossier.agenda);
        Self {
            shell: Shell::titled(ctx, request, line.name(lang)).crumb(lang.t("meetings.title"), "/meetings").here(),
            head: Head::of(dossier, lang),
            agenda: agenda_rows(dossier, lang),
            overrun: overrun.map(|end| lang.f("meetings.overrun", &[("end", &view::clock(end, lang))])),
            presences,
            stand_ins: dossier.stand_ins.iter().map(|one| stand_in(one, lang)).collect(),
            quorum: was_held.then(|| QuorumLine::of(dossier, lang)),
            outcomes: dossier.outcomes.iter().map(|outcome| OutcomeRow::of(outcome, dossier, lang)).collect(),
            closing: if actions.close { before_closing(ctx, dossier) } else { Vec::new() },
            told: told_by_party(dossier, lang),
            guests: dossier.guests.iter().map(guest_name).collect(),
            checks: None,
            actions,
        }
    }
}

/// Makes the rows of an agenda.
pub fn agenda_rows(dossier: &Dossier, lang: Lang) -> Vec<ItemRow> {
    let (meeting, items) = (&dossier.meeting, &dossier.agenda);
    let hours = agenda::hours(meeting.slot, items);
    let row = |((number, item), hours)| ItemRow {
        may_sink: number < items.len(),
        ..ItemRow::of(meeting, number, item, hours, lang)
    };
    (1..).zip(items).zip(hours).map(row).collect()
}

/// Groups the latest mails by the parties of the table; empty before the first mail about the meeting.
fn told_by_party(dossier: &Dossier, lang: Lang) -> Vec<PartyTold> {
    if dossier.told.is_empty() {
        return Vec::new();
    }
    let parties: Vec<(BodyId, String)> =
        dossier.presences.iter().map(|one| (one.party.body_id, one.party.name.clone())).collect();
    let told = |one: &Invited| Told {
        body: Some(one.body_id).filter(|_| !one.is_guest),
        name: one.name.clone(),
        what: what_was_told(one, lang),
        at: one.at,
        mail: dossier.mails.get(&one.person_id).map(|outcome| (outcome.mail, outcome.state)),
        has_bounced: one.has_bounced,
    };
    by_party(&parties, dossier.told.iter().map(told).collect(), lang.t("meetings.told_others"), lang)
}

fn what_was_told(one: &Invited, lang: Lang) -> String {
    match one.told.method {
        CalendarMethod::Request if one.told.sequence == 0 => lang.t("meetings.told_request").to_owned(),
        CalendarMethod::Request => lang.f("meetings.told_update", &[("sequence", &one.told.sequence.to_string())]),
        CalendarMethod::Cancel => lang.t("meetings.told_cancel").to_owned(),
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
    pub fn of(dossier: &Dossier, lang: Lang) -> Self {
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
    pub fn of(dossier: &Dossier, lang: Lang) -> Self {
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
            number: match convocation {
                None => lang.t("meetings.number_later").to_owned(),
                Some(convocation) => numbered(convocation.number, words::date(day_of(convocation.at), lang), lang),
            },
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

/// «4/2026, assegnato con la convocazione il 24 novembre 2026».
fn numbered(number: Number, day: String, lang: Lang) -> String {
    lang.f("meetings.number_given", &[("number", &number.to_string()), ("day", &day)])
}

impl ItemRow {
    fn of(meeting: &Meeting, number: usize, item: &AgendaItem, hours: Option<Hours>, lang: Lang) -> Self {
        let minutes = |minutes: i32| lang.f("meetings.item_minutes", &[("minutes", &minutes.to_string())]);
        Self {
            anchor: format!("point-{}", item.id),
            number,
            title: item.title.clone(),
            kind: item.kind.label(lang),
            hours: hours.map(|hours| view::hours_text(hours, lang)),
            minutes: item.minutes.map(minutes),
            release: item.release_id.map(|id| format!("/releases/{id}")),
            href: format!("{}/agenda-items/{}", path(meeting.id), item.id),
            may_rise: number > 1,
            may_sink: false,
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
    fn of(outcome: &Outcome, dossier: &Dossier, lang: Lang) -> Self {
        let number = dossier.agenda.iter().position(|item| Some(item.id) == outcome.agenda_item_id);
        let assigned = outcome.assigned.as_ref();
        let said = |by: &Overtaken| (overtaken_text(by.how, by.at, by.now, lang), by.href.clone());
        Self {
            anchor: format!("outcome-{}", outcome.id),
            kind: outcome.kind.label(lang),
            item: number.map(|index| lang.f("meetings.item_number", &[("number", &(index + 1).to_string())])),
            text: outcome.text.clone(),
            quorum: outcome.quorum.map(|quorum| decided_by(quorum, lang)),
            release: outcome.release_id.map(|id| format!("/releases/{id}")),
            overtaken: outcome.overtaken.as_ref().map(said),
            assigned: assigned.map(|one| {
                let day = words::long_day(one.day, lang);
                lang.f("meetings.outcome_task", &[("seat", &seat_name(&one.seat, lang)), ("day", &day)])
            }),
            task: outcome.task_id.filter(|_| assigned.is_some_and(|one| one.may_open)).map(|id| format!("/tasks/{id}")),
        }
    }
}

/// «decisa con 7 parti presenti su 13».
fn decided_by(quorum: Quorum, lang: Lang) -> String {
    let (there, parties) = (quorum.there.to_string(), quorum.parties.to_string());
    lang.f("meetings.decided_by", &[("there", &there), ("parties", &parties)])
}

/// «Anna Rossi (Università di Bergamo)».
pub fn guest_name(one: &Designation) -> String {
    match &one.record.statement.organisation {
        Some(organisation) => format!("{} ({organisation})", one.holder.name()),
        None => format!("{} ({})", one.holder.name(), one.seat.place()),
    }
}
