//! A deliverable as pure data: the contribution of one observatory to one release, and its lifecycle from planned to
//! verified.

use crate::error::{Code, Refusal as DomainRefusal, Refused};
use crate::lifecycle::{self, Blocked, Table, Target, WrongTransition};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DeliverableId, DocumentId, ObservatoryId, PersonId, ReleaseId, SubmissionId};
use entity::kinds::{DeliverableState as State, SeatKind};

/// Events of a deliverable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Work starts, or starts again after changes were requested.
    Start,
    /// The observatory submits it.
    Submit,
    /// The observatory takes its submission back before the review has answered.
    Withdraw,
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
    /// The observatory is exempted from it before it is late.
    Waive,
    /// The joint release goes out without it, because it has not come.
    Omit,
    /// The decision to go out without it is taken back.
    Reinstate,
}

impl lifecycle::Event for Event {
    fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Submit => "submit",
            Self::Withdraw => "withdraw",
            Self::RequestChanges => "request_changes",
            Self::Approve => "approve",
            Self::Publish => "publish",
            Self::Verify => "verify",
            Self::Block => "block",
            Self::Unblock => "unblock",
            Self::Waive => "waive",
            Self::Omit => "omit",
            Self::Reinstate => "reinstate",
        }
    }
}

/// States in which the release can do without a deliverable: those before the acceptance.
const UNFINISHED: &[State] =
    &[State::Planned, State::InProgress, State::Submitted, State::ChangesRequested, State::Blocked];

/// The lifecycle of a deliverable.
pub const LIFECYCLE: Table<State, Event> = Table(&[
    (Event::Start, &[State::Planned, State::ChangesRequested], Target::To(State::InProgress)),
    (Event::Submit, &[State::InProgress], Target::To(State::Submitted)),
    (Event::Withdraw, &[State::Submitted], Target::To(State::InProgress)),
    (Event::RequestChanges, &[State::Submitted], Target::To(State::ChangesRequested)),
    (Event::Approve, &[State::Submitted], Target::To(State::Approved)),
    (Event::Publish, &[State::Approved], Target::To(State::Published)),
    (Event::Verify, &[State::Published], Target::To(State::Verified)),
    (
        Event::Block,
        &[State::Planned, State::InProgress, State::Submitted, State::ChangesRequested, State::Approved],
        Target::To(State::Blocked),
    ),
    (Event::Unblock, &[State::Blocked], Target::Back),
    (Event::Waive, UNFINISHED, Target::To(State::Waived)),
    (Event::Omit, UNFINISHED, Target::To(State::Missing)),
    (Event::Reinstate, &[State::Missing], Target::Back),
]);

/// Steps of the work up to the approval: the states in which a deliverable can be blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Planned,
    InProgress,
    Submitted,
    ChangesRequested,
    Approved,
}

impl Step {
    /// Returns the step of a state; `None` for a state that cannot be blocked.
    pub const fn of(state: State) -> Option<Self> {
        match state {
            State::Planned => Some(Self::Planned),
            State::InProgress => Some(Self::InProgress),
            State::Submitted => Some(Self::Submitted),
            State::ChangesRequested => Some(Self::ChangesRequested),
            State::Approved => Some(Self::Approved),
            State::Published | State::Verified | State::Blocked | State::Waived | State::Missing => None,
        }
    }

    pub const fn state(self) -> State {
        match self {
            Self::Planned => State::Planned,
            Self::InProgress => State::InProgress,
            Self::Submitted => State::Submitted,
            Self::ChangesRequested => State::ChangesRequested,
            Self::Approved => State::Approved,
        }
    }
}

/// Tells whether the steps of this seat review the work of the observatories. Such steps come before the approval; the
/// steps of all other seats come before the submission.
pub const fn reviews(seat: SeatKind) -> bool {
    matches!(seat, SeatKind::Secretariat | SeatKind::Direction)
}

