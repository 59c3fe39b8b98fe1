//! Function that the job schedule calls.

use super::service::{self, Tally};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::jobs::Report;
use crate::network::service as network;

/// Sends the reminders that are due now.
pub async fn run(ctx: &Ctx) -> Result<Report> {
    if matches!(network::agreement(ctx).await, Err(Error::NotFound)) {
        return Ok(Report::new(0, "nobody to tell before a network is loaded"));
    }
    let Tally { mails, lines, skipped, withdrawn, failures } = service::run(ctx).await?;
    let done = (mails + skipped) as u64 + withdrawn;
    let note = format!("mails {mails}, lines {lines}, skipped {skipped}, taken back {withdrawn}{failures}");
    Ok(Report::new(done, note))
}
