//! Designations as pure data: terms, acts, records, and the rules for writing them.
//!
//! Two time axes (rule 6 of the domain). *Valid time*: the days of a term, both ends included, in Europe/Rome. *Known
//! time*: from the instant at which a record was written until the instant at which another superseded it. "Who was
//! referent on 12 March, as known on 20 March?" uses [`Record::covers`] on the first axis and [`Record::was_known_at`]
//! on the second.

use crate::error::{Code, Refusal as DomainRefusal, Refused};
use chrono::{DateTime, Days, NaiveDate, Utc};
use entity::ids::{
    BodyId, DesignationId, DesignationRecordId, DocumentId, ObservatoryId, PersonId, SeatId, UnavailabilityId,
};
use entity::kinds::{ActKind, Channel, RecordChange, SeatKind, UnavailabilityMode};

/// Days before the end of a term from which the radar shows it and its body is notified.
pub const ENDING_SOON_DAYS: i64 = 60;

/// Longest texts of a statement, in characters; a longer one is refused as `too_long`.
pub const ACT_NUMBER_CHARACTERS: usize = 60;
pub const ACT_ORGAN_CHARACTERS: usize = 200;
pub const ACT_SUBJECT_CHARACTERS: usize = 500;
pub const ORGANISATION_CHARACTERS: usize = 200;
pub const PROTOCOL_CHARACTERS: usize = 60;
pub const RECEIPT_CHARACTERS: usize = 200;
/// Longest reason of an end, a correction or an annulment, in characters; a longer one is refused as `too_long`.
pub const REASON_CHARACTERS: usize = 1000;
/// Longest note on an absence, in characters; a longer one is refused as `too_long`.
pub const NOTE_CHARACTERS: usize = 500;

/// The days of a designation, both ends included; without an end it is in force until further notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
}

impl Term {
    /// Checks that the term does not end before it begins.
    pub fn check(self) -> Result<(), Refusal> {
        if self.to.is_some_and(|last| last < self.from) { Err(Refusal::EndBeforeStart) } else { Ok(()) }
    }

    /// Tells whether the day lies in the term.
    pub fn covers(self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|last| day <= last)
    }

    /// Lists the first days, from `today` on, of the gaps that appear if only `remaining` is left of the term: its
    /// first day, or the day after the new last day.
    pub fn first_days_lost(self, remaining: Option<Self>, today: NaiveDate) -> impl Iterator<Item = NaiveDate> {
        let after = remaining.and_then(|left| left.to).map(|last| last + Days::new(1));
        let is_lost = move |day: &NaiveDate| self.covers(*day) && !remaining.is_some_and(|left| left.covers(*day));
        [Some(self.from), after].into_iter().flatten().map(move |day| day.max(today)).filter(is_lost)
    }

    /// Tells whether the two terms share a day.
    pub fn overlaps(self, other: Self) -> bool {
        self.to.is_none_or(|last| other.from <= last) && other.to.is_none_or(|last| self.from <= last)
    }
}

/// The act by which a party designates. The service records acts and never issues them (DPR 445/2000, art. 53).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    pub kind: ActKind,
    pub number: String,
    pub date: NaiveDate,
    pub organ: String,
    pub subject: String,
}

/// Channel and proof of the communication from the party to the secretariat (CAD art. 47: provenance must be certain).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    pub channel: Channel,
    pub communicated_on: NaiveDate,
    pub protocol_number: Option<String>,
    pub protocol_date: Option<NaiveDate>,
    pub receipt: Option<String>,
    pub document_id: Option<DocumentId>,
}

impl Provenance {
    /// Checks the rules for every communication, of a designation or of an end.
    pub fn check(&self, today: NaiveDate) -> Result<(), Refusal> {
        if self.communicated_on > today { Err(Refusal::CommunicatedInFuture) } else { Ok(()) }
    }
}

/// Content of a record of a designation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub term: Term,
    pub act: Act,
    pub provenance: Provenance,
    /// Organisation of a partner; `None` for every other seat.
    pub organisation: Option<String>,
}

impl Statement {
    /// Checks the rules for every statement: its term, its act and its provenance, each by itself, so that a reader corrects
    /// all of them at once.
    pub fn checks(&self, today: NaiveDate) -> [Result<(), Refusal>; 3] {
        [self.term.check(), self.check_act(today), self.provenance.check(today)]
    }

