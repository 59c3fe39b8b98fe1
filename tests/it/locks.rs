//! The writers' lock: its costs are measured, jobs hold it for a short time, and a GET does not take it.

use crate::both_engines;
use crate::support::app::{SECRETARIAT, TestApp};
use crate::support::db::{Engine, TestDb};
use crate::support::source;
use crate::support::world::World;
use entity::ids::TaskId;
use entity::kinds::{TaskOrigin, TaskState};
use entity::{Instant, idempotent_request, seat, task};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use raccordo::clock::Clock;
use raccordo::db::Db;
use raccordo::reminders;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::timeout;

both_engines! {
    the_time_waited_for_the_lock_and_the_time_it_is_held_are_measured,
    thousands_of_due_tasks_hold_the_lock_once_for_each_mail_and_each_batch,
    retention_holds_the_lock_for_five_hundred_rows_at_once,
    a_get_takes_no_writer,
}

/// Returns one of the service's metrics about its lock.
fn measure(db: &Db, name: &str) -> u64 {
    let (mut registry, mut text) = (Registry::default(), String::new());
    db.lock_times().register(&mut registry);
    encode(&mut text, &registry).expect("the measures are written");
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|number| number.trim().parse().ok()).unwrap_or_else(|| panic!("no {name} in\n{text}"))
}

fn holds(db: &Db) -> u64 {
    measure(db, "writers_hold_seconds_count ")
}

async fn the_time_waited_for_the_lock_and_the_time_it_is_held_are_measured(engine: Engine) {
    let test = TestDb::new(engine).await;
    let first = test.db.begin().await.expect("no other writer");
    assert_eq!((measure(&test.db, "writers_wait_seconds_count "), holds(&test.db)), (1, 0), "it is still held");
    let mut second = Box::pin(test.db.begin());
    assert!(timeout(Duration::from_millis(300), second.as_mut()).await.is_err(), "it waits for the first");
    first.commit().await.expect("committed");
    drop(timeout(Duration::from_secs(10), second).await.expect("its turn has come").expect("it begins"));
    assert_eq!((measure(&test.db, "writers_wait_seconds_count "), holds(&test.db)), (2, 2));
    for measured in ["wait", "hold"] {
        let short = measure(&test.db, &format!("writers_{measured}_seconds_bucket{{le=\"0.25\"}} "));
        assert_eq!(short, 1, "one {measured} was longer than a quarter of a second");
    }
}

/// Creates tasks due today, spread over all seats, most of which are vacant.
async fn plan_tasks(app: &TestApp, count: usize) {
    let db = app.services.db.writer();
    let seats = seat::Entity::find().all(db).await.expect("seats");
    let row = |number: usize| task::ActiveModel {
        id: Set(app.services.new_id::<TaskId>()),
        seat_id: Set(seats[number % seats.len()].id),
        release_id: Set(None),
        deliverable_id: Set(None),
        step_id: Set(None),
        outcome_id: Set(None),
        origin: Set(TaskOrigin::Outcome),
        title_it: Set(format!("Compito {number}")),
        title_en: Set(format!("Task {number}")),
        due_day: Set(app.clock.today()),
        hand_set_day: Set(None),
        followed_day: Set(None),
        estimated_minutes: Set(10),
        state: Set(TaskState::Open),
        resume_state: Set(None),
        reason: Set(None),
        note: Set(None),
        text: Set(None),
        told_with: Set(None),
        done_at: Set(None),
        version: Set(1),
        created_at: Set(Instant::from(app.clock.now())),
        updated_at: Set(Instant::from(app.clock.now())),
    };
    for batch in (0..count).collect::<Vec<_>>().chunks(500) {
        let rows = batch.iter().map(|number| row(*number));
        task::Entity::insert_many(rows).exec_without_returning(db).await.expect("tasks");
    }
}

async fn thousands_of_due_tasks_hold_the_lock_once_for_each_mail_and_each_batch(engine: Engine) {
    let app = TestApp::new(engine).await;
    plan_tasks(&app, 2000).await;
    app.mails().await;
    let before = holds(&app.services.db);
    let told = reminders::service::run(&app.system()).await.expect("told");
    assert_eq!((told.lines, told.skipped), (2000, 1000), "all are told, and as many rungs noted as one run may");
    let batches = told.skipped.div_ceil(100);
    assert_eq!(holds(&app.services.db) - before, (told.mails + batches) as u64, "the plan takes no lock");
    app.mails().await;
}

async fn retention_holds_the_lock_for_five_hundred_rows_at_once(engine: Engine) {
    let app = TestApp::new(engine).await;
    let db = &app.services.db;
    let held_by_a_run = async || {
        let before = holds(db);
        app.tick("retention").await;
        holds(db) - before
    };
    let usual = held_by_a_run().await;
    let answer = |number: usize| idempotent_request::ActiveModel {
        caller: Set("caller".into()),
        key: Set(number.to_string()),
        request_hash: Set("hash".into()),
        status: Set(201),
        location: Set(None),
        etag: Set(None),
        body: Set(String::new()),
        created_at: Set(Instant::from(app.clock.now() - chrono::TimeDelta::days(2))),
    };
    for numbers in (0..1200).collect::<Vec<_>>().chunks(400) {
        let rows = numbers.iter().map(|number| answer(*number));
        idempotent_request::Entity::insert_many(rows).exec_without_returning(db.writer()).await.expect("answers");
    }
    assert_eq!(held_by_a_run().await, usual + 2, "1200 rows are three batches");
    let left = idempotent_request::Entity::find().filter(idempotent_request::Column::Caller.eq("caller"));
    assert_eq!(left.count(db.reader()).await.expect("counted"), 0);
}

/// Calls every read operation and page while every attempt to write fails.
async fn a_get_takes_no_writer(engine: Engine) {
    let world = World::new(engine).await;
    let (browser, client) = (world.app.browser(SECRETARIAT).await, world.app.client(SECRETARIAT).await);
    world.app.services.db.writer().clone().close().await.expect("closed");
    let (mut wrong, mut walked) = (BTreeSet::new(), 0);
    for route in source::routes().into_iter().filter(|route| route.method == "GET") {
        let is_operation = route.described && route.path != "/status";
        let path = if is_operation { world.fill(&format!("/api/v1{}", route.path)) } else { world.fill(&route.path) };
        let asked = if is_operation { client.get(&path) } else { browser.get(&path) };
        let answer = asked.while_broken().send().await;
        walked += 1;
        if answer.status.is_server_error() {
            wrong.insert(format!("GET {path}: {}", answer.status));
        }
    }
    assert!(walked > 80, "only {walked} routes were found");
    assert!(wrong.is_empty(), "they write: {wrong:#?}");
}
