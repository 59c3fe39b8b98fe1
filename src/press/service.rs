//! Use cases of a one-press link: showing its task and answering it.

use crate::auth::actor::{Actor, Identity, Scope};
use crate::auth::service as auth;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Code, Error, Result};
use crate::links::service as links;
use crate::network::service as network;
use crate::tasks::model::{Task, is_called_for};
use crate::tasks::service::{self as tasks, CompleteIn};
use entity::kinds::{DeliverableState, TaskState};
use sea_orm::ConnectionTrait;

/// Buttons on the page of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    InProgress,
    Delivered,
}

impl Press {
    /// Returns whether the button would change the task.
    pub fn is_offered(self, task: &Task) -> bool {
        match (self, task.state()) {
            (Self::InProgress, TaskState::Open) | (Self::Delivered, TaskState::Open | TaskState::InProgress) => {
                is_called_for(task.origin, task.seat.kind, task.deliverable_state)
            }
            _ => false,
        }
    }
}

/// Returns the task of a link. Changes nothing. Errors: `link_unusable`.
pub async fn show(ctx: &Ctx, token: &str) -> Result<Task> {
    let (_, task) = open(ctx, ctx.reader(), token).await?;
    Ok(task)
}

/// Result of a press.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressed {
    InProgress,
    Delivered,
    /// Delivered, but the deliverable is blocked, so the task continues when the block ends.
    DeliveredWhileBlocked,
    /// Unchanged: the task was in progress already.
    AlreadyInProgress,
    /// Unchanged: the task was done already.
    AlreadyDone,
    /// Unchanged: the task is no longer called for.
    NotCalledFor,
}

/// Answers the task of a link: in progress, or done. A press that would change nothing returns the present state.
///
/// Who may: the person the link was mailed to, as long as the designation named in it is in force. Mails: none. Errors:
/// `link_unusable`; `wrong_transition` for a task that was blocked meanwhile.
pub async fn press(ctx: &Ctx, txn: &Txn, token: &str, press: Press) -> Result<Pressed> {
    let (reader, task) = open(ctx, txn, token).await?;
    let is_blocked = task.state() == TaskState::Blocked;
    if !press.is_offered(&task) && !is_blocked {
        return Ok(already(&task));
    }
    match press {
        Press::InProgress => {
            tasks::start(&reader, txn, task.id, task.version).await?;
            Ok(Pressed::InProgress)
        }
        Press::Delivered => {
            let done = tasks::complete(&reader, txn, task.id, task.version, CompleteIn::default()).await?;
            let is_held_up = done.deliverable_state == Some(DeliverableState::Blocked);
            Ok(if is_held_up { Pressed::DeliveredWhileBlocked } else { Pressed::Delivered })
        }
    }
}

/// Returns the result of a press that changes nothing.
fn already(task: &Task) -> Pressed {
    match task.state() {
        TaskState::Done => Pressed::AlreadyDone,
        TaskState::InProgress if Press::Delivered.is_offered(task) => Pressed::AlreadyInProgress,
        _ => Pressed::NotCalledFor,
    }
}

/// Opens a link: returns the context of its person, with the rights of that one designation, and the task.
async fn open(ctx: &Ctx, db: &impl ConnectionTrait, token: &str) -> Result<(Ctx, Task)> {
    let link = links::find(ctx, db, token).await?.ok_or_else(unusable)?;
    let held = auth::seats_held(db, link.person_id, ctx.today()).await?;
    let seats: Vec<_> = held.into_iter().filter(|seat| seat.designation_id == link.designation_id).collect();
    if seats.is_empty() {
        return Err(unusable());
    }
    let name = network::person(db, link.person_id).await?.name();
    let actor = Actor { identity: Identity::Person { id: link.person_id, name }, seats, scope: Scope::Full };
    let reader = Ctx { actor, ..ctx.clone() };
    let task = tasks::task(&reader, db, link.task_id).await.map_err(unseen_is_unusable)?;
    if task.state() == TaskState::Cancelled { Err(unusable()) } else { Ok((reader, task)) }
}

fn unusable() -> Error {
    Error::refused(Code::LinkUnusable)
}

/// Turns refusals to see the task into `link_unusable`, because a task that has moved to another seat must look like an
/// unknown link.
fn unseen_is_unusable(error: Error) -> Error {
    match error {
        Error::NotFound | Error::Denied | Error::Unauthenticated => unusable(),
        other => other,
    }
}
