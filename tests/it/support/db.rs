//! A real database per test on either engine, cloned from a migrated template.
//!
//! `SQLite` clones by copying a file, `PostgreSQL` by `CREATE DATABASE … TEMPLATE`. The cluster is deleted after the
//! run (`scripts/with-postgres`), so its databases are not dropped one by one.

use super::app::rome;
use migration::{Migrator, MigratorTrait};
use raccordo::clock::FixedClock;
use raccordo::config::Config;
use raccordo::ctx::{Ctx, Services};
use raccordo::db::{Db, Location};
use raccordo::load::{self, Edited};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// Engines on which features are tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Makes one test on each engine from each of these functions, for rules that depend on SQL, locks or time:
/// `both_engines! { what_must_hold }`, `async fn what_must_hold(engine: Engine)`.
#[macro_export]
macro_rules! both_engines {
    ($($name:ident),+ $(,)?) => {
        $(
            mod $name {
                use $crate::support::db::{Engine, has_postgres};

                #[actix_web::test]
                async fn on_sqlite() {
                    super::$name(Engine::Sqlite).await;
                }

                #[actix_web::test]
                async fn on_postgres() {
                    if has_postgres() {
                        super::$name(Engine::Postgres).await;
                    }
                }
            }
        )+
    };
}

/// Makes one test on `SQLite` from each of these functions, for rules decided without SQL: parsing of requests,
/// permissions, refusals, texts, pages. A test of [`both_engines`] in the same file runs their statements on both
/// engines.
#[macro_export]
macro_rules! on_sqlite {
    ($($name:ident),+ $(,)?) => {
        $(
            mod $name {
                #[actix_web::test]
                async fn on_sqlite() {
                    super::$name($crate::support::db::Engine::Sqlite).await;
                }
            }
        )+
    };
}

/// Returns whether the `PostgreSQL` half runs. Without a cluster, that half is skipped only on explicit request.
pub fn has_postgres() -> bool {
    #[expect(clippy::disallowed_methods, reason = "the cluster of the run is handed to the tests by the environment")]
    let (address, left_out) = (std::env::var("RACCORDO_TEST_POSTGRES"), std::env::var("RACCORDO_WITHOUT_POSTGRES"));
    assert!(
        address.is_ok() || left_out.is_ok_and(|value| value == "1"),
        "no PostgreSQL: run the tests with `make test`, or leave it out with RACCORDO_WITHOUT_POSTGRES=1"
    );
    address.is_ok()
}

/// Content of a new database.
#[derive(Clone, Copy)]
enum Content {
    /// The migrated schema.
    Schema,
    /// The schema and `data/lombardia.toml`.
    Network,
}

/// An open database of its own; its file is removed with it.
pub struct TestDb {
    pub db: Db,
    pub location: Location,
    _folder: Option<TempDir>,
}

impl TestDb {
    /// Opens an empty database with the migrated schema.
    pub async fn new(engine: Engine) -> Self {
        Self::with(engine, Content::Schema).await
    }

    /// Opens a database with the Lombardy network loaded.
    pub async fn with_network(engine: Engine) -> Self {
        Self::with(engine, Content::Network).await
    }

    async fn with(engine: Engine, content: Content) -> Self {
        Self::copy_of(template(engine, content).await).await
    }

    /// Opens a copy of a closed database.
    pub async fn copy_of(original: &Location) -> Self {
        match original {
            Location::Sqlite(original) => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let path = folder.path().join("raccordo.sqlite");
                std::fs::copy(original, &path).expect("a copy of the database");
                let location = Location::Sqlite(path);
                Self { db: open(&location).await, location, _folder: Some(folder) }
            }
            Location::Postgres(original) => {
                static COUNTER: AtomicU32 = AtomicU32::new(0);
                let name = format!("test_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
                let (_, original) = original.rsplit_once('/').expect("the address names a database");
                administer(&format!("CREATE DATABASE {name} TEMPLATE {original}")).await;
                let location = Location::Postgres(address_of(&name));
                Self { db: open(&location).await, location, _folder: None }
            }
        }
    }

