//! A deliverable as pure data: the contribution of one observatory to one release, and its lifecycle from planned to
//! verified.

use crate::error::{Code, Refusal as DomainRefusal};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DeliverableId, ObservatoryId, PersonId, ReleaseId, SubmissionId};
use entity::kinds::DeliverableState as State;

/// Events of a deliverable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Work starts, or starts again after changes were requested.
    Start,
    /// The observatory submits it.
    Submit,
    /// The review sends it back with remarks.
    RequestChanges,
    /// The review accepts it.
    Approve,
    /// The page was found on the portal.
    Publish,
    /// The page was recognised as the declared one.
    Verify,
    /// An obstacle outside the observatory stops it.
    Block,
    /// The obstacle is gone; it returns to its former state.
    Unblock,
    /// The release goes on without it.
    Waive,
}

impl Event {
    pub const ALL: &'static [Self] = &[
        Self::Start,
        Self::Submit,
        Self::RequestChanges,
        Self::Approve,
        Self::Publish,
        Self::Verify,
        Self::Block,
        Self::Unblock,
        Self::Waive,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Submit => "submit",
            Self::RequestChanges => "request_changes",
            Self::Approve => "approve",
            Self::Publish => "publish",
            Self::Verify => "verify",
            Self::Block => "block",
            Self::Unblock => "unblock",
            Self::Waive => "waive",
        }
    }
}

/// A step on the way from planned to verified; blocked and waived are no steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Planned,
    InProgress,
    Submitted,
    ChangesRequested,
    Approved,
    Published,
    Verified,
}

impl Step {
    /// Returns the step of a state; `None` for blocked and waived.
    pub const fn of(state: State) -> Option<Self> {
        match state {
            State::Planned => Some(Self::Planned),
            State::InProgress => Some(Self::InProgress),
            State::Submitted => Some(Self::Submitted),
            State::ChangesRequested => Some(Self::ChangesRequested),
            State::Approved => Some(Self::Approved),
            State::Published => Some(Self::Published),
            State::Verified => Some(Self::Verified),
            State::Blocked | State::Waived => None,
        }
    }

    pub const fn state(self) -> State {
        match self {
            Self::Planned => State::Planned,
            Self::InProgress => State::InProgress,
            Self::Submitted => State::Submitted,
            Self::ChangesRequested => State::ChangesRequested,
            Self::Approved => State::Approved,
            Self::Published => State::Published,
            Self::Verified => State::Verified,
        }
    }
}

/// Result of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    To(Step),
    /// Blocked, with a reason, until the obstacle is gone.
    Blocked,
    /// Waived for ever, with a reason.
    Waived,
    /// Back to the step at which it was blocked.
    Back,
}

/// Returns the result of an event in a state; `None` if the event is not possible there.
pub const fn target(state: State, event: Event) -> Option<Target> {
    match (state, event) {
        (State::Planned | State::ChangesRequested, Event::Start) => Some(Target::To(Step::InProgress)),
        (State::InProgress, Event::Submit) => Some(Target::To(Step::Submitted)),
        (State::Submitted, Event::RequestChanges) => Some(Target::To(Step::ChangesRequested)),
        (State::Submitted, Event::Approve) => Some(Target::To(Step::Approved)),
        (State::Approved, Event::Publish) => Some(Target::To(Step::Published)),
        (State::Published, Event::Verify) => Some(Target::To(Step::Verified)),
        (
            State::Planned | State::InProgress | State::Submitted | State::ChangesRequested | State::Approved,
            Event::Block,
        ) => Some(Target::Blocked),
        (State::Blocked, Event::Unblock) => Some(Target::Back),
        (
            State::Planned | State::InProgress | State::Submitted | State::ChangesRequested | State::Blocked,
            Event::Waive,
        ) => Some(Target::Waived),
        _ => None,
    }
}

/// Returns the possible events of a state.
pub fn possible(state: State) -> Vec<Event> {
    Event::ALL.iter().copied().filter(|event| target(state, *event).is_some()).collect()
}

/// Returns whether the observatory still has to submit. A blocked deliverable counts, because the obstacle does not
/// replace it.
pub const fn is_owed(state: State) -> bool {
    matches!(state, State::Planned | State::InProgress | State::ChangesRequested | State::Blocked)
}

/// Returns whether the review is over: accepted, published or waived.
pub const fn is_settled(state: State) -> bool {
    matches!(state, State::Approved | State::Published | State::Verified | State::Waived)
}

