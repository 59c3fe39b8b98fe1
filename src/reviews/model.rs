//! Remarks and peer readings as pure data, with their lifecycles; whose turn it is (`turn.rs`), what is missing
//! before a contribution is accepted (`checklist.rs`) and before its release comes out (`release.rs`), and which chapter blocks a release (`blocker.rs`).

pub mod blocker;
pub mod checklist;
pub mod release;
pub mod turn;

use crate::deliverables::model::{Deliverable, Submission};
use crate::error::{Code, Refusal as DomainRefusal, Refused};
use crate::lifecycle::{self, Table, Target, WrongTransition};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{
    BodyId, DeliverableId, ObservatoryId, PeerReadingId, PersonId, RemarkId, RemarkStepId, SubmissionId,
};
use entity::kinds::{DeliverableState, ReadingState, RemarkState, RemarkStepKind};

/// Longest remark, in characters.
pub const REMARK_CHARACTERS: usize = 4000;
/// Longest name of the part of a text, in characters.
pub const PART_CHARACTERS: usize = 200;
/// Longest answer to a remark, reason of a verdict or note of a reading, in characters.
pub const ANSWER_CHARACTERS: usize = 1000;
/// Most remarks that one peer reading delivers; more are refused.
pub const MOST_REMARKS: usize = 50;
/// Working days that the observatory has for a remark unless the review says otherwise: one week of work. Without a
/// day, half of the texts that are sent back never return.
pub const REMARK_WORKING_DAYS: i32 = 5;
/// Working days that a peer reader has unless the secretariat says otherwise: two weeks of work, because reading is
/// added to the reader's own.
pub const READING_WORKING_DAYS: i32 = 10;

/// Events of a remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The observatory answers it.
    Answer,
    /// The review accepts the answer, or the text as it is now.
    Accept,
    /// The review rejects the answer with a reason.
    Reject,
    /// The review leaves it for the next edition.
    Carry,
}

impl lifecycle::Event for Event {
    fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::Carry => "carry",
        }
    }
}

/// The lifecycle of a remark.
pub const LIFECYCLE: Table<RemarkState, Event> = Table(&[
    (Event::Answer, &[RemarkState::Open], Target::To(RemarkState::Answered)),
    (Event::Accept, &[RemarkState::Open, RemarkState::Answered], Target::To(RemarkState::Accepted)),
    (Event::Reject, &[RemarkState::Answered], Target::To(RemarkState::Open)),
    (Event::Carry, &[RemarkState::Open, RemarkState::Answered], Target::To(RemarkState::Carried)),
]);

/// Events of a peer reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadingEvent {
    Accept,
    Refuse,
    /// The reader delivers remarks, or that there are none.
    Deliver,
    /// The secretariat does without it, or the round ends before it.
    Withdraw,
}

impl lifecycle::Event for ReadingEvent {
    fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Refuse => "refuse",
            Self::Deliver => "deliver",
            Self::Withdraw => "withdraw",
        }
    }
}

/// The lifecycle of a peer reading.
pub const READING: Table<ReadingState, ReadingEvent> = Table(&[
    (ReadingEvent::Accept, &[ReadingState::Asked], Target::To(ReadingState::Accepted)),
    (ReadingEvent::Refuse, &[ReadingState::Asked], Target::To(ReadingState::Refused)),
    (ReadingEvent::Deliver, &[ReadingState::Accepted], Target::To(ReadingState::Delivered)),
    (ReadingEvent::Withdraw, &[ReadingState::Asked, ReadingState::Accepted], Target::To(ReadingState::Withdrawn)),
]);

/// A step of a remark: an answer or a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub id: RemarkStepId,
    pub position: i32,
    pub kind: RemarkStepKind,
    pub text: Option<String>,
    pub at: DateTime<Utc>,
    pub by: Option<PersonId>,
    /// Body whose statement it is, if the secretariat entered it.
    pub on_behalf_of: Option<BodyId>,
}

/// A remark of the review on a contribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    pub id: RemarkId,
    pub deliverable_id: DeliverableId,
    /// The submission it is about; `None` if it was written before the first one.
    pub submission_id: Option<SubmissionId>,
    /// 1 for the first remark on the contribution.
    pub number: i32,
    /// The observatory whose peer reading wrote it; `None` for the secretariat.
    pub observatory_id: Option<ObservatoryId>,
    pub part: Option<String>,
    pub text: String,
    pub due_day: NaiveDate,
    pub state: RemarkState,
    pub written_at: DateTime<Utc>,
    pub written_by: Option<PersonId>,
    /// The remark of the edition before from which it was taken over.
    pub copied_from: Option<RemarkId>,
    /// Oldest first.
    pub steps: Vec<Step>,
    pub version: i32,
}

/// Returns whether a remark still has to be settled before the contribution is accepted.
pub const fn is_open(state: RemarkState) -> bool {
    matches!(state, RemarkState::Open | RemarkState::Answered)
}

/// Returns the event that a step records.
pub const fn event_of(kind: RemarkStepKind) -> Event {
    match kind {
        RemarkStepKind::Done | RemarkStepKind::Declined => Event::Answer,
        RemarkStepKind::Accepted => Event::Accept,
        RemarkStepKind::Rejected => Event::Reject,
        RemarkStepKind::Carried => Event::Carry,
    }
}

impl Remark {
    pub const fn is_open(&self) -> bool {
        is_open(self.state)
    }

    /// Returns the state after a step. Errors: `wrong_transition`; `reason_missing` for a rejection or a declined remark
    /// without a text.
    pub fn after(&self, kind: RemarkStepKind, text: Option<&str>) -> Result<RemarkState, Refusal> {
        if text.is_none() && matches!(kind, RemarkStepKind::Rejected | RemarkStepKind::Declined) {
            return Err(Refusal::ReasonMissing);
        }
        after(&LIFECYCLE, self.state, event_of(kind))
    }

