//! Databases of the measurements: one template on each engine, and a fresh copy of it for each process.

use raccordo::db::Location;
use sea_orm::{ConnectionTrait, Database as Connector};
use std::cell::Cell;
use std::path::{Path, PathBuf};

/// Engine under measure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// Returns the name in the record.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    /// Returns whether there is a server to measure on.
    pub fn is_here(self) -> bool {
        self == Self::Sqlite || cluster().is_some()
    }
}

/// Database of one process, with the folder in which the process runs.
pub struct Database {
    pub folder: PathBuf,
    pub location: Location,
}

impl Database {
    /// Returns the address as in the configuration.
    pub fn address(&self) -> String {
        match &self.location {
            Location::Sqlite(path) => format!("sqlite:{}", path.display()),
            Location::Postgres(address) => address.clone(),
        }
    }
}

/// The template and its copies.
pub struct Databases {
    engine: Engine,
    folder: PathBuf,
    copies: Cell<usize>,
}

impl Databases {
    pub fn new(engine: Engine, folder: &Path) -> Self {
        Self { engine, folder: folder.to_owned(), copies: Cell::new(0) }
    }

    /// Creates the empty template.
    pub async fn template(&self) -> Database {
        if self.engine == Engine::Postgres {
            administer("CREATE DATABASE bench_template").await;
        }
        self.named("template")
    }

    /// Copies the template, which must be closed.
    pub async fn copy(&self) -> Database {
        let number = self.copies.replace(self.copies.get() + 1);
        let (template, copy) = (self.named("template"), self.named(&number.to_string()));
        match (&template.location, &copy.location) {
            (Location::Sqlite(from), Location::Sqlite(to)) => {
                std::fs::copy(from, to).expect("a copy of the template");
            }
            _ => administer(&format!("CREATE DATABASE bench_{number} TEMPLATE bench_template")).await,
        }
        copy
    }

    fn named(&self, name: &str) -> Database {
        let folder = self.folder.join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        let location = match self.engine {
            Engine::Sqlite => Location::Sqlite(folder.join("raccordo.sqlite")),
            Engine::Postgres => Location::Postgres(address_of(&format!("bench_{name}"))),
        };
        Database { folder, location }
    }
}

async fn administer(sql: &str) {
    let pool = Connector::connect(address_of("postgres")).await.expect("the cluster answers");
    pool.execute_unprepared(sql).await.expect("the cluster obeys");
    pool.close().await.expect("the connection closes");
}

fn address_of(database: &str) -> String {
    let base = cluster().expect("a cluster");
    let (server, _) = base.rsplit_once('/').expect("the address names a database");
    format!("{server}/{database}")
}

#[expect(clippy::disallowed_methods, reason = "scripts/with-postgres hands its cluster over by the environment")]
fn cluster() -> Option<String> {
    std::env::var("RACCORDO_TEST_POSTGRES").ok()
}