/// Tells whether the observatory still has to submit the deliverable. A blocked deliverable still has to be submitted.
pub const fn is_owed(state: State) -> bool {
    matches!(state, State::Planned | State::InProgress | State::ChangesRequested | State::Blocked)
}

/// Returns whether the review is over: accepted, published, or left out of the release.
pub const fn is_settled(state: State) -> bool {
    is_accepted(state) || matches!(state, State::Waived | State::Missing)
}

/// Returns whether it may appear on the portal.
pub const fn is_accepted(state: State) -> bool {
    matches!(state, State::Approved | State::Published | State::Verified)
}

/// State of a deliverable with the data of that state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    OnCourse(Step),
    Published,
    Verified,
    Blocked(Blocked<Step>),
    Waived {
        reason: String,
    },
    /// The release goes out without it, for a public cause, and it returns to its former state if that is taken back.
    Missing(Blocked<Step>),
}

impl Stage {
    /// Builds the stage from its three columns; an inconsistent combination is an error.
    pub fn of(state: State, resume: Option<State>, reason: Option<String>) -> Result<Self, &'static str> {
        match (state, Step::of(state), resume.map(Step::of), reason) {
            (_, Some(step), None, None) => Ok(Self::OnCourse(step)),
            (State::Published, _, None, None) => Ok(Self::Published),
            (State::Verified, _, None, None) => Ok(Self::Verified),
            (State::Blocked, _, Some(Some(back_to)), Some(reason)) => Ok(Self::Blocked(Blocked { reason, back_to })),
            (State::Waived, _, None, Some(reason)) => Ok(Self::Waived { reason }),
            (State::Missing, _, Some(Some(back_to)), Some(reason)) => Ok(Self::Missing(Blocked { reason, back_to })),
            _ => Err("a state without its data, or with those of another state"),
        }
    }

    pub const fn state(&self) -> State {
        match self {
            Self::OnCourse(step) => step.state(),
            Self::Published => State::Published,
            Self::Verified => State::Verified,
            Self::Blocked(_) => State::Blocked,
            Self::Waived { .. } => State::Waived,
            Self::Missing(_) => State::Missing,
        }
    }

    /// Returns the state to return to, for its column.
    pub const fn resume(&self) -> Option<State> {
        match self {
            Self::Blocked(left) | Self::Missing(left) => Some(left.back_to.state()),
            Self::OnCourse(_) | Self::Published | Self::Verified | Self::Waived { .. } => None,
        }
    }

    /// Returns how far it has come: its state, or that of a blocked one before its block.
    pub const fn reached(&self) -> State {
        match self {
            Self::Blocked(blocked) => blocked.back_to.state(),
            _ => self.state(),
        }
    }

    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Blocked(Blocked { reason, .. }) | Self::Missing(Blocked { reason, .. }) | Self::Waived { reason } => {
                Some(reason)
            }
            Self::OnCourse(_) | Self::Published | Self::Verified => None,
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
    /// events with a reason, which are [`Self::blocked`], [`Self::waived`] and [`Self::omitted`].
    pub fn after(mut self, event: Event) -> Result<Self, Refusal> {
        self.stage = match (LIFECYCLE.lead(self.state(), event)?, self.stage) {
            (Target::Back, Stage::Blocked(left) | Stage::Missing(left)) => Stage::OnCourse(left.back_to),
            (Target::Back, stage) => return Err(LIFECYCLE.wrong(stage.state()).into()),
            (Target::To(state), _) => Stage::of(state, None, None).map_err(|_| Refusal::ReasonMissing)?,
        };
        Ok(self)
    }

    /// Blocks it with a reason and remembers its state.
    pub fn blocked(mut self, reason: String) -> Result<Self, Refusal> {
        let Stage::OnCourse(back_to) = self.stage else { return Err(self.wrong()) };
        self.stage = Stage::Blocked(Blocked { reason, back_to });
        Ok(self)
    }

    /// Returns whether the review is over, even if it is blocked now; then its day cannot change.
    pub fn is_settled(&self) -> bool {
        is_settled(self.stage.reached())
    }

    /// Sets a day by hand, or restores the derived one; only until the review is over.
    pub fn rescheduled(mut self, day: Option<NaiveDate>) -> Result<Self, Refusal> {
        if self.is_settled() {
            return Err(self.wrong());
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
            Stage::Blocked(Blocked { reason, back_to }) if is_owed(back_to.state()) => {
                self.stage = Stage::Blocked(Blocked { reason, back_to: Step::Submitted });
                Ok(self)
            }
            _ => {
                let refusal = self.wrong();
                let begun = self.clone().after(Event::Start).unwrap_or(self);
                begun.after(Event::Submit).map_err(|_| refusal)
            }
        }
    }

    /// Returns whether the observatory still has to submit it, blocked or not.
    pub fn awaits_handing_in(&self) -> bool {
        is_owed(self.stage.reached())
    }

    /// Waives it with a reason.
    pub fn waived(mut self, reason: String) -> Result<Self, Refusal> {
        LIFECYCLE.lead(self.state(), Event::Waive)?;
        self.stage = Stage::Waived { reason };
        Ok(self)
    }

    /// Leaves it out of its release for a public cause and remembers its state.
    pub fn omitted(mut self, reason: String) -> Result<Self, Refusal> {
        LIFECYCLE.lead(self.state(), Event::Omit)?;
        let back_to = Step::of(self.stage.reached()).ok_or_else(|| self.wrong())?;
        self.stage = Stage::Missing(Blocked { reason, back_to });
        Ok(self)
    }

    fn wrong(&self) -> Refusal {
        LIFECYCLE.wrong(self.state()).into()
    }
}

