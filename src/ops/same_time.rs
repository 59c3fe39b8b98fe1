//! Leases and slots are counted by the process's own clock (ADR 9). This holds it to the database's, which all replicas share.

use crate::clock::Clock;
use crate::db::Db;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

/// How far a process may be from the database: two of them are then within twice as much of each other, well inside the 45 seconds
/// that a lease is always good for.
pub const TOLERANCE: TimeDelta = TimeDelta::seconds(10);

/// Why the process may not work beside others.
#[derive(Debug, thiserror::Error)]
pub enum TimeError {
    #[error("this machine's clock and the database's are {} ms apart; leases allow 10 s. Is the time synchronised (NTP)?", .0.num_milliseconds())]
    Apart(TimeDelta),
    #[error("cannot ask the database for the time: {0}")]
    Driver(#[from] DbErr),
}

impl From<TimeError> for crate::error::Error {
    fn from(error: TimeError) -> Self {
        Self::Internal(error.to_string())
    }
}

/// How far the clock is ahead of the database's; nothing on `SQLite`, whose clock is this machine's own.
async fn ahead(db: &Db, now: DateTime<Utc>) -> Result<TimeDelta, DbErr> {
    if db.is_sqlite() {
        return Ok(TimeDelta::zero());
    }
    let question = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";
    let row = db.reader().query_one_raw(Statement::from_string(DbBackend::Postgres, question)).await?;
    let millis: i64 =
        row.ok_or_else(|| DbErr::Custom("no answer to a question about time".into()))?.try_get_by_index(0)?;
    Ok(now - DateTime::from_timestamp_millis(millis).unwrap_or(now))
}

/// Refuses a clock that is not the database's to [`TOLERANCE`]. One that is set by hand, by a test or `raccordo tick --at`, does not
/// claim to be.
pub async fn demand(db: &Db, clock: &dyn Clock) -> Result<(), TimeError> {
    if clock.is_set_by_hand() {
        return Ok(());
    }
    let ahead = ahead(db, clock.now()).await?;
    if ahead.abs() > TOLERANCE { Err(TimeError::Apart(ahead)) } else { Ok(()) }
}
