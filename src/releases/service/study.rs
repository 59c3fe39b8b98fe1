//! The release of a study that an observatory does on its own. `studies` has checked the permission; the rules are those of
//! every release.

use super::{Reason, ReleaseView, Why, free_address, note, release, save};
use crate::audit;
use crate::catalogue::model::Product;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::releases::model::{Release, When};
use crate::releases::store;
use crate::releases::verb::Verb;
use crate::time::Period;
use entity::ids::{ObservatoryId, ReleaseId};
use entity::kinds::ReleaseChangeKind;

/// The observatory that does a study, with its code for the address of the page.
#[derive(Clone, Copy, Debug)]
pub struct Author<'a> {
    pub id: ObservatoryId,
    pub code: &'a str,
}

/// Plans the release of a study. Errors: those of planning a release.
pub async fn plan_study(
    ctx: &Ctx,
    txn: &Txn,
    product: &Product,
    author: Author<'_>,
    period: Period,
    when: When,
) -> Result<ReleaseView> {
    let planned = Release::planned(ctx.new_id(), product, Some(author.id), period, when, ctx.today())?;
    let slug = free_address(txn, product, Some(author.code), period).await?;
    store::insert(txn, &planned, slug, ctx.now()).await?;
    note(ctx, txn, &planned, ReleaseChangeKind::Planned, Why::default()).await?;
    release(txn, planned.id).await
}

/// Gives the provisional release of a study another period and another date. Errors: `wrong_transition` once confirmed, and
/// those of the dates.
pub async fn change_study(
    ctx: &Ctx,
    txn: &Txn,
    product: &Product,
    author: Author<'_>,
    id: ReleaseId,
    period: Period,
    when: When,
) -> Result<ReleaseView> {
    let view = release(txn, id).await?;
    let comes_later = period.first_day() > view.release.period.first_day();
    // A period is checked against the date, so that the later of both changes first.
    let view = if comes_later { improve(ctx, txn, view, when).await? } else { view };
    let view = correct(ctx, txn, product, author, view, period).await?;
    improve(ctx, txn, view, when).await
}

async fn improve(ctx: &Ctx, txn: &Txn, view: ReleaseView, when: When) -> Result<ReleaseView> {
    if view.release.when() == when {
        return Ok(view);
    }
    let improved = view.release.improved(when, ctx.today())?;
    save(ctx, txn, &improved, ReleaseChangeKind::Improved, Why::default()).await
}

async fn correct(
    ctx: &Ctx,
    txn: &Txn,
    product: &Product,
    author: Author<'_>,
    view: ReleaseView,
    period: Period,
) -> Result<ReleaseView> {
    let before = view.release.period;
    if before == period {
        return Ok(view);
    }
    let corrected = view.release.corrected(product, Some(author.id), period)?;
    let slug = free_address(txn, product, Some(author.code), period).await?;
    store::save(txn, &corrected, Some(slug), ctx.now()).await?;
    let details = serde_json::json!({ "product": product.code, "period": period, "period_before": before });
    let about = ("release", corrected.id.to_string());
    audit::record(ctx, txn, audit::Event::about(Verb::Correct, about, details)).await?;
    release(txn, corrected.id).await
}

/// Cancels the release of a study that is given up, with a public reason. Errors: `wrong_transition` once published.
pub async fn cancel_study(ctx: &Ctx, txn: &Txn, id: ReleaseId, reason: Reason) -> Result<ReleaseView> {
    let cancelled = release(txn, id).await?.release.cancelled(reason.clone())?;
    let why = Why { reason: Some(reason), ..Why::default() };
    save(ctx, txn, &cancelled, ReleaseChangeKind::Cancelled, why).await
}
