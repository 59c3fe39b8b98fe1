//! The database: two engines with the same behaviour.
//!
//! Both have a pool for reads and one for writes, so that waiting writers never hold a connection needed for a read.
//! `SQLite` has one writing connection for its file, so that writers queue fairly here instead of in its busy polling.
//! Every writing transaction begins as a writer, because one that reads first and writes later fails at once with a
//! stale snapshot, regardless of the busy timeout. On `PostgreSQL` one lock makes the use cases of all replicas write
//! one after the other, and each process lets one use case at a time wait for it. Data read by a use case is therefore
//! unchanged when it writes, on both engines. A connection with a failed transaction is not used again (`txn.rs`).
//! Differences between the engines are hidden here, except for maintenance and migrations.

mod changes;
mod error;
mod place;
mod rows;
mod turn;
mod txn;

pub use changes::{ChangeClock, Generation};
pub use error::StoreError;
pub use place::{Key, page_by, position_after, rank};
pub use rows::{containing, day_by_id, delete_some, page, read, save_row};
pub use turn::LockTimes;
pub use txn::Txn;

use crate::error::Error;
use prometheus_client::metrics::counter::Counter;
use sea_orm::sea_query::{Expr, Func};
use sea_orm::sqlx::pool::PoolOptions;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection, Sqlite, SqliteConnection};
use sea_orm::{
    ColumnTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use turn::WritersRow;
use txn::Distrusted;

/// Longest wait for a connection, which on `PostgreSQL` may have to be opened first, and for the turn to write. Beyond
/// it the caller gets "busy".
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(15);
/// Time after which `PostgreSQL` ends the session of an idle transaction, because a process frozen in a use case blocks
/// all other writers. Shorter than [`LOCK_TIMEOUT`], so that waiting writers get their turn.
const IDLE_IN_TRANSACTION: &str = "4s";
/// Longest wait of a use case for the writers' lock of `PostgreSQL`, which another replica may hold; beyond it the
/// caller gets "busy".
const LOCK_TIMEOUT: &str = "5s";
const SQLITE_READERS: u32 = 3;
/// Connections of one process to `PostgreSQL`: for the reads and the writes of requests, and of background work.
const POSTGRES_READERS: u32 = 12;
const POSTGRES_WRITERS: u32 = 4;
const POSTGRES_BACKGROUND_READERS: u32 = 2;
const POSTGRES_BACKGROUND_WRITERS: u32 = 4;
/// Key of the writers' advisory lock.
const WRITERS: i64 = i64::from_be_bytes(*b"raccordo");
/// Rows that a reader's thread may produce ahead. More than the longest page of a list, because the thread would
/// otherwise pause within most answers.
const ROWS_AHEAD: usize = 256;
/// Deletes the statistics of `SQLite`'s planner. Without them it plans by the indexes alone, as if every table were
/// large, and as well as with fresh statistics. Old ones are worse than none: taken with a single person, they make a
/// list of the register read all people for each line, until the next start, because a connection reads them once.
const FORGET_STATISTICS: &str = "DROP TABLE IF EXISTS sqlite_stat1; DROP TABLE IF EXISTS sqlite_stat4";
/// The first release without the write-ahead-log bug that could corrupt a database under two connections.
const SQLITE_AT_LEAST: (u32, u32, u32) = (3, 51, 3);

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        Self::Store(error.into())
    }
}

/// The open database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    row: WritersRow,
    times: LockTimes,
    changes: ChangeClock,
    /// Number of statements that these connections have sent to the engine.
    statements: Counter,
    /// Mark for the writing connection of `SQLite` after an engine error.
    distrusted: Distrusted,
    /// Held while the process lives: one process per `SQLite` file.
    _lock: Option<Arc<File>>,
}

/// Address of the database.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A file on a local disk.
    Sqlite(PathBuf),
    /// A `postgres://` address; may hold a password, so it is never printed.
    Postgres(String),
}

impl std::fmt::Debug for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(_) => f.write_str("Postgres(…)"),
        }
    }
}

impl Location {
    /// Reads `sqlite:PATH` or `postgres://…`.
    pub fn parse(address: &str) -> Option<Self> {
        if let Some(path) = address.strip_prefix("sqlite:") {
            return Some(Self::Sqlite(path.trim_start_matches("//").into()));
        }
        (address.starts_with("postgres://") || address.starts_with("postgresql://"))
            .then(|| Self::Postgres(address.to_owned()))
    }
}

