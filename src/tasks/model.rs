//! A task and its lifecycle. Pure.

use crate::deliverables::model::{is_settled, reviews};
use crate::designations::model::Seat;
use crate::error::{Code, Refusal as DomainRefusal, Refused};
use crate::lifecycle::{self, Blocked, Table, Target, WrongTransition};
use crate::texts::Lang;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DeliverableId, GivingId, OutcomeId, ProductStepId, ReleaseId, TaskId};
use entity::kinds::{DeliverableState, SeatKind, TaskOrigin, TaskState as State};
use std::sync::Arc;

/// Events of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The seat accepts a task that it was given.
    Accept,
    /// The seat refuses a task that it was given; it is back with the secretariat.
    Refuse,
    /// The secretariat gives a refused task to the same seat again, which cannot refuse it any more.
    Insist,
    /// The secretariat gives a refused task to another seat.
    HandOn,
    Start,
    Complete,
    /// The task was not done after all.
    Reopen,
    Block,
    /// The obstacle is gone; it returns to its former state.
    Unblock,
    /// The task is no longer needed.
    Cancel,
}

impl lifecycle::Event for Event {
    fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Refuse => "refuse",
            Self::Insist => "insist",
            Self::HandOn => "hand_on",
            Self::Start => "start",
            Self::Complete => "complete",
            Self::Reopen => "reopen",
            Self::Block => "block",
            Self::Unblock => "unblock",
            Self::Cancel => "cancel",
        }
    }
}

/// The lifecycle of a task.
pub const LIFECYCLE: Table<State, Event> = Table(&[
    (Event::Accept, &[State::Given], Target::To(State::Open)),
    (Event::Refuse, &[State::Given], Target::To(State::Refused)),
    (Event::Insist, &[State::Refused], Target::To(State::Open)),
    (Event::HandOn, &[State::Refused], Target::To(State::Given)),
    // Work is an answer too: what is begun is accepted.
    (Event::Start, &[State::Given, State::Open], Target::To(State::InProgress)),
    (Event::Complete, &[State::Given, State::Open, State::InProgress], Target::To(State::Done)),
    (Event::Reopen, &[State::Done], Target::To(State::InProgress)),
    (Event::Block, &[State::Open, State::InProgress], Target::To(State::Blocked)),
    (Event::Unblock, &[State::Blocked], Target::Back),
    (
        Event::Cancel,
        &[State::Given, State::Open, State::InProgress, State::Blocked, State::Refused],
        Target::To(State::Cancelled),
    ),
]);

/// Tells whether the seat still has to do a task: it is neither done, cancelled nor refused.
pub const fn is_open(state: State) -> bool {
    matches!(state, State::Given | State::Open | State::InProgress | State::Blocked)
}

/// Returns whether a task of the seat is still called for in this state of its deliverable.
///
/// The observatory's steps lead to the submission, those of secretariat and direction to the approval. Tasks without a
/// step or deliverable stay open until completed: a page may be requested long after the deliverable was accepted.
pub const fn is_called_for(origin: TaskOrigin, seat: SeatKind, deliverable: Option<DeliverableState>) -> bool {
    let (TaskOrigin::Step, Some(state)) = (origin, deliverable) else { return true };
    if reviews(seat) {
        return !is_settled(state);
    }
    matches!(state, DeliverableState::Planned | DeliverableState::InProgress | DeliverableState::Blocked)
}

/// Steps of the work: the states in which a task can be blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Open,
    InProgress,
}

impl Step {
    /// Returns the step of a state; `None` for a state that cannot be blocked.
    pub const fn of(state: State) -> Option<Self> {
        match state {
            State::Open => Some(Self::Open),
            State::InProgress => Some(Self::InProgress),
            State::Given | State::Done | State::Blocked | State::Refused | State::Cancelled => None,
        }
    }

    pub const fn state(self) -> State {
        match self {
            Self::Open => State::Open,
            Self::InProgress => State::InProgress,
        }
    }
}

