//! Tidies the database, and publishes the head of the audit chain outside it: in the log, which an installation ships
//! elsewhere, and in a mail to the operator.

use super::{Report, mail};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::ops::same_time;
use sea_orm::ConnectionTrait;
use tracing::info;

pub(super) async fn run(ctx: &Ctx) -> Result<Report> {
    let head = audit::verify::head(ctx.reader()).await?;
    info!(head = %head, "audit head");
    ctx.write(async |txn| mail::anchor(ctx, txn, &head).await).await?;
    let db = &ctx.services.db;
    if db.is_sqlite() {
        // Needed because the write-ahead log grows while there are readers at all times; at night there are pauses.
        db.writer().execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
    }
    same_time::demand(db, ctx.services.clock.as_ref()).await?;
    Ok(Report::new(1, format!("audit head at event {}", head.seq)))
}
