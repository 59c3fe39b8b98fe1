//! Meetings: slots, venues, the lifecycle, notice, quorum, and the messages to people. Pure.

pub mod agenda;
mod quorum;

pub use agenda::AgendaItem;
pub use quorum::{Quorum, StandIn, stand_ins};

use crate::error::{Code, Error, Refusal as DomainRefusal, Refused};
use crate::lifecycle::{self, Table, Target, WrongTransition};
use crate::time::{CalendarError, Calendars, NotWorked, zone};
use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use entity::ids::{BodyId, MeetingId, PersonId, TableId};
use entity::kinds::{CalendarMethod, MeetingMode, MeetingState, Presence};
use std::collections::HashSet;

/// The day and the hours of a meeting, wall time in Europe/Rome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    pub day: NaiveDate,
    pub starts: NaiveTime,
    pub ends: NaiveTime,
}

impl Slot {
    /// Refuses an end that is not after the start, and an hour that does not exist on its day because the clocks skip
    /// it.
    pub fn check(self) -> Result<(), Refusal> {
        for (field, hour) in [("starts", self.starts), ("ends", self.ends)] {
            if zone::is_skipped(self.day, hour) {
                return Err(Refusal::HourSkipped { field, day: self.day, hour });
            }
        }
        if self.ends > self.starts { Ok(()) } else { Err(Refusal::EndsBeforeStarts) }
    }

    /// Returns the beginning as wall time in Europe/Rome.
    pub fn start(self) -> NaiveDateTime {
        self.day.and_time(self.starts)
    }

    /// Returns the end as wall time in Europe/Rome.
    pub fn end(self) -> NaiveDateTime {
        self.day.and_time(self.ends)
    }

    pub fn begins_at(self) -> DateTime<Utc> {
        zone::instant_of(self.day, self.starts)
    }

    pub fn ends_at(self) -> DateTime<Utc> {
        zone::instant_of(self.day, self.ends)
    }
}

/// The venue of a meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Venue {
    pub mode: MeetingMode,
    pub place: Option<String>,
    pub remote_url: Option<String>,
}

impl Venue {
    /// Refuses a venue without the room or the address that its mode needs.
    pub fn check(&self) -> Result<(), Refusal> {
        let (needs_place, needs_url) = match self.mode {
            MeetingMode::InPerson => (true, false),
            MeetingMode::Remote => (false, true),
            MeetingMode::Mixed => (true, true),
        };
        if needs_place && self.place.is_none() {
            return Err(Refusal::PlaceMissing { field: "place" });
        }
        if needs_url && self.remote_url.is_none() {
            return Err(Refusal::PlaceMissing { field: "remote_url" });
        }
        Ok(())
    }
}

/// Number by which a meeting is cited: *seduta n. 3/2027*. It never changes, not even if the meeting moves to another
/// year, because letters and minutes cite it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    pub number: i32,
    /// The year of the day for which the meeting was convened.
    pub year: i32,
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.number, self.year)
    }
}

/// The record of a meeting's convocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Convocation {
    pub number: Number,
    pub at: DateTime<Utc>,
    /// Reason why the notice of the present slot is shorter than the table's rule; shown in the minutes.
    pub short_notice_reason: Option<String>,
}

/// The state of a meeting, with the data that the state needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    Draft,
    Convened(Convocation),
    Held {
        convocation: Convocation,
        at: DateTime<Utc>,
    },
    Closed {
        convocation: Convocation,
        held_at: DateTime<Utc>,
        /// Reason why its decisions stand although it was closed without a quorum; shown in the minutes.
        short_quorum_reason: Option<String>,
    },
    /// Cancelled as a convened meeting, or dropped as a draft without a convocation.
    Cancelled {
        convocation: Option<Convocation>,
        reason: String,
    },
}

impl Stage {
    /// Returns the reason why its decisions stand although it was closed without a quorum.
    pub fn closed_short_reason(&self) -> Option<String> {
        match self {
            Self::Closed { short_quorum_reason, .. } => short_quorum_reason.clone(),
            Self::Draft | Self::Convened(_) | Self::Held { .. } | Self::Cancelled { .. } => None,
        }
    }

    /// Returns the instant at which it was held and the reason for its cancellation, if any.
    pub fn held_and_cancelled(&self) -> (Option<DateTime<Utc>>, Option<String>) {
        match self {
            Self::Held { at, .. } | Self::Closed { held_at: at, .. } => (Some(*at), None),
            Self::Cancelled { reason, .. } => (None, Some(reason.clone())),
            Self::Draft | Self::Convened(_) => (None, None),
        }
    }
}