/// The state of a task, with the data that the state needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Given by the secretariat, and not answered yet.
    Given,
    OnCourse(Step),
    Done {
        at: DateTime<Utc>,
    },
    Blocked(Blocked<Step>),
    /// Refused by its seat, and back with the secretariat.
    Refused {
        reason: String,
    },
    Cancelled {
        reason: Option<String>,
    },
}

impl Stage {
    /// Builds the stage from its four columns; an inconsistent combination is an error.
    pub fn of(
        state: State,
        resume: Option<State>,
        reason: Option<String>,
        done_at: Option<DateTime<Utc>>,
    ) -> Result<Self, &'static str> {
        match (state, Step::of(state), resume.map(Step::of), reason, done_at) {
            (State::Given, _, None, None, None) => Ok(Self::Given),
            (State::Refused, _, None, Some(reason), None) => Ok(Self::Refused { reason }),
            (_, Some(step), None, None, None) => Ok(Self::OnCourse(step)),
            (State::Done, _, None, None, Some(at)) => Ok(Self::Done { at }),
            (State::Blocked, _, Some(Some(back_to)), Some(reason), None) => {
                Ok(Self::Blocked(Blocked { reason, back_to }))
            }
            (State::Cancelled, _, None, reason, None) => Ok(Self::Cancelled { reason }),
            _ => Err("a state without its data, or with those of another state"),
        }
    }

    pub const fn state(&self) -> State {
        match self {
            Self::Given => State::Given,
            Self::OnCourse(step) => step.state(),
            Self::Refused { .. } => State::Refused,
            Self::Done { .. } => State::Done,
            Self::Blocked(_) => State::Blocked,
            Self::Cancelled { .. } => State::Cancelled,
        }
    }

    /// Returns the state to which a blocked task returns.
    pub const fn resume(&self) -> Option<State> {
        match self {
            Self::Blocked(blocked) => Some(blocked.back_to.state()),
            Self::Given | Self::OnCourse(_) | Self::Done { .. } | Self::Refused { .. } | Self::Cancelled { .. } => None,
        }
    }

    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Blocked(blocked) => Some(&blocked.reason),
            Self::Refused { reason } => Some(reason),
            Self::Cancelled { reason } => reason.as_deref(),
            Self::Given | Self::OnCourse(_) | Self::Done { .. } => None,
        }
    }

    pub const fn done_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Done { at } => Some(*at),
            Self::Given | Self::OnCourse(_) | Self::Blocked(_) | Self::Refused { .. } | Self::Cancelled { .. } => None,
        }
    }
}

/// Work of a seat, due by a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub id: TaskId,
    pub seat: Arc<Seat>,
    pub release_id: Option<ReleaseId>,
    pub deliverable_id: Option<DeliverableId>,
    /// State of the deliverable, if the task is a step towards one.
    pub deliverable_state: Option<DeliverableState>,
    pub step_id: Option<ProductStepId>,
    pub outcome_id: Option<OutcomeId>,
    pub origin: TaskOrigin,
    pub title_it: String,
    pub title_en: String,
    /// Day derived from the release, or first agreed for a task without a release.
    pub due_day: NaiveDate,
    /// Day set by hand instead; survives every derivation.
    pub hand_set_day: Option<NaiveDate>,
    /// Day set by hand on its deliverable, if this is the observatory's last step towards it, which submits it.
    pub followed_day: Option<NaiveDate>,
    pub estimated_minutes: i32,
    pub stage: Stage,
    /// Note at its completion; for a meeting's task, the text of the outcome.
    pub note: Option<String>,
    /// Description by the secretariat, which gave it.
    pub text: Option<String>,
    /// Name of the mail that tells of it, together with others.
    pub told_with: Option<GivingId>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
}

/// Words of the secretariat about a task that it gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    pub title: String,
    pub text: Option<String>,
    pub estimated_minutes: i32,
}

