//! One act on several pieces of work at once: on all of them or on none, and each reader is told once.

use super::{cancel_untold, mail, reschedule_untold, task};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::service as deliverables;
use crate::deliverables::view::{Accepted, DeliverableView};
use crate::error::{Code, Error, Result, RowError};
use crate::network::questions::AllCalendars;
use crate::open::read;
use crate::reviews::service as reviews;
use crate::tasks::model::Task;
use crate::tasks::policy::{self, Action};
use crate::tasks::reply;
use crate::time::Calendars;
use crate::typed;
use chrono::NaiveDate;
use entity::ids::DeliverableId;
use entity::kinds::ObligationKind;
use std::ops::RangeInclusive;

/// Most pieces of work of one act. More are refused; a page shows fewer.
pub const MOST_AT_ONCE: usize = 100;
/// Working days by which due days are moved at once, at most a year in either direction.
pub const WORKING_DAYS: RangeInclusive<i32> = -250..=250;

/// A piece of work with the version that the caller has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    pub work: reply::Work,
    pub version: i32,
}

/// The new due days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    Day(NaiveDate),
    /// Working days after the present day, in the calendar of each; before it if negative.
    WorkingDays(i32),
}

/// An act on several pieces of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Accepts contributions that were handed in.
    Approve,
    /// Waives contributions.
    Waive { reason: String },
    /// Sets other due days by hand, of tasks and contributions.
    Reschedule(To),
    /// Cancels tasks.
    Cancel { reason: String },
}

impl Act {
    /// Tells whether it tells a reason.
    fn reason(&self) -> Option<&str> {
        match self {
            Self::Waive { reason } | Self::Cancel { reason } => Some(reason),
            Self::Approve | Self::Reschedule(_) => None,
        }
    }
}

/// The pieces of work after the act.
#[derive(Debug, Default)]
pub struct Done {
    pub tasks: Vec<Task>,
    pub contributions: Vec<DeliverableView>,
}

/// Results of the act, and those of which people are told.
#[derive(Default)]
struct Doing {
    done: Done,
    accepted: Vec<Accepted>,
    told: Vec<Task>,
}

/// Carries one act out on several pieces of work, in one transaction: on all of them or on none.
///
/// Who may: those who may do it to each alone, the secretariat. Mails: those of the act, one to each reader. Errors:
/// `nothing_chosen`, `out_of_range` for too many, `reason_missing`; `rows_refused` with the refusal of each row: those of the
/// act on one, and `act_unfit`.
pub async fn act_on_several(ctx: &Ctx, txn: &Txn, chosen: &[Chosen], act: &Act) -> Result<Done> {
    ctx.demand(policy::may_ever(&ctx.actor, Action::Reschedule))?;
    check(chosen, act)?;
    let calendars = ctx.recall(&AllCalendars).await?;
    let mut doing = Doing::default();
    let mut refused = Vec::new();
    // Tasks first, because another day of a contribution moves the step that hands it in.
    let (tasks, others): (Vec<_>, Vec<_>) =
        chosen.iter().enumerate().partition(|(_, one)| one.work.0 == ObligationKind::Task);
    for (row, one) in tasks.into_iter().chain(others) {
        match act_on(ctx, txn, *one, act, &calendars, &mut doing).await {
            Ok(()) => {}
            Err(error) if error.is_about_a_record() => refused.push(RowError { row, error }),
            Err(error) => return Err(error),
        }
    }
    if !refused.is_empty() {
        refused.sort_by_key(|one| one.row);
        return Err(Error::Rows(refused));
    }
    tell(ctx, txn, &doing, act).await?;
    Ok(doing.done)
}

/// Checks what is the same for all rows.
fn check(chosen: &[Chosen], act: &Act) -> Result<()> {
    if chosen.is_empty() {
        return Err(Error::field("items", Code::NothingChosen));
    }
    if chosen.len() > MOST_AT_ONCE {
        return Err(Error::out_of_range("items", 1, MOST_AT_ONCE));
    }
    if let Some(reason) = act.reason() {
        typed::reason("reason", reason, super::TEXT_CHARACTERS)?;
    }
    match act {
        Act::Reschedule(To::WorkingDays(0)) => Err(Error::field("working_days", Code::NothingChanges)),
        Act::Reschedule(To::WorkingDays(days)) if !WORKING_DAYS.contains(days) => {
            Err(Error::out_of_range("working_days", *WORKING_DAYS.start(), *WORKING_DAYS.end()))
        }
        _ => Ok(()),
    }
}

async fn act_on(
    ctx: &Ctx,
    txn: &Txn,
    Chosen { work: (kind, id), version }: Chosen,
    act: &Act,
    calendars: &Calendars,
    doing: &mut Doing,
) -> Result<()> {
    match (kind, act) {
        (ObligationKind::Task, Act::Reschedule(to)) => {
            let present = task(ctx, txn, id.into()).await?;
            let day = to.day(present.day(), &present.seat.territory, calendars)?;
            doing.changed(reschedule_untold(ctx, txn, id.into(), version, Some(day)).await?);
        }
        (ObligationKind::Task, Act::Cancel { reason }) => {
            doing.changed(cancel_untold(ctx, txn, id.into(), version, reason).await?);
        }
        (ObligationKind::Deliverable, Act::Reschedule(to)) => {
            let present = read::<DeliverableView>(ctx, txn, DeliverableId(id)).await?;
            let day = to.day(present.deliverable.day(), &present.territory, calendars)?;
            let moved = deliverables::reschedule(ctx, txn, id.into(), version, Some(day)).await?;
            doing.done.contributions.push(moved);
        }
        (ObligationKind::Deliverable, Act::Waive { reason }) => {
            doing.done.contributions.push(deliverables::waive(ctx, txn, id.into(), version, reason).await?);
        }
        (ObligationKind::Deliverable, Act::Approve) => {
            let accepted = reviews::approve_untold(ctx, txn, id.into(), version).await?;
            doing.done.contributions.push(accepted.view.clone());
            doing.accepted.push(accepted);
        }
        (ObligationKind::Task, Act::Approve | Act::Waive { .. })
        | (ObligationKind::Deliverable, Act::Cancel { .. }) => {
            return Err(Error::refused(Code::ActUnfit));
        }
    }
    Ok(())
}

impl To {
    /// Returns the new day of a piece of work that is due on a day.
    fn day(self, present: NaiveDate, territory: &str, calendars: &Calendars) -> Result<NaiveDate> {
        match self {
            Self::Day(day) => Ok(day),
            Self::WorkingDays(days) => Ok(calendars.of(territory)?.add_working_days(present, days)?),
        }
    }
}

impl Doing {
    /// Notes a changed task, and whether its holders are told.
    fn changed(&mut self, (task, is_told): (Task, bool)) {
        if is_told {
            self.told.push(task.clone());
        }
        self.done.tasks.push(task);
    }
}

async fn tell(ctx: &Ctx, txn: &Txn, doing: &Doing, act: &Act) -> Result<()> {
    if !doing.accepted.is_empty() {
        deliverables::tell_accepted(ctx, txn, &doing.accepted).await?;
    }
    if doing.told.is_empty() {
        return Ok(());
    }
    let change = match act {
        Act::Cancel { reason } => mail::Change::Cancelled { reason },
        Act::Approve | Act::Waive { .. } | Act::Reschedule(_) => mail::Change::Rescheduled,
    };
    mail::changed_together(ctx, txn, &doing.told, change).await
}
