//! A backup of the database in one file and of the contents of its documents in a folder beside it, made while the
//! service runs.
//!
//! `VACUUM INTO` on a reading connection copies one consistent state and never blocks writers. The copy is checked
//! before it gets its name. A manifest beside it holds its format, its SHA-256, the head of the audit chain, which is
//! thereby anchored wherever backups are kept, and every content with its SHA-256 and size. Contents are copied after
//! the database, because a content exists before the row that names it and for a day after that row is deleted.
//!
//! For `PostgreSQL` use `pg_dump`, which does this better.

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

/// Description of a backup, written beside it as `NAME.json`.
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

/// Returns the path of a backup's manifest.
pub fn manifest_path(backup: &Path) -> PathBuf {
    beside(backup, ".json")
}

/// Copies the database to `file` and the contents of documents beside it, checks the copies and writes their manifest.
/// The service may be running. A missing or altered content fails the backup.
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
    // Deletes an unfinished copy, because the usual cause is a full disk.
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

/// Checks the copy, gives it its name and writes its manifest. If the manifest cannot be written, the copy is deleted,
/// because it cannot be restored without one.
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

/// Copies the contents named in the copy of the database.
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

/// Copies into a file that was created empty and private, so that other users can never read the copy.
async fn copy(db: &Db, to: &Path) -> Result<(), BackupError> {
    create_private(to).map_err(BackupError::at(to))?;
    let target = to.to_string_lossy().into_owned();
    let vacuum = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [target.into()]);
    db.reader().execute_raw(vacuum).await?;
    Ok(())
}

/// Opens a copy, has the engine check every page and every foreign key, and returns its audit head.
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

/// Opens a copy that no other process uses.
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
