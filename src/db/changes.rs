//! The clock of changes: one small read tells whether the data have changed since another read.
//!
//! Every use case moves the head of the audit trail in its own transaction, so the number of the head is the generation
//! of all data that use cases change. It is the same on all replicas and rises with operators' commands too. Data that
//! change without an event (queues, leases, uses of keys, signs of life) have no generation.
//!
//! On `SQLite` the engine is asked first whether any other connection has committed (`PRAGMA data_version`), which
//! touches no table and takes some microseconds, so it is asked on the caller's thread. On `PostgreSQL`, callers that
//! arrive while a look is under way share the next one. While a use case of this process writes, one look is enough for
//! all callers, because no other use case can commit meanwhile, here or elsewhere.

use super::StoreError;
use prometheus_client::metrics::counter::Counter;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, RuntimeErr, Statement};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const HEAD: &str = "SELECT seq FROM audit_head WHERE id = 1";

/// Longest time for which a look at `SQLite` waits for a lock, which it needs only while another process repairs the
/// write-ahead log. Beyond it the caller gets "busy".
const PATIENCE: Duration = Duration::from_secs(1);

/// The number of the latest event in the audit trail: equal numbers mean equal data of use cases. 0 before the first
/// event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Generation(i64);

/// The clock of changes of one database. Clones share it.
#[derive(Clone)]
pub struct ChangeClock(Arc<Inner>);

struct Inner {
    source: Source,
    /// Statements of the whole database, among which each look counts as one.
    statements: Counter,
    /// Number of the use case that writes now; 0 while none does.
    writing: AtomicU64,
    /// Number of use cases of this process that have begun to write.
    written: AtomicU64,
    /// The latest look during a use case.
    held: Mutex<Held>,
}

enum Source {
    Sqlite(Watch),
    Postgres(Looks),
}

/// The generation found by a look during a use case.
#[derive(Clone, Copy, Default)]
struct Held {
    /// Number of the use case; 0 for none.
    during: u64,
    generation: Generation,
}

impl ChangeClock {
    /// Makes the clock of a file, which is opened at the first look.
    pub(super) fn sqlite(path: &Path, statements: Counter) -> Self {
        Self::over(Source::Sqlite(Watch { path: path.to_owned(), watched: Mutex::default() }), statements)
    }

    pub(super) fn postgres(reader: DatabaseConnection, statements: Counter) -> Self {
        Self::over(
            Source::Postgres(Looks { reader, begun: AtomicU64::new(0), last: tokio::sync::Mutex::default() }),
            statements,
        )
    }

    fn over(source: Source, statements: Counter) -> Self {
        let (writing, written, held) = Default::default();
        Self(Arc::new(Inner { source, statements, writing, written, held }))
    }

    /// Returns the present generation. It is read after the call begins, so every change acknowledged before the call
    /// is in it.
    pub async fn now(&self) -> Result<Generation, StoreError> {
        let Inner { source, statements, writing, held, .. } = &*self.0;
        let during = writing.load(Ordering::Acquire);
        let known = *held.lock().unwrap_or_else(PoisonError::into_inner);
        if during != 0 && known.during == during {
            return Ok(known.generation);
        }
        let generation = match source {
            Source::Sqlite(watch) => watch.look(statements)?,
            Source::Postgres(looks) => looks.look(statements).await?,
        };
        if during != 0 {
            *held.lock().unwrap_or_else(PoisonError::into_inner) = Held { during, generation };
        }
        Ok(generation)
    }

    /// Returns the latest event after one generation, up to another, whose action begins with one of these names.
    pub async fn latest(
        &self,
        actions: &[String],
        after: Generation,
        upto: Generation,
    ) -> Result<Option<Generation>, StoreError> {
        self.0.statements.inc();
        let named: Vec<String> = actions.iter().map(|action| format!("action LIKE '{action}%'")).collect();
        let named = named.join(" OR ");
        let latest = format!("SELECT max(seq) FROM audit_event WHERE seq > $1 AND seq <= $2 AND ({named})");
        match &self.0.source {
            Source::Sqlite(watch) => watch.latest(&latest, after, upto),
            Source::Postgres(looks) => {
                let values = [after.0.into(), upto.0.into()];
                let statement = Statement::from_sql_and_values(DbBackend::Postgres, latest, values);
                let row = looks.reader.query_one_raw(statement).await?;
                let latest: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
                Ok(latest.map(Generation))
            }
        }
    }

