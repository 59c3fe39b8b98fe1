//! Use cases write one after the other on both engines, and who waits too long is told to come back.

use crate::both_engines;
use crate::support::app::{SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::{Engine, TestDb, has_postgres};
use futures_util::future::join_all;
use raccordo::db::{Db, StoreError};
use sea_orm::ConnectionTrait;
use std::time::Duration;
use tokio::time::{Instant as Tick, sleep, timeout};

both_engines! {
    a_use_case_begins_when_the_one_before_has_ended,
    the_same_request_twice_at_once_makes_one_thing_and_has_one_answer,
}

async fn a_use_case_begins_when_the_one_before_has_ended(engine: Engine) {
    let test = TestDb::new(engine).await;
    let first = test.db.begin().await.expect("nobody else writes");
    let mut second = Box::pin(test.db.begin());
    assert!(timeout(Duration::from_millis(300), second.as_mut()).await.is_err(), "it waits for the first");
    first.commit().await.expect("committed");
    timeout(Duration::from_secs(10), second).await.expect("its turn has come").expect("it begins");
}

async fn the_same_request_twice_at_once_makes_one_thing_and_has_one_answer(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let send = || {
        let asking = secretariat.post("/api/v1/designations").header("idempotency-key", "once");
        asking.json(Designation::of("referent:bergamo").json()).send()
    };
    let (one, other) = tokio::join!(send(), send());
    assert_eq!(one.expect(201), other.expect(201));
    assert_eq!(
        secretariat.get("/api/v1/designations?seat=referent").send().await.expect(200)["items"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

/// A lease, a slot, a note of use: on `PostgreSQL` they do not stand behind a use case that takes its time.
#[actix_web::test]
async fn guarded_statements_do_not_wait_for_use_cases() {
    if !has_postgres() {
        return;
    }
    let test = TestDb::new(Engine::Postgres).await;
    let _first = test.db.begin().await.expect("nobody else writes");
    timeout(Duration::from_secs(10), test.db.begin_beside()).await.expect("at once").expect("it begins");
}

/// Twenty-six who want to write used to hold every connection, so that pages and the question whether the service is ready got
/// none.
#[actix_web::test]
async fn waiting_writers_hold_no_connection_that_a_read_needs() {
    if !has_postgres() {
        return;
    }
    let test = TestDb::new(Engine::Postgres).await;
    let db = Db::open(&test.location).await.expect("with the service's own limits");
    let first = db.begin().await.expect("nobody else writes");
    let waiting = join_all((0..26).map(|_| db.begin()));
    let reads = async {
        sleep(Duration::from_millis(500)).await;
        for _ in 0..20 {
            timeout(Duration::from_secs(1), db.reader().ping()).await.expect("at once").expect("a read");
        }
    };
    let (ended, ()) = tokio::join!(waiting, reads);
    assert!(ended.iter().all(|end| matches!(end, Err(StoreError::Busy))), "told to come back, each in its time");
    first.commit().await.expect("committed");
    db.close().await;
}

/// A replica that was frozen in the midst of a use case.
#[actix_web::test]
async fn a_holder_that_does_not_answer_is_ended_within_five_seconds() {
    if !has_postgres() {
        return;
    }
    let test = TestDb::new(Engine::Postgres).await;
    let frozen = Db::open(&test.location).await.expect("one replica").begin().await.expect("nobody else writes");
    let other = Db::open(&test.location).await.expect("another replica");
    let begun = Tick::now();
    other.begin().await.expect("its turn comes").commit().await.expect("it writes");
    assert!(begun.elapsed() < Duration::from_secs(5), "after {:?}", begun.elapsed());
    assert!(frozen.commit().await.is_err(), "what it had begun is given up");
}

#[actix_web::test]
async fn a_statement_that_takes_too_long_is_worth_trying_again() {
    if !has_postgres() {
        return;
    }
    let test = TestDb::new(Engine::Postgres).await;
    let txn = test.db.begin_beside().await.expect("it begins");
    txn.execute_unprepared("SET LOCAL statement_timeout = '50ms'").await.expect("a limit");
    let stopped = txn.execute_unprepared("SELECT pg_sleep(10)").await.expect_err("the limit");
    assert!(matches!(StoreError::from(stopped), StoreError::Busy));
}