    /// Checks that the act is neither later than its effect nor in the future.
    pub fn check_act(&self, today: NaiveDate) -> Result<(), Refusal> {
        let (act, effect) = (self.act.date, self.term.from);
        if act > effect {
            return Err(Refusal::ActAfterEffect { act, effect });
        }
        if act > today { Err(Refusal::ActInFuture) } else { Ok(()) }
    }
}

/// One record of a designation: a statement with its known time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub id: DesignationRecordId,
    pub position: i32,
    pub change: RecordChange,
    pub statement: Statement,
    /// Reason for an end, a correction or an annulment.
    pub reason: Option<Reason>,
    pub recorded_at: DateTime<Utc>,
    pub recorded_by: Option<PersonId>,
    pub superseded_at: Option<DateTime<Utc>>,
}

/// Reason for an end, a correction or an annulment. Its text is made for the reader (`words.rs`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Text as entered.
    Said(String),
    /// Another person was designated to the seat, by this act.
    Replaced { by: Act },
}

/// A reason to store, in which another designation is identified by its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GivenReason {
    Said(String),
    ReplacedBy(DesignationRecordId),
}

/// Standing of a designation on a day: derived, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The first day is in the future.
    Announced,
    InForce,
    Ended,
    /// Entered by mistake: it was never in force.
    Annulled,
}

impl Standing {
    pub const ALL: &'static [Self] = &[Self::Announced, Self::InForce, Self::Ended, Self::Annulled];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::InForce => "in_force",
            Self::Ended => "ended",
            Self::Annulled => "annulled",
        }
    }
}

impl Record {
    /// Tells whether the designation was in force on the day, according to this record.
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.change != RecordChange::Annulled && self.statement.term.covers(day)
    }

    /// Returns the days from the effective day to the communication, for an end from the last day; negative if
    /// communicated in advance.
    ///
    /// The protocol (art. 3) asks bodies to communicate changes *tempestivamente*, without a number of days; the
    /// network measures this value.
    pub fn days_to_communicate(&self) -> i64 {
        let Statement { term, provenance, .. } = &self.statement;
        let effect = term.to.filter(|_| self.change == RecordChange::Ended).unwrap_or(term.from);
        (provenance.communicated_on - effect).num_days()
    }

    /// Tells whether this was the valid record at the instant.
    pub fn was_known_at(&self, instant: DateTime<Utc>) -> bool {
        self.recorded_at <= instant && self.superseded_at.is_none_or(|end| instant < end)
    }

    pub fn standing_on(&self, day: NaiveDate) -> Standing {
        if self.change == RecordChange::Annulled {
            return Standing::Annulled;
        }
        if day < self.statement.term.from {
            return Standing::Announced;
        }
        if self.statement.term.covers(day) { Standing::InForce } else { Standing::Ended }
    }

    /// Makes the record of an end on `last_day`, with the act and the provenance of the end.
    pub fn ended(&self, last_day: NaiveDate, ending: Ending, today: NaiveDate) -> Result<Successor, Refusal> {
        self.must_stand()?;
        if last_day < self.statement.term.from {
            return Err(Refusal::EndBeforeStart);
        }
        if let Some(day) = self.statement.term.to.filter(|planned| *planned <= last_day) {
            return Err(if day < today { Refusal::AlreadyEnded } else { Refusal::EndsAlready { day } });
        }
        let mut statement = self.statement.clone();
        statement.term.to = Some(last_day);
        if let Some(provenance) = ending.provenance {
            statement.provenance = provenance;
        }
        Ok(Successor { change: RecordChange::Ended, statement, reason: Some(ending.reason) })
    }

    /// Makes the record that corrects a mistake. The wrong record stays, superseded.
    pub fn corrected(&self, statement: Statement, reason: String) -> Result<Successor, Refusal> {
        self.must_stand()?;
        if statement == self.statement {
            return Err(Refusal::NothingChanges);
        }
        Ok(Successor { change: RecordChange::Corrected, statement, reason: Some(GivenReason::Said(reason)) })
    }

    /// Makes the record of a designation that should never have been entered: it covers no day.
    pub fn annulled(&self, reason: String) -> Result<Successor, Refusal> {
        self.must_stand()?;
        let reason = Some(GivenReason::Said(reason));
        Ok(Successor { change: RecordChange::Annulled, statement: self.statement.clone(), reason })
    }

    fn must_stand(&self) -> Result<(), Refusal> {
        if self.change == RecordChange::Annulled { Err(Refusal::Annulled) } else { Ok(()) }
    }
}