/// The meeting that gave a task, and the point about which it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenAt {
    pub outcome: OutcomeId,
    /// Number and year of the meeting.
    pub number: Option<(i32, i32)>,
    pub day: NaiveDate,
    /// Title of the point; `None` for a topic that came up by itself.
    pub point: Option<String>,
}

impl Task {
    pub const fn state(&self) -> State {
        self.stage.state()
    }

    pub fn title(&self, lang: Lang) -> &str {
        match lang {
            Lang::It => &self.title_it,
            Lang::En => &self.title_en,
        }
    }

    /// Returns the due day: set by hand on it or on the deliverable it submits, otherwise derived.
    pub fn day(&self) -> NaiveDate {
        self.hand_set_day.or(self.followed_day).unwrap_or(self.due_day)
    }

    /// Returns whether it is open and still called for.
    pub fn is_due(&self) -> bool {
        is_open(self.state()) && self.is_called_for()
    }

    /// Returns whether its deliverable still calls for it; see [`is_called_for`].
    pub fn is_called_for(&self) -> bool {
        is_called_for(self.origin, self.seat.kind, self.deliverable_state)
    }

    /// Returns whether it is one of the observatory's steps towards its deliverable.
    pub fn leads_to_hand_in(&self) -> bool {
        self.origin == TaskOrigin::Step && !reviews(self.seat.kind)
    }

    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        self.is_due() && self.day() < today
    }

    /// Accepts a given task.
    pub fn accepted(mut self) -> Result<Self, Refusal> {
        LIFECYCLE.lead(self.state(), Event::Accept)?;
        self.stage = Stage::OnCourse(Step::Open);
        Ok(self)
    }

    /// Refuses a given task for a reason.
    pub fn refused(mut self, reason: String) -> Result<Self, Refusal> {
        LIFECYCLE.lead(self.state(), Event::Refuse)?;
        self.stage = Stage::Refused { reason };
        Ok(self)
    }

    /// Gives a refused task to the same seat again, for good.
    pub fn insisted_on(mut self) -> Result<Self, Refusal> {
        LIFECYCLE.lead(self.state(), Event::Insist)?;
        self.stage = Stage::OnCourse(Step::Open);
        Ok(self)
    }

    /// Gives a refused task to another seat, which may refuse it as well.
    pub fn handed_on(mut self, seat: Arc<Seat>) -> Result<Self, Refusal> {
        LIFECYCLE.lead(self.state(), Event::HandOn)?;
        if seat.id == self.seat.id {
            return Err(Refusal::SameSeat);
        }
        self.seat = seat;
        self.stage = Stage::Given;
        Ok(self)
    }

    /// Changes what the secretariat wrote about a task that it gave.
    pub fn reworded(mut self, wording: Wording) -> Result<Self, Refusal> {
        self.must_be_given_and_open()?;
        if self.wording() == wording {
            return Err(Refusal::SameWording);
        }
        let Wording { title, text, estimated_minutes } = wording;
        // Texts of the secretariat are in one language only.
        self.title_it.clone_from(&title);
        self.title_en = title;
        self.text = text;
        self.estimated_minutes = estimated_minutes;
        Ok(self)
    }

    /// Refuses a task that the secretariat did not give, and one that is over.
    pub fn must_be_given_and_open(&self) -> Result<(), Refusal> {
        if self.origin != TaskOrigin::Given {
            return Err(Refusal::NotGiven);
        }
        if is_open(self.state()) || self.state() == State::Refused { Ok(()) } else { Err(self.wrong()) }
    }

    /// Returns what the secretariat wrote about it.
    pub fn wording(&self) -> Wording {
        Wording { title: self.title_it.clone(), text: self.text.clone(), estimated_minutes: self.estimated_minutes }
    }

    pub fn started(mut self) -> Result<Self, Refusal> {
        LIFECYCLE.lead(self.state(), Event::Start)?;
        self.stage = Stage::OnCourse(Step::InProgress);
        Ok(self)
    }

    pub fn completed(mut self, at: DateTime<Utc>) -> Result<Self, Refusal> {
        LIFECYCLE.lead(self.state(), Event::Complete)?;
        self.stage = Stage::Done { at };
        Ok(self)
    }

    /// Opens a done task again, as long as its deliverable calls for it.
    pub fn reopened(mut self) -> Result<Self, Refusal> {
        LIFECYCLE.lead(self.state(), Event::Reopen)?;
        if !self.is_called_for() {
            return Err(self.wrong());
        }
        self.stage = Stage::OnCourse(Step::InProgress);
        Ok(self)
    }

    /// Blocks the task for a reason and remembers its step.
    pub fn blocked(mut self, reason: String) -> Result<Self, Refusal> {
        let Stage::OnCourse(back_to) = self.stage else { return Err(self.wrong()) };
        self.stage = Stage::Blocked(Blocked { reason, back_to });
        Ok(self)
    }

    pub fn unblocked(mut self) -> Result<Self, Refusal> {
        let Stage::Blocked(blocked) = self.stage else { return Err(self.wrong()) };
        self.stage = Stage::OnCourse(blocked.back_to);
        Ok(self)
    }

    pub fn cancelled(mut self, reason: Option<String>) -> Result<Self, Refusal> {
        LIFECYCLE.lead(self.state(), Event::Cancel)?;
        self.stage = Stage::Cancelled { reason };
        Ok(self)
    }

    /// Sets a day by hand, or restores the derived one; only while it is open.
    pub fn rescheduled(mut self, day: Option<NaiveDate>) -> Result<Self, Refusal> {
        if !is_open(self.state()) {
            return Err(self.wrong());
        }
        if self.hand_set_day == day {
            return Err(Refusal::NothingChanges);
        }
        self.hand_set_day = day;
        Ok(self)
    }

    /// Sets another derived day; a day set by hand stays.
    pub fn rederived(self, day: NaiveDate) -> Self {
        Self { due_day: self.day_derived_anew(day), ..self }
    }

    /// Returns the derived day after another derivation: done and cancelled tasks keep theirs.
    pub fn day_derived_anew(&self, day: NaiveDate) -> NaiveDate {
        if is_open(self.state()) { day } else { self.due_day }
    }

    fn wrong(&self) -> Refusal {
        LIFECYCLE.wrong(self.state()).into()
    }
}

