//! Documents: the row and the content in the store exist together, whatever fails.

use crate::both_engines;
use crate::designations::multipart;
use crate::support::app::{Answer, Asking, Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::real_binary::Installation;
use crate::support::s3_server::{FakeS3, Mood};
use bytes::Bytes;
use chrono::TimeDelta;
use entity::ids::DocumentId;
use entity::{Instant, document, document_unmoved};
use futures_util::future::join_all;
use raccordo::clock::{Clock, SystemClock};
use raccordo::config::{Config, ContentsKind};
use raccordo::db::Db;
use raccordo::documents::service;
use raccordo::secret::sha256_hex;
use sea_orm::{ActiveValue::Set, EntityTrait, PaginatorTrait};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;

both_engines! {
    a_content_lies_under_its_hash_and_equal_contents_lie_there_once,
    a_content_that_is_altered_or_missing_is_refused_and_reported,
    orphans_are_removed_after_a_day_and_contents_of_documents_stay,
    a_store_of_another_database_is_left_as_it_is,
    contents_in_the_database_are_moved_once_and_a_move_can_be_interrupted,
    an_s3_store_keeps_gives_back_and_forgets,
    a_store_that_fails_leaves_no_document,
}

const ACT: &[u8] = b"%PDF-1.7 the act";

fn bring(client: &Client, content: &[u8]) -> Asking {
    let body = multipart("atto.pdf", content);
    client.post("/api/v1/designations/documents").body("multipart/form-data; boundary=x", body)
}

async fn keep(client: &Client, content: &[u8]) -> Answer {
    bring(client, content).send().await
}

/// Uploads a file and designates with it. Returns the path of the download.
async fn prove(app: &TestApp, seat: &str, content: &[u8]) -> String {
    let secretariat = app.client(SECRETARIAT).await;
    let kept = keep(&secretariat, content).await.expect(201);
    let mut designation = Designation::of(seat).json();
    designation["provenance"]["document_id"] = kept["id"].clone();
    let made = secretariat.post("/api/v1/designations").json(designation).send().await.expect(201);
    let id = |value: &serde_json::Value| value["id"].as_str().expect("an id").to_owned();
    format!("/api/v1/designations/{}/documents/{}", id(&made), id(&kept))
}

struct Filed {
    app: TestApp,
    folder: TempDir,
}

impl Filed {
    async fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = Config::for_tests();
        config.documents.store = ContentsKind::Folder;
        config.documents.folder = folder.path().join("contents");
        Self { app: TestApp::with_config(engine, config).await, folder }
    }

    fn place_of(&self, content: &[u8]) -> PathBuf {
        let sha256 = sha256_hex(content);
        self.folder.path().join("contents").join(&sha256[..2]).join(&sha256[2..4]).join(sha256)
    }

    fn files(&self) -> usize {
        files_below(&self.folder.path().join("contents"))
    }
}

fn files_below(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .map(|entry| entry.expect("an entry").path())
        .map(|path| if path.is_dir() { files_below(&path) } else { 1 })
        .sum()
}

async fn documents(app: &TestApp) -> u64 {
    document::Entity::find().count(app.services.db.reader()).await.expect("the documents can be counted")
}

async fn a_content_lies_under_its_hash_and_equal_contents_lie_there_once(engine: Engine) {
    let filed = Filed::new(engine).await;
    let secretariat = filed.app.client(SECRETARIAT).await;
    for kept in join_all((0..4).map(|_| keep(&secretariat, ACT))).await {
        kept.expect(201);
    }
    assert_eq!((documents(&filed.app).await, filed.files()), (4, 1));
    assert_eq!(std::fs::read(filed.place_of(ACT)).expect("the content"), ACT);
    let path = prove(&filed.app, "referent:lodi", b"%PDF-1.7 another").await;
    let answer = secretariat.get(&path).send().await;
    assert_eq!(answer.body, Bytes::from_static(b"%PDF-1.7 another"));
    assert_eq!(filed.files(), 2);
}