/// An event in the life of a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The draft or its agenda is edited.
    Edit,
    Convene,
    Move,
    Cancel,
    /// Partners are invited to it.
    Invite,
    Hold,
    /// The presence of a party is recorded or corrected.
    Attend,
    /// An outcome is recorded.
    Conclude,
    Close,
}

impl lifecycle::Event for Event {
    fn as_str(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Convene => "convene",
            Self::Move => "move",
            Self::Cancel => "cancel",
            Self::Invite => "invite",
            Self::Hold => "hold",
            Self::Attend => "attend",
            Self::Conclude => "conclude",
            Self::Close => "close",
        }
    }
}

/// The lifecycle of a meeting.
///
/// The agenda is fixed by the convocation, because the parties decide by it who attends. A later topic is recorded as
/// an outcome without an item.
pub const LIFECYCLE: Table<MeetingState, Event> = Table(&[
    (Event::Edit, &[MeetingState::Draft], Target::To(MeetingState::Draft)),
    (Event::Convene, &[MeetingState::Draft], Target::To(MeetingState::Convened)),
    (Event::Move, &[MeetingState::Convened], Target::To(MeetingState::Convened)),
    (Event::Cancel, &[MeetingState::Draft, MeetingState::Convened], Target::To(MeetingState::Cancelled)),
    (Event::Invite, &[MeetingState::Draft], Target::To(MeetingState::Draft)),
    (Event::Invite, &[MeetingState::Convened], Target::To(MeetingState::Convened)),
    (Event::Hold, &[MeetingState::Convened], Target::To(MeetingState::Held)),
    (Event::Attend, &[MeetingState::Held], Target::To(MeetingState::Held)),
    (Event::Conclude, &[MeetingState::Held], Target::To(MeetingState::Held)),
    (Event::Close, &[MeetingState::Held], Target::To(MeetingState::Closed)),
]);

/// A meeting of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    pub id: MeetingId,
    pub table_id: TableId,
    pub title: String,
    pub slot: Slot,
    pub venue: Venue,
    /// Identity in calendars, for the meeting's whole life.
    pub uid: String,
    /// 0 when convened; rises by one with each move and with the cancellation (RFC 5546 §2.1.4).
    pub sequence: u32,
    pub stage: Stage,
    /// Reason why its decisions stand although a correction of the presences removed the quorum; shown in the minutes.
    pub short_quorum_reason: Option<String>,
    /// Version of the meeting with its agenda, presences and outcomes.
    pub version: i32,
}

impl Meeting {
    pub fn state(&self) -> MeetingState {
        match self.stage {
            Stage::Draft => MeetingState::Draft,
            Stage::Convened(_) => MeetingState::Convened,
            Stage::Held { .. } => MeetingState::Held,
            Stage::Closed { .. } => MeetingState::Closed,
            Stage::Cancelled { .. } => MeetingState::Cancelled,
        }
    }

    pub fn convocation(&self) -> Option<&Convocation> {
        match &self.stage {
            Stage::Draft => None,
            Stage::Convened(convocation) | Stage::Held { convocation, .. } | Stage::Closed { convocation, .. } => {
                Some(convocation)
            }
            Stage::Cancelled { convocation, .. } => convocation.as_ref(),
        }
    }

    pub fn number(&self) -> Option<Number> {
        self.convocation().map(|convocation| convocation.number)
    }

    /// Tells whether the event is possible now.
    pub fn can(&self, event: Event) -> bool {
        LIFECYCLE.target(self.state(), event).is_some()
    }

    /// Refuses an event that is not possible now.
    pub fn must_allow(&self, event: Event) -> Result<(), Refusal> {
        Ok(LIFECYCLE.lead(self.state(), event).map(drop)?)
    }

    fn wrong(&self) -> Refusal {
        LIFECYCLE.wrong(self.state()).into()
    }

    /// Convenes the draft. [`notice`] checks its day and its notice.
    pub fn convene(self, convocation: Convocation, agenda_items: usize) -> Result<Self, Refusal> {
        self.must_allow(Event::Convene)?;
        self.slot.check()?;
        self.venue.check()?;
        must_have_points(agenda_items)?;
        Ok(Self { stage: Stage::Convened(convocation), ..self })
    }

    /// Moves the meeting to another day, hour or place. Its calendar identity stays, its sequence rises.
    pub fn move_to(self, slot: Slot, venue: Venue, short_notice_reason: Option<String>) -> Result<Self, Refusal> {
        self.must_allow(Event::Move)?;
        slot.check()?;
        venue.check()?;
        if slot == self.slot && venue == self.venue {
            return Err(Refusal::NothingChanges);
        }
        let Stage::Convened(convocation) = self.stage else { return Err(self.wrong()) };
        let stage = Stage::Convened(Convocation { short_notice_reason, ..convocation });
        Ok(Self { slot, venue, stage, sequence: self.sequence + 1, ..self })
    }

