//! Functions that the job schedule calls.

use super::service;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::jobs::Report;
use crate::releases::service as releases;

/// Publishes the releases whose instant has come.
pub async fn publish(ctx: &Ctx) -> Result<Report> {
    let (published, failures) = releases::publish_due(ctx).await?;
    Ok(Report::new(published, format!("releases published{failures}")))
}

/// Checks the pages that are due.
pub async fn verify(ctx: &Ctx) -> Result<Report> {
    let service::Seen { looked, verified, missing, postponed, failures } = service::verify(ctx).await?;
    let note = format!("verified {verified}, newly missing {missing}, left for the next run {postponed}{failures}");
    Ok(Report::new(looked, note))
}
