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
use std::sync::Arc;

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
    pub seat: Arc<Seat>,
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
