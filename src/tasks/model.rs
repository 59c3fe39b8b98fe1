//! A task as pure data, and its lifecycle.

use crate::designations::model::Seat;
use crate::error::{Code, Refusal as DomainRefusal};
use crate::texts::Lang;
use crate::time::{CalendarError, TerritoryCalendar};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DeliverableId, OutcomeId, ProductStepId, ReleaseId, TaskId};
use entity::kinds::{DeliverableState, SeatKind, TaskOrigin, TaskState as State};

/// Events of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Start,
    Complete,
    Block,
    /// The obstacle is gone; it returns to its former state.
    Unblock,
    /// The task is no longer needed.
    Cancel,
}

impl Event {
    pub const ALL: &'static [Self] = &[Self::Start, Self::Complete, Self::Block, Self::Unblock, Self::Cancel];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Complete => "complete",
            Self::Block => "block",
            Self::Unblock => "unblock",
            Self::Cancel => "cancel",
        }
    }
}

/// Result of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    To(State),
    /// Back to the state in which it was blocked.
    Back,
}

/// Returns the result of an event in a state; `None` if the event is not possible there.
pub const fn target(state: State, event: Event) -> Option<Target> {
    match (state, event) {
        (State::Open, Event::Start) => Some(Target::To(State::InProgress)),
        (State::Open | State::InProgress, Event::Complete) => Some(Target::To(State::Done)),
        (State::Open | State::InProgress, Event::Block) => Some(Target::To(State::Blocked)),
        (State::Blocked, Event::Unblock) => Some(Target::Back),
        (State::Open | State::InProgress | State::Blocked, Event::Cancel) => Some(Target::To(State::Cancelled)),
        _ => None,
    }
}

/// Returns the possible events of a state.
pub fn possible(state: State) -> Vec<Event> {
    Event::ALL.iter().copied().filter(|event| target(state, *event).is_some()).collect()
}

/// Returns whether it is neither done nor cancelled.
pub const fn is_open(state: State) -> bool {
    matches!(state, State::Open | State::InProgress | State::Blocked)
}

/// Returns whether a task of the seat is still called for in this state of its deliverable.
///
/// The observatory's steps lead to the submission, those of secretariat and direction to the approval. Tasks without a
/// step or deliverable stay open until completed: a page may be requested long after the deliverable was accepted.
pub const fn is_called_for(origin: TaskOrigin, seat: SeatKind, deliverable: Option<DeliverableState>) -> bool {
    let (TaskOrigin::Step, Some(state)) = (origin, deliverable) else { return true };
    if reviews(seat) {
        return !crate::deliverables::model::is_settled(state);
    }
    matches!(state, DeliverableState::Planned | DeliverableState::InProgress | DeliverableState::Blocked)
}

/// Returns whether the seat reviews the observatories' work: its steps lead to the approval, all others to the
/// submission.
pub const fn reviews(seat: SeatKind) -> bool {
    matches!(seat, SeatKind::Secretariat | SeatKind::Direction)
}

/// Returns the day of a step: `offset` working days from the release, in the calendar of the seat that does it.
///
/// A step on the day of the release is never later than the release: if that day is not worked, it is due on the last
/// worked day before.
pub fn step_day(calendar: &TerritoryCalendar, release_day: NaiveDate, offset: i32) -> Result<NaiveDate, CalendarError> {
    if offset == 0 { calendar.previous_working(release_day) } else { calendar.add_working_days(release_day, offset) }
}

/// States in which a task can be blocked and to which it returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resume {
    Open,
    InProgress,
}

/// State of a task with the data of that state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    Open,
    InProgress,
    Done { at: DateTime<Utc> },
    Blocked { reason: String, back_to: Resume },
    Cancelled { reason: Option<String> },
}