    /// Closes the database, so that it can be copied.
    pub async fn close(&self) {
        if self.db.is_sqlite() {
            self.db.writer().execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.expect("a checkpoint");
        }
        self.db.clone().close().await;
        if let Location::Postgres(_) = self.location {
            end_sessions(&self.location).await;
        }
    }
}

/// Copies a closed database with the Lombardy network to a path.
pub async fn sqlite_file_with_network(path: &Path) {
    let Location::Sqlite(original) = template(Engine::Sqlite, Content::Network).await else { unreachable!("a file") };
    std::fs::copy(original, path).expect("a copy of the template");
}

/// Returns every object of the schema as the engine describes it, for comparison.
pub async fn schema_of(db: &DatabaseConnection) -> Vec<String> {
    let sql = match db.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name <> 'seaql_migrations'
             UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'seaql_migrations'
             UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
             WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'seaql_migrations'
             ORDER BY 1"
        }
        _ => {
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name <> 'seaql_migrations' ORDER BY 1"
        }
    };
    let rows =
        db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("the schema can be read");
    rows.iter().map(|row| row.try_get_by_index(0).expect("a line")).collect()
}

/// Longest wait for a connection; beyond it the test fails. A machine busy with other tests may need seconds.
const PATIENCE: Duration = Duration::from_secs(30);

async fn open(location: &Location) -> Db {
    Db::open_within(location, PATIENCE).await.expect("the test's database opens")
}

/// Returns the closed database with this content, which is made once.
async fn template(engine: Engine, content: Content) -> &'static Location {
    static TEMPLATES: [[OnceCell<TestDb>; 2]; 2] = [const { [const { OnceCell::const_new() }; 2] }; 2];
    let make = || async {
        let made = match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let location = Location::Sqlite(folder.path().join("template.sqlite"));
                TestDb { db: open(&location).await, location, _folder: Some(folder) }
            }
            Engine::Postgres => {
                let name = format!("template_{}_{}", std::process::id(), content as usize);
                administer(&format!("CREATE DATABASE {name}")).await;
                let location = Location::Postgres(address_of(&name));
                TestDb { db: open(&location).await, location, _folder: None }
            }
        };
        fill(&made.db, content).await;
        made.close().await;
        made
    };
    &TEMPLATES[engine as usize][content as usize].get_or_init(make).await.location
}

async fn fill(db: &Db, content: Content) {
    Migrator::up(db.writer(), None).await.expect("the migrations run");
    if let Content::Network = content {
        let services = Arc::new(Services::new(
            db.clone(),
            Arc::new(FixedClock::at(rome("2027-01-04 09:00"))),
            Config::for_tests(),
        ));
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/lombardia.toml");
        let ctx = Ctx::system(&services, "load");
        // Boxed, because the future of a load is too large for the stack of each test that awaits it.
        Box::pin(load::run(&ctx, &file, Edited::Keep, |_| true)).await.expect("the network loads");
    }
}

/// Alters a database of the cluster and ends its connections, so that new ones use the new settings.
pub async fn administer_database(location: &Location, change: &str) {
    let Location::Postgres(address) = location else { panic!("a database of the cluster") };
    let (_, name) = address.rsplit_once('/').expect("the address names a database");
    administer(&format!("ALTER DATABASE {name} {change}")).await;
    end_sessions(location).await;
}

/// Ends every session on a database of the cluster, as a restart of the server would.
pub async fn end_sessions(location: &Location) {
    let Location::Postgres(address) = location else { panic!("a database of the cluster") };
    let (_, name) = address.rsplit_once('/').expect("the address names a database");
    let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname";
    administer(&format!("{others} = '{name}'")).await;
}

async fn administer(sql: &str) {
    let pool = Database::connect(address_of("postgres")).await.expect("the cluster answers");
    pool.execute_unprepared(sql).await.expect("the cluster obeys");
    pool.close().await.expect("the connection closes");
}

#[expect(clippy::disallowed_methods, reason = "the cluster of the run is handed to the tests by the environment")]
fn address_of(database: &str) -> String {
    let base = std::env::var("RACCORDO_TEST_POSTGRES").expect("RACCORDO_TEST_POSTGRES names the cluster");
    let (server, _) = base.rsplit_once('/').expect("the address names a database");
    format!("{server}/{database}")
}
