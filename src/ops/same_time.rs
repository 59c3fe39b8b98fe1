//! Comparison of the process's clock, which leases and slots use (ADR 9), with the database's, which all replicas
//! share.

use crate::clock::Clock;
use crate::db::Db;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

/// Largest difference from the database's clock; a process beyond it refuses to start. Two processes then differ by at
/// most 20 seconds, well below the 45 seconds for which a lease is always valid.
pub const TOLERANCE: TimeDelta = TimeDelta::seconds(10);

/// Reasons why the process may not run beside others.
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

/// Returns how far the clock is ahead of the database's; zero on `SQLite`, which uses the clock of this machine.
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

/// Fails if the clock differs from the database's by more than [`TOLERANCE`]. A clock set by a test or by `raccordo
/// tick --at` is not checked.
pub async fn demand(db: &Db, clock: &dyn Clock) -> Result<(), TimeError> {
    if clock.is_set_by_hand() {
        return Ok(());
    }
    let ahead = ahead(db, clock.now()).await?;
    if ahead.abs() > TOLERANCE { Err(TimeError::Apart(ahead)) } else { Ok(()) }
}
