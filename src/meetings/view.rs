//! Meetings with the names of their table, parties and people, for pages, mails and REST.

use super::model::agenda::Hours;
use super::model::{AgendaItem, Attendance, Meeting, Party, Quorum, Slot, StandIn, Told, Venue};
use crate::designations::model::Seat;
use crate::designations::view::Designation;
use crate::releases::view::Overtaken;
use crate::texts::Lang;
use crate::time::words;
use chrono::{DateTime, NaiveDate, NaiveTime, Timelike as _, Utc};
use entity::ids::{
    AgendaItemId, BodyId, DesignationId, MailId, MeetingId, OutcomeId, PersonId, ReleaseId, SeatId, TableId, TaskId,
};
use entity::kinds::{MeetingMode, NotificationState, OutcomeKind, TableKind};
use std::collections::{HashMap, HashSet};

/// The plenary table or a working group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub id: TableId,
    pub code: String,
    pub name_it: String,
    pub name_en: String,
    pub kind: TableKind,
    /// Working days between convocation and meeting.
    pub ordinary_notice_days: i32,
    /// Rises with every change of its parties.
    pub version: i32,
}

/// A table with the parties it is of, in the order of their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableOfParties {
    pub table: Table,
    pub parties: Vec<Party>,
}

impl Table {
    pub fn name(&self, lang: Lang) -> &str {
        match lang {
            Lang::It => &self.name_it,
            Lang::En => &self.name_en,
        }
    }
}

/// One meeting as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub meeting: Meeting,
    pub table: Table,
}

impl Line {
    /// «Seduta n. 3/2027, mercoledì 10 febbraio 2027».
    pub fn dated_name(&self, lang: Lang) -> String {
        format!("{}, {}", self.name(lang), words::long_day(self.meeting.slot.day, lang))
    }

    /// «Seduta n. 3/2027», or «Seduta in preparazione» while it has no number.
    pub fn name(&self, lang: Lang) -> String {
        match self.meeting.number() {
            Some(number) => lang.f("meetings.numbered", &[("number", &number.to_string())]),
            None => lang.t("meetings.unnumbered").to_owned(),
        }
    }
}

/// Outcome of a mail to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailOutcome {
    pub mail: MailId,
    pub state: NotificationState,
}

/// One meeting with all its data.
#[derive(Clone, Debug)]
pub struct Dossier {
    pub meeting: Meeting,
    pub table: Table,
    pub agenda: Vec<AgendaItem>,
    /// Every party of its table, by name, with its recorded presence.
    pub presences: Vec<PartyPresence>,
    pub quorum: Quorum,
    /// People who represent several present parties.
    pub stand_ins: Vec<StandIn>,
    pub outcomes: Vec<Outcome>,
    /// Latest mail to each person; empty for callers who may not see it.
    pub told: Vec<Invited>,
    /// Outcomes of these mails.
    pub mails: HashMap<PersonId, MailOutcome>,
    /// Invited partners who are in office; empty for callers who may not see them.
    pub guests: Vec<Designation>,
}

impl Dossier {
    /// Returns the number of recorded decisions.
    pub fn decisions(&self) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.kind == OutcomeKind::Decision).count()
    }

    pub fn line(&self) -> Line {
        Line { meeting: self.meeting.clone(), table: self.table.clone() }
    }
}

/// A party with its presence, once recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyPresence {
    pub party: Party,
    pub attendance: Option<Attendance>,
}

/// An outcome of a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub id: OutcomeId,
    pub meeting_id: MeetingId,
    pub agenda_item_id: Option<AgendaItemId>,
    pub position: i32,
    pub kind: OutcomeKind,
    pub text: String,
    /// The release it confirmed or moved.
    pub release_id: Option<ReleaseId>,
    /// The task it created.
    pub task_id: Option<TaskId>,
    /// Quorum of a decision when it was recorded; absent for decisions older than this field.
    pub quorum: Option<Quorum>,
    pub created_at: DateTime<Utc>,
    /// The later change that took the place of the date it decided; derived.
    pub overtaken: Option<Overtaken>,
    /// The seat to which it gave its task, for all who may see the meeting.
    pub assigned: Option<Assigned>,
}

