//! The clock of changes: one small read tells whether the data have changed since another read.
//!
//! Every use case moves the head of the audit trail in its own transaction, so the number of the head is the generation
//! of all data that use cases change. It is the same on all replicas and rises with operators' commands too. Data that
//! change without an event (queues, leases, uses of keys, signs of life) have no generation.
//!
//! On `SQLite` the engine is asked first whether any other connection has committed (`PRAGMA data_version`), which
//! touches no table. Callers that arrive while a look is under way share the next one. While a use case of this process
//! writes, one look is enough for all callers, because no other use case can commit meanwhile, here or elsewhere.

use super::StoreError;
use prometheus_client::metrics::counter::Counter;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{self, ConnectOptions, Connection, SqliteConnection};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, RuntimeErr, Statement};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Mutex;

const HEAD: &str = "SELECT seq FROM audit_head WHERE id = 1";

/// The number of the latest event in the audit trail: equal numbers mean equal data of use cases. 0 before the first
/// event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Generation(i64);

/// The clock of changes of one database. Clones share it.
#[derive(Clone)]
pub struct ChangeClock(Arc<Inner>);

struct Inner {
    source: Source,
    /// Number of looks that have begun.
    begun: AtomicU64,
    /// Number of the use case that writes now; 0 while none does.
    writing: AtomicU64,
    /// Number of use cases of this process that have begun to write.
    written: AtomicU64,
    /// Statements of the whole database, among which each look counts as one.
    statements: Counter,
    last: Mutex<Look>,
}

enum Source {
    /// Options of a connection of its own, because `data_version` only compares reads of one connection.
    Sqlite(Box<SqliteConnectOptions>),
    Postgres(DatabaseConnection),
}

/// The latest look.
#[derive(Default)]
struct Look {
    number: u64,
    /// The use case that was writing when the look began; 0 for none.
    during: u64,
    generation: Generation,
    connection: Option<Watched>,
}

/// The connection of the clock with the engine's version of the data at the latest look.
struct Watched {
    connection: SqliteConnection,
    version: Option<i64>,
}

impl ChangeClock {
    pub(super) fn sqlite(options: SqliteConnectOptions, statements: Counter) -> Self {
        Self::over(Source::Sqlite(Box::new(options)), statements)
    }

    pub(super) fn postgres(reader: DatabaseConnection, statements: Counter) -> Self {
        Self::over(Source::Postgres(reader), statements)
    }

    fn over(source: Source, statements: Counter) -> Self {
        let (begun, writing, written) = Default::default();
        Self(Arc::new(Inner { source, begun, writing, written, statements, last: Mutex::default() }))
    }

    /// Returns the present generation. It is read after the call begins, so every change acknowledged before the call
    /// is in it.
    pub async fn now(&self) -> Result<Generation, StoreError> {
        let Inner { source, begun, writing, statements, last, .. } = &*self.0;
        let begun_before = begun.load(Ordering::Acquire);
        let mut last = last.lock().await;
        let during = writing.load(Ordering::Acquire);
        let is_held = during != 0 && last.during == during;
        if last.number > begun_before || is_held {
            return Ok(last.generation);
        }
        let number = begun.fetch_add(1, Ordering::AcqRel) + 1;
        statements.inc();
        last.generation = match source {
            Source::Sqlite(options) => look_at_sqlite(options, &mut last).await?,
            Source::Postgres(reader) => look_at_postgres(reader).await?,
        };
        last.number = number;
        last.during = during;
        Ok(last.generation)
    }

    /// Notes that a use case of this process has the writers' lock, until the [`Hold`] is dropped.
    pub(super) fn hold(&self) -> Hold {
        let number = self.0.written.fetch_add(1, Ordering::AcqRel) + 1;
        self.0.writing.store(number, Ordering::Release);
        Hold(self.clone())
    }

    /// Closes the clock's own connection.
    pub(super) async fn close(&self) {
        if let Some(watched) = self.0.last.lock().await.connection.take() {
            let _ = watched.connection.close().await;
        }
    }
}

/// The time in which a use case of this process writes, and so no other does.
pub(super) struct Hold(ChangeClock);

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.0.writing.store(0, Ordering::Release);
    }
}

/// Looks through the clock's connection, which is opened at the first look and again after an error.
async fn look_at_sqlite(options: &SqliteConnectOptions, last: &mut Look) -> Result<Generation, StoreError> {
    let mut watched = match last.connection.take() {
        Some(watched) => watched,
        None => Watched { connection: options.connect().await.map_err(driver)?, version: None },
    };
    // The version first: a change between the two reads gives another version at the next look.
    let version = sqlx::query_scalar("PRAGMA data_version").fetch_one(&mut watched.connection).await.map_err(driver)?;
    let generation = if watched.version == Some(version) {
        last.generation
    } else {
        let head: Option<i64> =
            sqlx::query_scalar(HEAD).fetch_optional(&mut watched.connection).await.map_err(driver)?;
        Generation(head.unwrap_or_default())
    };
    watched.version = Some(version);
    last.connection = Some(watched);
    Ok(generation)
}

async fn look_at_postgres(reader: &DatabaseConnection) -> Result<Generation, StoreError> {
    let head = reader.query_one_raw(Statement::from_string(DbBackend::Postgres, HEAD)).await?;
    Ok(Generation(head.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default()))
}

fn driver(error: sqlx::Error) -> StoreError {
    DbErr::Query(RuntimeErr::SqlxError(Arc::new(error))).into()
}