async fn a_content_that_is_altered_or_missing_is_refused_and_reported(engine: Engine) {
    let filed = Filed::new(engine).await;
    let path = prove(&filed.app, "referent:lodi", ACT).await;
    let secretariat = filed.app.client(SECRETARIAT).await;
    let place = filed.place_of(ACT);
    std::fs::write(&place, b"%PDF-1.7 the lie").expect("altered");
    secretariat.get(&path).while_broken().send().await.refused(503, "document_unreadable");
    std::fs::write(&place, b"%PDF-1.7").expect("cut");
    secretariat.get(&path).while_broken().send().await.refused(503, "document_unreadable");
    let note = filed.app.tick_with_failures("documents").await;
    assert!(note.contains(&sha256_hex(ACT)), "{note}");
    std::fs::remove_file(&place).expect("removed");
    secretariat.get(&path).while_broken().send().await.refused(503, "document_unreadable");
    filed.app.tick_with_failures("documents").await;
    // Uploading the same file again repairs it.
    keep(&secretariat, ACT).await.expect(201);
    assert_eq!(secretariat.get(&path).send().await.body, Bytes::from_static(ACT));
    filed.app.tick("documents").await;
}

async fn orphans_are_removed_after_a_day_and_contents_of_documents_stay(engine: Engine) {
    let filed = Filed::new(engine).await;
    // Files have the time of this machine.
    filed.app.clock.set(SystemClock.now());
    let ctx = filed.app.system();
    let orphan = b"%PDF-1.7 whose transaction never came";
    service::receive(&ctx, "atto.pdf", Bytes::from_static(orphan)).await.expect("received");
    let unfinished = filed.place_of(orphan).with_file_name(format!("{}#1", sha256_hex(orphan)));
    std::fs::write(&unfinished, b"%PDF").expect("written");
    std::fs::write(filed.folder.path().join("contents/README"), b"not ours").expect("written");
    let document = service::receive(&ctx, "atto.pdf", Bytes::from_static(ACT)).await.expect("received");
    ctx.write(async |txn| service::keep(&ctx, txn, document).await).await.expect("kept");
    filed.app.tick("documents").await;
    assert_eq!(filed.files(), 5, "nothing is a day old");
    filed.app.advance(TimeDelta::hours(25));
    filed.app.tick("documents").await;
    assert!(!filed.place_of(orphan).exists() && !unfinished.exists());
    assert!(filed.place_of(ACT).exists(), "a document names it");
    assert_eq!(filed.files(), 3, "what is no content stays");
    filed.app.tick("retention").await;
    filed.app.tick("documents").await;
    assert!(!filed.place_of(ACT).exists(), "nothing came to own its document");
}

async fn a_store_of_another_database_is_left_as_it_is(engine: Engine) {
    let filed = Filed::new(engine).await;
    let ctx = filed.app.system();
    let document = service::receive(&ctx, "atto.pdf", Bytes::from_static(ACT)).await.expect("received");
    ctx.write(async |txn| service::keep(&ctx, txn, document).await).await.expect("kept");
    filed.app.tick("documents").await;
    let other = TestApp::with_config(engine, filed.app.services.config.clone()).await;
    // Files have the time of this machine.
    other.clock.set(SystemClock.now() + TimeDelta::hours(25));
    let note = other.tick_with_failures("documents").await;
    assert!(note.contains("another database"), "{note}");
    assert!(filed.place_of(ACT).exists(), "a document of the first database names it");
}

/// Inserts a document as earlier versions stored it, with its content in the database.
async fn keep_in_database(db: &Db, content: &[u8]) {
    let id = DocumentId(Uuid::from_u128(u128::from(next_number())));
    let row = document::ActiveModel {
        id: Set(id),
        sha256: Set(sha256_hex(content)),
        media_type: Set("application/pdf".to_owned()),
        size: Set(i64::try_from(content.len()).expect("small")),
        name: Set("atto.pdf".to_owned()),
        created_at: Set(Instant::from(SystemClock.now())),
        uploaded_by: Set(None),
        body_id: Set(None),
    };
    let db = db.writer();
    document::Entity::insert(row).exec_without_returning(db).await.expect("a document");
    let unmoved = document_unmoved::ActiveModel { document_id: Set(id), content: Set(content.to_vec()) };
    document_unmoved::Entity::insert(unmoved).exec_without_returning(db).await.expect("its content");
}

/// Returns a number that is unique in this process.
fn next_number() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed)
}

