//! The real program, killed at random instants: acknowledged changes are kept, and sent mails are true.
//!
//! Only a separate process can be killed as a power cut or the kernel kills it. All other properties of the outbox and
//! the migrations are tested in process.

use crate::support::app::SECRETARIAT;
use crate::support::db::schema_of;
use crate::support::designating::{
    Chance, Client, SEATS, assert_every_acknowledged_change_is_there_once, assert_everybody_was_promised_a_mail,
    assert_sent_mails_had_been_enqueued, designation_of, told_besides_the_holder,
};
use crate::support::real_binary::{Installation, Request, Running, Unanswered, in_future};
use crate::support::smtp_server::{FakeSmtpServer, Script};
use chrono::TimeDelta;
use entity::kinds::NotificationState;
use entity::outbox_mail;
use migration::{Migrator, MigratorTrait};
use raccordo::db::{Db, Location};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, Statement};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

const KILLS: u32 = 30;
/// Limit for immediate effects, enough for a busy machine; well below the 25 seconds that a stop allows for running
/// requests.
const PATIENCE: Duration = Duration::from_secs(15);
/// Mails being sent at once in the default configuration, and therefore mails that may be sent twice at each kill.
const CONCURRENCY: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_changes_and_their_mails_survive_thirty_kills() {
    let mut chance = Chance::new();
    let relay = FakeSmtpServer::start(Script::healthy()).await;
    let installation = Installation::with_network().await.sending_to(relay.port());
    let token = installation.token_of(SECRETARIAT).await;
    let client = |name, seat| Client { ports: vec![installation.port], token: token.clone(), seat, name };

    // Without a fault: the recipients of mails about a designation to each seat, besides its holder.
    let service = installation.serve_until_ready().await;
    let mut acknowledged = Vec::new();
    for seat in SEATS {
        acknowledged.push(client("pace", seat).designate(if seat == SEATS[0] { 1 } else { 2 }).await.0);
    }
    service.stop().await;
    let db = Db::open(&installation.location()).await.expect("the database opens");
    let told = told_besides_the_holder(&db, &acknowledged).await;
    db.close().await;
    assert!(told.values().all(|others| !others.is_empty()), "{told:?}");

    let stop = CancellationToken::new();
    let unheard = Arc::new(AtomicU32::new(0));
    let clients = [("uno", SEATS[0]), ("due", SEATS[1])]
        .map(|(name, seat)| tokio::spawn(client(name, seat).designate_until(stop.clone(), unheard.clone())));
    for kill in 1..=KILLS {
        let service = installation.serve_until_ready().await;
        sleep(chance.millis(100, 1_000)).await;
        service.kill();
        installation.assert_sound(&format!("after kill {kill}")).await;
    }
    let service = installation.serve_until_ready().await;
    stop.cancel();
    for client in clients {
        acknowledged.extend(client.await.expect("no client was refused"));
    }
    let unheard = unheard.load(Ordering::Relaxed);
    send_everything(&installation, service).await;

    installation.assert_sound("at the end").await;
    installation.run(&["audit", "verify"]);
    let db = Db::open(&installation.location()).await.expect("the database opens");
    assert_every_acknowledged_change_is_there_once(&db, &acknowledged).await;
    assert_everybody_was_promised_a_mail(&db, &acknowledged, &told).await;
    let twice = assert_sent_mails_had_been_enqueued(&db, &relay.journal()).await;
    println!("{} designations, {unheard} answers not heard, {twice} mails sent twice", acknowledged.len());
    assert!(acknowledged.len() > 30 && unheard > 0, "the kills hit nobody: this run has shown nothing");
    assert!(twice <= CONCURRENCY * KILLS as usize);
    db.close().await;
}

/// Lets the last service send the remaining mails. A mail held by a killed service is leased for another minute, so the
/// clock of the sweep is set forward.
pub async fn send_everything(installation: &Installation, service: Running) {
    service.stop().await;
    installation.run(&["tick", "outbox_sweep", "--at", &in_future(TimeDelta::minutes(2))]);
    let service = installation.serve_until_ready().await;
    let db = Db::open_beside(&installation.location()).await.expect("the database opens beside the service");
    let all_sent = async {
        while outbox_mail::Entity::find()
            .filter(outbox_mail::Column::State.ne(NotificationState::Sent))
            .count(db.reader())
            .await
            .expect("the outbox can be read")
            > 0
        {
            sleep(Duration::from_millis(50)).await;
        }
    };
    let sent = timeout(Duration::from_secs(30), all_sent).await;
    db.close().await;
    assert!(sent.is_ok(), "some mail was never sent\n{}", installation.log());
    service.stop().await;
}

