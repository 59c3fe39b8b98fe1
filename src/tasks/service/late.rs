//! Work that will be late: the day by which it is expected, and why. The due day stays, the work counts as late, and the
//! reminders are quiet until the expected day.

use super::{Action, TEXT_CHARACTERS, store};
use crate::audit;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::policy as contributions;
use crate::deliverables::view::DeliverableView;
use crate::error::Result;
use crate::open::{Seen, open};
use crate::reviews::service as reviews;
use crate::tasks::model::{LIFECYCLE, Refusal, Task};
use crate::tasks::reply::{LateWork, Reply, Work};
use crate::tasks::verb::Verb;
use crate::typed;
use chrono::NaiveDate;
use entity::ids::{BodyId, DeliverableId, TaskId};
use entity::kinds::{ObligationKind, ReplyKind};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

/// The day by which late work is expected, and why.
#[derive(Clone, Debug)]
pub struct LateIn {
    pub day: NaiveDate,
    pub reason: String,
}

/// Says that a task will be late, until a day. It can be said again with another day.
///
/// Who may: those who work for the seat, the secretariat on its behalf. Mails: none; the reminders are quiet until the
/// day. Errors: `wrong_transition` for a task that is not called for, `not_later`, `reason_missing`, `too_long`, `stale`.
pub async fn declare_late(ctx: &Ctx, txn: &Txn, id: TaskId, version: i32, input: LateIn) -> Result<Task> {
    let task = open::<Task>(ctx, txn, id, Action::DeclareLate, Seen::Version(version)).await?;
    if !task.is_due() {
        return Err(LIFECYCLE.wrong(task.state()).into());
    }
    say(ctx, txn, (ObligationKind::Task, id.0), task.day(), task.seat.body_id, input).await?;
    Ok(task)
}

/// Says that a contribution that its observatory still has to submit will be late, until a day after the one by which it is
/// due now: that of its earliest open remark once the review has sent it back.
///
/// Who may: the observatory, the secretariat on its behalf. Otherwise as [`declare_late`].
pub async fn declare_contribution_late(
    ctx: &Ctx,
    txn: &Txn,
    id: DeliverableId,
    version: i32,
    input: LateIn,
) -> Result<DeliverableView> {
    let view = open::<DeliverableView>(ctx, txn, id, contributions::Action::Submit, Seen::Version(version)).await?;
    let owed = &view.deliverable;
    if !owed.awaits_handing_in() {
        return Err(crate::deliverables::model::LIFECYCLE.wrong(owed.state()).into());
    }
    let due_day = reviews::due_day(txn, &view).await?;
    say(ctx, txn, (ObligationKind::Deliverable, id.0), due_day, view.body_id, input).await?;
    Ok(view)
}

async fn say(ctx: &Ctx, txn: &Txn, about: Work, due_day: NaiveDate, body: BodyId, input: LateIn) -> Result<()> {
    let reason = typed::reason("reason", &input.reason, TEXT_CHARACTERS)?;
    if input.day <= due_day || input.day < ctx.today() {
        return Err(Refusal::NotLater.into());
    }
    let reply = Reply {
        id: ctx.new_id(),
        about,
        kind: ReplyKind::Late,
        due_day,
        day: Some(input.day),
        text: Some(reason),
        person_id: ctx.actor.person_id(),
        at: ctx.now(),
    };
    store::replies::insert(txn, &reply).await?;
    let event = audit::Event {
        action: Verb::DeclareLate.into(),
        subject: (about.0.as_str(), about.1.to_string()),
        on_behalf_of: ctx.actor.on_behalf_of(body),
        channel: None,
        source: None,
        details: serde_json::json!({ "due_day": due_day, "day": input.day }),
    };
    audit::record(ctx, txn, event).await
}

/// Returns what was said about work that will be late, for these ids of tasks and contributions. The caller has checked
/// that the reader may see them.
pub async fn late_work(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<LateWork> {
    if ids.is_empty() {
        return Ok(LateWork::default());
    }
    Ok(LateWork::of(store::replies::late(db, ids).await?))
}
