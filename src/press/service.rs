//! Use cases of a one-press link: showing its task and answering it.

use crate::auth::actor::{Actor, Identity, Scope};
use crate::auth::service as auth;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::service::SubmitIn;
use crate::error::{Code, Error, Result};
use crate::links::service as links;
use crate::network::service as network;
use crate::tasks::model::Task;
use crate::tasks::service::{self as tasks, LateIn};
use entity::kinds::{DeliverableState, TaskState};
use sea_orm::ConnectionTrait;

/// Answers to the task of a link.
#[derive(Clone, Debug)]
pub enum Press {
    InProgress,
    /// With the text, if it submits the deliverable.
    Delivered(SubmitIn),
    /// An obstacle outside the observatory stops the work.
    Blocked {
        reason: String,
    },
    /// The work will be late.
    Late(LateIn),
    /// The obstacle is gone.
    Resumed,
}

impl Press {
    /// Returns whether the answer would change the task.
    pub fn is_offered(&self, task: &Task) -> bool {
        let is_answer = matches!(
            (self, task.state()),
            (Self::InProgress | Self::Delivered(_), TaskState::Given | TaskState::Open)
                | (Self::Delivered(_) | Self::Blocked { .. }, TaskState::InProgress)
                | (Self::Blocked { .. }, TaskState::Open)
                | (Self::Late(_), TaskState::Given | TaskState::Open | TaskState::InProgress)
                | (Self::Resumed, TaskState::Blocked)
        );
        is_answer && task.is_called_for()
    }
}

/// The task of a link, with the context of its reader, who may do what the designation of the link permits.
pub struct Shown {
    pub reader: Ctx,
    pub task: Task,
}

/// Returns the task of a link. Changes nothing. Errors: `link_unusable`.
pub async fn show(ctx: &Ctx, token: &str) -> Result<Shown> {
    let (reader, task) = open(ctx, ctx.reader(), token).await?;
    Ok(Shown { reader, task })
}

/// Result of a press.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressed {
    InProgress,
    Delivered,
    /// Delivered, and with it the deliverable is submitted.
    HandedIn,
    /// Delivered, but the deliverable is blocked, so the task continues when the block ends.
    DeliveredWhileBlocked,
    Blocked,
    Late,
    Resumed,
    /// Unchanged: the task was in progress already.
    AlreadyInProgress,
    /// Unchanged: the task was done already.
    AlreadyDone,
    /// Unchanged: the task is no longer called for.
    NotCalledFor,
}

/// Answers the task of a link. A press that would change nothing returns the present state.
///
/// Who may: the person the link was mailed to, as long as the designation named in it is in force. Mails: none. Errors:
/// `link_unusable`; `wrong_transition` for a task that was blocked meanwhile; those of [`tasks::complete`],
/// [`tasks::block`] and [`tasks::declare_late`].
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
        Press::Delivered(input) => {
            let done = tasks::complete(&reader, txn, task.id, task.version, input).await?;
            Ok(match done.deliverable_state {
                Some(DeliverableState::Blocked) => Pressed::DeliveredWhileBlocked,
                Some(DeliverableState::Submitted) if done.leads_to_hand_in() => Pressed::HandedIn,
                _ => Pressed::Delivered,
            })
        }
        Press::Blocked { reason } => {
            tasks::block(&reader, txn, task.id, task.version, &reason).await?;
            Ok(Pressed::Blocked)
        }
        Press::Late(input) => {
            tasks::declare_late(&reader, txn, task.id, task.version, input).await?;
            Ok(Pressed::Late)
        }
        Press::Resumed => {
            tasks::unblock(&reader, txn, task.id, task.version).await?;
            Ok(Pressed::Resumed)
        }
    }
}

/// Returns the result of a press that changes nothing.
fn already(task: &Task) -> Pressed {
    match task.state() {
        TaskState::Done => Pressed::AlreadyDone,
        TaskState::InProgress if task.is_called_for() => Pressed::AlreadyInProgress,
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
