//! The difference between the steps of a release at work and those of its product's present template. Pure.
//!
//! A confirmed release keeps the steps with which it was planned (ADR 25), until the secretariat gives it the present ones
//! (ADR 41). Begun and done steps stay in either case.

use crate::catalogue::model::{Product, Step};
use crate::tasks::model::{Stage, Step as TaskStep, Task, is_called_for, is_open};
use entity::kinds::{DeliverableState, TaskOrigin, TaskState};

/// Changes that give one contribution the steps of the present template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renewal<'a> {
    /// Steps that get a task.
    pub added: Vec<&'a Step>,
    /// Open tasks that take the seat's new day and effort from another step.
    pub changed: Vec<(&'a Task, &'a Step)>,
    /// Tasks not begun whose step the template no longer has.
    pub dropped: Vec<&'a Task>,
    /// Begun tasks whose step the template no longer has; they stay.
    pub kept: Vec<&'a Task>,
}

impl Renewal<'_> {
    /// Tells whether the contribution has the steps of the template already, except for begun ones that stay.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.dropped.is_empty()
    }
}

/// Compares the tasks of one contribution that is not settled with the present template of its product.
pub fn renewal<'a>(product: &'a Product, state: DeliverableState, tasks: &[&'a Task]) -> Renewal<'a> {
    let mut renewal = Renewal::default();
    let steps: Vec<(&'a Task, &'a Step)> = tasks
        .iter()
        .filter(|task| task.origin == TaskOrigin::Step)
        .filter_map(|task| Some((*task, product.step(task.step_id?)?)))
        .collect();
    for step in &product.steps {
        renewal.compare(step, counterpart(&steps, step), state);
    }
    let is_gone = |known: &Step| product.steps.iter().all(|step| step.code != known.code);
    for (task, _) in steps.iter().filter(|(task, known)| is_open(task.state()) && is_gone(known)) {
        let into = if is_begun(task) { &mut renewal.kept } else { &mut renewal.dropped };
        into.push(task);
    }
    renewal
}

impl<'a> Renewal<'a> {
    fn compare(&mut self, step: &'a Step, found: Option<&'a Task>, state: DeliverableState) {
        let is_needed = is_called_for(TaskOrigin::Step, step.seat, Some(state));
        let Some(task) = found else {
            self.added.extend(is_needed.then_some(step));
            return;
        };
        let is_same = task.step_id == Some(step.id);
        if !is_open(task.state()) || (is_same && task.estimated_minutes == step.estimated_minutes) {
            return;
        }
        if task.seat.kind == step.seat {
            self.changed.push((task, step));
        } else if is_begun(task) {
            self.kept.push(task);
        } else {
            self.dropped.push(task);
            self.added.extend(is_needed.then_some(step));
        }
    }
}

/// Finds the task for a step of the template: its own, also one that was cancelled by hand, or one that stands for an earlier
/// form of it.
fn counterpart<'a>(steps: &[(&'a Task, &'a Step)], step: &Step) -> Option<&'a Task> {
    let own = steps.iter().find(|(_, known)| known.id == step.id);
    let earlier = || steps.iter().find(|(task, known)| known.code == step.code && task.state() != TaskState::Cancelled);
    own.or_else(earlier).map(|(task, _)| *task)
}

/// Tells whether work on a task has begun. A blocked one counts, because its holder has said why it waits.
const fn is_begun(task: &Task) -> bool {
    !matches!(task.stage, Stage::OnCourse(TaskStep::Open))
}

/// Tells whether a task still counts for the days of its contribution: not if its step left the template and the task with it.
pub fn counts(product: &Product, task: &Task) -> bool {
    task.state() != TaskState::Cancelled || product.steps.iter().any(|step| task.step_id == Some(step.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::model::Details;
    use crate::designations::model::Seat;
    use chrono::{DateTime, NaiveDate};
    use entity::kinds::SeatKind;
    use proptest::prelude::*;
    use std::sync::Arc;
    use uuid::Uuid;

    const SEATS: [SeatKind; 3] = [SeatKind::Referent, SeatKind::BodyManager, SeatKind::Secretariat];

    fn step((code, number, seat, minutes): (u8, u128, usize, i32)) -> Step {
        Step {
            id: Uuid::from_u128(number).into(),
            position: i32::from(code),
            code: format!("step-{code}"),
            name_it: String::new(),
            name_en: String::new(),
            seat: SEATS[seat],
            offset_working_days: -1,
            estimated_minutes: minutes,
            after: Vec::new(),
        }
    }

    fn product(steps: Vec<Step>, former_steps: Vec<Step>) -> Product {
        Product {
            id: Uuid::from_u128(0).into(),
            code: "report".into(),
            details: Details::default(),
            steps,
            former_steps,
            retired_at: None,
            version: 1,
        }
    }

    fn task(of: &Step, stage: u8) -> Task {
        let stage = match stage {
            0 => Stage::OnCourse(TaskStep::Open),
            1 => Stage::OnCourse(TaskStep::InProgress),
            2 => Stage::Done { at: DateTime::UNIX_EPOCH },
            _ => Stage::Cancelled { reason: None },
        };
        let seat = Arc::new(Seat {
            id: Uuid::from_u128(1).into(),
            kind: of.seat,
            code: String::new(),
            body_id: Uuid::from_u128(1).into(),
            body_code: String::new(),
            body_name: String::new(),
            observatory_id: None,
            observatory_code: None,
            observatory_name: None,
            territory: String::new(),
        });
        Task {
            id: Uuid::from_u128(of.id.0.as_u128() + 1000).into(),
            seat,
            release_id: None,
            deliverable_id: None,
            deliverable_state: Some(DeliverableState::Planned),
            step_id: Some(of.id),
            outcome_id: None,
            origin: TaskOrigin::Step,
            title_it: String::new(),
            title_en: String::new(),
            due_day: NaiveDate::MIN,
            hand_set_day: None,
            followed_day: None,
            estimated_minutes: of.estimated_minutes,
            stage,
            note: None,
            text: None,
            told_with: None,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    /// Carries a renewal out, as `tasks` does.
    fn after(tasks: &[Task], renewal: &Renewal<'_>) -> Vec<Task> {
        let changed = |task: &Task| {
            let mut after = task.clone();
            if let Some((_, step)) = renewal.changed.iter().find(|(one, _)| one.id == task.id) {
                (after.step_id, after.estimated_minutes) = (Some(step.id), step.estimated_minutes);
            }
            if renewal.dropped.iter().any(|one| one.id == task.id) {
                after.stage = Stage::Cancelled { reason: None };
            }
            after
        };
        tasks.iter().map(changed).chain(renewal.added.iter().map(|step| task(step, 0))).collect()
    }

    fn of_codes(codes: std::ops::Range<u8>, from: u128) -> impl Strategy<Value = Vec<Step>> {
        let one = (any::<bool>(), 0..SEATS.len(), 1..4_i32);
        prop::collection::vec(one, codes.len()).prop_map(move |all| {
            let numbered = codes.clone().zip(from..).zip(all);
            numbered
                .filter(|(_, (is_there, ..))| *is_there)
                .map(|((code, id), (_, s, m))| step((code, id, s, m)))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn no_begun_or_done_step_vanishes_and_a_second_renewal_finds_nothing(
            former in of_codes(0..6, 1),
            present in of_codes(0..6, 101),
            kept in 0..6_usize,
            stages in prop::collection::vec(0..4_u8, 6),
        ) {
            // Some steps are in both templates with their row.
            let mut steps: Vec<Step> = present;
            for same in former.iter().take(kept) {
                steps.retain(|step| step.code != same.code);
                steps.push(same.clone());
            }
            let left: Vec<Step> = former.iter().filter(|step| steps.iter().all(|one| one.id != step.id)).cloned().collect();
            let product = product(steps, left);
            let tasks: Vec<Task> = former.iter().zip(&stages).map(|(step, stage)| task(step, *stage)).collect();
            let renewal = renewal(&product, DeliverableState::InProgress, &tasks.iter().collect::<Vec<_>>());
            for dropped in &renewal.dropped {
                prop_assert_eq!(dropped.stage.clone(), Stage::OnCourse(TaskStep::Open));
            }
            for (changed, _) in &renewal.changed {
                prop_assert!(is_open(changed.state()));
            }
            let renewed = after(&tasks, &renewal);
            let again = super::renewal(&product, DeliverableState::InProgress, &renewed.iter().collect::<Vec<_>>());
            prop_assert!(again.is_empty(), "{:?}", again);
        }
    }

    #[test]
    fn a_step_that_is_not_called_for_gets_no_task() {
        let product = product(vec![step((1, 1, 0, 1)), step((2, 2, 2, 1))], Vec::new());
        let added = |state| renewal(&product, state, &[]).added.len();
        assert_eq!((added(DeliverableState::Planned), added(DeliverableState::Submitted)), (2, 1));
    }
}
