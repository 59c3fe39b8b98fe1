//! The steps of the present template for the tasks of a release at work. `releases` has checked the permission.

use super::{StepTask, TEXT_CHARACTERS, TITLE_CHARACTERS, all, planned};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::tasks::model::Task;
use crate::tasks::store::{self, Filter};
use crate::typed;
use entity::ids::{GivingId, TaskId};
use sea_orm::ConnectionTrait;

/// Changes to the tasks of releases.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub added: Vec<StepTask>,
    /// Open tasks, each with the step that it takes on. A day set by hand stays.
    pub changed: Vec<(Task, StepTask)>,
    /// Tasks not begun that are cancelled, because their step is in the template no longer.
    pub dropped: Vec<Task>,
}

/// Carries the changes out; called by `releases`, which records the event. `reason` is that of the cancelled tasks, `name` that
/// of the mail that tells of all of them.
pub async fn renew(ctx: &Ctx, txn: &Txn, changes: Changes, reason: &str, name: GivingId) -> Result<()> {
    let Changes { added, changed, dropped } = changes;
    let new: Vec<Task> = added.into_iter().map(|step| planned(ctx, step)).collect();
    store::insert_all(txn, &new).await?;
    let mut touched: Vec<TaskId> = new.iter().map(|task| task.id).collect();
    for (task, step) in changed {
        touched.push(task.id);
        store::save(txn, &taken_on(task, step), ctx.now()).await?;
    }
    for task in dropped {
        touched.push(task.id);
        let cancelled = task.cancelled(Some(typed::cut(reason, TEXT_CHARACTERS)))?;
        store::save(txn, &cancelled, ctx.now()).await?;
    }
    Ok(store::set_told_with(txn, touched, name).await?)
}

/// Returns a task with the words, the effort and the derived day of another step.
fn taken_on(task: Task, step: StepTask) -> Task {
    Task {
        step_id: Some(step.step_id),
        title_it: typed::cut(&step.title_it, TITLE_CHARACTERS),
        title_en: typed::cut(&step.title_en, TITLE_CHARACTERS),
        estimated_minutes: step.estimated_minutes,
        ..task.rederived(step.due_day)
    }
}

/// Returns the tasks of which a mail tells, for the slice that wrote it.
pub async fn told_with(ctx: &Ctx, db: &impl ConnectionTrait, name: GivingId) -> Result<Vec<Task>> {
    all(ctx, db, &Filter { told_with: Some(vec![name]), ..Filter::default() }).await
}
