//! The end of a round: the contribution is sent back with its remarks, or accepted.

use super::readings::end_open_reading;
use super::remarks::{self, Origin, RemarkIn};
use super::{facts, sheets};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::model::{Event, LIFECYCLE};
use crate::deliverables::policy::Action;
use crate::deliverables::service as deliverables;
use crate::deliverables::view::{Accepted, DeliverableView};
use crate::error::Result;
use crate::open::{Seen, open};
use crate::reviews::model::checklist::{Before, Checklist};
use crate::reviews::model::{REMARK_CHARACTERS, Refusal, Remark};
use crate::reviews::store;
use crate::typed;
use entity::ids::DeliverableId;

/// Sends a contribution back with its open remarks. `quick` is the text of one more remark, for a review with only one.
/// A peer reading that is still open ends.
///
/// Who may: the secretariat. Mails: *sent back* to referent and deputy, with the remarks and the earliest day of them; it
/// is due again, see `due.rs`. Errors: `wrong_transition`, `reason_missing` without any open remark, `too_long`, `stale`.
pub async fn request_changes(
    ctx: &Ctx,
    txn: &Txn,
    id: DeliverableId,
    version: i32,
    quick: Option<&str>,
) -> Result<DeliverableView> {
    let current = open::<DeliverableView>(ctx, txn, id, Action::RequestChanges, Seen::Version(version)).await?;
    let quick = typed::optional("remarks", quick, REMARK_CHARACTERS)?;
    let has_open = store::remarks(txn, &[id]).await?.iter().any(Remark::is_open);
    if quick.is_none() && !has_open {
        return Err(Refusal::RemarksMissing.into());
    }
    LIFECYCLE.lead(current.deliverable.state(), Event::RequestChanges)?;
    if let Some(text) = quick {
        let input = RemarkIn { text, ..RemarkIn::default() };
        remarks::add(ctx, txn, &current, Origin::Secretariat, input).await?;
    }
    let mut open = store::remarks(txn, &[id]).await?;
    open.retain(Remark::is_open);
    let due = open.iter().map(|remark| remark.due_day).min().ok_or(Refusal::RemarksMissing)?;
    end_open_reading(ctx, txn, &current).await?;
    deliverables::send_back(ctx, txn, &current, told(&open), due).await
}

/// Returns the remarks as the mail tells them; a single one without its number.
fn told(open: &[Remark]) -> String {
    let text = match open {
        [Remark { part: None, text, .. }] => text.clone(),
        several => several.iter().map(Remark::line).collect::<Vec<_>>().join("\n"),
    };
    typed::cut(&text, REMARK_CHARACTERS)
}

/// Accepts a contribution, so that it may appear once the release is out. A peer reading that is still open ends.
///
/// Who may: the secretariat. Mails: *approved* to referent and deputy. Errors: `wrong_transition`, `remarks_open`,
/// `own_submission`, `stale`.
pub async fn approve(ctx: &Ctx, txn: &Txn, id: DeliverableId, version: i32) -> Result<DeliverableView> {
    let accepted = approve_untold(ctx, txn, id, version).await?;
    deliverables::tell_accepted(ctx, txn, std::slice::from_ref(&accepted)).await?;
    Ok(accepted.view)
}

/// Accepts a contribution like [`approve`], without its mail: the caller tells several together with
/// [`deliverables::tell_accepted`].
pub async fn approve_untold(ctx: &Ctx, txn: &Txn, id: DeliverableId, version: i32) -> Result<Accepted> {
    let current = open::<DeliverableView>(ctx, txn, id, Action::Approve, Seen::Version(version)).await?;
    LIFECYCLE.lead(current.deliverable.state(), Event::Approve)?;
    checklist(ctx, txn, &current).await?.admit()?;
    end_open_reading(ctx, txn, &current).await?;
    deliverables::accept(ctx, txn, &current).await
}

/// Reads the checklist before the acceptance.
async fn checklist(ctx: &Ctx, txn: &Txn, view: &DeliverableView) -> Result<Checklist> {
    let id = view.deliverable.id;
    let submissions = deliverables::submissions(txn, id).await?;
    let (remarks, readings) = (store::remarks(txn, &[id]).await?, store::readings(txn, &[id]).await?);
    let sheets = sheets(ctx, view).await?;
    let facts = facts(ctx, view, &submissions, &remarks, &readings, &sheets).await?;
    Ok(Checklist::of(Before::Acceptance, view.deliverable.state(), &facts))
}
