use super::*;
use crate::catalogue::model::{Details, Step};
use crate::designations::model::Seat;
use crate::tasks::model::{Stage, Step as TaskStep, Task};
use crate::time::{CalendarData, Calendars, NonWorkingRule, RuleKind, TerritoryDays};
use chrono::{DateTime, Days};
use entity::kinds::{SeatKind, TaskOrigin};
use proptest::prelude::*;
use std::sync::Arc;
use uuid::Uuid;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day written in a test")
}

/// Milan with Saint Ambrose (7 December), Lecco with Saint Nicholas (6 December), and Easter Monday for both.
fn calendars() -> Calendars {
    let rule = |kind, name: &str| NonWorkingRule::new(kind, None, None, name, name).expect("a good rule");
    let patron = |code: &str, day, name| TerritoryDays {
        code: code.to_owned(),
        rules: vec![rule(RuleKind::Fixed { month: 12, day }, name)],
        one_offs: Vec::new(),
    };
    let data = CalendarData {
        saturday_works: false,
        national: vec![
            rule(RuleKind::EasterOffset { days: 1 }, "Easter Monday"),
            rule(RuleKind::Fixed { month: 12, day: 8 }, "Immacolata"),
        ],
        one_offs: Vec::new(),
        territories: vec![patron("MI", 7, "Sant'Ambrogio"), patron("LC", 6, "San Nicolò")],
    };
    Calendars::new(data).expect("two territories")
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn product() -> Product {
    let step = |number, seat, offset_working_days| Step {
        id: id(number).into(),
        position: i32::try_from(number).unwrap_or_default(),
        code: format!("step-{number}"),
        name_it: String::new(),
        name_en: String::new(),
        seat,
        offset_working_days,
        estimated_minutes: 60,
        after: Vec::new(),
    };
    Product {
        id: id(0).into(),
        code: "report".into(),
        details: Details::default(),
        steps: vec![
            step(1, SeatKind::Referent, -5),
            step(2, SeatKind::Referent, -2),
            step(3, SeatKind::Secretariat, 0),
        ],
        former_steps: Vec::new(),
        retired_at: None,
        version: 1,
    }
}

fn concerned(calendars: &Calendars) -> Vec<Concerned<'_>> {
    let milan = calendars.of("MI").expect("Milan");
    let lecco = calendars.of("LC").expect("Lecco");
    [(1, milan), (2, lecco)]
        .map(|(number, calendar)| Concerned { observatory: id(number).into(), calendar, seat_of_region: milan })
        .to_vec()
}

#[test]
fn the_same_step_falls_on_another_day_where_the_patron_is_another() {
    let calendars = calendars();
    let work = work(&product(), day("2027-12-10"), &concerned(&calendars)).expect("derived");
    // Friday 10 December 2027, two working days before: Thursday 9 is the first; 8 is a holiday everywhere and 7 in
    // Milan, so Monday 6. In Lecco, Tuesday 7 is a working day.
    assert_eq!(work[0].due_day, day("2027-12-06"));
    assert_eq!(work[1].due_day, day("2027-12-07"));
    assert_eq!(work[0].day_of(id(3).into()), Some(day("2027-12-10")));
}

#[test]
fn a_product_without_steps_is_due_with_its_release() {
    let calendars = calendars();
    let bare = Product { steps: Vec::new(), ..product() };
    let work = work(&bare, day("2027-12-07"), &concerned(&calendars)).expect("derived");
    assert_eq!(work[0].due_day, day("2027-12-06"), "Milan rests on the day itself");
    assert_eq!(work[1].due_day, day("2027-12-07"));
}

