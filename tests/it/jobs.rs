//! Jobs: one run for each planned instant, its recorded end, and its effects.

use crate::both_engines;
use crate::support::db::{Engine, TestDb};
use crate::workbench::{Workbench, draft};
use chrono::{DateTime, TimeDelta, Utc};
use entity::kinds::NotificationState as State;
use futures_util::future::join_all;
use raccordo::clock::{Clock, SystemClock};
use raccordo::config::Config;
use raccordo::ctx::Services;
use raccordo::error::Error;
use raccordo::jobs::Report;
use raccordo::jobs::runner::{Ended, Runner};
use raccordo::jobs::schedule::{JOBS, Job};
use raccordo::jobs::status::overview;
use raccordo::jobs::ticker::Ticker;
use raccordo::mail::outbox::lease;
use raccordo::ops::same_time::{self, TimeError};
use sea_orm::{EntityTrait, PaginatorTrait};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::Duration;

both_engines! {
    a_planned_run_is_taken_once_by_however_many_replicas,
    every_job_of_the_schedule_runs_on_an_empty_database,
    how_a_run_ended_is_written_down,
    the_overview_shows_the_last_run_and_the_next,
    the_sweep_releases_mails_held_by_a_dead_process,
    a_clock_that_is_not_the_databases_is_refused_where_replicas_share_one,
    leases_are_not_swept_with_a_clock_that_differs_from_the_database_s,
    slots_taken_by_a_wrong_clock_are_free_again,
    a_run_without_an_end_within_its_deadline_was_interrupted,
    the_periods_of_retention_are_the_controllers_to_set,
    retention_removes_expired_rows_only,
}

static OVERLAPPING_RUNS: AtomicU32 = AtomicU32::new(0);
static QUICK_RUNS: AtomicU32 = AtomicU32::new(0);

/// Runs each second; the first run is still going when the next is due.
static OVERLAPPING: [Job; 2] = [
    Job {
        name: "overlapping",
        cron: "* * * * * *",
        deadline: Duration::from_secs(5),
        text: "jobs.retention",
        run: |_| {
            Box::pin(async {
                OVERLAPPING_RUNS.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(1500)).await;
                Ok(Report::default())
            })
        },
    },
    Job {
        name: "quick",
        cron: "* * * * * *",
        deadline: Duration::from_secs(1),
        text: "jobs.retention",
        run: |_| {
            Box::pin(async {
                QUICK_RUNS.fetch_add(1, Ordering::Relaxed);
                Ok(Report::default())
            })
        },
    },
];

const fn odd(
    name: &'static str,
    run: for<'a> fn(&'a raccordo::ctx::Ctx) -> futures_util::future::BoxFuture<'a, raccordo::error::Result<Report>>,
) -> Job {
    Job { name, cron: "0 0 3 * * *", deadline: Duration::from_millis(50), text: "jobs.retention", run }
}

static FAILING: Job = odd("failing", |_| Box::pin(async { Err(Error::Internal("broken".into())) }));
static PANICKING: Job = odd("panicking", |_| Box::pin(async { panic!("a bug") }));
static ENDLESS: Job = odd("endless", |_| Box::pin(std::future::pending()));

/// The machine's clock, shifted.
struct Off(TimeDelta);

impl Clock for Off {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + self.0
    }
}

fn named(name: &str) -> &'static Job {
    Job::named(name).expect("a job of this name")
}

async fn a_planned_run_is_taken_once_by_however_many_replicas(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let replicas: Vec<Runner> = (0..4).map(|_| Runner::new(Arc::clone(&bench.services))).collect();
    let runs = join_all(replicas.iter().map(|replica| replica.run_planned(named("retention")))).await;
    assert_eq!(runs.iter().flatten().count(), 1, "{runs:?}");
    assert_eq!(replicas[0].run_planned(named("retention")).await, None, "the slot stays taken");
    bench.advance(TimeDelta::days(1));
    assert!(replicas[1].run_planned(named("retention")).await.is_some(), "the next day is another slot");
}

async fn every_job_of_the_schedule_runs_on_an_empty_database(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let runner = Runner::new(Arc::clone(&bench.services));
    for job in JOBS {
        let ended = runner.run_now(job).await;
        assert!(matches!(ended, Ended::Done(_)), "{}: {ended:?}", job.name);
    }
}

async fn how_a_run_ended_is_written_down(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let runner = Runner::new(Arc::clone(&bench.services));
    for (job, word) in [(&FAILING, "failed"), (&PANICKING, "panicked"), (&ENDLESS, "timed_out")] {
        assert_eq!(runner.run_now(job).await.as_str(), word);
        let row = entity::job_status::Entity::find_by_id(job.name.to_owned()).one(bench.db().reader()).await;
        let row = row.expect("readable").expect("a row");
        assert_eq!((row.last_outcome.as_str(), row.runs, row.failures), (word, 1, 1));
        runner.run_now(job).await;
    }
    let failed = entity::job_status::Entity::find_by_id("failing".to_owned()).one(bench.db().reader()).await;
    let failed = failed.expect("readable").expect("a row");
    assert_eq!((failed.runs, failed.failures, failed.last_detail.as_deref()), (2, 2, Some("broken")));
}

