//! Use cases write one after the other on both engines, and who waits too long is told to come back.

use crate::both_engines;
use crate::support::app::{SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::{Engine, TestDb, has_postgres};
use raccordo::db::StoreError;
use sea_orm::ConnectionTrait;
use std::time::Duration;
use tokio::time::timeout;

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
async fn what_guards_itself_does_not_wait_for_use_cases() {
    if !has_postgres() {
        return;
    }
    let test = TestDb::new(Engine::Postgres).await;
    let _first = test.db.begin().await.expect("nobody else writes");
    timeout(Duration::from_secs(10), test.db.begin_beside()).await.expect("at once").expect("it begins");
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