fn task_of(work: &Work, step: ProductStepId, territory: &str) -> Task {
    let seat = Arc::new(Seat {
        id: id(9).into(),
        code: "referent:x".into(),
        kind: SeatKind::Referent,
        body_id: id(9).into(),
        body_code: String::new(),
        body_name: String::new(),
        observatory_id: Some(work.observatory),
        observatory_code: None,
        observatory_name: None,
        territory: territory.to_owned(),
    });
    Task {
        id: id(9).into(),
        seat,
        release_id: None,
        deliverable_id: None,
        deliverable_state: None,
        step_id: Some(step),
        outcome_id: None,
        origin: TaskOrigin::Step,
        title_it: String::new(),
        title_en: String::new(),
        due_day: work.day_of(step).expect("a step of the product"),
        hand_set_day: None,
        followed_day: None,
        estimated_minutes: 60,
        stage: Stage::OnCourse(TaskStep::Open),
        note: None,
        text: None,
        told_with: None,
        version: 1,
        created_at: DateTime::UNIX_EPOCH,
    }
}

/// A change to a release or its tasks.
#[derive(Clone, Copy, Debug)]
enum Edit {
    MoveRelease(u64),
    SetByHand { task: usize, day: Option<u64> },
    Complete { task: usize },
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (0_u64..700).prop_map(Edit::MoveRelease),
        (0_usize..6, prop::option::of(0_u64..700)).prop_map(|(task, day)| Edit::SetByHand { task, day }),
        (0_usize..6).prop_map(|task| Edit::Complete { task }),
    ]
}

proptest! {
    /// Rule 3 of the domain: after any changes, every derived due day of open work equals the day computed from the
    /// release and is a working day of its territory. Days set by hand and days of finished work never change by
    /// themselves.
    #[test]
    fn no_derived_day_disagrees_with_its_source(edits in prop::collection::vec(edit(), 0..20)) {
        let (calendars, product, start) = (calendars(), product(), day("2027-01-01"));
        let concerned = concerned(&calendars);
        let mut release_day = start;
        let plan = |release_day| work(&product, release_day, &concerned).expect("derived");
        let mut tasks: Vec<Task> = plan(release_day)
            .iter()
            .zip(["MI", "LC"])
            .flat_map(|(work, territory)| product.steps.iter().map(move |step| task_of(work, step.id, territory)))
            .collect();
        let mut set_by_hand: Vec<Option<NaiveDate>> = vec![None; tasks.len()];
        let mut finished_with: Vec<Option<NaiveDate>> = vec![None; tasks.len()];
        for edit in edits {
            match edit {
                Edit::MoveRelease(ahead) => {
                    release_day = start + Days::new(ahead);
                    let work = plan(release_day);
                    tasks = tasks.into_iter().map(|task| {
                        let own = work.iter().find(|one| Some(one.observatory) == task.seat.observatory_id).expect("its own");
                        let day = task.step_id.and_then(|step| own.day_of(step)).expect("a step");
                        task.rederived(day)
                    }).collect();
                }
                Edit::SetByHand { task, day } => {
                    let day = day.map(|ahead| start + Days::new(ahead));
                    if let Ok(changed) = tasks[task].clone().rescheduled(day) {
                        tasks[task] = changed;
                        set_by_hand[task] = day;
                    }
                }
                Edit::Complete { task } => {
                    if let Ok(done) = tasks[task].clone().completed(DateTime::UNIX_EPOCH) {
                        finished_with[task] = Some(done.due_day);
                        tasks[task] = done;
                    }
                }
            }
        }
        let truth = plan(release_day);
        for (index, task) in tasks.iter().enumerate() {
            let own = truth.iter().find(|one| Some(one.observatory) == task.seat.observatory_id).expect("its own");
            let derived = task.step_id.and_then(|step| own.day_of(step)).expect("a step");
            prop_assert_eq!(task.due_day, finished_with[index].unwrap_or(derived));
            prop_assert_eq!(task.hand_set_day, set_by_hand[index]);
            prop_assert_eq!(task.day(), set_by_hand[index].unwrap_or(task.due_day));
            let is_own = task.step_id != Some(id(3).into());
            let calendar = if is_own { calendars.of(&task.seat.territory) } else { calendars.of("MI") };
            prop_assert!(calendar.expect("a territory").is_working(task.due_day));
        }
    }
}