/// Reasons why the database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(
        "another process is already using {0}: one process per SQLite file. Stop it, or use PostgreSQL for several"
    )]
    Locked(PathBuf),
    #[error("cannot prepare {path}: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("SQLite {0} is too old: 3.51.3 or later is needed")]
    SqliteTooOld(String),
    #[error("the database does not keep {setting}: expected {expected}, found {found}")]
    Setting { setting: &'static str, expected: &'static str, found: String },
    #[error("cannot open the database: {0}")]
    Driver(#[from] DbErr),
}

impl Db {
    /// Opens the database for the service, creating the file if there is none.
    pub async fn open(location: &Location) -> Result<Self, OpenError> {
        Self::open_within(location, ACQUIRE_TIMEOUT).await
    }

    /// Opens the database with another time limit for getting a connection. Tests on a busy machine wait longer than
    /// callers should.
    pub async fn open_within(location: &Location, patience: Duration) -> Result<Self, OpenError> {
        match location {
            Location::Sqlite(path) => Self::open_sqlite(path, patience).await,
            Location::Postgres(address) => {
                Self::connect_postgres(address, POSTGRES_READERS, POSTGRES_WRITERS, patience, LockTimes::default())
                    .await
            }
        }
    }

    /// Opens a second set of connections for background work, so that busy pages do not delay the outbox and no socket
    /// outlives the runtime that opened it. On `SQLite` both share the one writer.
    pub async fn for_background(&self, location: &Location) -> Result<Self, OpenError> {
        match location {
            Location::Sqlite(_) => Ok(self.clone()),
            Location::Postgres(address) => {
                let (readers, writers) = (POSTGRES_BACKGROUND_READERS, POSTGRES_BACKGROUND_WRITERS);
                Self::connect_postgres(address, readers, writers, ACQUIRE_TIMEOUT, self.times.clone()).await
            }
        }
    }

    /// Opens the database for one short command of an operator, also beside a running service. `SQLite` itself makes
    /// the writers wait for each other; the service's lock only excludes a second service. Never creates a database.
    pub async fn open_beside(location: &Location) -> Result<Self, OpenError> {
        match location {
            Location::Sqlite(path) => {
                File::open(path).map_err(|source| OpenError::File { path: path.to_owned(), source })?;
                Self::connect_sqlite(path, None, ACQUIRE_TIMEOUT).await
            }
            Location::Postgres(_) => Self::open(location).await,
        }
    }

    async fn connect_postgres(
        address: &str,
        readers: u32,
        writers: u32,
        patience: Duration,
        times: LockTimes,
    ) -> Result<Self, OpenError> {
        let pool = async |connections| {
            let mut options = postgres_options(address, connections);
            options.acquire_timeout(patience);
            Database::connect(options).await
        };
        let (mut reader, mut writer) = (pool(readers).await?, pool(writers).await?);
        let statements = Counter::default();
        let changes = ChangeClock::postgres(reader.clone(), statements.clone());
        count(&statements, [&mut reader, &mut writer]);
        let (row, distrusted) = (WritersRow::new(patience), Distrusted::default());
        Ok(Self { writer, reader, row, times, changes, statements, distrusted, _lock: None })
    }