/// The day from which a joint release may go out without a chapter that has not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateFrom {
    pub day: NaiveDate,
    /// The agreed working days between it and the release.
    pub working_days: i32,
    /// Whether a day set by hand made it later than that.
    pub is_by_hand: bool,
}

impl LateFrom {
    /// Derives the day: `by_rule` some working days before the release, but not before the contribution itself is late
    /// (`overdue`, the working day after its own), and at the latest on the day of the release.
    pub fn of(by_rule: NaiveDate, overdue: NaiveDate, release: NaiveDate, working_days: i32) -> Self {
        let day = by_rule.max(overdue).min(release);
        Self { day, working_days, is_by_hand: day != by_rule }
    }

    /// Refuses to go out without the chapter before the day.
    pub fn must_be_late(self, today: NaiveDate) -> Result<(), Refusal> {
        if today < self.day { Err(Refusal::ChapterNotLate { from: self.day }) } else { Ok(()) }
    }

    /// Refuses to waive the chapter from the day on.
    pub fn must_not_be_late(self, today: NaiveDate) -> Result<(), Refusal> {
        if today < self.day { Ok(()) } else { Err(Refusal::ChapterLate { from: self.day }) }
    }
}

/// One submission with the review's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    pub id: SubmissionId,
    /// Position among the submissions, from 1.
    pub position: i32,
    /// Address of the text.
    pub link: Option<String>,
    /// File with the text.
    pub document_id: Option<DocumentId>,
    pub note: Option<String>,
    pub submitted_at: DateTime<Utc>,
    pub submitted_by: Option<PersonId>,
    /// Changes requested by the review.
    pub remarks: Option<String>,
    pub answered_at: Option<DateTime<Utc>>,
    pub answered_by: Option<PersonId>,
    /// Instant at which the observatory took it back, before an answer.
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub withdrawn_by: Option<PersonId>,
}

/// Returns the remarks to which the observatory has not answered with another text yet.
pub fn open_remarks(submissions: &[Submission]) -> Option<&str> {
    let still_stands = |submission: &&Submission| submission.withdrawn_at.is_none();
    submissions.iter().rev().find(still_stands)?.remarks.as_deref()
}