async fn the_overview_shows_the_last_run_and_the_next(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let before = overview(&bench.operator()).await.expect("an overview");
    assert_eq!(before.len(), JOBS.len());
    assert!(before.iter().all(|job| job.last.is_none() && job.runs == 0));
    Runner::new(Arc::clone(&bench.services)).run_now(named("retention")).await;
    let after = overview(&bench.operator()).await.expect("an overview");
    let retention = after.iter().find(|job| job.name == "retention").expect("listed");
    let last = retention.last.as_ref().expect("a run");
    assert_eq!((last.outcome.as_str(), last.finished_at, retention.runs), ("done", Some(bench.now()), 1));
    assert_eq!(retention.next, Some("2027-03-02T01:40:00Z".parse().expect("an instant")));
}

async fn the_sweep_releases_mails_held_by_a_dead_process(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let id = bench.promise(draft("one", bench.now())).await;
    lease::claim(bench.db(), bench.now(), "dead", 1).await.expect("claimed");
    let runner = Runner::new(Arc::clone(&bench.services));
    assert_eq!(
        runner.run_now(named("outbox_sweep")).await,
        Ended::Done(Report::new(0, "rescued 0, given up after crashes 0, expired 0"))
    );
    bench.advance(TimeDelta::seconds(61));
    runner.run_now(named("outbox_sweep")).await;
    assert_eq!(bench.mail(id).await.state, State::Pending);
}

async fn a_clock_that_is_not_the_databases_is_refused_where_replicas_share_one(engine: Engine) {
    let bench = Workbench::new(engine).await;
    same_time::demand(bench.db(), &SystemClock).await.expect("one machine, one time");
    same_time::demand(bench.db(), bench.clock.as_ref()).await.expect("set by hand, it claims nothing");
    for minutes in [1, -1] {
        let apart = same_time::demand(bench.db(), &Off(TimeDelta::minutes(minutes))).await;
        match engine {
            Engine::Postgres => assert!(matches!(apart, Err(TimeError::Apart(_))), "{apart:?}"),
            Engine::Sqlite => apart.expect("its clock is this machine's"),
        }
    }
}

async fn leases_are_not_swept_with_a_clock_that_differs_from_the_database_s(engine: Engine) {
    let bench = Workbench::new(engine).await;
    bench.leftovers.are_meant();
    bench.leftovers.are_meant();
    bench.clock.set(SystemClock.now());
    let id = bench.promise(draft("one", bench.now())).await;
    lease::claim(bench.db(), bench.now(), "another", 1).await.expect("claimed");
    let ahead = Services::new(bench.db().clone(), Arc::new(Off(TimeDelta::minutes(5))), bench.services.config.clone());
    let runner = Runner::new(Arc::new(ahead));
    for job in ["outbox_sweep", "housekeeping"] {
        let ended = runner.run_now(named(job)).await;
        match engine {
            Engine::Postgres => {
                assert!(matches!(&ended, Ended::Failed(why) if why.contains("NTP")), "{job}: {ended:?}");
            }
            Engine::Sqlite => assert!(matches!(ended, Ended::Done(_)), "{job}: one process, one clock: {ended:?}"),
        }
    }
    let expected = if engine == Engine::Postgres { State::Leased } else { State::Pending };
    assert_eq!(bench.mail(id).await.state, expected);
}

async fn slots_taken_by_a_wrong_clock_are_free_again(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let runner = Runner::new(Arc::clone(&bench.services));
    let right = bench.now();
    // The clock was wrong by a day, and jobs ran by it.
    bench.advance(TimeDelta::days(1));
    assert!(runner.run_planned(named("retention")).await.is_some());
    bench.clock.set(right);
    assert!(runner.run_planned(named("retention")).await.is_some());
    bench.advance(TimeDelta::days(1));
    assert_eq!(runner.run_planned(named("retention")).await, None, "taken by the wrong clock");
    bench.clock.set(right);
    runner.forget_slots_to_come().await;
    assert_eq!(runner.run_planned(named("retention")).await, None, "what is past stays taken");
    bench.advance(TimeDelta::days(1));
    assert!(runner.run_planned(named("retention")).await.is_some());
}