async fn contents_in_the_database_are_moved_once_and_a_move_can_be_interrupted(engine: Engine) {
    let store = FakeS3::start();
    let app = TestApp::with_config(engine, store.config()).await;
    let contents = [b"%PDF-1.7 one".as_slice(), b"%PDF-1.7 two", b"%PDF-1.7 one"];
    for content in contents {
        keep_in_database(&app.services.db, content).await;
    }
    let ctx = app.system();
    let waiting = async || document_unmoved::Entity::find().count(app.services.db.reader()).await.expect("counted");
    store.set(Mood::Full);
    service::move_contents(&ctx).await.expect_err("the store is full");
    assert_eq!(waiting().await, 3, "no content leaves the database before it is in the store");
    store.set(Mood::Good);
    assert_eq!(service::move_contents(&ctx).await.expect("moved"), 3);
    assert_eq!(waiting().await, 0);
    assert_eq!(service::move_contents(&ctx).await.expect("nothing to do"), 0);
    for content in contents {
        ctx.services.contents.check(&sha256_hex(content)).await.expect("in the store");
    }
}

async fn an_s3_store_keeps_gives_back_and_forgets(engine: Engine) {
    let store = FakeS3::start();
    let app = TestApp::with_config(engine, store.config()).await;
    let path = prove(&app, "referent:lodi", ACT).await;
    let sha256 = sha256_hex(ACT);
    let key = format!("{}/{}/{sha256}", &sha256[..2], &sha256[2..4]);
    assert_eq!(store.objects().get(&key), Some(&Bytes::from_static(ACT)));
    let secretariat = app.client(SECRETARIAT).await;
    store.set(Mood::Slow);
    assert_eq!(secretariat.get(&path).send().await.body, Bytes::from_static(ACT));
    store.set(Mood::Good);
    keep(&secretariat, b"%PDF-1.7 given up").await.expect(201);
    app.at("2027-01-13 10:00");
    app.tick("retention").await;
    app.tick("documents").await;
    assert_eq!(store.objects().len(), 2, "the act and the owner: {:?}", store.objects().keys());
    store.alter_all();
    secretariat.get(&path).while_broken().send().await.refused(503, "document_unreadable");
    store.remove_all();
    secretariat.get(&path).while_broken().send().await.refused(503, "document_unreadable");
    app.tick_with_failures("documents").await;
}

async fn a_store_that_fails_leaves_no_document(engine: Engine) {
    let store = FakeS3::start();
    let app = TestApp::with_config(engine, store.config()).await;
    let secretariat = app.client(SECRETARIAT).await;
    for (mood, status, code) in [(Mood::Full, 507, "storage_full"), (Mood::Refusing, 503, "busy")] {
        store.set(mood);
        bring(&secretariat, ACT).while_broken().send().await.refused(status, code);
    }
    assert_eq!((documents(&app).await, store.objects().len()), (0, 0));
    let mut nowhere = store.config();
    "http://127.0.0.1:1".clone_into(&mut nowhere.documents.s3_endpoint);
    let down = TestApp::with_config(engine, nowhere).await;
    bring(&down.client(SECRETARIAT).await, ACT).while_broken().send().await.refused(503, "busy");
    assert_eq!(documents(&down).await, 0);
}

#[actix_web::test]
async fn a_move_out_of_the_database_that_is_killed_goes_on_at_the_next_start() {
    const DOCUMENTS: usize = 400;
    let installation = Installation::with_network().await;
    let db = Db::open(&installation.location()).await.expect("the database opens");
    for number in 0..DOCUMENTS {
        keep_in_database(&db, format!("%PDF-1.7 act {number}").as_bytes()).await;
    }
    db.close().await;
    let folder = installation.database().with_file_name("raccordo.sqlite.documents");
    let mut kills_in_the_midst = 0;
    for attempt in 1..=20 {
        let service = installation.serve();
        tokio::time::sleep(Duration::from_millis(20 * attempt)).await;
        service.kill();
        let moved = files_below(&folder);
        kills_in_the_midst += usize::from(moved > 0 && moved < DOCUMENTS);
        if moved >= DOCUMENTS {
            break;
        }
    }
    assert!(kills_in_the_midst > 0, "no kill met the move");
    let service = installation.serve_until_ready().await;
    service.kill();
    let db = Db::open(&installation.location()).await.expect("the database opens");
    assert_eq!(document_unmoved::Entity::find().count(db.reader()).await.expect("counted"), 0);
    db.close().await;
    for number in 0..DOCUMENTS {
        let sha256 = sha256_hex(format!("%PDF-1.7 act {number}").as_bytes());
        let content = std::fs::read(folder.join(&sha256[..2]).join(&sha256[2..4]).join(&sha256)).expect("a content");
        assert_eq!(sha256_hex(&content), sha256);
    }
}