/// A kill during the first migration leaves the first migrations, each complete; the next run applies the rest.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_migration_leaves_each_step_done_or_undone() {
    let mut chance = Chance::new();
    let schemas = schemas_after_each_migration().await;
    let started = Instant::now();
    Installation::empty().run(&["migrate"]);
    let whole_run = u64::try_from(started.elapsed().as_millis()).expect("a short while");

    let mut unfinished = 0;
    for _ in 0..20 {
        let installation = Installation::empty();
        let child = installation.command(&["migrate"]).spawn().expect("the program starts");
        sleep(chance.millis(0, whole_run)).await;
        kill(child);
        if installation.database().exists() {
            let (db, _folder) = installation.copy().await;
            let done = migrations_recorded(&db).await;
            assert_eq!(schema_of(db.writer()).await, schemas[done], "{done} migrations are recorded");
            unfinished += u32::from(done < schemas.len() - 1);
            db.close().await;
        } else {
            unfinished += 1;
        }
        installation.run(&["migrate"]);
        let (db, _folder) = installation.copy().await;
        assert_eq!(schema_of(db.writer()).await, *schemas.last().expect("a schema"));
        db.close().await;
    }
    assert!(unfinished > 0, "every run was over before its kill: this test has shown nothing");
}

/// Returns the schemas after no, one, two… migrations.
async fn schemas_after_each_migration() -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open(&Location::Sqlite(folder.path().join("steps.sqlite"))).await.expect("a database");
    let mut schemas = vec![schema_of(db.writer()).await];
    for _ in Migrator::migrations() {
        Migrator::up(db.writer(), Some(1)).await.expect("the migration runs");
        schemas.push(schema_of(db.writer()).await);
    }
    db.close().await;
    schemas
}

async fn migrations_recorded(db: &Db) -> usize {
    let question = |sql: &str| Statement::from_string(DbBackend::Sqlite, sql);
    let table = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'seaql_migrations'";
    for sql in [table, "SELECT COUNT(*) FROM seaql_migrations"] {
        let row = db.writer().query_one_raw(question(sql)).await.expect("an answer").expect("a row");
        let count: i64 = row.try_get_by_index(0).expect("a number");
        if count == 0 || sql != table {
            return usize::try_from(count).expect("a count");
        }
    }
    unreachable!("the second question has the last word")
}

fn kill(mut child: std::process::Child) {
    child.kill().expect("the process is ours");
    child.wait().expect("the process has ended");
}

/// A stop as the proxy sees it: once the service reports "not ready", the proxy sends no more requests, and all
/// requests sent before are answered, including those whose body was still arriving when the service stopped accepting.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_under_load_answers_every_request_it_has_begun_to_read() {
    let installation = Installation::with_network().await.set("SERVER__DRAIN_SECONDS", 1);
    let token = installation.token_of(SECRETARIAT).await;
    let mut service = installation.serve_until_ready().await;
    let port = installation.port;
    let not_ready = CancellationToken::new();
    let callers: Vec<_> = (0..4)
        .map(|_| {
            let list = Request::get("/api/v1/designations").with("authorization", &format!("Bearer {token}"));
            tokio::spawn(call_until(list, port, not_ready.clone()))
        })
        .collect();
    let mut slow = Vec::new();
    for number in 0..4 {
        let body = designation_of(SEATS[0], &format!("lento.{number}@kill.example"));
        let post = Request::post("/api/v1/designations", &body).with("authorization", &format!("Bearer {token}"));
        slow.push(post.begin_body(port).await);
    }
    sleep(Duration::from_millis(300)).await;

    service.terminate();
    while service.is_ready().await {
        sleep(Duration::from_millis(20)).await;
    }
    not_ready.cancel();
    let mut answered = 0;
    for caller in callers {
        answered += caller.await.expect("every request was answered");
    }
    assert!(answered > 0);
    // After the drain: the service accepts no connection but still waits for the rest of these four requests.
    let refused = async {
        while !matches!(Request::get("/status").send_to(port).await, Err(Unanswered::Refused)) {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, refused).await.expect("it stops accepting");
    for request in slow {
        let answer = request.finish().await.expect("the answer to a request begun before the stop");
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
    let status = service.ended_within(PATIENCE).await;
    assert!(status.success(), "{status}\n{}", installation.log());
}

/// Repeats a request until told to stop; every request must be answered. Returns their number.
async fn call_until(request: Request, port: u16, stop: CancellationToken) -> u32 {
    let mut answered = 0;
    while !stop.is_cancelled() {
        let answer = request.send_to(port).await.expect("no request is reset while the service says that it is ready");
        assert_eq!(answer.status, 200, "{}", answer.body);
        answered += 1;
        sleep(Duration::from_millis(40)).await;
    }
    answered
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_service_stops_at_the_first_signal_and_a_busy_one_at_once_at_the_second() {
    let installation = Installation::with_network().await;
    let mut idle = installation.serve_until_ready().await;
    idle.terminate();
    assert!(idle.ended_within(PATIENCE).await.success());

    let mut busy = installation.serve_until_ready().await;
    let stuck = Request::post("/api/v1/designations", &designation_of(SEATS[0], "mai@kill.example"))
        .begin_body(installation.port)
        .await;
    sleep(Duration::from_millis(100)).await;
    busy.terminate();
    while busy.is_ready().await {
        sleep(Duration::from_millis(20)).await;
    }
    busy.terminate();
    let status = busy.ended_within(PATIENCE).await;
    assert_eq!(status.code(), Some(130), "as a program ended by an interrupt");
    drop(stuck);
}