/// Returns the record with the communication of the designation; the record of an end holds the communication of the
/// end instead.
pub fn how_it_was_told<'a>(present: &'a Record, history: &'a [Record]) -> &'a Record {
    let until_then = |record: &&Record| record.position <= present.position;
    history.iter().filter(until_then).rfind(|record| designates(record.change)).unwrap_or(present)
}

/// Tells whether a record of this kind holds the communication of the designation.
pub const fn designates(change: RecordChange) -> bool {
    match change {
        RecordChange::Registered | RecordChange::Corrected => true,
        RecordChange::Ended | RecordChange::Annulled => false,
    }
}

/// Returns [`Record::days_to_communicate`] of a record; `None` for an end without a communication of its own, because that
/// of the designation, `told`, does not apply to it.
pub fn promptness(present: &Record, told: &Provenance) -> Option<i64> {
    let is_its_own = present.change != RecordChange::Ended || present.statement.provenance != *told;
    is_its_own.then(|| present.days_to_communicate())
}

/// Reason and communication of an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    pub reason: GivenReason,
    /// Communication of the end; `None`: the original provenance is kept.
    pub provenance: Option<Provenance>,
}

/// The content of the record that supersedes another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Successor {
    pub change: RecordChange,
    pub statement: Statement,
    pub reason: Option<GivenReason>,
}

/// Tells whether a seat has at most one holder at any instant (the referent *titolare*, the body's manager).
pub const fn is_exclusive(kind: SeatKind) -> bool {
    match kind {
        SeatKind::Referent | SeatKind::BodyManager => true,
        SeatKind::Deputy | SeatKind::Secretariat | SeatKind::Direction | SeatKind::Partner => false,
    }
}

/// Tells whether a seat must be filled; deputies and partners are optional.
pub const fn needs_a_holder(kind: SeatKind) -> bool {
    match kind {
        SeatKind::Referent | SeatKind::BodyManager | SeatKind::Secretariat | SeatKind::Direction => true,
        SeatKind::Deputy | SeatKind::Partner => false,
    }
}

/// Lists the days between `from` and `to`, both included, that no term covers. Terms begin in order.
pub fn gaps(terms: &[Term], from: NaiveDate, to: NaiveDate) -> Vec<Term> {
    let mut gaps = Vec::new();
    let mut open = from;
    for term in terms {
        if term.from > open {
            let before = term.from - Days::new(1);
            gaps.push(Term { from: open, to: Some(before.min(to)) });
        }
        let Some(last) = term.to else { return gaps };
        open = open.max(last + Days::new(1));
        if open > to {
            return gaps;
        }
    }
    gaps.push(Term { from: open, to: Some(to) });
    gaps
}

/// A present or future term in a seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occupied {
    pub designation_id: DesignationId,
    pub person_id: PersonId,
    pub person_name: String,
    pub term: Term,
}

/// Checks that a person may hold a seat for a term, given the existing terms.
pub fn check_free(kind: SeatKind, person: Option<PersonId>, term: Term, others: &[Occupied]) -> Result<(), Refusal> {
    for other in others.iter().filter(|other| other.term.overlaps(term)) {
        if person == Some(other.person_id) {
            return Err(Refusal::AlreadyInSeat);
        }
        if is_exclusive(kind) {
            return Err(Refusal::SeatHeld { by: other.person_name.clone(), from: other.term.from, to: other.term.to });
        }
    }
    Ok(())
}

/// A seat with its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    pub id: SeatId,
    pub code: String,
    pub kind: SeatKind,
    pub body_id: BodyId,
    pub body_code: String,
    pub body_name: String,
    pub observatory_id: Option<ObservatoryId>,
    pub observatory_code: Option<String>,
    pub observatory_name: Option<String>,
    /// Code of the territory whose working days apply to its holder.
    pub territory: String,
}

impl Seat {
    /// Returns the observatory's name, or the body's for a seat without observatory.
    pub fn place(&self) -> &str {
        self.observatory_name.as_deref().unwrap_or(&self.body_name)
    }