    /// Cancels the meeting for a reason. The sequence rises only for a convened meeting, because a draft is in no
    /// calendar.
    pub fn cancel(self, reason: String) -> Result<Self, Refusal> {
        self.must_allow(Event::Cancel)?;
        let convocation = self.convocation().cloned();
        let sequence = self.sequence + u32::from(convocation.is_some());
        Ok(Self { stage: Stage::Cancelled { convocation, reason }, sequence, ..self })
    }

    /// Holds the meeting, not before its hour.
    pub fn hold(self, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.must_allow(Event::Hold)?;
        if now < self.slot.begins_at() {
            return Err(Refusal::NotBegun);
        }
        let Stage::Convened(convocation) = self.stage else { return Err(self.wrong()) };
        Ok(Self { stage: Stage::Held { convocation, at: now }, ..self })
    }

    /// Closes the meeting; nothing more can be recorded. The reason comes from [`Quorum::justify`].
    pub fn close(self, short_quorum_reason: Option<String>) -> Result<Self, Refusal> {
        self.must_allow(Event::Close)?;
        let Stage::Held { convocation, at } = self.stage else { return Err(self.wrong()) };
        Ok(Self { stage: Stage::Closed { convocation, held_at: at, short_quorum_reason }, ..self })
    }
}

/// A party of a table: a signatory body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    pub body_id: BodyId,
    pub code: String,
    pub name: String,
    /// Territory whose working days apply.
    pub territory: String,
}

/// Notice given by a slot, with the table's rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Working days of notice.
    pub given: i32,
    /// Working days required by the table's rule.
    pub asked: i32,
}

impl Notice {
    pub const fn is_short(self) -> bool {
        self.given < self.asked
    }

    /// Returns the reason to store: none if the notice is long enough, otherwise the given one. Errors:
    /// `notice_too_short` if it is short and no reason is given.
    pub fn justify(self, reason: Option<String>) -> Result<Option<String>, Refusal> {
        match (self.is_short(), reason) {
            (false, _) => Ok(None),
            (true, Some(reason)) => Ok(Some(reason)),
            (true, None) => Err(Refusal::NoticeTooShort(self)),
        }
    }
}

/// Refuses a convocation without a point on the agenda.
pub const fn must_have_points(agenda_items: usize) -> Result<(), Refusal> {
    if agenda_items == 0 { Err(Refusal::AgendaEmpty) } else { Ok(()) }
}

/// Counts the notice of a slot from now, in days worked by every party. Errors: a slot in the past, a day on which a
/// party does not work, a slot too far away to count.
///
/// Today does not count, the day of the meeting does (art. 155 c.p.c.: *dies a quo non computatur*). `asked` is the
/// table's rule in working days.
pub fn notice(
    now: DateTime<Utc>,
    slot: Slot,
    asked: i32,
    parties: &[Party],
    calendars: &Calendars,
) -> Result<Notice, NoticeError> {
    let (today, day) = (zone::day_of(now), slot.day);
    if slot.begins_at() <= now {
        return Err(Refusal::DayInPast.into());
    }
    let called = calendars.joint(parties.iter().map(|party| party.territory.as_str()))?;
    let given = called.working_days_between(today, day)?;
    called.must_be_worked(day, |code| {
        parties.iter().filter(|party| party.territory == code).map(|party| party.name.clone()).collect()
    })?;
    Ok(Notice { given, asked })
}

/// Reasons why notice cannot be counted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    NotWorked(#[from] NotWorked),
}

impl From<CalendarError> for NoticeError {
    fn from(error: CalendarError) -> Self {
        Self::NotWorked(error.into())
    }
}

impl From<NoticeError> for Error {
    fn from(error: NoticeError) -> Self {
        match error {
            NoticeError::Refused(refusal) => refusal.into(),
            NoticeError::NotWorked(error) => error.into(),
        }
    }
}

/// The presence of a party at a meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendance {
    pub presence: Presence,
    /// The name of the delegate; only with [`Presence::ByDelegate`].
    pub delegate: Option<String>,
}

impl Attendance {
    /// Returns a presence with the name of its delegate; a presence other than by delegate keeps no name.
    pub fn new(presence: Presence, delegate: Option<String>) -> Result<Self, Refusal> {
        match (presence, delegate) {
            (Presence::ByDelegate, None) => Err(Refusal::DelegateMissing),
            (Presence::ByDelegate, delegate) => Ok(Self { presence, delegate }),
            (_, _) => Ok(Self { presence, delegate: None }),
        }
    }

