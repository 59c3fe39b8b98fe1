//! A slow recipient or relay delays only its own mail.

use crate::both_engines;
use crate::support::db::Engine;
use crate::support::smtp_server::{Action, FakeSmtpServer, Phase, Script, settings};
use crate::workbench::{Key, Workbench, draft};
use chrono::TimeDelta;
use entity::ids::MailId;
use entity::kinds::NotificationState as State;
use raccordo::kinds_of_mail;
use raccordo::mail::dispatcher::{Dispatcher, Pace};
use raccordo::mail::kind::Kind;
use raccordo::mail::outbox::{Draft, Recipient};
use raccordo::mail::transport::{Deadlines, SmtpTransport, Transport};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// Longer than any test.
const NEVER: Duration = Duration::from_hours(1);
/// Highest delay of a healthy mail while others are stuck (requirement of the product: 10 s).
const IN_TIME: Duration = Duration::from_secs(10);
/// Slow mails that may wait in addition to the places, in the default configuration.
const STUCK: usize = 32;

/// An attempt keeps its place only for a moment, so that a test does not wait for the real second.
fn pace() -> Pace {
    Pace { keep_place: Duration::from_millis(100), stop_within: Duration::ZERO, ..Pace::default() }
}

fn silent_at(phase: Phase) -> Script {
    Script::healthy().at(phase, Action::Silence).only_to("lento")
}

fn start(bench: &Workbench, relay: &FakeSmtpServer, pace: Pace) -> Dispatcher {
    let way_out =
        SmtpTransport::new(settings(relay.port(), Deadlines::uniform(NEVER))).expect("the settings are right");
    let transport = Arc::new(Transport::Smtp(way_out));
    Dispatcher::start(Arc::clone(&bench.services), bench.db().clone(), transport, kinds_of_mail::HOOKS, pace)
}

async fn promise(bench: &Workbench, to: &str) -> MailId {
    let mail = draft(to, bench.now());
    let to = Recipient { address: format!("{to}@ente.example"), ..mail.to.clone() };
    bench.promise(Draft { to, ..mail }).await
}

async fn promise_sign_in(bench: &Workbench, to: &str) -> MailId {
    let mail = draft(to, bench.now());
    let to = Recipient { address: format!("{to}@ente.example"), ..mail.to.clone() };
    let end = Some(bench.now() + TimeDelta::minutes(10));
    bench.promise(Draft { kind: Kind::of::<Key>(), expires_at: end, to, ..mail }).await
}

async fn promise_many(bench: &Workbench, name: &str, how_many: usize) -> Vec<MailId> {
    let mut ids = Vec::new();
    for number in 0..how_many {
        ids.push(promise(bench, &format!("{name}{number}")).await);
    }
    ids
}

async fn are_sent(bench: &Workbench, ids: &[MailId]) -> bool {
    for id in ids {
        if bench.mail(*id).await.state != State::Sent {
            return false;
        }
    }
    true
}