/// The seat that has a task of a meeting, and the task's present day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    pub seat: Seat,
    pub day: NaiveDate,
    /// Whether the caller may read the task itself.
    pub may_open: bool,
}

/// A decision with the meeting that took it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub line: Line,
    pub outcome: Outcome,
}

/// A person with the latest message about a meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    pub person_id: PersonId,
    /// Designation by which they were told.
    pub designation_id: DesignationId,
    /// The body of that designation's seat, and whether the seat is a partner's.
    pub body_id: BodyId,
    pub is_guest: bool,
    pub name: String,
    pub address: String,
    /// Whether mails to the address come back.
    pub has_bounced: bool,
    pub lang: Lang,
    pub told: Told,
    /// Whether that went to a former address. Set only by the code that follows members.
    pub is_told_elsewhere: bool,
    pub at: DateTime<Utc>,
}

/// A member of a meeting, with the data needed to write to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub person_id: PersonId,
    pub designation_id: DesignationId,
    pub name: String,
    /// Party of the member; for a partner the organisation.
    pub party: String,
    /// Whether they are an invited partner, who represents no party.
    pub is_guest: bool,
    pub address: String,
    pub lang: Lang,
}

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
            overrun: overrun.map(|end| lang.f("meetings.overrun", &[("end", &clock(end, lang))])),
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
            hours: hours.map(|hours| hours_text(hours, lang)),
            minutes: item.minutes.map(minutes),
            release: item.release_id.map(|id| format!("/releases/{id}")),
            href: format!("{}/agenda-items/{}", path(meeting.id), item.id),
            may_rise: number > 1,
            may_sink: false,
        }
    }
}

/// «10.00–10.40», «dalle 10.40».
pub fn hours_text(hours: Hours, lang: Lang) -> String {
    let begins = clock(hours.begins, lang);
    match hours.ends {
        Some(end) => format!("{begins}–{}", clock(end, lang)),
        None => lang.f("meetings.item_from", &[("from", &begins)]),
    }
}

/// «dalle 9.30 alle 12.00 (ora italiana)» / "from 9:30 to 12:00 (Italian time)".
pub fn hours(slot: Slot, lang: Lang) -> String {
    lang.f("meetings.hours", &[("from", &clock(slot.starts, lang)), ("to", &clock(slot.ends, lang))])
}

/// Returns an hour of the day: «9.30» / "9:30".
pub fn clock(time: NaiveTime, lang: Lang) -> String {
    match lang {
        Lang::It => format!("{}.{:02}", time.hour(), time.minute()),
        Lang::En => format!("{}:{:02}", time.hour(), time.minute()),
    }
}

/// Returns day, hours and place in one line.
pub fn when_and_where(slot: Slot, venue: &Venue, lang: Lang) -> String {
    format!("{}, {} · {}", words::long_day(slot.day, lang), hours(slot, lang), location(venue, lang))
}

/// The room, «da remoto», or both.
pub fn location(venue: &Venue, lang: Lang) -> String {
    let remote = lang.t("meetings.remotely").to_owned();
    match (venue.mode, &venue.place) {
        (MeetingMode::Remote, _) => remote,
        (MeetingMode::InPerson, place) => place.clone().unwrap_or_default(),
        (MeetingMode::Mixed, place) => {
            lang.f("meetings.mixed_place", &[("place", place.as_deref().unwrap_or_default())])
        }
    }
}

/// A meeting with its invited partners, as the policy needs it.
#[derive(Clone, Debug)]
pub struct MeetingWithGuests {
    pub meeting: Meeting,
    /// Each partner with the seat of the invitation.
    pub guests: HashSet<(SeatId, PersonId)>,
}
