//! Classifies the errors of both engines by what a caller can do about them.

use sea_orm::sqlx;
use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// An error of the database, classified by what its caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No connection became free in time, or the database is locked or gone. Trying again may help.
    #[error("the database is busy")]
    Busy,
    /// The disk of the database is full.
    #[error("the database has no room left: {0}")]
    Full(DbErr),
    /// A guarded write changed no row, because another transaction has changed the row first.
    #[error("the row has changed")]
    Stale,
    /// A row contradicts the rules of the domain.
    #[error("impossible row in {table}, {row}: {what}")]
    Inconsistent { table: &'static str, row: String, what: String },
    /// A write violated a named constraint; slices turn known constraints into refusals.
    #[error("constraint {0}")]
    Constraint(String),
    #[error("database: {0}")]
    Driver(DbErr),
}

impl StoreError {
    /// Returns the error of a row that contradicts the rules of the domain.
    pub fn inconsistent(table: &'static str, row: impl ToString, what: impl ToString) -> Self {
        Self::Inconsistent { table, row: row.to_string(), what: what.to_string() }
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        if matches!(error, DbErr::ConnectionAcquire(_)) || passes(&error) {
            return Self::Busy;
        }
        if has_code(&error, NO_ROOM) {
            return Self::Full(error);
        }
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(message) | SqlErr::ForeignKeyConstraintViolation(message)) => {
                Self::Constraint(constraint_name(&error).unwrap_or(message))
            }
            _ => Self::Driver(error),
        }
    }
}

/// Returns the name of the violated constraint. `PostgreSQL` reports it; `SQLite` reports the columns (`table.a,
/// table.b`) after a colon, or the index's name for a partial index.
fn constraint_name(error: &DbErr) -> Option<String> {
    let (DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner))) = error else {
        return None;
    };
    let sea_orm::sqlx::Error::Database(database) = inner.as_ref() else { return None };
    if let Some(name) = database.constraint() {
        return Some(name.to_owned());
    }
    let detail = database.message().rsplit_once(": ").map(|(_, detail)| detail)?;
    let columns: Vec<&str> = detail.split(", ").collect();
    let table = columns.first()?.split_once('.')?.0;
    let names: Vec<&str> = columns.iter().filter_map(|column| column.split_once('.')).map(|(_, name)| name).collect();
    Some(format!("uq_{table}_{}", names.join("_")))
}

/// Returns the driver's own error, if the driver made it.
fn cause(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner))
        | DbErr::Conn(RuntimeErr::SqlxError(inner)) => Some(inner),
        _ => None,
    }
}

/// Tells whether the same statement may succeed a moment later: it waited too long, or the server is restarting or out
/// of connections.
fn passes(error: &DbErr) -> bool {
    let lost = matches!(
        cause(error),
        Some(sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed | sqlx::Error::Io(_))
    );
    lost || has_code(error, PASSING)
}

/// Tells whether the engine gave the error one of these codes.
fn has_code(error: &DbErr, codes: &[&str]) -> bool {
    cause(error)
        .and_then(sqlx::Error::as_database_error)
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| codes.contains(&&*code))
}

/// `SQLITE_BUSY` and its extended codes; `PostgreSQL` (appendix A of its manual): serialization failure, deadlock, lock
/// not available, the limits set for a statement and for an idle transaction, server shutting down, crashed or
/// starting, too many connections.
const PASSING: &[&str] =
    &["5", "261", "517", "773", "40001", "40P01", "55P03", "57014", "25P03", "57P01", "57P02", "57P03", "53300"];

/// `SQLITE_FULL`, and the forms of `SQLITE_IOERR` by which a write, a flush or the growth of the shared index fails (quotas of the
/// operating system among them); `PostgreSQL`: disk full.
const NO_ROOM: &[&str] = &["13", "778", "1034", "4874", "53100"];
