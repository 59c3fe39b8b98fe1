//! Migrations of the database to the schema of this program.
//!
//! `SQLite` has one process per file, so `serve` migrates it. On `PostgreSQL` several replicas may start at once, so
//! `raccordo migrate` is a step of its own, under a lock, and `serve` only checks. Both refuse a database with a
//! migration unknown to this program, because a later version has written it.

use crate::db::{Db, Location};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, TransactionTrait};

/// Key of the advisory lock: "raccordo" in ASCII. It must never change.
const LOCK: i64 = 0x7261_6363_6f72_646f;

/// Reasons why the schema cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    #[error("the database was migrated by a later version of Raccordo; use that version, or restore a backup. {0}")]
    Later(String),
    #[error("the database lacks {0} migration(s): run `raccordo migrate` first")]
    Pending(usize),
    #[error(
        "the database lacks {0} migration(s): stop the service, if an earlier version is running, then start this version or run `raccordo migrate`"
    )]
    PendingInFile(usize),
    #[error("cannot migrate the database: {0}")]
    Driver(DbErr),
}

impl SchemaError {
    /// Adds for a `SQLite` file that it cannot be migrated while a service holds it.
    pub fn at(self, location: &Location) -> Self {
        match (self, location) {
            (Self::Pending(lacking), Location::Sqlite(_)) => Self::PendingInFile(lacking),
            (other, _) => other,
        }
    }
}

impl From<DbErr> for SchemaError {
    fn from(error: DbErr) -> Self {
        match error {
            // The migrator uses this variant only for a migration that is in the database and not in the program.
            DbErr::Custom(text) => Self::Later(text),
            other => Self::Driver(other),
        }
    }
}

/// Returns the number of missing migrations. Needs no right to change the schema.
pub async fn pending(connection: &DatabaseConnection) -> Result<usize, SchemaError> {
    Ok(Migrator::get_pending_migrations_read_only(connection).await?.len())
}

/// Fails unless the database has exactly the schema of this program.
pub async fn demand_current(db: &Db) -> Result<(), SchemaError> {
    match pending(db.reader()).await? {
        0 => Ok(()),
        lacking => Err(SchemaError::Pending(lacking)),
    }
}

/// Migrates the database to the schema of this program and returns the number of migrations applied.
pub async fn migrate(db: &Db, location: &Location) -> Result<usize, SchemaError> {
    match location {
        Location::Sqlite(_) => run(db.writer()).await,
        Location::Postgres(address) => under_lock(address).await,
    }
}

async fn run(connection: &DatabaseConnection) -> Result<usize, SchemaError> {
    let lacking = pending(connection).await?;
    if lacking > 0 {
        Migrator::up(connection, None).await?;
    }
    Ok(lacking)
}

/// Migrates under a lock. The lock belongs to a transaction on a connection of its own, so it ends with that
/// transaction in any case and works through a connection pooler. The migrations use another connection without the
/// service's time limits, because they may take long.
async fn under_lock(address: &str) -> Result<usize, SchemaError> {
    let pool = Database::connect(patient(address)).await?;
    let keeper = pool.begin_with_options(sea_orm::TransactionOptions::default()).await?;
    keeper.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
    let done = run(&pool).await;
    keeper.rollback().await?;
    pool.close().await?;
    done
}

fn patient(address: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(address);
    options.max_connections(2).record_stmt_in_spans(false).sqlx_logging_level(log::LevelFilter::Debug);
    options.set_application_name("raccordo-migrate");
    options
}
