use super::*;
use proptest::prelude::*;
use uuid::Uuid;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day written in a test")
}

fn open() -> Task {
    Task {
        id: Uuid::nil().into(),
        seat: Arc::new(Seat {
            id: Uuid::nil().into(),
            code: "referent:bergamo".into(),
            kind: SeatKind::Referent,
            body_id: Uuid::nil().into(),
            body_code: "provincia-bergamo".into(),
            body_name: "Provincia di Bergamo".into(),
            observatory_id: Some(Uuid::nil().into()),
            observatory_code: Some("bergamo".into()),
            observatory_name: Some("Osservatorio di Bergamo".into()),
            territory: "BG".into(),
        }),
        release_id: None,
        deliverable_id: None,
        deliverable_state: None,
        step_id: None,
        outcome_id: None,
        origin: TaskOrigin::Step,
        title_it: "Bozza".into(),
        title_en: "Draft".into(),
        due_day: day("2027-03-04"),
        hand_set_day: None,
        followed_day: None,
        estimated_minutes: 60,
        stage: Stage::OnCourse(Step::Open),
        note: None,
        text: None,
        told_with: None,
        version: 1,
        created_at: DateTime::UNIX_EPOCH,
    }
}

fn apply(task: Task, event: Event) -> Result<Task, Refusal> {
    match event {
        Event::Accept => task.accepted(),
        Event::Refuse => task.refused("not ours".into()),
        Event::Insist => task.insisted_on(),
        Event::HandOn => {
            task.clone().handed_on(Arc::new(Seat { id: Uuid::from_u128(1).into(), ..(*task.seat).clone() }))
        }
        Event::Start => task.started(),
        Event::Complete => task.completed(DateTime::UNIX_EPOCH),
        Event::Reopen => task.reopened(),
        Event::Block => task.blocked("no data".into()),
        Event::Unblock => task.unblocked(),
        Event::Cancel => task.cancelled(None),
    }
}

#[test]
fn a_blocked_task_goes_back_to_where_it_was() {
    let begun = open().started().expect("begun");
    assert_eq!(begun.clone().blocked("no data".into()).and_then(Task::unblocked), Ok(begun));
    assert_eq!(open().blocked("no data".into()).and_then(Task::unblocked), Ok(open()));
}

#[test]
fn a_cancelled_task_never_changes_and_a_done_one_is_only_opened_again() {
    assert_eq!(LIFECYCLE.possible(State::Cancelled).count(), 0);
    assert_eq!(LIFECYCLE.names(State::Done), ["reopen"]);
    let done = open().completed(DateTime::UNIX_EPOCH).expect("done");
    assert!(matches!(done.clone().rescheduled(Some(day("2027-03-10"))), Err(Refusal::WrongTransition(_))));
    assert_eq!(done.rederived(day("2027-03-11")).due_day, day("2027-03-04"), "history keeps its day");
}

#[test]
fn a_step_is_opened_again_only_while_its_deliverable_calls_for_it() {
    let done = |state| {
        let step = Task { origin: TaskOrigin::Step, deliverable_state: Some(state), ..open() };
        step.completed(DateTime::UNIX_EPOCH).expect("completed")
    };
    let reopened = done(DeliverableState::InProgress).reopened().map(|task| task.state());
    assert_eq!(reopened, Ok(State::InProgress));
    for state in [DeliverableState::Submitted, DeliverableState::Approved, DeliverableState::Waived] {
        assert_eq!(done(state).reopened(), Err(LIFECYCLE.wrong(State::Done).into()), "{state}");
    }
}

#[test]
fn a_step_is_not_called_for_after_its_deliverable_is_handed_in() {
    let step = |state| Task { deliverable_state: Some(state), ..open() };
    assert!(step(DeliverableState::Planned).is_due());
    assert!(step(DeliverableState::InProgress).is_overdue(day("2027-03-05")));
    for state in [DeliverableState::Submitted, DeliverableState::Waived, DeliverableState::Verified] {
        assert!(!step(state).is_due(), "{state}");
    }
    let review = is_called_for(TaskOrigin::Step, SeatKind::Secretariat, Some(DeliverableState::Submitted));
    assert!(review, "the review begins when the observatory is done");
    assert!(!is_called_for(TaskOrigin::Step, SeatKind::Secretariat, Some(DeliverableState::Approved)));
    assert!(is_called_for(TaskOrigin::Step, SeatKind::Referent, None));
    assert!(is_called_for(TaskOrigin::MissingPage, SeatKind::Referent, Some(DeliverableState::Approved)));
}

#[test]
fn a_task_is_overdue_the_day_after_its_day() {
    assert!(!open().is_overdue(day("2027-03-04")));
    assert!(open().is_overdue(day("2027-03-05")));
    let put_off = Task { hand_set_day: Some(day("2027-03-09")), ..open() };
    assert!(!put_off.is_overdue(day("2027-03-05")));
}

fn any_event() -> impl Strategy<Value = Event> {
    prop::sample::select(LIFECYCLE.events().collect::<Vec<_>>())
}

proptest! {
    /// The table and the transitions agree, and the four columns can store any stage.
    #[test]
    fn transitions_follow_the_table(chosen in prop::collection::vec(any_event(), 0..12)) {
        let mut at = open();
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
            let kept = Stage::of(at.state(), at.stage.resume(), at.stage.reason().map(str::to_owned), at.stage.done_at());
            prop_assert_eq!(kept, Ok(at.stage.clone()));
        }
    }
}
