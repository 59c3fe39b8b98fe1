//! What is due among the tasks, for reminders, the Monday page, the radar and a newcomer's dossier.

use super::model::Task;
use super::policy::Visibility;
use super::store::{self, Filter};
use crate::due::Obligation;
use crate::error::Result;
use chrono::NaiveDate;
use entity::kinds::{DeliverableState, TaskState};
use sea_orm::ConnectionTrait;

/// The kind of these obligations in the reminders' log.
pub const KIND: &str = "task";

/// Tasks still to be done whose day is not after `upto`, overdue ones too, the earliest first.
///
/// A blocked task, or one whose deliverable is blocked, is left out: reminding somebody of an obstacle they have declared
/// removes nothing. It stays in the secretariat's lists.
pub async fn obligations(db: &impl ConnectionTrait, upto: NaiveDate) -> Result<Vec<Obligation>> {
    let filter = Filter { due: true, upto: Some(upto), ..Filter::default() };
    let tasks = store::list(db, &Visibility::Everything, &filter, None, None).await?;
    Ok(tasks.into_iter().filter(|task| !is_held_up(task)).map(Obligation::from).collect())
}

fn is_held_up(task: &Task) -> bool {
    task.state() == TaskState::Blocked || task.deliverable_state == Some(DeliverableState::Blocked)
}

impl From<Task> for Obligation {
    fn from(task: Task) -> Self {
        Self {
            kind: KIND,
            id: task.id.0,
            seat_id: task.seat.id,
            due_day: task.day(),
            path: format!("/tasks/{}", task.id),
            estimated_minutes: task.estimated_minutes,
            title_it: task.title_it,
            title_en: task.title_en,
        }
    }
}
