//! The database in one file and the contents of its documents in a folder beside it, taken while the service runs.
//!
//! `VACUUM INTO` on a reading connection copies one consistent state and never blocks writers. The copy is checked before it gets its
//! name. Beside it lies a manifest: what it is, its SHA-256, and the head of the audit chain, which from then on is anchored wherever
//! backups are kept, and every content with its SHA-256 and size. Contents are copied after the database, because a content is there
//! before the row that names it, and stays for a day after that row is gone.
//!
//! `PostgreSQL` has `pg_dump`, which does this better.

use super::backup_error::BackupError;
use super::contents::{Listed, copy_out, folder_of};
use super::files::{beside, create_private, publish, remove_if_there, sha256};
use crate::audit;
use crate::db::{Db, Location};
use crate::documents::contents::Contents;
use crate::documents::service as documents;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement};
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What a manifest says of its backup. Written beside it as `NAME.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    pub created_at: DateTime<Utc>,
    /// Version of the program that made it.
    pub version: String,
    pub bytes: u64,
    pub sha256: String,
    /// `SEQ:HASH`, for `raccordo audit verify --anchor`.
    pub audit_head: String,
    /// The contents of documents, each a file in the folder `NAME.documents`. None in format 1, whose database holds them.
    #[serde(default)]
    pub documents: Vec<Listed>,
}

/// The format that is written.
pub const FORMAT: u32 = 2;
/// The oldest format that is read.
pub const OLDEST_FORMAT: u32 = 1;

/// Where the manifest of a backup lies.
pub fn manifest_path(backup: &Path) -> PathBuf {
    beside(backup, ".json")
}

/// Copies the database to `file` and the contents of documents beside it, checks the copies and writes their manifest. The service
/// may be running. A content that is missing or altered fails the backup.
pub async fn backup(
    location: &Location,
    contents: &Contents,
    file: &Path,
    now: DateTime<Utc>,
) -> Result<Manifest, BackupError> {
    if matches!(location, Location::Postgres(_)) {
        return Err(BackupError::Postgres);
    }
    for path in [file.to_owned(), manifest_path(file), folder_of(file)] {
        if path.exists() {
            return Err(BackupError::Exists(path));
        }
    }
    let partial = beside(file, ".partial");
    remove_if_there(&partial).map_err(BackupError::at(&partial))?;
    let db = Db::open_beside(location).await?;
    let copied = copy(&db, &partial).await;
    db.close().await;
    let finished = match copied {
        Ok(()) => finish(contents, &partial, file, now).await,
        Err(failure) => Err(failure),
    };
    // A backup that failed, on a full disk above all, takes up no room.
    finished.inspect_err(|_| {
        remove_leftovers(&partial);
        remove_folder(file);
    })
}

fn remove_leftovers(partial: &Path) {
    for suffix in ["", "-journal", "-wal", "-shm"] {
        let leftover = beside(partial, suffix);
        if let Err(failure) = remove_if_there(&leftover) {
            tracing::warn!(file = %leftover.display(), %failure, "what is left of a failed backup could not be removed");
        }
    }
}

/// Checks the copy, gives it its name and writes its manifest. A copy whose manifest cannot be written is no backup and goes.
async fn finish(contents: &Contents, partial: &Path, file: &Path, now: DateTime<Utc>) -> Result<Manifest, BackupError> {
    let manifest = Manifest {
        format: FORMAT,
        created_at: now,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        audit_head: check(partial).await?.to_string(),
        documents: copy_documents(contents, partial, file).await?,
        bytes: std::fs::metadata(partial).map_err(BackupError::at(partial))?.len(),
        sha256: sha256(partial).map_err(BackupError::at(partial))?,
    };
    publish(partial, file).map_err(BackupError::at(file))?;
    write_manifest(&manifest, &manifest_path(file)).inspect_err(|_| {
        remove_leftovers(file);
        remove_leftovers(&manifest_path(file));
    })?;
    Ok(manifest)
}

/// Copies the contents that the copy of the database names.
async fn copy_documents(contents: &Contents, partial: &Path, file: &Path) -> Result<Vec<Listed>, BackupError> {
    let connection = open_copy(partial).await?;
    let recorded = documents::contents_recorded(&connection).await;
    connection.close().await?;
    let recorded = recorded.map_err(|error| BackupError::damaged(partial, error))?;
    copy_out(contents, recorded, file).await
}

fn remove_folder(backup: &Path) {
    let folder = folder_of(backup);
    if let Err(failure) = std::fs::remove_dir_all(&folder)
        && failure.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(folder = %folder.display(), %failure, "what is left of a failed backup could not be removed");
    }
}

/// The file is made first, empty and private: `VACUUM INTO` fills it, and at no moment may others read it.
async fn copy(db: &Db, to: &Path) -> Result<(), BackupError> {
    create_private(to).map_err(BackupError::at(to))?;
    let target = to.to_string_lossy().into_owned();
    let vacuum = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [target.into()]);
    db.reader().execute_raw(vacuum).await?;
    Ok(())
}

/// Opens a copy, lets the engine look at every page and every reference, and returns its audit head.
pub(super) async fn check(file: &Path) -> Result<audit::Head, BackupError> {
    let connection = open_copy(file).await?;
    let verdict = async {
        demand_answer(&connection, file, "SELECT integrity_check FROM pragma_integrity_check", Some("ok")).await?;
        demand_answer(&connection, file, "SELECT \"table\" FROM pragma_foreign_key_check", None).await?;
        audit::verify::head(&connection).await.map_err(|error| BackupError::damaged(file, error))
    };
    let verdict = verdict.await;
    let _ = connection.close().await;
    verdict
}

/// A connection to a copy that nobody else uses.
pub(super) async fn open_copy(file: &Path) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(format!("sqlite://{}", file.display()));
    options.max_connections(1).record_stmt_in_spans(false).sqlx_logging_level(log::LevelFilter::Debug);
    Database::connect(options).await
}

async fn demand_answer(
    connection: &DatabaseConnection,
    file: &Path,
    question: &'static str,
    expected: Option<&str>,
) -> Result<(), BackupError> {
    let damaged = |problem: String| BackupError::damaged(file, problem);
    let rows = connection.query_all_raw(Statement::from_string(DbBackend::Sqlite, question)).await;
    let rows = rows.map_err(|error| damaged(error.to_string()))?;
    let first = rows.first().map(|row| row.try_get_by_index::<String>(0)).transpose()?;
    if first.as_deref() == expected { Ok(()) } else { Err(damaged(first.unwrap_or_default())) }
}

fn write_manifest(manifest: &Manifest, path: &Path) -> Result<(), BackupError> {
    let partial = beside(path, ".partial");
    let text = serde_json::to_string_pretty(manifest).map_err(|error| BackupError::damaged(path, error))?;
    let write = || {
        remove_if_there(&partial)?;
        let mut file = create_private(&partial)?;
        writeln!(file, "{text}")?;
        publish(&partial, path)
    };
    write().map_err(BackupError::at(path))
}