/// Refusals of a task.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    WrongTransition(#[from] WrongTransition),
    #[error("the day is the one it has")]
    NothingChanges,
    #[error("the text is the one it has")]
    SameWording,
    #[error("it is the seat that refused it")]
    SameSeat,
    #[error("it waits for these tasks already")]
    SameWaits,
    #[error("a task would wait for itself, directly or through others")]
    WaitsInCircle,
    #[error("the template has this content, or is in this state, already")]
    SameTemplate,
    #[error("the template is retired")]
    TemplateRetired,
    #[error("another template that is offered has this name")]
    NameTaken,
    #[error("the task comes from a release or a meeting")]
    NotGiven,
    #[error("the work is not expected after its due day and after today")]
    NotLater,
}

impl DomainRefusal for Refusal {
    fn said(&self) -> Refused {
        match self {
            Self::WrongTransition(wrong) => wrong.said(),
            Self::NothingChanges => Refused::at("day", Code::NothingChanges),
            Self::SameWording => Refused::at("title", Code::NothingChanges),
            Self::SameSeat => Refused::at("seat", Code::NothingChanges),
            Self::SameWaits => Refused::at("after", Code::NothingChanges),
            Self::WaitsInCircle => Refused::at("after", Code::WaitsInCircle),
            Self::SameTemplate => Refused::at("name", Code::NothingChanges),
            Self::TemplateRetired => Refused::of(Code::TemplateRetired),
            Self::NameTaken => Refused::at("name", Code::NameTaken),
            Self::NotGiven => Refused::of(Code::NotGiven),
            Self::NotLater => Refused::at("day", Code::NotLater),
        }
    }
}

#[cfg(test)]
mod tests;
