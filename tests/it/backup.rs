//! Backup and restore: a backup holds everything acknowledged, damage is refused, and a restored service does not send
//! mail by itself.

use crate::support::db::Engine;
use crate::workbench::{Workbench, draft};
use chrono::TimeDelta;
use raccordo::audit::{self, Event};
use raccordo::config::Config;
use raccordo::db::{Db, Location, OpenError};
use raccordo::documents::contents::Contents;
use raccordo::documents::service as documents;
use raccordo::mail::outbox::lease;
use raccordo::network::verb::Verb;
use raccordo::ops::backup::{backup, manifest_path};
use raccordo::ops::backup_error::BackupError;
use raccordo::ops::contents::folder_of;
use raccordo::ops::migrate::{SchemaError, demand_current};
use raccordo::ops::restore::restore;
use raccordo::secret::sha256_hex;
use raccordo::settings;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

struct Kept {
    bench: Workbench,
    folder: TempDir,
}

impl Kept {
    /// Makes a service with one audit event and one unsent mail.
    async fn new() -> Self {
        let kept = Self::before_the_backup().await;
        kept.backup().await;
        kept
    }

    async fn before_the_backup() -> Self {
        let bench = Workbench::new(Engine::Sqlite).await;
        let ctx = bench.operator();
        let event = Event {
            action: Verb::Load.into(),
            subject: ("test", "1".into()),
            on_behalf_of: None,
            channel: None,
            source: None,
            details: serde_json::json!({}),
        };
        ctx.write(async |txn| audit::record(&ctx, txn, event).await).await.expect("recorded");
        bench.promise(draft("one", bench.now())).await;
        Self { bench, folder: tempfile::tempdir().expect("a folder") }
    }

    async fn backup(&self) {
        let contents = &self.bench.services.contents;
        backup(&self.bench.location, contents, &self.file(), self.bench.now()).await.expect("a backup");
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("raccordo.backup")
    }

    fn place(&self) -> Location {
        Location::Sqlite(self.folder.path().join("new/raccordo.sqlite"))
    }

    async fn restored(&self) -> Result<raccordo::ops::restore::Restored, BackupError> {
        restore(&self.place(), &self.bench.services.contents, &self.file(), self.bench.now()).await
    }
}

fn path(location: &Location) -> &Path {
    match location {
        Location::Sqlite(path) => path,
        Location::Postgres(_) => panic!("only files are restored"),
    }
}

