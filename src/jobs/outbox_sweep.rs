//! Tidies the outbox; the dispatcher sends what was returned to the queue when it hears the commit.

use super::Report;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::mail::outbox::lease;
use crate::ops::same_time;

pub(super) async fn run(ctx: &Ctx) -> Result<Report> {
    // With a clock that is ahead of the others', their leases would look lapsed.
    same_time::demand(&ctx.services.db, ctx.services.clock.as_ref()).await?;
    let now = ctx.now();
    let swept = ctx.write(async |txn| Ok(lease::sweep(txn, now).await?)).await?;
    let lease::Swept { rescued, poisoned, expired } = swept;
    Ok(Report::new(
        rescued + poisoned + expired,
        format!("rescued {rescued}, given up after crashes {poisoned}, expired {expired}"),
    ))
}
