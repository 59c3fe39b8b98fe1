//! Detection of stopped parts: each way in which writing or the background can stop makes the service "not ready", and
//! recovery makes it ready again.

use crate::both_engines;
use crate::support::app::{SECRETARIAT, TestApp};
use crate::support::db::{Engine, administer_database, has_postgres};
use crate::workbench::{Workbench, draft};
use chrono::TimeDelta;
use raccordo::vitals::pulse;
use raccordo::vitals::{DISPATCHER, OUTBOX, WRITING};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::time::Duration;
use tokio::time::sleep;

both_engines! {
    a_database_that_takes_no_write_is_reported_until_it_recovers,
    a_use_case_that_never_ends_is_reported_until_it_ends,
    mails_that_do_not_leave_are_reported_until_they_do,
}

const LONG: Duration = Duration::from_hours(1);
const SHORT: Duration = Duration::from_millis(200);

async fn is_ready(app: &TestApp) -> bool {
    let status = app.anonymous().get("/health/ready").send().await.status.as_u16();
    assert!([204, 503].contains(&status), "{status}");
    status == 204
}

async fn a_database_that_takes_no_write_is_reported_until_it_recovers(engine: Engine) {
    let app = TestApp::new(engine).await;
    app.services.vitals.watch(WRITING, LONG);
    pulse::take(&app.services).await;
    assert!(is_ready(&app).await);
    let writer = app.services.db.writer();
    match engine {
        Engine::Sqlite => {
            writer.execute_unprepared("PRAGMA max_page_count = 1").await.expect("the file may not grow");
        }
        Engine::Postgres => administer_database(app.location(), "SET default_transaction_read_only = on").await,
    }
    pulse::take(&app.services).await;
    assert!(!is_ready(&app).await, "it reads, and takes no write");
    if engine == Engine::Postgres {
        administer_database(app.location(), "SET default_transaction_read_only = off").await;
    }
    pulse::take(&app.services).await;
    assert!(is_ready(&app).await, "there is room again");
}

/// The write check must not be compressible to a few bytes, because it would then succeed when a use case finds no
/// space.
#[actix_web::test]
async fn a_pulse_takes_up_the_room_it_asks_for() {
    if !has_postgres() {
        return;
    }
    let app = TestApp::new(Engine::Postgres).await;
    pulse::take(&app.services).await;
    let size = Statement::from_string(DbBackend::Postgres, "SELECT pg_column_size(filler) FROM pulse");
    let row = app.services.db.reader().query_one_raw(size).await.expect("an answer").expect("a pulse");
    assert!(row.try_get_by_index::<i32>(0).expect("a size") >= 16 * 1024);
}

async fn a_use_case_that_never_ends_is_reported_until_it_ends(engine: Engine) {
    let app = TestApp::new(engine).await;
    app.services.vitals.watch(WRITING, SHORT);
    let endless = app.services.db.begin().await.expect("nobody else writes");
    let mut waiting = Box::pin(pulse::take(&app.services));
    assert!(tokio::time::timeout(2 * SHORT, waiting.as_mut()).await.is_err(), "the pulse waits for its turn");
    assert!(!is_ready(&app).await);
    drop(endless);
    waiting.await;
    assert!(is_ready(&app).await);
}

async fn mails_that_do_not_leave_are_reported_until_they_do(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let silent = || bench.services.vitals.silent().iter().map(|sign| sign.part).collect::<Vec<_>>();
    bench.services.vitals.watch(OUTBOX, LONG);
    bench.promise(draft("one", bench.now())).await;
    bench.advance(TimeDelta::minutes(5));
    pulse::take(&bench.services).await;
    assert!(silent().is_empty(), "a queue of five minutes is no standstill");
    bench.advance(TimeDelta::milliseconds(1));
    pulse::take(&bench.services).await;
    assert_eq!(silent(), [OUTBOX]);
    bench.drain().await;
    pulse::take(&bench.services).await;
    assert!(silent().is_empty());
}

/// Each part in turn: the answer, the Monday page, and the recovery.
#[actix_web::test]
async fn a_part_without_a_sign_of_life_stands_on_mondays_page_and_takes_the_service_out() {
    let app = TestApp::new(Engine::Sqlite).await;
    let secretariat = app.browser(SECRETARIAT).await;
    let monday = async || secretariat.get("/monday").send().await.text();
    for (part, words) in [
        (WRITING, "Salvataggio nella base dati: nessun segno da"),
        (DISPATCHER, "Invio dei messaggi: nessun segno da"),
        (OUTBOX, "Messaggi che attendono di partire: nessun segno da"),
        ("verify", "Guarda se le pagine dichiarate sono sul portale: nessun segno da"),
    ] {
        app.services.vitals.watch(part, SHORT);
        assert!(is_ready(&app).await, "{part}");
        assert!(!monday().await.contains("nessun segno"), "{part}");
        sleep(2 * SHORT).await;
        assert!(!is_ready(&app).await, "{part}");
        assert!(monday().await.contains(words), "{part}");
        app.services.vitals.watch(part, LONG);
    }
    assert!(is_ready(&app).await);
}