/// Refusals of a deliverable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    WrongTransition(#[from] WrongTransition),
    #[error("a deliverable is blocked or waived with a reason only")]
    ReasonMissing,
    #[error("the day is the one it has")]
    NothingChanges,
    #[error("a text is handed in by its address or as a file")]
    TextMissing,
    #[error("only a joint release goes out without a chapter")]
    NotAChapter,
    #[error("the release may go out without the chapter from {from} on")]
    ChapterNotLate { from: NaiveDate },
    #[error("the chapter is late since {from}; the release goes out without it, and nothing is waived")]
    ChapterLate { from: NaiveDate },
    #[error("the release is not to come any more")]
    ReleaseOver,
}

impl DomainRefusal for Refusal {
    fn said(&self) -> Refused {
        match self {
            Self::WrongTransition(wrong) => wrong.said(),
            Self::ReasonMissing => Refused::at("reason", Code::ReasonMissing),
            Self::NothingChanges => Refused::at("day", Code::NothingChanges),
            Self::TextMissing => Refused::at("link", Code::TextMissing),
            Self::NotAChapter => Refused::of(Code::NotAChapter),
            Self::ChapterNotLate { from } => Refused::of(Code::ChapterNotLate).with("day", *from),
            Self::ChapterLate { from } => Refused::of(Code::ChapterLate).with("day", *from),
            Self::ReleaseOver => Refused::of(Code::ReleaseOver),
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
            Event::Omit => deliverable.omitted("the text has not come".to_owned()),
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
    fn a_submission_is_taken_back_until_the_review_answers() {
        let submitted = planned().handed_in().expect("submitted");
        assert_eq!(submitted.clone().after(Event::Withdraw).map(|one| one.state()), Ok(State::InProgress));
        for answer in [Event::RequestChanges, Event::Approve] {
            let answered = submitted.clone().after(answer).expect("answered");
            let refused = LIFECYCLE.wrong(answered.state()).into();
            assert_eq!(answered.after(Event::Withdraw), Err(refused), "{answer:?}");
        }
    }

    #[test]
    fn remarks_are_open_until_another_text_is_handed_in() {
        let handed_in = |remarks: Option<&str>, is_withdrawn: bool| Submission {
            id: Uuid::nil().into(),
            position: 1,
            link: None,
            document_id: None,
            note: None,
            submitted_at: DateTime::UNIX_EPOCH,
            submitted_by: None,
            remarks: remarks.map(str::to_owned),
            answered_at: None,
            answered_by: None,
            withdrawn_at: is_withdrawn.then_some(DateTime::UNIX_EPOCH),
            withdrawn_by: None,
        };
        let (sent_back, waiting, taken_back) =
            (handed_in(Some("Table 3 is missing"), false), handed_in(None, false), handed_in(None, true));
        assert_eq!(open_remarks(&[sent_back.clone(), waiting]), None);
        assert_eq!(open_remarks(&[sent_back, taken_back]), Some("Table 3 is missing"));
        assert_eq!(open_remarks(&[]), None);
    }

    #[test]
    fn a_deliverable_submitted_while_blocked_is_submitted_after_the_block() {
        let blocked = planned().blocked("portal down".to_owned()).expect("blocked");
        let handed_in = blocked.clone().handed_in().expect("handed in");
        assert_eq!((handed_in.state(), handed_in.awaits_handing_in()), (State::Blocked, false));
        assert_eq!(handed_in.clone().after(Event::Unblock).map(|one| one.state()), Ok(State::Submitted));
        assert_eq!(handed_in.handed_in(), Err(LIFECYCLE.wrong(State::Blocked).into()), "once");
        assert_eq!(planned().handed_in().map(|one| one.state()), Ok(State::Submitted));
    }

    #[test]
    fn a_refusal_names_the_possible_transitions() {
        let refusal = planned().after(Event::Approve).expect_err("nothing was submitted");
        let expected =
            WrongTransition { state: "planned".to_owned(), allowed: vec!["start", "block", "waive", "omit"] };
        assert_eq!(refusal, Refusal::WrongTransition(expected));
    }

    #[test]
    fn a_published_or_waived_deliverable_never_changes() {
        assert_eq!(LIFECYCLE.possible(State::Verified).count(), 0);
        assert_eq!(LIFECYCLE.possible(State::Waived).count(), 0);
    }

    #[test]
    fn transitions_that_need_a_reason_are_refused_without_one() {
        assert_eq!(planned().after(Event::Block), Err(Refusal::ReasonMissing));
        assert_eq!(planned().after(Event::Waive), Err(Refusal::ReasonMissing));
        assert_eq!(planned().after(Event::Omit), Err(Refusal::ReasonMissing));
    }

    #[test]
    fn a_missing_chapter_returns_to_where_it_was() {
        let submitted = planned().handed_in().expect("submitted");
        let blocked = submitted.clone().blocked("portal down".to_owned()).expect("blocked");
        for at in [submitted.clone(), blocked] {
            let missing = at.omitted("The text has not come".to_owned()).expect("left out");
            assert_eq!((missing.state(), missing.is_settled()), (State::Missing, true));
            assert!(!missing.awaits_handing_in());
            assert_eq!(missing.after(Event::Reinstate), Ok(submitted.clone()));
        }
        let approved = submitted.after(Event::Approve).expect("approved");
        assert_eq!(approved.clone().omitted("too late".to_owned()), Err(approved.wrong()));
    }

    #[test]
    fn a_chapter_is_left_out_once_it_is_late_and_at_the_latest_on_the_day_of_the_release() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day of the test");
        let from = |overdue| LateFrom::of(day("2027-03-16"), day(overdue), day("2027-03-19"), 3);
        assert_eq!(from("2027-03-15"), LateFrom { day: day("2027-03-16"), working_days: 3, is_by_hand: false });
        assert_eq!(from("2027-03-18"), LateFrom { day: day("2027-03-18"), working_days: 3, is_by_hand: true });
        assert_eq!(from("2027-03-22").day, day("2027-03-19"));
        let early = Err(Refusal::ChapterNotLate { from: day("2027-03-16") });
        assert_eq!(from("2027-03-15").must_be_late(day("2027-03-15")), early);
        assert_eq!(from("2027-03-15").must_be_late(day("2027-03-16")), Ok(()));
        let late = Err(Refusal::ChapterLate { from: day("2027-03-16") });
        assert_eq!(from("2027-03-15").must_not_be_late(day("2027-03-16")), late);
    }

    #[test]
    fn the_day_of_a_deliverable_moves_until_the_review_is_over() {
        let day = NaiveDate::from_ymd_opt(2027, 3, 17);
        let blocked = |back_to| Stage::Blocked(Blocked { reason: "portal down".to_owned(), back_to });
        let waived = Stage::Waived { reason: "merged".to_owned() };
        for (stage, moves) in [
            (Stage::OnCourse(Step::Planned), true),
            (Stage::OnCourse(Step::InProgress), true),
            (Stage::OnCourse(Step::Submitted), true),
            (Stage::OnCourse(Step::ChangesRequested), true),
            (Stage::OnCourse(Step::Approved), false),
            (Stage::Published, false),
            (Stage::Verified, false),
            (blocked(Step::Submitted), true),
            (blocked(Step::Approved), false),
            (waived, false),
        ] {
            let at = Deliverable { stage, ..planned() };
            let refused = at.wrong();
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

    fn any_event() -> impl Strategy<Value = Event> {
        prop::sample::select(LIFECYCLE.events().collect::<Vec<_>>())
    }

    proptest! {
        /// The table and the transitions agree, and the three columns can store any stage.
        #[test]
        fn transitions_follow_the_table(chosen in prop::collection::vec(any_event(), 0..20)) {
            let mut at = planned();
            for event in chosen {
                let expected = LIFECYCLE.target(at.state(), event);
                match apply(at.clone(), event) {
                    Ok(next) => {
                        let led_to = match expected {
                            Some(Target::To(state)) => Some(state),
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
