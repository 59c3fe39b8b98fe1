//! Contributions without which a release goes out: waived before they are late, missing afterwards.

use super::{REASON_CHARACTERS, save};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::mail::chapters::{self, Told};
use crate::deliverables::model::{Event, LateFrom, Refusal};
use crate::deliverables::policy::Action;
use crate::deliverables::verb::Verb;
use crate::deliverables::view::DeliverableView;
use crate::error::Result;
use crate::network::questions::{AllCalendars, ChapterLimit};
use crate::open::{Seen, open};
use crate::typed;
use entity::ids::DeliverableId;
use entity::kinds::{ProductScope, ReleaseState};

/// Returns the day from which the release may go out without this chapter; `None` if it is no chapter of a joint release
/// that is still to come.
pub async fn late_from(ctx: &Ctx, view: &DeliverableView) -> Result<Option<LateFrom>> {
    if view.scope != ProductScope::Joint || view.release_state != ReleaseState::Confirmed {
        return Ok(None);
    }
    let working_days = *ctx.recall(&ChapterLimit).await?;
    let calendars = ctx.recall(&AllCalendars).await?;
    let calendar = calendars.of(&view.territory)?;
    let by_rule = calendar.add_working_days(view.release_day, -working_days)?;
    let overdue = calendar.add_working_days(view.deliverable.day(), 1)?;
    Ok(Some(LateFrom::of(by_rule, overdue, view.release_day, working_days)))
}

/// Waives a contribution with a reason of the network's own: the observatory does not owe it any more.
///
/// Who may: the secretariat. Mails: none; its open tasks are no longer due. Errors: `wrong_transition`, `reason_missing`,
/// `too_long`, `chapter_late` for a chapter without which the release may already go out ([`omit`]), `stale`.
pub async fn waive(ctx: &Ctx, txn: &Txn, id: DeliverableId, version: i32, reason: &str) -> Result<DeliverableView> {
    let current = open::<DeliverableView>(ctx, txn, id, Action::Waive, Seen::Version(version)).await?;
    let after = current.deliverable.clone().waived(typed::reason("reason", reason, REASON_CHARACTERS)?)?;
    if let Some(late) = late_from(ctx, &current).await? {
        late.must_not_be_late(ctx.today())?;
    }
    save(ctx, txn, &current, after, Verb::Waive).await
}

/// Lets a joint release go out without a chapter that has not come, for a public cause.
///
/// What happens: the chapter does not block the publication any more, its open tasks are no longer due, and the page of the
/// release, the API and the feeds name it with its cause. Who may: the secretariat, from the day of [`late_from`] on. Mails:
/// *missing chapter* to referent, deputy and manager. Errors: `wrong_transition`, `not_a_chapter`, `release_over`,
/// `chapter_not_late` with the day, `reason_missing`, `reason_too_short`, `too_long`, `stale`.
pub async fn omit(ctx: &Ctx, txn: &Txn, id: DeliverableId, version: i32, cause: &str) -> Result<DeliverableView> {
    let current = open::<DeliverableView>(ctx, txn, id, Action::Omit, Seen::Version(version)).await?;
    let after = current.deliverable.clone().omitted(typed::public_reason("reason", cause, REASON_CHARACTERS)?)?;
    must_be_a_chapter_to_come(&current)?;
    if let Some(late) = late_from(ctx, &current).await? {
        late.must_be_late(ctx.today())?;
    }
    let saved = save(ctx, txn, &current, after, Verb::Omit).await?;
    chapters::tell(ctx, txn, &saved, Told::Missing).await?;
    Ok(saved)
}

/// Awaits a missing chapter again; it returns to its former state. Only until the release is out.
///
/// Who may: the secretariat. Mails: *awaited again* to referent, deputy and manager. Errors: `wrong_transition`,
/// `release_over`, `stale`.
pub async fn reinstate(ctx: &Ctx, txn: &Txn, id: DeliverableId, version: i32) -> Result<DeliverableView> {
    let current = open::<DeliverableView>(ctx, txn, id, Action::Omit, Seen::Version(version)).await?;
    let after = current.deliverable.clone().after(Event::Reinstate)?;
    must_be_a_chapter_to_come(&current)?;
    let saved = save(ctx, txn, &current, after, Verb::Reinstate).await?;
    chapters::tell(ctx, txn, &saved, Told::AwaitedAgain).await?;
    Ok(saved)
}

/// Refuses a contribution that is no chapter of a joint release, and one whose release is over.
fn must_be_a_chapter_to_come(view: &DeliverableView) -> Result<()> {
    if view.scope != ProductScope::Joint {
        return Err(Refusal::NotAChapter.into());
    }
    if view.release_state != ReleaseState::Confirmed {
        return Err(Refusal::ReleaseOver.into());
    }
    Ok(())
}
