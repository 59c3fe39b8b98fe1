//! Meetings as pure data: slots, venues, the lifecycle, notice, quorum, and what people have to be told.

mod quorum;

pub use quorum::{Quorum, StandIn, stand_ins};

use crate::error::{Code, Refusal as DomainRefusal, Refused};
use crate::texts::Lang;
use crate::time::calendar::{self, CalendarError};
use crate::time::{Calendars, words, zone};
use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use entity::ids::{AgendaItemId, BodyId, MeetingId, PersonId, ReleaseId, TableId};
use entity::kinds::{AgendaItemKind, CalendarMethod, MeetingMode, MeetingState, Presence};
use std::collections::{HashMap, HashSet};

/// When a meeting takes place: on one day, from hour to hour, wall time in Europe/Rome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    pub day: NaiveDate,
    pub starts: NaiveTime,
    pub ends: NaiveTime,
}

impl Slot {
    /// Refuses an end that is not after the start, and an hour that the clocks skip that day.
    pub fn check(self) -> Result<(), Refusal> {
        for (field, hour) in [("starts", self.starts), ("ends", self.ends)] {
            if zone::is_skipped(self.day, hour) {
                return Err(Refusal::HourSkipped { field, day: self.day, hour });
            }
        }
        if self.ends > self.starts { Ok(()) } else { Err(Refusal::EndsBeforeStarts) }
    }

    /// Wall time in Europe/Rome.
    pub fn start(self) -> NaiveDateTime {
        self.day.and_time(self.starts)
    }

    /// Wall time in Europe/Rome.
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

/// Where a meeting takes place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Venue {
    pub mode: MeetingMode,
    pub place: Option<String>,
    pub remote_url: Option<String>,
}

impl Venue {
    /// Whether everybody can get there: a room where the mode has one, an address where it is remote.
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

/// The number by which a meeting is cited: *seduta n. 3/2027*. It never changes, not even when the meeting moves to
/// another year: letters and minutes cite it.
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

/// That and how a meeting was convened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Convocation {
    pub number: Number,
    pub at: DateTime<Utc>,
    /// Why the notice of the present slot is shorter than the table's rule; the minutes carry it.
    pub short_notice_reason: Option<String>,
}

/// Where a meeting stands, with what is known from then on.
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
        /// Why its decisions stand, closed with too few parties recorded as there; the minutes carry it.
        short_quorum_reason: Option<String>,
    },
    /// Called off, or given up as a draft: then nobody had been convened.
    Cancelled {
        convocation: Option<Convocation>,
        reason: String,
    },
}

impl Stage {
    /// Why its decisions stand, closed with too few parties recorded as there.
    pub fn closed_short_reason(&self) -> Option<String> {
        match self {
            Self::Closed { short_quorum_reason, .. } => short_quorum_reason.clone(),
            Self::Draft | Self::Convened(_) | Self::Held { .. } | Self::Cancelled { .. } => None,
        }
    }

    /// When it was held, and why it was called off, where either is so.
    pub fn held_and_cancelled(&self) -> (Option<DateTime<Utc>>, Option<String>) {
        match self {
            Self::Held { at, .. } | Self::Closed { held_at: at, .. } => (Some(*at), None),
            Self::Cancelled { reason, .. } => (None, Some(reason.clone())),
            Self::Draft | Self::Convened(_) => (None, None),
        }
    }
}

/// What can happen to a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Its draft or the agenda of its draft is edited.
    Edit,
    Convene,
    Move,
    Cancel,
    /// Partners are invited to it.
    Invite,
    Hold,
    /// The presence of a party is recorded or put right.
    Attend,
    /// An outcome is recorded.
    Conclude,
    Close,
}

impl Event {
    pub const ALL: &'static [Self] = &[
        Self::Edit,
        Self::Convene,
        Self::Move,
        Self::Cancel,
        Self::Invite,
        Self::Hold,
        Self::Attend,
        Self::Conclude,
        Self::Close,
    ];
}

/// The lifecycle, whole: the state after an event, or `None` where the event cannot happen.
///
/// The agenda is fixed by the convocation, because the parties decide by it who comes: what comes up later is recorded as
/// an outcome without an item.
pub const fn after(state: MeetingState, event: Event) -> Option<MeetingState> {
    use MeetingState as S;
    match (state, event) {
        (S::Draft, Event::Edit | Event::Invite) => Some(S::Draft),
        (S::Draft, Event::Convene) | (S::Convened, Event::Move | Event::Invite) => Some(S::Convened),
        (S::Draft | S::Convened, Event::Cancel) => Some(S::Cancelled),
        (S::Convened, Event::Hold) | (S::Held, Event::Attend | Event::Conclude) => Some(S::Held),
        (S::Held, Event::Close) => Some(S::Closed),
        _ => None,
    }
}