    /// Returns the remark as a mail and the submission keep it: «2. Capitolo 3: manca la tavola».
    pub fn line(&self) -> String {
        match &self.part {
            Some(part) => format!("{}. {part}: {}", self.number, self.text),
            None => format!("{}. {}", self.number, self.text),
        }
    }
}

/// The reading of a contribution by another observatory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub id: PeerReadingId,
    pub deliverable_id: DeliverableId,
    /// The observatory that reads.
    pub observatory_id: ObservatoryId,
    pub state: ReadingState,
    pub due_day: NaiveDate,
    pub note: Option<String>,
    pub asked_at: DateTime<Utc>,
    pub asked_by: Option<PersonId>,
    /// Instant at which it was accepted or refused.
    pub answered_at: Option<DateTime<Utc>>,
    pub answered_by: Option<PersonId>,
    /// Instant at which it was delivered or withdrawn.
    pub ended_at: Option<DateTime<Utc>>,
    pub ended_by: Option<PersonId>,
    pub version: i32,
}

impl Reading {
    /// Returns whether the reader still has to answer or to deliver.
    pub const fn is_open(&self) -> bool {
        matches!(self.state, ReadingState::Asked | ReadingState::Accepted)
    }

    /// Returns the instant from which the reader has nothing to do any more.
    pub const fn closed_at(&self) -> Option<DateTime<Utc>> {
        match self.state {
            ReadingState::Asked | ReadingState::Accepted => None,
            ReadingState::Refused => self.answered_at,
            ReadingState::Delivered | ReadingState::Withdrawn => self.ended_at,
        }
    }

    /// Returns the reading after an event. Errors: `wrong_transition`.
    pub fn after(mut self, event: ReadingEvent, at: DateTime<Utc>, by: Option<PersonId>) -> Result<Self, Refusal> {
        self.state = after(&READING, self.state, event)?;
        match event {
            ReadingEvent::Accept | ReadingEvent::Refuse => (self.answered_at, self.answered_by) = (Some(at), by),
            ReadingEvent::Deliver | ReadingEvent::Withdraw => (self.ended_at, self.ended_by) = (Some(at), by),
        }
        Ok(self)
    }
}

/// Returns the state to which a table leads; these lifecycles have no way back.
fn after<S, E>(table: &Table<S, E>, state: S, event: E) -> Result<S, Refusal>
where
    S: Copy + Eq + std::fmt::Display,
    E: lifecycle::Event,
{
    match table.lead(state, event)? {
        Target::To(to) => Ok(to),
        Target::Back => Err(table.wrong(state).into()),
    }
}

/// A round: the review of one submission that was not taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round<'a> {
    /// 1 for the first round of a contribution.
    pub number: usize,
    pub submission: &'a Submission,
}

/// Returns the rounds of a contribution, oldest first. A submission that was taken back begins none.
pub fn rounds(submissions: &[Submission]) -> Vec<Round<'_>> {
    let standing = submissions.iter().filter(|submission| submission.withdrawn_at.is_none());
    (1..).zip(standing).map(|(number, submission)| Round { number, submission }).collect()
}

/// Returns the day by which a contribution is due: that of its earliest open remark once the review has sent it back,
/// otherwise its own.
pub fn due_day(of: &Deliverable, submissions: &[Submission], remarks: &[Remark]) -> NaiveDate {
    let is_at_work = matches!(of.state(), DeliverableState::ChangesRequested | DeliverableState::InProgress);
    let is_sent_back = is_at_work && submissions.iter().any(|one| one.remarks.is_some());
    let earliest = remarks.iter().filter(|remark| remark.is_open()).map(|remark| remark.due_day).min();
    earliest.filter(|_| is_sent_back).unwrap_or_else(|| of.day())
}

/// Refusals of the review.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    WrongTransition(#[from] WrongTransition),
    #[error("a remark is declined, and an answer rejected, with a reason only")]
    ReasonMissing,
    #[error("a contribution is sent back with at least one open remark")]
    RemarksMissing,
    #[error("{open} remarks are not settled")]
    RemarksOpen { open: usize },
    #[error("who handed the text in cannot accept it")]
    OwnSubmission,
    #[error("an observatory does not read its own contribution as a peer")]
    ReadsOwn,
    #[error("another reading of the contribution is open")]
    ReadingOpen,
    #[error("there is nothing to read or to accept")]
    TextMissing,
    #[error("more than {MOST_REMARKS} remarks")]
    TooManyRemarks,
    #[error("the day is before today")]
    DayInPast,
    #[error("every remark of the edition before is taken over")]
    TakenOver,
}

impl DomainRefusal for Refusal {
    fn said(&self) -> Refused {
        match self {
            Self::WrongTransition(wrong) => wrong.said(),
            Self::ReasonMissing => Refused::at("text", Code::ReasonMissing),
            Self::RemarksMissing => Refused::at("remarks", Code::ReasonMissing),
            Self::RemarksOpen { open } => Refused::of(Code::RemarksOpen).with("open", *open),
            Self::OwnSubmission => Refused::of(Code::OwnSubmission),
            Self::ReadsOwn => Refused::at("observatory", Code::ReadsOwn),
            Self::ReadingOpen => Refused::at("observatory", Code::ReadingOpen),
            Self::TextMissing => Refused::of(Code::TextMissing),
            Self::TooManyRemarks => Refused::at("remarks", Code::TooManyRemarks).with("limit", MOST_REMARKS),
            Self::TakenOver => Refused::of(Code::RemarkTakenOver),
            Self::DayInPast => Refused::at("due_day", Code::DayInPast),
        }
    }
}

#[cfg(test)]
mod tests;