impl Stage {
    /// Builds the stage from its four columns; an inconsistent combination is an error.
    pub fn of(
        state: State,
        resume: Option<State>,
        reason: Option<String>,
        done_at: Option<DateTime<Utc>>,
    ) -> Result<Self, &'static str> {
        match (state, resume, reason, done_at) {
            (State::Open, None, None, None) => Ok(Self::Open),
            (State::InProgress, None, None, None) => Ok(Self::InProgress),
            (State::Done, None, None, Some(at)) => Ok(Self::Done { at }),
            (State::Blocked, Some(State::Open), Some(reason), None) => {
                Ok(Self::Blocked { reason, back_to: Resume::Open })
            }
            (State::Blocked, Some(State::InProgress), Some(reason), None) => {
                Ok(Self::Blocked { reason, back_to: Resume::InProgress })
            }
            (State::Cancelled, None, reason, None) => Ok(Self::Cancelled { reason }),
            _ => Err("a state with what belongs to another"),
        }
    }

    pub const fn state(&self) -> State {
        match self {
            Self::Open => State::Open,
            Self::InProgress => State::InProgress,
            Self::Done { .. } => State::Done,
            Self::Blocked { .. } => State::Blocked,
            Self::Cancelled { .. } => State::Cancelled,
        }
    }

    pub const fn resume(&self) -> Option<State> {
        match self {
            Self::Blocked { back_to: Resume::Open, .. } => Some(State::Open),
            Self::Blocked { back_to: Resume::InProgress, .. } => Some(State::InProgress),
            Self::Open | Self::InProgress | Self::Done { .. } | Self::Cancelled { .. } => None,
        }
    }

    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Blocked { reason, .. } => Some(reason),
            Self::Cancelled { reason } => reason.as_deref(),
            Self::Open | Self::InProgress | Self::Done { .. } => None,
        }
    }

    pub const fn done_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Done { at } => Some(*at),
            Self::Open | Self::InProgress | Self::Blocked { .. } | Self::Cancelled { .. } => None,
        }
    }
}

/// Work of a seat, due by a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub id: TaskId,
    pub seat: Seat,
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
    pub note: Option<String>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
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
        is_open(self.state()) && is_called_for(self.origin, self.seat.kind, self.deliverable_state)
    }

    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        self.is_due() && self.day() < today
    }

    pub fn started(mut self) -> Result<Self, Refusal> {
        self.lead(Event::Start)?;
        self.stage = Stage::InProgress;
        Ok(self)
    }

    pub fn completed(mut self, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.lead(Event::Complete)?;
        self.stage = Stage::Done { at };
        Ok(self)
    }

    pub fn blocked(mut self, reason: String) -> Result<Self, Refusal> {
        self.lead(Event::Block)?;
        let back_to = match self.stage {
            Stage::Open => Resume::Open,
            Stage::InProgress => Resume::InProgress,
            Stage::Done { .. } | Stage::Blocked { .. } | Stage::Cancelled { .. } => return Err(self.wrong()),
        };
        self.stage = Stage::Blocked { reason, back_to };
        Ok(self)
    }

    pub fn unblocked(mut self) -> Result<Self, Refusal> {
        self.lead(Event::Unblock)?;
        let Stage::Blocked { back_to, .. } = self.stage else { return Err(self.wrong()) };
        self.stage = match back_to {
            Resume::Open => Stage::Open,
            Resume::InProgress => Stage::InProgress,
        };
        Ok(self)
    }

    pub fn cancelled(mut self, reason: Option<String>) -> Result<Self, Refusal> {
        self.lead(Event::Cancel)?;
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

    /// Sets another derived day; a day set by hand stays. Done and cancelled tasks keep their day.
    pub fn rederived(mut self, day: NaiveDate) -> Self {
        if is_open(self.state()) {
            self.due_day = day;
        }
        self
    }

    fn lead(&self, event: Event) -> Result<Target, Refusal> {
        target(self.state(), event).ok_or_else(|| self.wrong())
    }

    fn wrong(&self) -> Refusal {
        Refusal::WrongTransition { state: self.state(), allowed: possible(self.state()) }
    }
}

/// Refusals of a task.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("not possible while {state}; possible: {allowed:?}")]
    WrongTransition { state: State, allowed: Vec<Event> },
    #[error("the day is the one it has")]
    NothingChanges,
    #[error("no such seat")]
    SeatUnknown,
}

impl DomainRefusal for Refusal {
    fn code(&self) -> Code {
        match self {
            Self::WrongTransition { .. } => Code::WrongTransition,
            Self::NothingChanges => Code::NothingChanges,
            Self::SeatUnknown => Code::SeatUnknown,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::WrongTransition { .. } => None,
            Self::NothingChanges => Some("day"),
            Self::SeatUnknown => Some("seat"),
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::WrongTransition { state, allowed } => {
                let allowed: Vec<&str> = allowed.iter().map(|event| event.as_str()).collect();
                vec![("state", state.to_string()), ("allowed", allowed.join(", "))]
            }
            Self::NothingChanges | Self::SeatUnknown => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