/// Returns whether it may appear on the portal.
pub const fn is_accepted(state: State) -> bool {
    matches!(state, State::Approved | State::Published | State::Verified)
}

/// State of a deliverable with the data of that state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// On its way from planned to verified.
    OnCourse(Step),
    Blocked {
        reason: String,
        back_to: Step,
    },
    Waived {
        reason: String,
    },
}

impl Stage {
    /// Builds the stage from its three columns; an inconsistent combination is an error.
    pub fn of(state: State, resume: Option<State>, reason: Option<String>) -> Result<Self, &'static str> {
        match (Step::of(state), resume, reason) {
            (Some(step), None, None) => Ok(Self::OnCourse(step)),
            (Some(_), ..) => Err("a reason, or a state to go back to, where none belongs"),
            (None, None, Some(reason)) if state == State::Waived => Ok(Self::Waived { reason }),
            (None, Some(resume), Some(reason)) if state == State::Blocked => {
                let back_to = Step::of(resume).filter(|step| target(step.state(), Event::Block).is_some());
                Ok(Self::Blocked { reason, back_to: back_to.ok_or("a state to go back to that cannot be blocked")? })
            }
            (None, ..) => Err("a blocked or waived deliverable without its reason"),
        }
    }

    pub const fn state(&self) -> State {
        match self {
            Self::OnCourse(step) => step.state(),
            Self::Blocked { .. } => State::Blocked,
            Self::Waived { .. } => State::Waived,
        }
    }

    /// Returns the state to return to, for its column.
    pub const fn resume(&self) -> Option<State> {
        match self {
            Self::Blocked { back_to, .. } => Some(back_to.state()),
            Self::OnCourse(_) | Self::Waived { .. } => None,
        }
    }

    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Blocked { reason, .. } | Self::Waived { reason } => Some(reason),
            Self::OnCourse(_) => None,
        }
    }
}

/// The contribution of one observatory to one release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deliverable {
    pub id: DeliverableId,
    pub release_id: ReleaseId,
    pub observatory_id: ObservatoryId,
    pub stage: Stage,
    /// Day derived from the release, in the observatory's calendar.
    pub due_day: NaiveDate,
    /// Day set by hand instead; survives every derivation.
    pub hand_set_day: Option<NaiveDate>,
    pub version: i32,
}

impl Deliverable {
    pub const fn state(&self) -> State {
        self.stage.state()
    }

    /// Returns the due day: set by hand, otherwise derived.
    pub fn day(&self) -> NaiveDate {
        self.hand_set_day.unwrap_or(self.due_day)
    }

    /// Returns whether the observatory is late.
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        is_owed(self.state()) && self.day() < today
    }

    /// Returns the deliverable after an event without a reason. Errors: `wrong_transition`; `reason_missing` for the
    /// two events with a reason, which are [`Self::blocked`] and [`Self::waived`].
    pub fn after(mut self, event: Event) -> Result<Self, Refusal> {
        self.stage = match (self.lead(event)?, self.stage) {
            (Target::Back, Stage::Blocked { back_to, .. }) => Stage::OnCourse(back_to),
            (Target::To(step), _) => Stage::OnCourse(step),
            (Target::Blocked | Target::Waived, _) => return Err(Refusal::ReasonMissing),
            (Target::Back, stage) => return Err(Refusal::wrong(stage.state())),
        };
        Ok(self)
    }

    /// Blocks it with a reason and remembers its state.
    pub fn blocked(mut self, reason: String) -> Result<Self, Refusal> {
        self.lead(Event::Block)?;
        let Stage::OnCourse(back_to) = self.stage else { return Err(Refusal::wrong(self.state())) };
        self.stage = Stage::Blocked { reason, back_to };
        Ok(self)
    }

    /// Returns whether the review is over, even if it is blocked now; then its day cannot change.
    pub fn is_settled(&self) -> bool {
        is_settled(self.stage.resume().unwrap_or(self.state()))
    }

    /// Sets a day by hand, or restores the derived one; only until the review is over.
    pub fn rescheduled(mut self, day: Option<NaiveDate>) -> Result<Self, Refusal> {
        if self.is_settled() {
            return Err(Refusal::wrong(self.state()));
        }
        if self.hand_set_day == day {
            return Err(Refusal::NothingChanges);
        }
        self.hand_set_day = day;
        Ok(self)
    }

    /// Submits it, started or not. A blocked one stays blocked and counts as submitted after the block.
    pub fn handed_in(mut self) -> Result<Self, Refusal> {
        match self.stage {
            Stage::Blocked { reason, back_to } if is_owed(back_to.state()) => {
                self.stage = Stage::Blocked { reason, back_to: Step::Submitted };
                Ok(self)
            }
            _ => {
                let state = self.state();
                let begun = self.clone().after(Event::Start).unwrap_or(self);
                begun.after(Event::Submit).map_err(|_| Refusal::wrong(state))
            }
        }
    }

    /// Returns whether the observatory still has to submit it, blocked or not.
    pub fn awaits_handing_in(&self) -> bool {
        is_owed(self.stage.resume().unwrap_or(self.state()))
    }

    /// Waives it with a reason.
    pub fn waived(mut self, reason: String) -> Result<Self, Refusal> {
        self.lead(Event::Waive)?;
        self.stage = Stage::Waived { reason };
        Ok(self)
    }

    fn lead(&self, event: Event) -> Result<Target, Refusal> {
        target(self.state(), event).ok_or_else(|| Refusal::wrong(self.state()))
    }
}

