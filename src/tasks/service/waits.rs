//! Steps that wait for others of the same contribution, as the template of the product says. Nothing is stored: a step waits
//! as long as a step before it is still to be done. The catalogue refuses circles.

use super::{TaskFilter, all};
use crate::catalogue::model::{Product, Step};
use crate::catalogue::questions::Catalogue;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::tasks::model::Task;
use entity::ids::{DeliverableId, TaskId};
use std::collections::HashMap;

/// Steps that wait, each with the steps before it that are still to be done.
pub type Waits = HashMap<TaskId, Vec<Task>>;

/// Returns those of these tasks that wait for others.
pub async fn waits(ctx: &Ctx, tasks: &[Task]) -> Result<Waits> {
    let catalogue = ctx.recall(&Catalogue).await?;
    let ordered = |task: &&Task| task.is_due() && step(&catalogue, task).is_some_and(|step| !step.after.is_empty());
    let later: Vec<&Task> = tasks.iter().filter(ordered).collect();
    if later.is_empty() {
        return Ok(Waits::new());
    }
    let deliverables: Vec<DeliverableId> = later.iter().filter_map(|task| task.deliverable_id).collect();
    let filter = TaskFilter { deliverables: Some(deliverables), due: true, ..TaskFilter::default() };
    let open = all(ctx.reader(), &filter).await?;
    let before = |task: &Task| {
        let after = step(&catalogue, task).map(|step| &step.after[..]).unwrap_or_default();
        let is_before = |other: &&Task| {
            other.deliverable_id == task.deliverable_id
                && step(&catalogue, other).is_some_and(|step| after.contains(&step.code))
        };
        open.iter().filter(is_before).cloned().collect::<Vec<_>>()
    };
    let with_steps = later.into_iter().map(|task| (task.id, before(task)));
    Ok(with_steps.filter(|(_, before)| !before.is_empty()).collect())
}

/// Returns the ids of those of these tasks that wait for others, for the reminders.
pub async fn waiting(ctx: &Ctx, ids: Vec<TaskId>) -> Result<Waits> {
    let catalogue = ctx.recall(&Catalogue).await?;
    let is_ordered =
        |product: &Product| product.steps.iter().chain(&product.former_steps).any(|step| !step.after.is_empty());
    if ids.is_empty() || !catalogue.iter().any(is_ordered) {
        return Ok(Waits::new());
    }
    let filter = TaskFilter { ids: Some(ids), ..TaskFilter::default() };
    waits(ctx, &all(ctx.reader(), &filter).await?).await
}

fn step<'c>(catalogue: &'c [Product], task: &Task) -> Option<&'c Step> {
    let id = task.step_id?;
    catalogue.iter().find_map(|product| product.step(id))
}