#[actix_web::test]
async fn a_backup_is_private_whole_and_carries_the_audit_head() {
    let kept = Kept::new().await;
    let manifest = std::fs::read_to_string(manifest_path(&kept.file())).expect("a manifest");
    let head = audit::verify::head(kept.bench.db().reader()).await.expect("a head");
    assert!(head.seq == 1 && manifest.contains(&head.to_string()), "{manifest}");
    for file in [kept.file(), manifest_path(&kept.file())] {
        let mode = std::fs::metadata(&file).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    let names: Vec<_> = std::fs::read_dir(kept.folder.path()).expect("a folder").collect();
    assert_eq!(names.len(), 2, "nothing half-made is left: {names:?}");
}

#[actix_web::test]
async fn a_backup_can_be_made_during_writes() {
    let bench = Workbench::new(Engine::Sqlite).await;
    let folder = tempfile::tempdir().expect("a folder");
    let writing = bench.db().begin().await.expect("a transaction");
    settings::set(&writing, "half", "done", bench.now()).await.expect("written");
    let file = folder.path().join("b");
    backup(&bench.location, &bench.services.contents, &file, bench.now()).await.expect("no lock stands in the way");
    writing.commit().await.expect("committed");
}

#[actix_web::test]
async fn a_backup_never_replaces_another() {
    let kept = Kept::new().await;
    let again = backup(&kept.bench.location, &kept.bench.services.contents, &kept.file(), kept.bench.now()).await;
    assert!(matches!(again, Err(BackupError::Exists(_))), "{again:?}");
}

#[actix_web::test]
async fn a_restored_service_has_everything_and_sends_nothing_by_itself() {
    let kept = Kept::new().await;
    let restored = kept.restored().await.expect("restored");
    assert_eq!(restored.waiting.len(), 1);
    let db = Db::open(&kept.place()).await.expect("opens");
    demand_current(&db).await.expect("the schema is ours");
    assert!(settings::is_sending_paused(db.reader()).await.expect("readable"));
    assert!(lease::claim(&db, kept.bench.now(), "sender", 10).await.expect("readable").is_empty());
    let key = b"a key that is only good for tests, 32+";
    let head = audit::verify::verify(db.reader(), key, None).await.expect("looked at").expect("sound");
    assert_eq!(head.to_string(), restored.manifest.audit_head);
}

#[actix_web::test]
async fn the_database_that_was_there_is_put_aside_with_its_log() {
    let kept = Kept::new().await;
    kept.restored().await.expect("restored");
    let first = Db::open(&kept.place()).await.expect("opens");
    settings::set(first.writer(), "mark", "the first", kept.bench.now()).await.expect("written");
    // State after a crash: the log beside the file still holds the last writes.
    kept.bench.advance(TimeDelta::seconds(1));
    let log = path(&kept.place()).with_file_name("raccordo.sqlite-wal");
    let left = std::fs::read(&log).expect("a log");
    first.close().await;
    std::fs::write(&log, left).expect("the log is back");
    let restored = kept.restored().await.expect("restored again");
    assert!(restored.put_aside.expect("something was there").exists());
    assert!(!log.exists(), "a log left behind would be replayed onto the restored file");
    let second = Db::open(&kept.place()).await.expect("opens");
    assert_eq!(settings::get(second.reader(), "mark").await.expect("readable"), None);
}

#[actix_web::test]
async fn a_database_put_aside_is_never_deleted() {
    let kept = Kept::new().await;
    kept.restored().await.expect("restored");
    let mut aside = Vec::new();
    for mark in ["the first", "the second"] {
        let db = Db::open(&kept.place()).await.expect("opens");
        settings::set(db.writer(), "mark", mark, kept.bench.now()).await.expect("written");
        db.close().await;
        kept.bench.advance(TimeDelta::seconds(1));
        aside.push((mark, kept.restored().await.expect("restored again").put_aside.expect("something was there")));
    }
    for (mark, file) in aside {
        let db = Db::open(&Location::Sqlite(file)).await.expect("opens");
        assert_eq!(settings::get(db.reader(), "mark").await.expect("readable").as_deref(), Some(mark));
    }
    // Within the same millisecond the name of the previous database exists already, so nothing is changed.
    assert!(matches!(kept.restored().await, Err(BackupError::File { .. })));
    assert!(path(&kept.place()).exists());
}

#[actix_web::test]
async fn a_damaged_backup_is_refused_and_nothing_is_touched() {
    for damage in [flip as fn(&Path), truncate, without_manifest] {
        let kept = Kept::new().await;
        damage(&kept.file());
        let refused = kept.restored().await;
        assert!(matches!(refused, Err(BackupError::Damaged { .. } | BackupError::File { .. })), "{refused:?}");
        assert!(!path(&kept.place()).exists());
    }
}

fn flip(file: &Path) {
    let mut bytes = std::fs::read(file).expect("a backup");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(file, bytes).expect("written");
}

fn truncate(file: &Path) {
    let bytes = std::fs::read(file).expect("a backup");
    std::fs::write(file, &bytes[..bytes.len() - 4096]).expect("written");
}

fn without_manifest(file: &Path) {
    std::fs::remove_file(manifest_path(file)).expect("removed");
}

#[actix_web::test]
async fn nothing_is_restored_under_a_running_service() {
    let kept = Kept::new().await;
    kept.restored().await.expect("restored");
    let _running = Db::open(&kept.place()).await.expect("opens");
    let refused = kept.restored().await;
    assert!(matches!(refused, Err(BackupError::Open(OpenError::Locked(_)))), "{refused:?}");
}

#[actix_web::test]
async fn a_database_of_a_later_version_is_refused() {
    let bench = Workbench::new(Engine::Sqlite).await;
    demand_current(bench.db()).await.expect("current");
    bench
        .sql("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20991231_000000_add_flying_cars', 0)")
        .await;
    let refused = demand_current(bench.db()).await;
    assert!(matches!(refused, Err(SchemaError::Later(_))), "{refused:?}");
    bench.sql("DELETE FROM seaql_migrations WHERE version IN ('m20991231_000000_add_flying_cars', 'm20261123_140000_create_told_and_seen')").await;
    let refused = demand_current(bench.db()).await;
    assert!(matches!(refused, Err(SchemaError::Pending(1))), "{refused:?}");
}

#[actix_web::test]
async fn on_postgres_the_command_points_to_its_own_tools() {
    let location = Location::Postgres("postgres://nobody@localhost/none".into());
    let refused =
        backup(&location, &Contents::of(&Config::for_tests()), Path::new("x"), chrono::DateTime::UNIX_EPOCH).await;
    assert!(matches!(&refused, Err(error @ BackupError::Postgres) if error.to_string().contains("pg_dump")));
}

const ACT: &[u8] = b"%PDF-1.7 the act";

/// Makes a backup with one document, of a service with its own folder of documents.
async fn kept_with_document() -> Kept {
    let kept = Kept::before_the_backup().await;
    let ctx = kept.bench.operator();
    let received = documents::receive(&ctx, "atto.pdf", ACT.into()).await.expect("received");
    ctx.write(async |txn| documents::keep(&ctx, txn, received).await).await.expect("kept");
    kept.backup().await;
    kept
}

fn content_of(kept: &Kept) -> PathBuf {
    folder_of(&kept.file()).join(sha256_hex(ACT))
}

#[actix_web::test]
async fn a_backup_brings_the_contents_of_documents_back() {
    let kept = kept_with_document().await;
    let manifest = std::fs::read_to_string(manifest_path(&kept.file())).expect("a manifest");
    assert!(manifest.contains(&sha256_hex(ACT)), "{manifest}");
    let elsewhere = Contents::of(&Config::for_tests());
    restore(&kept.place(), &elsewhere, &kept.file(), kept.bench.now()).await.expect("restored");
    elsewhere.check(&sha256_hex(ACT)).await.expect("the content is there");
}

#[actix_web::test]
async fn a_backup_with_a_damaged_content_is_refused_and_nothing_is_touched() {
    for damage in [flip as fn(&Path), remove] {
        let kept = kept_with_document().await;
        damage(&content_of(&kept));
        let elsewhere = Contents::of(&Config::for_tests());
        let refused = restore(&kept.place(), &elsewhere, &kept.file(), kept.bench.now()).await;
        assert!(matches!(refused, Err(BackupError::Damaged { .. } | BackupError::File { .. })), "{refused:?}");
        assert!(!path(&kept.place()).exists());
        assert!(elsewhere.list().await.expect("answers").is_empty());
    }
}

fn remove(file: &Path) {
    std::fs::remove_file(file).expect("removed");
}

#[actix_web::test]
async fn a_backup_without_one_of_its_contents_is_none() {
    let kept = kept_with_document().await;
    let elsewhere = Contents::of(&Config::for_tests());
    let file = kept.folder.path().join("second");
    let refused = backup(&kept.bench.location, &elsewhere, &file, kept.bench.now()).await;
    assert!(matches!(refused, Err(BackupError::Contents(_))), "{refused:?}");
    let names: Vec<_> = std::fs::read_dir(kept.folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .filter(|name| name.to_string_lossy().starts_with("second"))
        .collect();
    assert!(names.is_empty(), "{names:?}");
}