/// One submission with the review's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    pub id: SubmissionId,
    /// Position among the submissions, from 1.
    pub position: i32,
    /// Address of the text; empty if it was submitted another way.
    pub link: Option<String>,
    pub note: Option<String>,
    pub submitted_at: DateTime<Utc>,
    pub submitted_by: Option<PersonId>,
    /// Changes requested by the review.
    pub remarks: Option<String>,
    pub answered_at: Option<DateTime<Utc>>,
    pub answered_by: Option<PersonId>,
}

/// Refusals of a deliverable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("not possible while {state}; possible: {allowed:?}")]
    WrongTransition { state: State, allowed: Vec<Event> },
    #[error("a deliverable is blocked or waived with a reason only")]
    ReasonMissing,
    #[error("the day is the one it has")]
    NothingChanges,
}

impl Refusal {
    fn wrong(state: State) -> Self {
        Self::WrongTransition { state, allowed: possible(state) }
    }
}

impl DomainRefusal for Refusal {
    fn code(&self) -> Code {
        match self {
            Self::WrongTransition { .. } => Code::WrongTransition,
            Self::ReasonMissing => Code::ReasonMissing,
            Self::NothingChanges => Code::NothingChanges,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::WrongTransition { .. } => None,
            Self::ReasonMissing => Some("reason"),
            Self::NothingChanges => Some("day"),
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::WrongTransition { state, allowed } => {
                let allowed: Vec<&str> = allowed.iter().map(|event| event.as_str()).collect();
                vec![("state", state.to_string()), ("allowed", allowed.join(", "))]
            }
            Self::ReasonMissing | Self::NothingChanges => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn planned() -> Deliverable {
        Deliverable {
            id: Uuid::nil().into(),
            release_id: Uuid::nil().into(),
            observatory_id: Uuid::nil().into(),
            stage: Stage::OnCourse(Step::Planned),
            due_day: NaiveDate::from_ymd_opt(2027, 3, 16).expect("a day of the test"),
            hand_set_day: None,
            version: 1,
        }
    }

    fn apply(deliverable: Deliverable, event: Event) -> Result<Deliverable, Refusal> {
        match event {
            Event::Block => deliverable.blocked("the source is late".to_owned()),
            Event::Waive => deliverable.waived("merged with another province".to_owned()),
            other => deliverable.after(other),
        }
    }

    #[test]
    fn a_deliverable_goes_from_planned_to_verified() {
        let way = [
            Event::Start,
            Event::Submit,
            Event::RequestChanges,
            Event::Start,
            Event::Submit,
            Event::Approve,
            Event::Publish,
            Event::Verify,
        ];
        let states: Vec<State> = way
            .into_iter()
            .scan(planned(), |at, event| {
                *at = at.clone().after(event).expect("a step of the way");
                Some(at.state())
            })
            .collect();
        let expected = [
            State::InProgress,
            State::Submitted,
            State::ChangesRequested,
            State::InProgress,
            State::Submitted,
            State::Approved,
            State::Published,
            State::Verified,
        ];
        assert_eq!(states, expected);
    }

    #[test]
    fn a_blocked_deliverable_returns_to_its_former_state() {
        let submitted = planned().after(Event::Start).and_then(|one| one.after(Event::Submit)).expect("submitted");
        let blocked = submitted.clone().blocked("portal down".to_owned()).expect("blocked");
        assert_eq!(blocked.stage.reason(), Some("portal down"));
        assert_eq!(blocked.after(Event::Unblock), Ok(submitted));
    }

    #[test]
    fn a_deliverable_submitted_while_blocked_is_submitted_after_the_block() {
        let blocked = planned().blocked("portal down".to_owned()).expect("blocked");
        let handed_in = blocked.clone().handed_in().expect("handed in");
        assert_eq!((handed_in.state(), handed_in.awaits_handing_in()), (State::Blocked, false));
        assert_eq!(handed_in.clone().after(Event::Unblock).map(|one| one.state()), Ok(State::Submitted));
        assert_eq!(handed_in.handed_in(), Err(Refusal::wrong(State::Blocked)), "once");
        assert_eq!(planned().handed_in().map(|one| one.state()), Ok(State::Submitted));
    }

    #[test]
    fn a_refusal_names_what_is_possible() {
        let refusal = planned().after(Event::Approve).expect_err("nothing was submitted");
        assert_eq!(
            refusal,
            Refusal::WrongTransition { state: State::Planned, allowed: vec![Event::Start, Event::Block, Event::Waive] }
        );
    }

    #[test]
    fn a_published_or_waived_deliverable_never_changes() {
        assert_eq!(possible(State::Verified), []);
        assert_eq!(possible(State::Waived), []);
    }

    #[test]
    fn transitions_that_need_a_reason_are_refused_without_one() {
        assert_eq!(planned().after(Event::Block), Err(Refusal::ReasonMissing));
        assert_eq!(planned().after(Event::Waive), Err(Refusal::ReasonMissing));
    }

    #[test]
    fn the_day_of_a_deliverable_moves_until_the_review_is_over() {
        let day = NaiveDate::from_ymd_opt(2027, 3, 17);
        let blocked = |back_to| Stage::Blocked { reason: "portal down".to_owned(), back_to };
        let waived = Stage::Waived { reason: "merged".to_owned() };
        for (stage, moves) in [
            (Stage::OnCourse(Step::Planned), true),
            (Stage::OnCourse(Step::InProgress), true),
            (Stage::OnCourse(Step::Submitted), true),
            (Stage::OnCourse(Step::ChangesRequested), true),
            (Stage::OnCourse(Step::Approved), false),
            (Stage::OnCourse(Step::Published), false),
            (Stage::OnCourse(Step::Verified), false),
            (blocked(Step::Submitted), true),
            (blocked(Step::Approved), false),
            (waived, false),
        ] {
            let at = Deliverable { stage, ..planned() };
            let refused = Refusal::wrong(at.state());
            let expected = if moves { Ok(day) } else { Err(refused) };
            assert_eq!(at.clone().rescheduled(day).map(|one| one.hand_set_day), expected, "{:?}", at.stage);
        }
        assert_eq!(planned().rescheduled(None), Err(Refusal::NothingChanges));
    }

    #[test]
    fn inconsistent_columns_are_an_error_that_names_them() {
        assert!(Stage::of(State::Blocked, None, Some("why".into())).is_err());
        assert!(Stage::of(State::Blocked, Some(State::Verified), Some("why".into())).is_err());
        assert!(Stage::of(State::Waived, None, None).is_err());
        assert!(Stage::of(State::Planned, None, Some("why".into())).is_err());
    }

    proptest! {
        /// The table and the transitions agree, and the three columns can store any stage.
        #[test]
        fn transitions_follow_the_table(chosen in prop::collection::vec(0..Event::ALL.len(), 0..20)) {
            let mut at = planned();
            for event in chosen.into_iter().map(|index| Event::ALL[index]) {
                let expected = target(at.state(), event);
                match apply(at.clone(), event) {
                    Ok(next) => {
                        let led_to = match expected {
                            Some(Target::To(step)) => Some(step.state()),
                            Some(Target::Blocked) => Some(State::Blocked),
                            Some(Target::Waived) => Some(State::Waived),
                            Some(Target::Back) => at.stage.resume(),
                            None => None,
                        };
                        prop_assert_eq!(led_to, Some(next.state()));
                        at = next;
                    }
                    Err(_) => prop_assert_eq!(expected, None),
                }
                let kept = Stage::of(at.state(), at.stage.resume(), at.stage.reason().map(str::to_owned));
                prop_assert_eq!(kept, Ok(at.stage.clone()));
            }
        }
    }
}
