//! Puts the outbox in order; whatever it put back is sent when the dispatcher hears the commit.

use super::Report;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::mail::outbox::lease;
use crate::ops::same_time;

pub(super) async fn run(ctx: &Ctx) -> Result<Report> {
    // By a clock that has left the others' behind, their leases look lapsed.
    same_time::demand(&ctx.services.db, ctx.services.clock.as_ref()).await?;
    let now = ctx.now();
    let swept = ctx.write(async |txn| Ok(lease::sweep(txn, now).await?)).await?;
    let lease::Swept { rescued, poisoned, expired } = swept;
    Ok(Report::new(
        rescued + poisoned + expired,
        format!("rescued {rescued}, given up after crashes {poisoned}, expired {expired}"),
    ))
}