async fn in_time(fact: &str, is_so: impl AsyncFn() -> bool) {
    let wait = async {
        while !is_so().await {
            sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(timeout(IN_TIME, wait).await.is_ok(), "not in time: {fact}");
}

#[actix_web::test]
async fn mails_left_without_an_answer_hold_up_neither_healthy_ones_nor_a_sign_in_link() {
    for phase in [Phase::Rcpt, Phase::Data, Phase::Body, Phase::FinalDot] {
        let bench = Workbench::new(Engine::Sqlite).await;
        let relay = FakeSmtpServer::start(silent_at(phase)).await;
        let stuck = promise_many(&bench, "lento", STUCK).await;
        let mut healthy = promise_many(&bench, "sano", 20).await;
        healthy.push(promise_sign_in(&bench, "entra").await);
        let dispatcher = start(&bench, &relay, pace());
        in_time(&format!("{phase:?}: the healthy ones have left"), async || are_sent(&bench, &healthy).await).await;
        for id in &stuck {
            assert_eq!(bench.mail(*id).await.state, State::Leased, "{phase:?}: it goes on waiting beside the others");
        }
        dispatcher.stop().await;
        for id in &stuck {
            // A mail whose body has not begun to travel has certainly not arrived.
            let expected = if matches!(phase, Phase::Body | Phase::FinalDot) { State::Unknown } else { State::Failed };
            let mail = bench.mail(*id).await;
            assert_eq!((mail.state, mail.last_class.as_deref()), (expected, Some("stopped")), "{phase:?}");
            assert_eq!(mail.may_have_left, expected == State::Unknown, "{phase:?}");
        }
        let taken: Vec<String> = relay.journal().into_iter().map(|mail| mail.message_id).collect();
        assert_eq!(taken.len(), taken.iter().collect::<BTreeSet<_>>().len(), "{phase:?}: nothing was sent twice");
    }
}

#[actix_web::test]
async fn a_relay_that_does_not_greet_some_connections_holds_up_those_only() {
    for phase in [Phase::Greeting, Phase::Ehlo, Phase::MailFrom] {
        let bench = Workbench::new(Engine::Sqlite).await;
        let relay = FakeSmtpServer::start(Script::healthy().at(phase, Action::Silence)).await;
        let stuck = promise_many(&bench, "uno", 4).await;
        let dispatcher = start(&bench, &relay, pace());
        in_time(&format!("{phase:?}: all are on the wire"), async || relay.connections() == 4).await;
        relay.follow(Script::healthy());
        let mut healthy = promise_many(&bench, "sano", 5).await;
        healthy.push(promise_sign_in(&bench, "entra").await);
        in_time(&format!("{phase:?}: the healthy ones have left"), async || are_sent(&bench, &healthy).await).await;
        dispatcher.stop().await;
        for id in &stuck {
            assert_eq!(bench.mail(*id).await.state, State::Failed, "{phase:?}: it has certainly not arrived");
        }
    }
}

both_engines! {
    a_sign_in_link_does_not_wait_for_a_queue_that_came_before_it,
}

async fn a_sign_in_link_does_not_wait_for_a_queue_that_came_before_it(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let relay = FakeSmtpServer::start(Script::healthy().at(Phase::FinalDot, Action::Silence).only_to("sano")).await;
    promise_many(&bench, "sano", 40).await;
    let pace = Pace { keep_place: NEVER, ..pace() };
    let dispatcher = start(&bench, &relay, pace);
    in_time("every place is taken", async || relay.connections() == 4).await;
    let link = promise_sign_in(&bench, "entra").await;
    in_time("the link has left", async || are_sent(&bench, &[link]).await).await;
    dispatcher.stop().await;
}

#[actix_web::test]
async fn beyond_the_bound_the_longest_waiting_attempt_is_abandoned_unsent_bodies_first() {
    for (phase, expected) in [(Phase::FinalDot, State::Unknown), (Phase::Rcpt, State::Failed)] {
        let bench = Workbench::new(Engine::Sqlite).await;
        let relay = FakeSmtpServer::start(silent_at(phase)).await;
        let stuck = promise_many(&bench, "lento", STUCK + 8).await;
        let healthy = promise_many(&bench, "sano", 5).await;
        let pace = Pace { let_go_after: Duration::from_millis(300), ..pace() };
        let dispatcher = start(&bench, &relay, pace);
        in_time(&format!("{phase:?}: the healthy ones have left"), async || are_sent(&bench, &healthy).await).await;
        let first = bench.mail(stuck[0]).await;
        assert_eq!((first.state, first.last_class.as_deref()), (expected, Some("timeout")));
        assert!(first.due_at.0 > bench.now(), "it is tried again later");
        dispatcher.stop().await;
    }
}

#[actix_web::test]
async fn healthy_mail_keeps_its_rate_while_others_are_stuck() {
    let mut took = Vec::new();
    for stuck in [0, STUCK] {
        let bench = Workbench::new(Engine::Sqlite).await;
        let relay = FakeSmtpServer::start(silent_at(Phase::FinalDot)).await;
        promise_many(&bench, "lento", stuck).await;
        let dispatcher = start(&bench, &relay, pace());
        in_time("the stuck ones wait beside", async || relay.journal().len() == stuck).await;
        sleep(2 * pace().keep_place).await;
        let begun = Instant::now();
        let healthy = promise_many(&bench, "sano", 100).await;
        in_time("a hundred have left", async || relay.journal().len() == stuck + healthy.len()).await;
        took.push(begun.elapsed());
        dispatcher.stop().await;
    }
    println!("alone {:?}, beside the stuck ones {:?}", took[0], took[1]);
    assert!(took[1] < took[0] * 2 + Duration::from_secs(1), "alone {:?}, beside the stuck ones {:?}", took[0], took[1]);
}