/// A meeting of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    pub id: MeetingId,
    pub table_id: TableId,
    pub title: String,
    pub slot: Slot,
    pub venue: Venue,
    /// The calendar identity, for the meeting's whole life.
    pub uid: String,
    /// 0 when convened; one more with each move and with the cancellation (RFC 5546 §2.1.4).
    pub sequence: u32,
    pub stage: Stage,
    /// Why its decisions stand although a correction of the presences left too few parties; the minutes carry it.
    pub short_quorum_reason: Option<String>,
    /// The optimistic lock of the meeting with its agenda, presences and outcomes.
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

    /// Whether the event can happen now.
    pub fn can(&self, event: Event) -> bool {
        after(self.state(), event).is_some()
    }

    /// Refuses an event that cannot happen now.
    pub fn must_allow(&self, event: Event) -> Result<(), Refusal> {
        if self.can(event) { Ok(()) } else { Err(Refusal::WrongTransition { state: self.state() }) }
    }

    /// The draft becomes a convocation. Notice and day are checked by [`notice`].
    pub fn convene(self, convocation: Convocation, agenda_items: usize) -> Result<Self, Refusal> {
        self.must_allow(Event::Convene)?;
        self.slot.check()?;
        self.venue.check()?;
        if agenda_items == 0 {
            return Err(Refusal::AgendaEmpty);
        }
        Ok(Self { stage: Stage::Convened(convocation), ..self })
    }

    /// Another day, hour or place; the calendar identity stays, the sequence rises.
    pub fn move_to(self, slot: Slot, venue: Venue, short_notice_reason: Option<String>) -> Result<Self, Refusal> {
        self.must_allow(Event::Move)?;
        slot.check()?;
        venue.check()?;
        if slot == self.slot && venue == self.venue {
            return Err(Refusal::NothingChanges);
        }
        let Stage::Convened(convocation) = self.stage else {
            return Err(Refusal::WrongTransition { state: self.state() });
        };
        let stage = Stage::Convened(Convocation { short_notice_reason, ..convocation });
        Ok(Self { slot, venue, stage, sequence: self.sequence + 1, ..self })
    }

    /// Called off for a reason. Only a convened meeting has calendars to change.
    pub fn cancel(self, reason: String) -> Result<Self, Refusal> {
        self.must_allow(Event::Cancel)?;
        let convocation = self.convocation().cloned();
        let sequence = self.sequence + u32::from(convocation.is_some());
        Ok(Self { stage: Stage::Cancelled { convocation, reason }, sequence, ..self })
    }

    /// It takes place: not before its hour.
    pub fn hold(self, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.must_allow(Event::Hold)?;
        if now < self.slot.begins_at() {
            return Err(Refusal::NotBegun);
        }
        let Stage::Convened(convocation) = self.stage else {
            return Err(Refusal::WrongTransition { state: self.state() });
        };
        Ok(Self { stage: Stage::Held { convocation, at: now }, ..self })
    }

    /// Nothing more is recorded of it. The reason is the one that [`Quorum::justify`] keeps.
    pub fn close(self, short_quorum_reason: Option<String>) -> Result<Self, Refusal> {
        self.must_allow(Event::Close)?;
        let Stage::Held { convocation, at } = self.stage else {
            return Err(Refusal::WrongTransition { state: self.state() });
        };
        Ok(Self { stage: Stage::Closed { convocation, held_at: at, short_quorum_reason }, ..self })
    }
}

/// A point of the agenda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgendaItem {
    pub id: AgendaItemId,
    /// Order on the agenda; positions may have gaps, the number shown is counted.
    pub position: i32,
    pub kind: AgendaItemKind,
    pub title: String,
    pub release_id: Option<ReleaseId>,
    pub minutes: Option<i32>,
}

/// A party of a table: a signatory body, wherever its observatory stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    pub body_id: BodyId,
    pub code: String,
    pub name: String,
    /// The calendar of working days of its seat.
    pub territory: String,
}

/// The notice a slot gives, counted and held against the table's rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Working days given.
    pub given: i32,
    /// Working days the table's rule asks for.
    pub asked: i32,
}

impl Notice {
    pub const fn is_short(self) -> bool {
        self.given < self.asked
    }

    /// The reason to keep: none where the notice is as it should be, the given one where it is short, a refusal where
    /// it is short and nobody says why.
    pub fn justify(self, reason: Option<String>) -> Result<Option<String>, Refusal> {
        match (self.is_short(), reason) {
            (false, _) => Ok(None),
            (true, Some(reason)) => Ok(Some(reason)),
            (true, None) => Err(Refusal::NoticeTooShort(self)),
        }
    }
}

/// The notice a slot gives from now; refused if it is past, or on a day on which a party does not work.
///
/// A day counts if every party works on it; today does not count, the day of the meeting does (art. 155 c.p.c.: *dies a
/// quo non computatur*). `asked` is the table's rule in working days; reasons are said in `lang`.
pub fn notice(
    now: DateTime<Utc>,
    slot: Slot,
    asked: i32,
    parties: &[Party],
    calendars: &Calendars,
    lang: Lang,
) -> Result<Notice, NoticeError> {
    let (today, day) = (zone::day_of(now), slot.day);
    if slot.begins_at() <= now {
        return Err(Refusal::DayInPast.into());
    }
    let codes: HashSet<&str> = parties.iter().map(|party| party.territory.as_str()).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    let called = calendars.of_all(&codes)?;
    let closed: HashMap<&str, &str> =
        calendar::not_working(&called, day).into_iter().map(|(code, reason)| (code, reason.text(lang))).collect();
    if !closed.is_empty() {
        return Err(Refusal::NotWorkedByAll { day, why: who_is_closed(parties, &closed) }.into());
    }
    if (day - today).num_days() > calendar::LONGEST_SPAN_DAYS {
        return Err(CalendarError::SpanTooLong { from: today, to: day }.into());
    }
    let given = today
        .iter_days()
        .skip(1)
        .take_while(|other| *other <= day)
        .filter(|other| calendar::worked_by_all(&called, *other));
    Ok(Notice { given: i32::try_from(given.count()).unwrap_or(i32::MAX), asked })
}