    async fn open_sqlite(path: &Path, patience: Duration) -> Result<Self, OpenError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|source| OpenError::File { path: path.to_owned(), source })?;
        }
        let lock = take_lock(path)?;
        // A new file is readable only by its owner; SQLite gives its log and index the same permissions.
        let private = File::options().create(true).truncate(false).write(true).mode(0o600).open(path);
        private.map_err(|source| OpenError::File { path: path.to_owned(), source })?;
        Self::connect_sqlite(path, Some(lock), patience).await
    }

    async fn connect_sqlite(path: &Path, lock: Option<File>, patience: Duration) -> Result<Self, OpenError> {
        let distrusted = Distrusted::default();
        let mut writer = Database::connect(sqlite_writer_options(path, &distrusted)).await?;
        assert_sqlite_settings(&writer).await?;
        if lock.is_some() {
            writer.execute_unprepared(FORGET_STATISTICS).await?;
        }
        let mut reader = Database::connect(sqlite_options(path, SQLITE_READERS, true)).await?;
        let statements = Counter::default();
        let changes = ChangeClock::sqlite(path, statements.clone());
        count(&statements, [&mut reader, &mut writer]);
        let (row, times) = (WritersRow::new(patience), LockTimes::default());
        Ok(Self { writer, reader, row, times, changes, statements, distrusted, _lock: lock.map(Arc::new) })
    }

    /// Begins the writing transaction of a use case, which writes alone until the transaction ends, on both engines.
    /// Every use case would wait for the head of the audit chain anyway; waiting at the beginning prevents stale reads
    /// and deadlocks.
    ///
    /// Errors: [`StoreError::Busy`] if too many use cases wait already, or the turn or a connection does not come in
    /// time.
    pub async fn begin(&self) -> Result<Txn, StoreError> {
        let asked = Instant::now();
        let locked = self.begin_locked().await;
        self.times.waited_since(asked);
        let (permit, txn) = locked?;
        Ok(txn.holding(self.times.begin_turn(permit, self.changes.hold())))
    }

    async fn begin_locked(&self) -> Result<(OwnedSemaphorePermit, Txn), StoreError> {
        let permit = self.row.wait().await?;
        let txn = self.begin_beside().await?;
        if !self.is_sqlite() {
            let lock = Statement::from_string(DbBackend::Postgres, format!("SELECT pg_advisory_xact_lock({WRITERS})"));
            txn.execute_raw(lock).await?;
        }
        Ok((permit, txn))
    }

    /// Returns the measured times of waiting for the writers' lock and of holding it.
    pub fn lock_times(&self) -> &LockTimes {
        &self.times
    }

    /// Returns the clock of changes.
    pub fn changes(&self) -> &ChangeClock {
        &self.changes
    }

    /// Returns the count of statements sent to the engine, without those that begin and end transactions. A look at the
    /// clock of changes counts as one.
    pub fn statements(&self) -> &Counter {
        &self.statements
    }

    /// Begins a short writing transaction with self-guarded statements (leases, slots, notes of use): on `PostgreSQL`
    /// it does not wait for use cases.
    pub async fn begin_beside(&self) -> Result<Txn, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(Txn::new(self.writer.begin_with_options(options).await?, self.distrusted.clone()))
    }

    /// Returns the connection for reads outside a transaction. On `SQLite` it cannot write.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// Returns the connection for migrations and maintenance; use cases begin a transaction instead.
    pub fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    pub fn is_sqlite(&self) -> bool {
        self.writer.get_database_backend() == DbBackend::Sqlite
    }

    /// Closes the pools; all work must have been stopped before.
    pub async fn close(self) {
        self.changes.close();
        let _ = self.reader.close().await;
        let _ = self.writer.close().await;
    }
}

/// Makes the connections count their statements together.
fn count(statements: &Counter, connections: [&mut DatabaseConnection; 2]) {
    for connection in connections {
        let statements = statements.clone();
        connection.set_metric_callback(move |_| {
            statements.inc();
        });
    }
}

/// Maps "exactly one row was written" to `Ok` and anything else to [`StoreError::Stale`].
pub fn exactly_one(rows_affected: u64) -> Result<(), StoreError> {
    if rows_affected == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

/// Returns the due day as an expression: the day set by hand, otherwise the derived one.
pub fn day_due<C: ColumnTrait>(set_by_hand: C, derived: C) -> Expr {
    Func::coalesce([set_by_hand.into_expr(), derived.into_expr()]).into()
}

/// Takes the lock of the service on its `SQLite` file; dropping the file handle releases it.
pub(crate) fn take_lock(path: &Path) -> Result<File, OpenError> {
    let lock_path = path.with_extension("lock");
    let file_error = |source| OpenError::File { path: lock_path.clone(), source };
    let file =
        File::options().create(true).truncate(false).write(true).mode(0o600).open(&lock_path).map_err(file_error)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(OpenError::Locked(path.to_owned())),
        Err(std::fs::TryLockError::Error(source)) => Err(file_error(source)),
    }
}

fn sqlite_options(path: &Path, connections: u32, read_only: bool) -> ConnectOptions {
    let mut options = common_options(&format!("sqlite://{}", path.display()), connections);
    // A connection to a file cannot be lost, so it is not tested before each use.
    options.test_before_acquire(false);
    options.map_sqlx_sqlite_opts(move |sqlite| {
        let sqlite = sqlite.busy_timeout(BUSY_TIMEOUT).foreign_keys(true).row_buffer_size(ROWS_AHEAD);
        if read_only {
            return sqlite.read_only(true);
        }
        sqlite.create_if_missing(true).journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full)
    });
    options
}

/// Returns the options of the one writing connection. After a transaction in which the engine failed, or with a
/// transaction still open, the connection is closed and replaced. The reason is the driver: if the engine has already
/// rolled back by itself, it refuses the rollback, and the driver then believes the transaction is still open and would
/// begin the next one inside it.
fn sqlite_writer_options(path: &Path, distrusted: &Distrusted) -> ConnectOptions {
    let mut options = sqlite_options(path, 1, false);
    let distrusted = distrusted.clone();
    options.map_sqlx_sqlite_pool_opts(move |pool: PoolOptions<Sqlite>| {
        let distrusted = distrusted.clone();
        pool.after_release(move |connection, _| {
            let distrusted = distrusted.clone();
            Box::pin(async move { Ok(is_outside(connection).await? && !distrusted.take()) })
        })
        .before_acquire(|connection, _| Box::pin(is_outside(connection)))
    });
    options
}

