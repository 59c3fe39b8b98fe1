//! Tasks as obligations, and the answers about them, for `slices.rs`.

use super::model::Task;
use super::service::{self, TaskFilter};
use super::verb::Verb;
use crate::audit::trail;
use crate::ctx::Ctx;
use crate::due::{Asked, Obligation};
use crate::error::Result;
use crate::silence::Instants;
use chrono::{DateTime, Utc};
use entity::kinds::{DeliverableState, ObligationKind, TaskState};
use sea_orm::ConnectionTrait;

/// Returns the requested tasks that are still to be done, overdue ones included, earliest first.
///
/// A blocked task, and one whose deliverable is blocked, is left out, because a reminder does not remove the obstacle.
/// It stays in the secretariat's lists.
pub async fn obligations(ctx: &Ctx, db: &impl ConnectionTrait, asked: Asked<'_>) -> Result<Vec<Obligation>> {
    if !asked.includes(ObligationKind::Task) {
        return Ok(Vec::new());
    }
    let ids = asked.ids(ObligationKind::Task);
    let filter = TaskFilter { due: true, upto: asked.upto(), ids, ..TaskFilter::default() };
    Ok(service::all(ctx, db, &filter).await?.into_iter().filter_map(obligation).collect())
}

/// Returns the obligation that an open task is; `None` for one that is held up.
pub fn obligation(task: Task) -> Option<Obligation> {
    (!is_held_up(&task)).then(|| task.into())
}

/// Returns the latest report on each task since an instant, by its id. A report counts as an answer to reminders.
pub async fn answers(db: &impl ConnectionTrait, since: DateTime<Utc>) -> Result<Instants> {
    Ok(trail::last_of(db, Verb::answers(), since).await?)
}

fn is_held_up(task: &Task) -> bool {
    task.state() == TaskState::Blocked || task.deliverable_state == Some(DeliverableState::Blocked)
}

impl From<Task> for Obligation {
    fn from(task: Task) -> Self {
        Self {
            kind: ObligationKind::Task,
            id: task.id.0,
            seat_id: task.seat.id,
            release_id: task.release_id,
            due_day: task.day(),
            expected: None,
            path: format!("/tasks/{}", task.id),
            estimated_minutes: task.estimated_minutes,
            title_it: task.title_it,
            title_en: task.title_en,
        }
    }
}