/// «Provincia di Como (Sant'Abbondio), …»; a weekend or a national holiday concerns everybody and is said once.
fn who_is_closed(parties: &[Party], closed: &HashMap<&str, &str>) -> String {
    let reasons: HashSet<&str> = closed.values().copied().collect();
    let concerned: Vec<(&Party, &str)> =
        parties.iter().filter_map(|party| Some((party, *closed.get(party.territory.as_str())?))).collect();
    if concerned.len() == parties.len() && reasons.len() == 1 {
        return reasons.into_iter().collect();
    }
    let named: Vec<String> = concerned.iter().map(|(party, reason)| format!("{} ({reason})", party.name)).collect();
    named.join(", ")
}

/// Why no notice can be counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeError {
    Refused(Refusal),
    /// The calendars of the parties do not answer.
    Calendar(CalendarError),
}

impl From<Refusal> for NoticeError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<CalendarError> for NoticeError {
    fn from(error: CalendarError) -> Self {
        Self::Calendar(error)
    }
}

/// How a party was at a meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendance {
    pub presence: Presence,
    /// Who came for the party; only with [`Presence::ByDelegate`].
    pub delegate: Option<String>,
}

impl Attendance {
    /// A presence by delegate names the delegate; any other presence keeps no name.
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

/// What a person was last told of a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub method: CalendarMethod,
    pub sequence: u32,
}

/// The sequence of a person's next message: the meeting's, and above whatever the person has heard before.
///
/// A person who left was told CANCEL at a sequence of their own; coming back, they must hear a higher one, or their
/// calendar takes the invitation for an old message (RFC 5546 §2.1.5).
pub fn next_sequence(meeting: u32, last: Option<Told>) -> u32 {
    last.map_or(meeting, |told| meeting.max(told.sequence + 1))
}

/// What following the members of a convened meeting asks for: whom to invite, whom to tell that they are out.
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

/// The year whose count a slot belongs to.
pub fn numbering_year(slot: Slot) -> i32 {
    slot.day.year()
}

/// Why something was not done to a meeting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("a meeting that is {state} does not allow this")]
    WrongTransition { state: MeetingState },
    #[error("the end is not after the start")]
    EndsBeforeStarts,
    #[error("the {field} is missing")]
    PlaceMissing { field: &'static str },
    #[error("the agenda is empty")]
    AgendaEmpty,
    #[error("{0:?} is too short a notice")]
    NoticeTooShort(Notice),
    #[error("{day} is not worked: {why}")]
    NotWorkedByAll { day: NaiveDate, why: String },
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
}

impl DomainRefusal for Refusal {
    fn said(&self) -> Refused {
        match self {
            Self::WrongTransition { .. } => Refused::of(Code::WrongTransition),
            Self::EndsBeforeStarts => Refused::at("ends", Code::EndsBeforeStarts),
            Self::PlaceMissing { field } => Refused::at(field, Code::PlaceMissing),
            Self::AgendaEmpty => Refused::of(Code::AgendaEmpty),
            Self::NoticeTooShort(notice) => Refused::at("short_notice_reason", Code::NoticeTooShort)
                .with("given", notice.given)
                .with("asked", notice.asked),
            Self::NotWorkedByAll { day, why } => {
                Refused::at("day", Code::NotWorkedByAll).with("day", words::short_day(*day)).with("why", why)
            }
            Self::DayInPast => Refused::at("day", Code::DayInPast),
            Self::NothingChanges => Refused::of(Code::NothingChanges),
            Self::NotBegun => Refused::of(Code::MeetingNotBegun),
            Self::QuorumMissing(quorum) => {
                Refused::of(Code::QuorumMissing).with("there", quorum.there).with("needed", quorum.needed())
            }
            Self::QuorumLost { quorum, decisions } => Refused::at("short_quorum_reason", Code::QuorumLost)
                .with("there", quorum.there)
                .with("needed", quorum.needed())
                .with("decisions", decisions),
            Self::HourSkipped { field, day, hour } => Refused::at(field, Code::HourSkipped)
                .with("day", words::short_day(*day))
                .with("hour", hour.format("%H:%M")),
            Self::DelegateMissing => Refused::at("delegate", Code::Required),
            Self::TableOfAllParties => Refused::of(Code::TableOfAllParties),
        }
    }
}

#[cfg(test)]
mod tests;