/// Returns whether a connection is outside every transaction, after a pending rollback is done.
async fn is_outside(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

fn postgres_options(address: &str, connections: u32) -> ConnectOptions {
    let mut options = common_options(address, connections);
    options.set_application_name("raccordo").statement_timeout(STATEMENT_TIMEOUT);
    options.test_before_acquire_if_idle_for(Duration::from_secs(30));
    options.map_sqlx_postgres_opts(|postgres| {
        postgres.options([
            ("lock_timeout", LOCK_TIMEOUT),
            ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION),
            // Compiling a plan takes twenty times as long as any statement of ours runs.
            ("jit", "off"),
        ])
    });
    options
}

fn common_options(address: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(address);
    options
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .record_stmt_in_spans(false)
        .sqlx_logging_level(log::LevelFilter::Debug);
    options
}

/// Reads back the settings on which durability and integrity depend.
async fn assert_sqlite_settings(connection: &DatabaseConnection) -> Result<(), OpenError> {
    let version = pragma(connection, "SELECT sqlite_version()").await?;
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found < SQLITE_AT_LEAST {
        return Err(OpenError::SqliteTooOld(version));
    }
    for (setting, expected) in [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")] {
        let found = pragma(connection, &format!("SELECT CAST({setting} AS TEXT) FROM pragma_{setting}")).await?;
        if found != expected {
            return Err(OpenError::Setting { setting, expected, found });
        }
    }
    Ok(())
}

async fn pragma(connection: &DatabaseConnection, sql: &str) -> Result<String, DbErr> {
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await?;
    row.ok_or_else(|| DbErr::Custom("no answer to a question about settings".into()))?.try_get_by_index(0)
}

/// Returns the query plan of `SQLite` on an empty database of the present schema.
#[cfg(test)]
pub(crate) async fn plan_of(question: &impl sea_orm::QueryTrait) -> Vec<String> {
    plans_of(question).await.swap_remove(0).1
}

/// Returns the steps of the plan of a query on `SQLite` without statistics, with those of a network that has just begun, and
/// with those of a full one; each with a name for messages.
#[cfg(test)]
pub(crate) async fn plans_of(question: &impl sea_orm::QueryTrait) -> Vec<(&'static str, Vec<String>)> {
    use migration::{Migrator, MigratorTrait};
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open(&Location::Sqlite(folder.path().join("plan.sqlite"))).await.expect("a database");
    Migrator::up(db.writer(), None).await.expect("the migrations run");
    let mut question = question.build(DbBackend::Sqlite);
    question.sql = format!("EXPLAIN QUERY PLAN {}", question.sql);
    let mut plans = Vec::new();
    for (statistics, taken) in [("none", None), ("few", Some("30 3 2 1 1")), ("full", Some("100000 300 20 2 1"))] {
        if let Some(taken) = taken {
            let taking = format!(
                "ANALYZE; DELETE FROM sqlite_stat1; INSERT INTO sqlite_stat1 SELECT tbl_name, name, '{taken}' \
                 FROM sqlite_schema WHERE type = 'index'; ANALYZE sqlite_schema"
            );
            db.writer().execute_unprepared(&taking).await.expect("statistics");
        }
        let steps = db.writer().query_all_raw(question.clone()).await.expect("a plan");
        plans.push((statistics, steps.iter().map(|step| step.try_get("", "detail").expect("a step")).collect()));
    }
    plans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn planner_statistics_are_deleted_at_the_next_start() {
        let folder = tempfile::tempdir().expect("a folder");
        let location = Location::Sqlite(folder.path().join("raccordo.sqlite"));
        let taken = "SELECT CAST(count(*) AS TEXT) FROM sqlite_schema WHERE name LIKE 'sqlite_stat%'";
        let db = Db::open(&location).await.expect("a database");
        db.writer()
            .execute_unprepared("CREATE TABLE a (b INTEGER); INSERT INTO a VALUES (1); ANALYZE")
            .await
            .expect("taken");
        assert_ne!(pragma(db.writer(), taken).await.expect("an answer"), "0");
        db.close().await;
        let db = Db::open(&location).await.expect("the database");
        assert_eq!(pragma(db.writer(), taken).await.expect("an answer"), "0");
        db.close().await;
        let db = Db::open_beside(&location).await.expect("the database");
        assert_eq!(pragma(db.writer(), taken).await.expect("an answer"), "0", "nobody takes them on leaving");
    }

    #[test]
    fn no_password_is_printed_with_a_location() {
        let location = Location::parse("postgres://raccordo:segreta@127.0.0.1/raccordo").expect("a location");
        assert!(!format!("{location:?}").contains("segreta"));
    }
}
