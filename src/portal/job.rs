//! What the schedule calls.

use super::service;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::jobs::Report;

/// Publishes the releases whose instant has come.
pub async fn publish(ctx: &Ctx) -> Result<Report> {
    let published = ctx.write(async |txn| service::publish_due(ctx, txn).await).await?;
    Ok(Report::new(published.len() as u64, "releases published"))
}

/// Looks at the pages whose time has come.
pub async fn verify(ctx: &Ctx) -> Result<Report> {
    let service::Seen { looked, verified, missing } = service::verify(ctx).await?;
    Ok(Report::new(looked, format!("verified {verified}, newly missing {missing}")))
}
