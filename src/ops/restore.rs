//! Replacing the database with a backup.
//!
//! Mails that the backup holds as unsent may have been sent since it was made. Sending is therefore paused in the
//! restored database, and the command lists the mails that would be sent. A damaged or truncated file is refused before
//! any change. The previous database is kept under a unique name, complete before it is replaced.

use super::backup::{FORMAT, Manifest, OLDEST_FORMAT, check, manifest_path, open_copy};
use super::backup_error::BackupError;
use super::contents;
use super::files::{beside, create_private, publish, remove_if_there, sha256, sync_folder};
use super::migrate;
use crate::db::{Location, take_lock};
use crate::documents::contents::Contents;
use crate::settings;
use chrono::{DateTime, Utc};
use entity::ids::MailId;
use entity::kinds::NotificationState;
use entity::{Instant, outbox_mail};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::path::{Path, PathBuf};

/// Result of a restore.
#[derive(Clone, Debug)]
pub struct Restored {
    pub manifest: Manifest,
    /// Mails that are sent once sending is resumed; some may have been sent after the backup was made.
    pub waiting: Vec<WaitingMail>,
    /// Path of the previous database; `None` if there was none.
    pub put_aside: Option<PathBuf>,
}

/// A mail that would be sent, without personal data.
#[derive(Clone, Debug)]
pub struct WaitingMail {
    pub id: MailId,
    pub kind: String,
    pub due_at: DateTime<Utc>,
}

/// Verifies the backup and puts it at `location`, with sending paused. No service may be using the database there.
pub async fn restore(
    location: &Location,
    store: &Contents,
    file: &Path,
    now: DateTime<Utc>,
) -> Result<Restored, BackupError> {
    let Location::Sqlite(place) = location else { return Err(BackupError::Postgres) };
    let manifest = verify(file)?;
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder).map_err(BackupError::at(folder))?;
    }
    let _lock = take_lock(place)?;
    let partial = beside(place, ".partial");
    take_copy(file, &partial)?;
    let waiting = prepare(&partial, &manifest, now).await?;
    // Before the database that names them. Existing contents are equal, or were damaged.
    contents::put_back(store, &manifest.documents, file).await?;
    let put_aside = put_aside(place, now)?;
    publish(&partial, place).map_err(BackupError::at(place))?;
    Ok(Restored { manifest, waiting, put_aside })
}

/// Checks the file against its manifest.
fn verify(file: &Path) -> Result<Manifest, BackupError> {
    let path = manifest_path(file);
    let text = std::fs::read_to_string(&path).map_err(BackupError::at(&path))?;
    let manifest: Manifest = serde_json::from_str(&text).map_err(|error| BackupError::damaged(&path, error))?;
    if !(OLDEST_FORMAT..=FORMAT).contains(&manifest.format) {
        return Err(BackupError::damaged(&path, format!("format {} is not known here", manifest.format)));
    }
    let found = sha256(file).map_err(BackupError::at(file))?;
    if found != manifest.sha256 {
        return Err(BackupError::damaged(file, "its SHA-256 is not the one in its manifest"));
    }
    contents::verify(&manifest.documents, file)?;
    Ok(manifest)
}

fn take_copy(file: &Path, to: &Path) -> Result<(), BackupError> {
    for ending in ["", "-wal", "-shm", "-journal"] {
        let stale = beside(to, ending);
        remove_if_there(&stale).map_err(BackupError::at(&stale))?;
    }
    let mut source = std::fs::File::open(file).map_err(BackupError::at(file))?;
    let mut target = create_private(to).map_err(BackupError::at(to))?;
    std::io::copy(&mut source, &mut target).map_err(BackupError::at(to))?;
    Ok(())
}

/// Checks the copy and pauses sending in it, before it gets the name under which a service could open it.
async fn prepare(copy: &Path, manifest: &Manifest, now: DateTime<Utc>) -> Result<Vec<WaitingMail>, BackupError> {
    let head = check(copy).await?.to_string();
    if head != manifest.audit_head {
        return Err(BackupError::damaged(copy, "its audit head is not the one in its manifest"));
    }
    let connection = open_copy(copy).await?;
    let prepared = async {
        migrate::pending(&connection).await?;
        let reason = format!("restored from the backup of {}", manifest.created_at.to_rfc3339());
        settings::set(&connection, settings::SENDING_PAUSED, &reason, now).await?;
        Ok(waiting(&connection).await?)
    };
    let prepared = prepared.await;
    connection.close().await?;
    prepared
}

async fn waiting(connection: &impl ConnectionTrait) -> Result<Vec<WaitingMail>, DbErr> {
    use NotificationState::{Failed, Leased, Pending, Unknown};
    let rows: Vec<(MailId, String, Instant)> = outbox_mail::Entity::find()
        .select_only()
        .columns([outbox_mail::Column::Id, outbox_mail::Column::Kind, outbox_mail::Column::DueAt])
        .filter(outbox_mail::Column::State.is_in([Pending, Failed, Unknown, Leased]))
        .order_by_asc(outbox_mail::Column::DueAt)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|(id, kind, due_at)| WaitingMail { id, kind, due_at: due_at.0 }).collect())
}

/// Gives the database, with its log and index, a second, unused name before the first is removed, so that an
/// interrupted restore leaves the database under one of them. The log is moved too, because `SQLite` would apply it to
/// the restored file.
fn put_aside(place: &Path, now: DateTime<Utc>) -> Result<Option<PathBuf>, BackupError> {
    let aside = beside(place, &format!(".replaced-{}", now.format("%Y%m%dT%H%M%S%.3fZ")));
    let there: Vec<&str> = ["", "-wal", "-shm"].into_iter().filter(|ending| beside(place, ending).exists()).collect();
    for ending in &there {
        let to = beside(&aside, ending);
        std::fs::hard_link(beside(place, ending), &to).map_err(BackupError::at(&to))?;
    }
    sync_folder(&aside).map_err(BackupError::at(&aside))?;
    for ending in there.iter().filter(|ending| !ending.is_empty()) {
        let log = beside(place, ending);
        std::fs::remove_file(&log).map_err(BackupError::at(&log))?;
    }
    Ok((!there.is_empty()).then_some(aside))
}