    pub const fn is_there(&self) -> bool {
        matches!(self.presence, Presence::Present | Presence::ByDelegate)
    }
}

/// The last message to a person about a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub method: CalendarMethod,
    pub sequence: u32,
}

/// Returns the sequence of a person's next message: the meeting's, and higher than every earlier message to this
/// person.
///
/// A person who left got a CANCEL with a sequence of their own. If they return, they need a higher one, because their
/// calendar would otherwise ignore the invitation as outdated (RFC 5546 §2.1.5).
pub fn next_sequence(meeting: u32, last: Option<Told>) -> u32 {
    last.map_or(meeting, |told| meeting.max(told.sequence + 1))
}

/// Returns the messages to send after the members of a convened meeting changed: an invitation, or the withdrawal of
/// one.
pub fn to_tell(members: &[PersonId], told: &[(PersonId, Told)]) -> Vec<(PersonId, CalendarMethod)> {
    let invited: HashSet<PersonId> =
        told.iter().filter(|(_, last)| last.method == CalendarMethod::Request).map(|(person, _)| *person).collect();
    let joined =
        members.iter().filter(|person| !invited.contains(person)).map(|person| (*person, CalendarMethod::Request));
    let left = told
        .iter()
        .filter(|(person, last)| last.method == CalendarMethod::Request && !members.contains(person))
        .map(|(person, _)| (*person, CalendarMethod::Cancel));
    joined.chain(left).collect()
}

/// Returns the year in which a meeting at this slot is counted.
pub fn numbering_year(slot: Slot) -> i32 {
    slot.day.year()
}

/// Refusals of changes to a meeting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    WrongTransition(#[from] WrongTransition),
    #[error("the end is not after the start")]
    EndsBeforeStarts,
    #[error("the {field} is missing")]
    PlaceMissing { field: &'static str },
    #[error("the agenda is empty")]
    AgendaEmpty,
    #[error("{0:?} is too short a notice")]
    NoticeTooShort(Notice),
    #[error("the day is past")]
    DayInPast,
    #[error("nothing changes")]
    NothingChanges,
    #[error("the meeting has not begun")]
    NotBegun,
    #[error("{0:?} is no quorum")]
    QuorumMissing(Quorum),
    #[error("{quorum:?} is no quorum for the {decisions} decisions recorded")]
    QuorumLost { quorum: Quorum, decisions: usize },
    #[error("the clocks skip {hour} on {day}")]
    HourSkipped { field: &'static str, day: NaiveDate, hour: NaiveTime },
    #[error("the delegate is not named")]
    DelegateMissing,
    #[error("every signatory is a party of the plenary table")]
    TableOfAllParties,
    #[error("the order does not name every point once")]
    OrderIncomplete,
}

impl DomainRefusal for Refusal {
    fn said(&self) -> Refused {
        match self {
            Self::WrongTransition(wrong) => wrong.said(),
            Self::EndsBeforeStarts => Refused::at("ends", Code::EndsBeforeStarts),
            Self::PlaceMissing { field } => Refused::at(field, Code::PlaceMissing),
            Self::AgendaEmpty => Refused::at("agenda", Code::AgendaEmpty),
            Self::NoticeTooShort(notice) => Refused::at("short_notice_reason", Code::NoticeTooShort)
                .with("given", notice.given)
                .with("asked", notice.asked),
            Self::DayInPast => Refused::at("day", Code::DayInPast),
            Self::NothingChanges => Refused::of(Code::NothingChanges),
            Self::NotBegun => Refused::of(Code::MeetingNotBegun),
            Self::QuorumMissing(quorum) => {
                Refused::of(Code::QuorumMissing).with("there", quorum.there).with("needed", quorum.needed())
            }
            Self::QuorumLost { quorum, decisions } => Refused::at("short_quorum_reason", Code::QuorumLost)
                .with("there", quorum.there)
                .with("needed", quorum.needed())
                .with("decisions", *decisions),
            Self::HourSkipped { field, day, hour } => {
                Refused::at(field, Code::HourSkipped).with("day", *day).with("hour", *hour)
            }
            Self::DelegateMissing => Refused::at("delegate", Code::Required),
            Self::TableOfAllParties => Refused::of(Code::TableOfAllParties),
            Self::OrderIncomplete => Refused::at("items", Code::UnknownValue),
        }
    }
}

#[cfg(test)]
mod tests;