    /// Tells whether its holder works for an observatory, as referent or as deputy.
    pub fn works_for(&self, observatory: ObservatoryId) -> bool {
        matches!(self.kind, SeatKind::Referent | SeatKind::Deputy) && self.observatory_id == Some(observatory)
    }
}

/// Days on which a holder cannot work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unavailability {
    pub id: UnavailabilityId,
    pub designation_id: DesignationId,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub mode: UnavailabilityMode,
    pub note: Option<String>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub version: i32,
}

impl Unavailability {
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.withdrawn_at.is_none() && self.from <= day && day <= self.to
    }

    /// Refuses an absence that shares a day with another, because after withdrawing one of them the other would still
    /// apply.
    pub fn must_be_new(from: NaiveDate, to: NaiveDate, known: &[Self]) -> Result<(), Refusal> {
        let shares_a_day = |one: &&Self| one.withdrawn_at.is_none() && one.from <= to && from <= one.to;
        known
            .iter()
            .find(shares_a_day)
            .map_or(Ok(()), |one| Err(Refusal::UnavailabilityOverlaps { from: one.from, to: one.to }))
    }
}

/// Refusals of changes to designations.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("no such seat")]
    SeatUnknown,
    #[error("the seat is held by {by} from {from}")]
    SeatHeld { by: String, from: NaiveDate, to: Option<NaiveDate> },
    #[error("this person already holds the seat in that term")]
    AlreadyInSeat,
    #[error("the end is before the start")]
    EndBeforeStart,
    #[error("the act of {act} is dated after its effect on {effect}")]
    ActAfterEffect { act: NaiveDate, effect: NaiveDate },
    #[error("the act is dated in the future")]
    ActInFuture,
    #[error("the communication is dated in the future")]
    CommunicatedInFuture,
    #[error("several may hold the seat: nobody has to make room")]
    ReplacesNobody,
    #[error("the designation has already ended by then")]
    AlreadyEnded,
    #[error("the designation ends already on {day}")]
    EndsAlready { day: NaiveDate },
    #[error("the designation has been annulled")]
    Annulled,
    #[error("the correction changes nothing")]
    NothingChanges,
    #[error("the absence lies outside the designation")]
    UnavailabilityOutside,
    #[error("there is an absence from {from} to {to} already")]
    UnavailabilityOverlaps { from: NaiveDate, to: NaiveDate },
    #[error("the network would be left without a secretariat")]
    LastSecretariat,
    #[error("the body has neither a manager nor a certified mailbox")]
    NobodyToAsk,
}

