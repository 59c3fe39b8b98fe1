//! Tasks that wait for others: a step of a contribution for the steps before it, as the template of the product says, and a
//! given task for those that the secretariat named. A task waits as long as one before it is still to be done. Neither the
//! catalogue nor the secretariat can make a circle.

use super::{Action, TaskFilter, all, any_task, save, store};
use crate::catalogue::model::{Product, Step};
use crate::catalogue::questions::Catalogue;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Code, Error, Result};
use crate::open::{Seen, open};
use crate::tasks::model::{Refusal, Task};
use crate::tasks::verb::Verb;
use entity::ids::{DeliverableId, TaskId};
use entity::kinds::TaskOrigin;
use sea_orm::ConnectionTrait;
use std::collections::{BTreeSet, HashMap};

/// Tasks that wait, each with those before it that are still to be done.
pub type Waits = HashMap<TaskId, Vec<Task>>;

/// Most tasks for which one task waits. More are refused.
pub const MOST_BEFORE: usize = 10;

/// Returns those of these tasks that wait for others.
pub async fn waits(ctx: &Ctx, tasks: &[Task]) -> Result<Waits> {
    let due: Vec<&Task> = tasks.iter().filter(|task| task.is_due()).collect();
    let mut waits = steps_before(ctx, &due).await?;
    let given: Vec<TaskId> = due.iter().filter(|task| task.origin == TaskOrigin::Given).map(|task| task.id).collect();
    for (id, before) in given_before(ctx, ctx.reader(), &given).await? {
        waits.entry(id).or_default().push(before);
    }
    Ok(waits)
}

/// Returns those of the steps of one contribution that wait for others of them; `steps` are all of its steps.
pub async fn waits_within(ctx: &Ctx, steps: &[Task]) -> Result<Waits> {
    let due: Vec<&Task> = steps.iter().filter(|task| task.is_due()).collect();
    Ok(behind(&ctx.recall(&Catalogue).await?, &due, &due))
}

/// Returns those of the tasks with these ids that wait for others, for the reminders.
pub async fn waiting(ctx: &Ctx, ids: Vec<TaskId>) -> Result<Waits> {
    if ids.is_empty() {
        return Ok(Waits::new());
    }
    let catalogue = ctx.recall(&Catalogue).await?;
    let is_ordered =
        |product: &Product| product.steps.iter().chain(&product.former_steps).any(|step| !step.after.is_empty());
    if !catalogue.iter().any(is_ordered) && store::waits::of(ctx.reader(), &ids).await?.is_empty() {
        return Ok(Waits::new());
    }
    let filter = TaskFilter { ids: Some(ids), ..TaskFilter::default() };
    waits(ctx, &all(ctx, ctx.reader(), &filter).await?).await
}

/// Returns the steps of the same contributions that come before these and are still to be done.
async fn steps_before(ctx: &Ctx, due: &[&Task]) -> Result<Waits> {
    let catalogue = ctx.recall(&Catalogue).await?;
    let ordered = |task: &&&Task| step(&catalogue, task).is_some_and(|step| !step.after.is_empty());
    let later: Vec<&Task> = due.iter().filter(ordered).copied().collect();
    if later.is_empty() {
        return Ok(Waits::new());
    }
    let deliverables: Vec<DeliverableId> = later.iter().filter_map(|task| task.deliverable_id).collect();
    let filter = TaskFilter { deliverables: Some(deliverables), due: true, ..TaskFilter::default() };
    let open = all(ctx, ctx.reader(), &filter).await?;
    Ok(behind(&catalogue, &later, &open.iter().collect::<Vec<_>>()))
}

/// Returns those of these tasks that wait for one of the open ones, by the order of the steps in the catalogue.
fn behind(catalogue: &[Product], tasks: &[&Task], open: &[&Task]) -> Waits {
    let before = |task: &Task| {
        let after = step(catalogue, task).map(|step| &step.after[..]).unwrap_or_default();
        let is_before = |other: &&&Task| {
            other.deliverable_id == task.deliverable_id
                && step(catalogue, other).is_some_and(|step| after.contains(&step.code))
        };
        open.iter().filter(is_before).map(|task| (*task).clone()).collect::<Vec<Task>>()
    };
    let with_steps = tasks.iter().map(|task| (task.id, before(task)));
    with_steps.filter(|(_, before)| !before.is_empty()).collect()
}

