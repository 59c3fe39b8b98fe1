//! A change that was answered with success is kept, whatever the engine refused or ended before it.

use crate::both_engines;
use crate::support::app::{Answer, Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::{Engine, has_postgres};
use crate::support::real_binary::Volume;
use crate::workbench::Workbench;
use raccordo::db::{Db, StoreError, Txn};
use raccordo::error::Error;
use sea_orm::{ConnectionTrait, Statement};
use std::os::unix::fs::MetadataExt;

both_engines! {
    a_transaction_in_which_a_statement_failed_cannot_be_committed,
    a_use_case_ended_by_the_engine_in_any_way_loses_no_later_change,
}

/// Changes made after each fault.
const CHANGES: usize = 100;

async fn a_transaction_in_which_a_statement_failed_cannot_be_committed(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let insert = |key: &str| format!("INSERT INTO setting (key, value, updated_at) VALUES ('{key}', '', 0)");
    let txn = bench.db().begin().await.expect("it begins");
    txn.execute_unprepared(&insert("one")).await.expect("the first");
    txn.execute_unprepared(&insert("one")).await.expect_err("the key is taken");
    let _ = txn.execute_unprepared(&insert("two")).await;
    assert!(txn.commit().await.is_err(), "a caller that overlooks a failure must not be told that all went well");
    assert_eq!(count(bench.db(), "setting").await, 0, "nothing of it was kept");

    let txn = bench.db().begin().await.expect("the next one begins");
    txn.execute_unprepared(&insert("three")).await.expect("it writes");
    txn.commit().await.expect("and is kept");
    assert_eq!(count(bench.db(), "setting").await, 1);
}

/// Returns the ways in which an engine ends a transaction by itself.
fn ends(engine: Engine) -> &'static [&'static [&'static str]] {
    match engine {
        Engine::Sqlite => &[
            &[
                "PRAGMA max_page_count = 1",
                "INSERT INTO setting (key, value, updated_at) VALUES ('big', hex(zeroblob(99999)), 0)",
            ],
            &["ROLLBACK", "INSERT INTO nowhere VALUES (1)"],
        ],
        Engine::Postgres => &[
            &["SELECT pg_terminate_backend(pg_backend_pid())"],
            &["SET LOCAL statement_timeout = '20ms'", "SELECT pg_sleep(5)"],
            &["SET LOCAL lock_timeout = '20ms'", "ROLLBACK", "INSERT INTO nowhere VALUES (1)"],
        ],
    }
}

async fn a_use_case_ended_by_the_engine_in_any_way_loses_no_later_change(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    secretariat.post("/api/v1/designations").json(Designation::of("referent:bergamo").json()).send().await.expect(201);
    let mut kept = count(&app.services.db, "designation").await;
    for statements in ends(engine) {
        let careless = async |txn: &Txn| {
            overlook(txn, statements).await;
            Ok::<_, Error>(())
        };
        let ended = app.system().write(careless).await;
        assert!(ended.is_err(), "{statements:?}: acknowledged although the engine gave it up");
        assert_changes_are_kept(&app, &secretariat, &mut kept, 10).await;
    }
}

/// Says the statements and overlooks what becomes of them, as a careless use case would.
async fn overlook(txn: &impl ConnectionTrait, statements: &[&str]) {
    txn.execute_unprepared("INSERT INTO setting (key, value, updated_at) VALUES ('half', '', 0)").await.expect("a row");
    for statement in statements {
        let _ = txn.execute_unprepared(statement).await;
    }
    let _ = txn.execute_unprepared("INSERT INTO setting (key, value, updated_at) VALUES ('whole', '', 0)").await;
}

/// `SQLite` ends a transaction by itself when the disk is full, and the driver does not notice. The file may grow by one page more
/// each time, so that another statement of the use case is the one that fails.
#[actix_web::test]
async fn a_disk_that_fills_at_any_statement_of_a_use_case_loses_nothing_that_is_acknowledged_afterwards() {
    let app = TestApp::new(Engine::Sqlite).await;
    let secretariat = app.client(SECRETARIAT).await;
    secretariat.post("/api/v1/designations").json(Designation::of("referent:bergamo").json()).send().await.expect(201);
    let mut kept = count(&app.services.db, "designation").await;
    for room in 0.. {
        limit_file(app.services.db.writer(), room).await;
        let designation = Designation::of("partner:lodi").to("Disco", &format!("Pieno{room}")).json();
        let answer = secretariat.post("/api/v1/designations").json(designation).send().await;
        if answer.status == 201 {
            assert!(room > 1, "the file filled up at {room} statements only");
            kept += 1;
            break;
        }
        answer.refused(507, "storage_full");
        free_file(app.services.db.writer()).await;
        assert_changes_are_kept(&app, &secretariat, &mut kept, 3).await;
    }
    free_file(app.services.db.writer()).await;
    assert_changes_are_kept(&app, &secretariat, &mut kept, CHANGES).await;
}

/// The same at each statement in turn: a trigger ends the transaction in the way in which `SQLite` does it by itself.
#[actix_web::test]
async fn a_use_case_ended_by_the_engine_at_any_statement_loses_no_later_change() {
    let app = TestApp::new(Engine::Sqlite).await;
    let secretariat = app.client(SECRETARIAT).await;
    secretariat.post("/api/v1/designations").json(Designation::of("referent:bergamo").json()).send().await.expect(201);
    let mut kept = count(&app.services.db, "designation").await;
    let mut ended = Vec::new();
    for (table, verb) in ["person", "designation", "designation_record", "outbox_mail", "audit_event", "audit_head"]
        .into_iter()
        .flat_map(|table| [(table, "INSERT"), (table, "UPDATE")])
    {
        let writer = app.services.db.writer();
        let trigger =
            format!("CREATE TRIGGER ends BEFORE {verb} ON {table} BEGIN SELECT RAISE(ROLLBACK, 'ended'); END");
        writer.execute_unprepared(&trigger).await.expect("a trigger");
        let designation = Designation::of("partner:lodi").to("Fine", &format!("{table}{verb}")).json();
        let answer = secretariat.post("/api/v1/designations").json(designation).while_broken().send().await;
        app.services.db.writer().execute_unprepared("DROP TRIGGER ends").await.expect("it goes");
        if answer.status == 201 {
            kept += 1;
        } else {
            answer.refused(500, "internal");
            ended.push((table, verb));
        }
        assert_changes_are_kept(&app, &secretariat, &mut kept, 3).await;
    }
    let inserts = ["person", "designation", "designation_record", "outbox_mail", "audit_event"];
    let expected: Vec<_> =
        inserts.map(|table| (table, "INSERT")).into_iter().chain([("audit_head", "UPDATE")]).collect();
    assert_eq!(ended, expected, "the statements by which a designation writes");
}

/// `PostgreSQL` refuses the statement that needs another page of the table, and gives the rest of the transaction up.
#[actix_web::test]
async fn a_full_tablespace_loses_nothing_that_is_acknowledged_afterwards() {
    if !has_postgres() {
        return;
    }
    let app = TestApp::new(Engine::Postgres).await;
    let owner =
        std::fs::metadata(text(app.services.db.reader(), "SHOW data_directory").await).expect("the cluster").uid();
    let folder = tempfile::tempdir().expect("a folder");
    let Some(volume) = Volume::over(folder.path(), 2, owner) else { return };
    let sql = async |statement: String| {
        app.services.db.writer().execute_unprepared(&statement).await.expect(&statement);
    };
    sql(format!("CREATE TABLESPACE tiny LOCATION '{}'", folder.path().display())).await;
    sql("ALTER TABLE designation SET TABLESPACE tiny".into()).await;
    let secretariat = app.client(SECRETARIAT).await;
    secretariat.post("/api/v1/designations").json(Designation::of("referent:bergamo").json()).send().await.expect(201);
    let mut kept = count(&app.services.db, "designation").await;

    volume.fill();
    loop {
        let designation = Designation::of("partner:lodi").to("Disco", &format!("Pieno{kept}")).json();
        let answer = secretariat.post("/api/v1/designations").json(designation).send().await;
        if answer.status != 201 {
            answer.refused(507, "storage_full");
            break;
        }
        kept += 1;
        assert!(kept < 1000, "the tablespace never filled up");
    }
    volume.free();
    assert_changes_are_kept(&app, &secretariat, &mut kept, CHANGES).await;

    // The cluster goes on after this test, and must not look for what is no longer there.
    sql("ALTER TABLE designation SET TABLESPACE pg_default".into()).await;
    sql("DROP TABLESPACE tiny".into()).await;
    sql("CHECKPOINT".into()).await;
}

/// A use case refuses, then many are acknowledged: each is there under its address, and another connection sees them all.
async fn assert_changes_are_kept(app: &TestApp, secretariat: &Client, kept: &mut i64, changes: usize) {
    let refused = Designation::of("referent:bergamo").to("Un", "Altro").json();
    secretariat.post("/api/v1/designations").json(refused).send().await.refused(409, "seat_held");
    for _ in 0..changes {
        *kept += 1;
        let designation = Designation::of("partner:lodi").to("Socio", &format!("Numero{kept}")).json();
        let made = secretariat.post("/api/v1/designations").json(designation).send().await;
        let address = address_of(&made);
        made.expect(201);
        secretariat.get(&address).send().await.expect(200);
    }
    let db = Db::open_beside(app.location()).await.expect("it opens once more");
    assert_eq!(count(&db, "designation").await, *kept, "acknowledged, and not kept");
    let halves = "SELECT COUNT(*) FROM setting WHERE key IN ('half', 'whole', 'big')";
    assert_eq!(number(db.reader(), halves).await, 0, "half of something that failed was kept");
    db.close().await;
}

fn address_of(made: &Answer) -> String {
    made.header("location").unwrap_or_else(|| panic!("no address: {}", made.text())).to_owned()
}

async fn limit_file(writer: &impl ConnectionTrait, room: i64) {
    let pages = number(writer, "SELECT page_count FROM pragma_page_count").await;
    writer.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.expect("a checkpoint");
    writer.execute_unprepared(&format!("PRAGMA max_page_count = {}", pages + room)).await.expect("a limit");
}

async fn free_file(writer: &impl ConnectionTrait) {
    writer.execute_unprepared("PRAGMA max_page_count = 1073741823").await.expect("no limit");
}

async fn text(connection: &impl ConnectionTrait, question: &str) -> String {
    let question = Statement::from_string(connection.get_database_backend(), question);
    let row = connection.query_one_raw(question).await.expect("an answer").expect("a row");
    row.try_get_by_index(0).expect("a text")
}

async fn count(db: &Db, table: &str) -> i64 {
    number(db.reader(), &format!("SELECT COUNT(*) FROM {table}")).await
}

async fn number(connection: &impl ConnectionTrait, question: &str) -> i64 {
    let question = Statement::from_string(connection.get_database_backend(), question);
    let row = connection.query_one_raw(question).await.expect("an answer").expect("a row");
    row.try_get_by_index(0).expect("a number")
}

/// Callers beyond the row of writers are told at once; those in it are told when their turn does not come.
#[actix_web::test]
async fn the_row_of_writers_is_bounded() {
    const CALLERS: usize = 300;
    let bench = Workbench::new(Engine::Sqlite).await;
    let first = bench.db().begin().await.expect("nobody else writes");
    let mut all = futures_util::future::join_all((0..CALLERS).map(|_| async {
        let begun = tokio::time::Instant::now();
        (bench.db().begin().await.map(drop), begun.elapsed())
    }));
    let early = tokio::time::timeout(std::time::Duration::from_millis(500), &mut all).await;
    assert!(early.is_err(), "those in the row wait");
    first.commit().await.expect("it ends");
    let ended = all.await;
    let refused = ended.iter().filter(|(end, _)| matches!(end, Err(StoreError::Busy))).count();
    assert_eq!(refused, CALLERS - 256, "beyond the row");
    assert!(ended.iter().all(|(end, took)| end.is_ok() || took.as_millis() < 300), "refused at once");
}