impl DomainRefusal for Refusal {
    fn said(&self) -> Refused {
        match self {
            Self::SeatUnknown => Refused::at("seat", Code::SeatUnknown),
            Self::SeatHeld { by, from, .. } => {
                Refused::at("seat", Code::SeatHeld).with("by", by.as_str()).with("from", *from)
            }
            Self::AlreadyInSeat => Refused::at("person", Code::AlreadyInSeat),
            Self::EndBeforeStart => Refused::at("valid_to", Code::EndBeforeStart),
            Self::ActAfterEffect { act, effect } => {
                Refused::at("act_date", Code::ActAfterEffect).with("act", *act).with("effect", *effect)
            }
            Self::ActInFuture => Refused::at("act_date", Code::ActInFuture),
            Self::CommunicatedInFuture => Refused::at("communicated_on", Code::CommunicatedInFuture),
            Self::AlreadyEnded | Self::Annulled => Refused::at("valid_to", Code::AlreadyEnded),
            Self::EndsAlready { day } => Refused::at("valid_to", Code::EndsAlready).with("day", *day),
            Self::ReplacesNobody => Refused::at("replaces_holder", Code::ReplacesNobody),
            Self::NothingChanges => Refused::of(Code::NothingChanges),
            Self::UnavailabilityOutside => Refused::at("from", Code::UnavailabilityOutside),
            Self::UnavailabilityOverlaps { from, to } => {
                Refused::at("from", Code::UnavailabilityOverlaps).with("from", *from).with("to", *to)
            }
            Self::LastSecretariat => Refused::of(Code::LastSecretariat),
            Self::NobodyToAsk => Refused::of(Code::NobodyToAsk),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day written in a test")
    }

    fn term(from: &str, to: &str) -> Term {
        Term { from: day(from), to: (!to.is_empty()).then(|| day(to)) }
    }

    #[test]
    fn gaps_are_the_days_that_no_term_covers() {
        let of = |terms: &[(&str, &str)]| -> Vec<(NaiveDate, NaiveDate)> {
            let terms: Vec<Term> = terms.iter().map(|(from, to)| term(from, to)).collect();
            let found = gaps(&terms, day("2027-01-01"), day("2027-12-31"));
            found.into_iter().map(|gap| (gap.from, gap.to.expect("a gap ends"))).collect()
        };
        let gap = |from, to| (day(from), day(to));
        assert_eq!(of(&[]), [gap("2027-01-01", "2027-12-31")]);
        assert_eq!(of(&[("2026-05-01", "")]), []);
        assert_eq!(of(&[("2027-01-01", "2027-06-30"), ("2027-07-01", "2027-12-31")]), []);
        let interrupted = [("2027-02-01", "2027-03-31"), ("2027-02-10", "2027-02-20"), ("2027-06-01", "2027-11-30")];
        let expected =
            [gap("2027-01-01", "2027-01-31"), gap("2027-04-01", "2027-05-31"), gap("2027-12-01", "2027-12-31")];
        assert_eq!(of(&interrupted), expected);
    }

    #[test]
    fn absences_of_one_designation_share_no_day() {
        let absence = |from, to, withdrawn: bool| Unavailability {
            id: uuid::Uuid::nil().into(),
            designation_id: uuid::Uuid::nil().into(),
            from: day(from),
            to: day(to),
            mode: UnavailabilityMode::ALL[0],
            note: None,
            withdrawn_at: withdrawn.then_some(DateTime::UNIX_EPOCH),
            version: 1,
        };
        let known = [absence("2027-04-06", "2027-04-09", false), absence("2027-05-03", "2027-05-07", true)];
        for (from, to, is_new) in [
            ("2027-04-06", "2027-04-09", false),
            ("2027-04-01", "2027-04-06", false),
            ("2027-04-09", "2027-04-30", false),
            ("2027-04-07", "2027-04-07", false),
            ("2027-04-01", "2027-04-30", false),
            ("2027-04-01", "2027-04-05", true),
            ("2027-04-10", "2027-04-10", true),
            ("2027-05-03", "2027-05-07", true),
        ] {
            assert_eq!(Unavailability::must_be_new(day(from), day(to), &known).is_ok(), is_new, "{from} {to}");
        }
    }

    #[test]
    fn terms_overlap_when_they_share_a_day() {
        for (left, right, expected) in [
            (term("2027-01-01", "2027-03-31"), term("2027-04-01", ""), false),
            (term("2027-01-01", "2027-03-31"), term("2027-03-31", ""), true),
            (term("2027-01-01", ""), term("2026-01-01", ""), true),
            (term("2027-01-01", ""), term("2026-01-01", "2026-12-31"), false),
        ] {
            assert_eq!(left.overlaps(right), expected, "{left:?} {right:?}");
            assert_eq!(right.overlaps(left), expected, "{right:?} {left:?}");
        }
    }

    proptest! {
        /// Two exclusive holders never share a day, whatever the order of the requests.
        #[test]
        fn an_exclusive_seat_never_has_two_holders(asked in prop::collection::vec((0i64..400, prop::option::of(0i64..200)), 1..12)) {
            let start = day("2027-01-01");
            let mut held: Vec<Occupied> = Vec::new();
            for (offset, length) in asked {
                let from = start + chrono::Days::new(offset.unsigned_abs());
                let term = Term { from, to: length.map(|days| from + chrono::Days::new(days.unsigned_abs())) };
                let person = PersonId(uuid::Uuid::from_u128(held.len() as u128 + 1));
                if check_free(SeatKind::Referent, Some(person), term, &held).is_ok() {
                    held.push(Occupied { designation_id: DesignationId(uuid::Uuid::nil()), person_id: person, person_name: String::new(), term });
                }
            }
            for ahead in 0..800 {
                let today = start + chrono::Days::new(ahead);
                prop_assert!(held.iter().filter(|one| one.term.covers(today)).count() <= 1);
            }
        }
    }
}
