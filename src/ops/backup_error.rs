//! The errors of backups and restores.

use crate::documents::contents::ContentsError;
use sea_orm::DbErr;
use std::io;
use std::path::{Path, PathBuf};

/// Errors of making or using a backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(
        "on PostgreSQL use pg_dump and pg_restore; after a restore run `raccordo outbox pause` before the service starts"
    )]
    Postgres,
    #[error("{0} exists already: a backup never replaces another")]
    Exists(PathBuf),
    #[error("{path}: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error("{path} is not usable: {problem}")]
    Damaged { path: PathBuf, problem: String },
    #[error(transparent)]
    Contents(#[from] ContentsError),
    #[error("database: {0}")]
    Driver(#[from] DbErr),
    #[error(transparent)]
    Open(#[from] crate::db::OpenError),
    #[error(transparent)]
    Schema(#[from] super::migrate::SchemaError),
}

impl BackupError {
    /// Makes the error for a failed operation on this file.
    pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }

    pub(super) fn damaged(path: &Path, problem: impl ToString) -> Self {
        Self::Damaged { path: path.to_owned(), problem: problem.to_string() }
    }
}
