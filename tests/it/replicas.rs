//! Two replicas of the real program on one database, killed, frozen and disconnected from it: acknowledged changes
//! exist once, and sent mails had been enqueued.

use crate::support::app::SECRETARIAT;
use crate::support::db::{Engine, TestDb, end_sessions, has_postgres};
use crate::support::designating::{
    Chance, Client, SEATS, assert_every_acknowledged_change_is_there_once, assert_everybody_was_promised_a_mail,
    assert_sent_mails_had_been_enqueued, told_besides_the_holder,
};
use crate::support::real_binary::{Installation, in_future, token_of};
use crate::support::smtp_server::{FakeSmtpServer, Script};
use chrono::TimeDelta;
use entity::kinds::NotificationState;
use entity::outbox_mail;
use raccordo::db::Db;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Each round kills one replica, freezes the other, and ends all their database sessions.
const ROUNDS: usize = 3;
/// The most rounds, if no answer was lost in the first ones.
const MOST_ROUNDS: usize = 10;
/// Longer than the server allows a transaction to be idle.
const FROZEN: Duration = Duration::from_secs(6);
/// Mails being sent at once by each replica in the default configuration, and therefore mails that may be sent twice at
/// each fault.
const CONCURRENCY: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_changes_survive_kills_freezes_and_lost_sessions_of_replicas() {
    if !has_postgres() {
        return;
    }
    let mut chance = Chance::new();
    let test = TestDb::with_network(Engine::Postgres).await;
    let relay = FakeSmtpServer::start(Script::healthy()).await;
    let token = token_of(&test.db, SECRETARIAT).await;
    let installations = [0, 1].map(|_| Installation::over(&test.location).sending_to(relay.port()));
    let ports: Vec<u16> = installations.iter().map(|one| one.port).collect();
    let client = |name, seat| Client { ports: ports.clone(), token: token.clone(), seat, name };
    let mut killed = installations[0].serve_until_ready().await;
    let frozen = installations[1].serve_until_ready().await;

    let mut acknowledged = Vec::new();
    for seat in SEATS {
        acknowledged.push(client(if seat == SEATS[0] { "pace" } else { "quiete" }, seat).designate(1).await.0);
    }
    let told = told_besides_the_holder(&test.db, &acknowledged).await;

    let stop = CancellationToken::new();
    let unheard = Arc::new(AtomicU32::new(0));
    let clients = [("uno", SEATS[0]), ("due", SEATS[1])]
        .map(|(name, seat)| tokio::spawn(client(name, seat).designate_until(stop.clone(), unheard.clone())));
    for round in 0..MOST_ROUNDS {
        // On a busy machine a fault may fall between two requests of the clients.
        if round >= ROUNDS && unheard.load(Ordering::Relaxed) > 0 {
            break;
        }
        sleep(chance.millis(300, 1_500)).await;
        killed.kill();
        killed = installations[0].serve_until_ready().await;
        sleep(chance.millis(300, 1_500)).await;
        frozen.freeze();
        sleep(FROZEN).await;
        frozen.thaw();
        sleep(chance.millis(300, 1_500)).await;
        end_sessions(&test.location).await;
    }
    sleep(Duration::from_secs(1)).await;
    stop.cancel();
    for client in clients {
        acknowledged.extend(client.await.expect("no client was refused"));
    }
    let unheard = unheard.load(Ordering::Relaxed);
    // The sessions of this test were ended with all others.
    let db = Db::open(&test.location).await.expect("the database opens anew");
    send_everything(&installations[0], &db).await;
    frozen.stop().await;
    killed.stop().await;

    installations[0].run(&["audit", "verify"]);
    assert_every_acknowledged_change_is_there_once(&db, &acknowledged).await;
    assert_everybody_was_promised_a_mail(&db, &acknowledged, &told).await;
    let twice = assert_sent_mails_had_been_enqueued(&db, &relay.journal()).await;
    println!("{} designations, {unheard} answers not heard, {twice} mails sent twice", acknowledged.len());
    assert!(acknowledged.len() > 30 && unheard > 0, "the faults hit nobody: this run has shown nothing");
    assert!(twice <= 2 * CONCURRENCY * 3 * MOST_ROUNDS);
}

/// Waits until the replicas have sent all mails. A sweep at a later time releases those held by a killed replica.
async fn send_everything(installation: &Installation, db: &Db) {
    let all_sent = async {
        loop {
            installation.run(&["tick", "outbox_sweep", "--at", &in_future(TimeDelta::minutes(2))]);
            let unsent = outbox_mail::Entity::find().filter(outbox_mail::Column::State.ne(NotificationState::Sent));
            if unsent.count(db.reader()).await.expect("the outbox can be read") == 0 {
                return;
            }
            sleep(Duration::from_secs(1)).await;
        }
    };
    timeout(Duration::from_mins(1), all_sent)
        .await
        .unwrap_or_else(|_| panic!("some mail was never sent\n{}", installation.log()));
}
