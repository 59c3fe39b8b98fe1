//! The contents of documents in a backup: a folder beside the copy of the database, named like it with `.documents`.

use super::backup_error::BackupError;
use super::files::{beside, create_private, publish, sha256};
use crate::documents::contents::Contents;
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// A content as the manifest of a backup lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    pub sha256: String,
    pub bytes: u64,
}

/// Returns the folder of the contents of a backup.
pub fn folder_of(backup: &Path) -> PathBuf {
    beside(backup, ".documents")
}

/// Copies contents from their store into the folder of a backup, each checked against its SHA-256.
pub(super) async fn copy_out(
    contents: &Contents,
    recorded: BTreeMap<String, u64>,
    backup: &Path,
) -> Result<Vec<Listed>, BackupError> {
    let folder = folder_of(backup);
    if !recorded.is_empty() {
        std::fs::DirBuilder::new().mode(0o700).create(&folder).map_err(BackupError::at(&folder))?;
    }
    let mut listed = Vec::new();
    for (sha256, bytes) in recorded {
        let file = folder.join(&sha256);
        let partial = beside(&file, ".partial");
        let mut copy = create_private(&partial).map_err(BackupError::at(&partial))?;
        let mut content = contents.read(&sha256).await?;
        while let Some(part) = content.try_next().await.map_err(BackupError::at(&file))? {
            copy.write_all(&part).map_err(BackupError::at(&partial))?;
        }
        publish(&partial, &file).map_err(BackupError::at(&file))?;
        listed.push(Listed { sha256, bytes });
    }
    Ok(listed)
}

/// Checks the contents of a backup against its manifest.
pub(super) fn verify(listed: &[Listed], backup: &Path) -> Result<(), BackupError> {
    for content in listed {
        let file = folder_of(backup).join(&content.sha256);
        let size = std::fs::metadata(&file).map_err(BackupError::at(&file))?.len();
        if size != content.bytes || sha256(&file).map_err(BackupError::at(&file))? != content.sha256 {
            return Err(BackupError::damaged(&file, "it is not the content that the manifest lists"));
        }
    }
    Ok(())
}

/// Puts the contents of a backup into the store. Existing ones are written again.
pub(super) async fn put_back(contents: &Contents, listed: &[Listed], backup: &Path) -> Result<(), BackupError> {
    for content in listed {
        let file = folder_of(backup).join(&content.sha256);
        let bytes = std::fs::read(&file).map_err(BackupError::at(&file))?;
        contents.put(&content.sha256, bytes.into()).await?;
    }
    Ok(())
}