    /// Notes that a use case of this process has the writers' lock, until the [`Hold`] is dropped.
    pub(super) fn hold(&self) -> Hold {
        let number = self.0.written.fetch_add(1, Ordering::AcqRel) + 1;
        self.0.writing.store(number, Ordering::Release);
        Hold(self.clone())
    }

    /// Closes the clock's own connection.
    pub(super) fn close(&self) {
        if let Source::Sqlite(watch) = &self.0.source {
            watch.watched.lock().unwrap_or_else(PoisonError::into_inner).take();
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

/// Asks `SQLite`, through a connection of its own, because `data_version` only compares reads of one connection.
struct Watch {
    path: PathBuf,
    watched: Mutex<Option<Watched>>,
}

/// The connection, with the engine's version of the data and the generation at the latest look.
struct Watched {
    connection: Connection,
    version: Option<i64>,
    generation: Generation,
}

impl Watch {
    fn look(&self, statements: &Counter) -> Result<Generation, StoreError> {
        statements.inc();
        self.with(Watched::look)
    }

    fn latest(&self, latest: &str, after: Generation, upto: Generation) -> Result<Option<Generation>, StoreError> {
        self.with(|watched| {
            let mut statement = watched.connection.prepare_cached(latest)?;
            let latest: Option<i64> = statement.query_row((after.0, upto.0), |row| row.get(0))?;
            Ok(latest.map(Generation))
        })
    }

    /// Asks through the connection. After an error the next question opens the file again.
    fn with<T>(&self, ask: impl FnOnce(&mut Watched) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let mut place = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let known = place.take().map_or_else(|| Watched::open(&self.path), Ok);
        let mut watched = known.map_err(engine)?;
        let answer = ask(&mut watched).map_err(engine)?;
        *place = Some(watched);
        Ok(answer)
    }
}

impl Watched {
    fn open(path: &Path) -> rusqlite::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        Ok(Self { connection, version: None, generation: Generation::default() })
    }

    fn look(&mut self) -> rusqlite::Result<Generation> {
        // The version first: a change between the two reads gives another version at the next look.
        let version = Some(version(&self.connection)?);
        if version != self.version {
            self.generation = head(&self.connection)?;
            self.version = version;
        }
        Ok(self.generation)
    }
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.prepare_cached("PRAGMA data_version")?.query_row((), |row| row.get(0))
}

fn head(connection: &Connection) -> rusqlite::Result<Generation> {
    let head: Option<i64> = connection.prepare_cached(HEAD)?.query_row((), |row| row.get(0)).optional()?;
    Ok(Generation(head.unwrap_or_default()))
}

fn engine(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        _ => DbErr::Query(RuntimeErr::Internal(error.to_string())).into(),
    }
}

/// Looks at `PostgreSQL`, each shared by the callers that wait for it.
struct Looks {
    reader: DatabaseConnection,
    /// Number of looks that have begun.
    begun: AtomicU64,
    /// Number of the latest look, and what it found.
    last: tokio::sync::Mutex<(u64, Generation)>,
}

impl Looks {
    async fn look(&self, statements: &Counter) -> Result<Generation, StoreError> {
        let begun_before = self.begun.load(Ordering::Acquire);
        let mut last = self.last.lock().await;
        if last.0 > begun_before {
            return Ok(last.1);
        }
        let number = self.begun.fetch_add(1, Ordering::AcqRel) + 1;
        statements.inc();
        let head = self.reader.query_one_raw(Statement::from_string(DbBackend::Postgres, HEAD)).await?;
        let generation = Generation(head.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default());
        *last = (number, generation);
        Ok(generation)
    }
}