fn step<'c>(catalogue: &'c [Product], task: &Task) -> Option<&'c Step> {
    let id = task.step_id?;
    catalogue.iter().find_map(|product| product.step(id))
}

/// Returns the tasks for which these given tasks wait and that are still to be done.
async fn given_before(ctx: &Ctx, db: &impl ConnectionTrait, given: &[TaskId]) -> Result<Vec<(TaskId, Task)>> {
    let mut pairs = before(ctx, db, given).await?;
    pairs.retain(|(_, before)| before.is_due());
    Ok(pairs)
}

/// Returns the tasks for which a given task waits, done or not, earliest day first. The caller has checked that the reader
/// may see the task.
pub async fn predecessors(ctx: &Ctx, db: &impl ConnectionTrait, id: TaskId) -> Result<Vec<Task>> {
    let mut found: Vec<Task> = before(ctx, db, &[id]).await?.into_iter().map(|(_, task)| task).collect();
    found.sort_by_key(|task| (task.day(), task.id));
    Ok(found)
}

async fn before(ctx: &Ctx, db: &impl ConnectionTrait, given: &[TaskId]) -> Result<Vec<(TaskId, Task)>> {
    if given.is_empty() {
        return Ok(Vec::new());
    }
    let pairs = store::waits::of(db, given).await?;
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let ids: BTreeSet<TaskId> = pairs.iter().map(|(_, after)| *after).collect();
    let filter = TaskFilter { ids: Some(ids.into_iter().collect()), ..TaskFilter::default() };
    let known: HashMap<TaskId, Task> = all(ctx, db, &filter).await?.into_iter().map(|task| (task.id, task)).collect();
    Ok(pairs.into_iter().filter_map(|(id, after)| Some((id, known.get(&after)?.clone()))).collect())
}

/// Says for which tasks a given task waits, in place of those before; none, if it no longer waits.
///
/// Who may: the secretariat. Mails: none; the reminders wait. Errors: `not_given` for another task, `wrong_transition` for one
/// that is over, `unknown_value`, `out_of_range` for too many, `waits_in_circle`, `nothing_changes`, `stale`.
pub async fn wait_for(ctx: &Ctx, txn: &Txn, id: TaskId, version: i32, after: &[TaskId]) -> Result<Task> {
    let current = open::<Task>(ctx, txn, id, Action::Edit, Seen::Version(version)).await?;
    current.must_be_given_and_open()?;
    let after = known(ctx, txn, after).await?;
    must_not_circle(txn, id, &after).await?;
    let present: Vec<TaskId> = store::waits::of(txn, &[id]).await?.into_iter().map(|(_, after)| after).collect();
    if present == after {
        return Err(Refusal::SameWaits.into());
    }
    store::waits::replace(txn, id, &after).await?;
    save(ctx, txn, current, Verb::Wait).await?;
    any_task(ctx, txn, id).await
}

/// Checks that tasks exist, and returns them once each in the order of their ids.
pub(super) async fn known(ctx: &Ctx, db: &impl ConnectionTrait, ids: &[TaskId]) -> Result<Vec<TaskId>> {
    let ids: BTreeSet<TaskId> = ids.iter().copied().collect();
    let ids: Vec<TaskId> = ids.into_iter().collect();
    if ids.len() > MOST_BEFORE {
        return Err(Error::out_of_range("after", 0, MOST_BEFORE));
    }
    if ids.is_empty() {
        return Ok(ids);
    }
    let filter = TaskFilter { ids: Some(ids.clone()), ..TaskFilter::default() };
    if all(ctx, db, &filter).await?.len() == ids.len() {
        Ok(ids)
    } else {
        Err(Error::field("after", Code::UnknownValue))
    }
}

/// Refuses tasks that wait for the task themselves, directly or through others.
async fn must_not_circle(db: &impl ConnectionTrait, id: TaskId, after: &[TaskId]) -> Result<()> {
    let mut seen: BTreeSet<TaskId> = after.iter().copied().collect();
    let mut ahead: Vec<TaskId> = after.to_vec();
    while !ahead.is_empty() {
        if seen.contains(&id) {
            return Err(Refusal::WaitsInCircle.into());
        }
        let next = store::waits::of(db, &ahead).await?;
        ahead = next.into_iter().map(|(_, before)| before).filter(|before| seen.insert(*before)).collect();
    }
    if seen.contains(&id) { Err(Refusal::WaitsInCircle.into()) } else { Ok(()) }
}