async fn a_run_without_an_end_within_its_deadline_was_interrupted(engine: Engine) {
    let bench = Workbench::new(engine).await;
    bench.leftovers.are_meant();
    bench.leftovers.are_meant();
    let begun = bench.now().timestamp_millis();
    bench.sql(&format!("INSERT INTO job_status (name, last_started_at, last_outcome, last_duration_ms, runs, failures) VALUES ('retention', {begun}, 'running', 0, 0, 0)")).await;
    let outcome = async || {
        let jobs = overview(&bench.operator()).await.expect("an overview");
        let retention = jobs.into_iter().find(|job| job.name == "retention").expect("listed");
        retention.last.expect("a run").outcome
    };
    bench.advance(TimeDelta::minutes(10));
    assert_eq!(outcome().await, "running", "it has until its deadline");
    bench.advance(TimeDelta::seconds(1));
    assert_eq!(outcome().await, "interrupted");
}

async fn the_periods_of_retention_are_the_controllers_to_set(engine: Engine) {
    let mut bench = Workbench::new(engine).await;
    let services = Arc::get_mut(&mut bench.services).expect("nobody else holds it yet");
    services.config.retention.answers_hours = 72;
    services.config.retention.slots_days = 10;
    let now = bench.now();
    let days = |days: i64| (now - TimeDelta::days(days)).timestamp_millis();
    for (key, at) in [("old", days(4)), ("new", days(2))] {
        bench.sql(&format!("INSERT INTO idempotent_request (caller, key, request_hash, status, body, created_at) VALUES ('c', '{key}', 'h', 201, '', {at})")).await;
    }
    for (planned, at) in [(1, days(11)), (2, days(8))] {
        bench.sql(&format!("INSERT INTO job_slot (job, planned_at, taken_at) VALUES ('j', {planned}, {at})")).await;
    }
    let ended = Runner::new(Arc::clone(&bench.services)).run_now(named("retention")).await;
    assert_eq!(ended, Ended::Done(Report::new(2, "answers 1, slots 1, sessions 0, links 0, files 0, mails blanked 0")));
}

async fn retention_removes_expired_rows_only(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let person = bench.designation().await;
    let now = bench.now();
    let days = |days: i64| (now - TimeDelta::days(days)).timestamp_millis();
    for (key, at) in [("old", days(2)), ("new", days(0))] {
        bench.sql(&format!("INSERT INTO idempotent_request (caller, key, request_hash, status, body, created_at) VALUES ('c', '{key}', 'h', 201, '', {at})")).await;
    }
    for (planned, at) in [(1, days(8)), (2, days(6))] {
        bench.sql(&format!("INSERT INTO job_slot (job, planned_at, taken_at) VALUES ('j', {planned}, {at})")).await;
    }
    for (key, ends, ended) in [
        ("expired", days(31), "NULL".to_owned()),
        ("ended", days(-1), days(31).to_string()),
        ("open", days(-1), "NULL".to_owned()),
        ("just ended", days(1), "NULL".to_owned()),
    ] {
        bench.sql(&format!("INSERT INTO session (id, key_hash, person_id, created_at, last_seen_at, expires_at, ended_at) VALUES ('{key}', '{key}', '{person}', 0, 0, {ends}, {ended})")).await;
    }
    for (key, ends) in [("old", days(31)), ("new", days(1))] {
        bench.sql(&format!("INSERT INTO sign_in_link (id, person_id, token_hash, created_at, expires_at) VALUES ('{key}', '{person}', '{key}', 0, {ends})")).await;
    }
    let ended = Runner::new(Arc::clone(&bench.services)).run_now(named("retention")).await;
    assert_eq!(ended, Ended::Done(Report::new(5, "answers 1, slots 1, sessions 2, links 1, files 0, mails blanked 0")));
    assert_eq!(entity::job_slot::Entity::find().count(bench.db().reader()).await.expect("counted"), 1);
}

/// On the machine's clock and two threads, as the service runs. A job still running at its next tick once blocked one
/// thread for ever, and at the following tick the other.
#[test]
fn a_job_that_overlaps_its_next_tick_stops_nothing() {
    let (report, ended) = mpsc::channel();
    // A runtime of its own, because a blocked one cannot be awaited from within.
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let test = TestDb::new(Engine::Sqlite).await;
            let services = Services::new(test.db.clone(), Arc::new(SystemClock), Config::for_tests());
            let services = Arc::new(services);
            let ticker = Ticker::start(Arc::clone(&services), &OVERLAPPING, || {}).await.expect("it ticks");
            tokio::time::sleep(Duration::from_secs(5)).await;
            ticker.stop().await;
            let _ = report.send(services.vitals.silent());
        });
    });
    let silent =
        ended.recv_timeout(Duration::from_mins(1)).expect("the schedule goes on, and stops when it is told to");
    assert_eq!(silent, [], "both jobs gave signs of life");
    let (overlapping, quick) = (OVERLAPPING_RUNS.load(Ordering::Relaxed), QUICK_RUNS.load(Ordering::Relaxed));
    assert!(overlapping >= 2, "it ran again after it had ended: {overlapping}");
    assert!(quick >= 3, "the other one ran beside it: {quick}");
}
