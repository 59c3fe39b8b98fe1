//! The outbox: each mail is sent once, or ends in a state that operators see.

use crate::support::db::Engine;
use crate::support::smtp_server::{Action, FakeSmtpServer, Phase, Script};
use crate::workbench::{Key, Workbench, draft};
use crate::{both_engines, on_sqlite};
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{DesignationId, PersonId};
use entity::kinds::NotificationState as State;
use entity::{designation, person};
use futures_util::future::join_all;
use raccordo::auth::actor::Actor;
use raccordo::ctx::Ctx;
use raccordo::db::StoreError;
use raccordo::designations::mail::kinds::Farewell;
use raccordo::error::{Code, Error};
use raccordo::kinds_of_mail;
use raccordo::lifecycle;
use raccordo::mail::dispatcher::outcomes::Outcomes;
use raccordo::mail::dispatcher::{Dispatcher, Pace};
use raccordo::mail::kind::Kind;
use raccordo::mail::outbox::desk::{self, Filter};
use raccordo::mail::outbox::lease::{self, Lease, Outcome};
use raccordo::mail::outbox::{self, Draft, Recipient, take_back_for_designation};
use raccordo::mail::transport::{
    Deadlines, Delivery, FailureClass, SmtpSecurity, SmtpSettings, SmtpTransport, Transport,
};
use sea_orm::EntityTrait;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

both_engines! {
    a_promised_mail_is_sent_once_with_the_promised_bytes,
    the_same_promise_twice_is_one_mail,
    the_same_promise_at_the_same_moment_is_one_mail,
    a_promise_of_a_transaction_that_failed_is_none,
    a_mail_waits_for_its_hour,
    a_failed_mail_is_tried_again_later_with_the_same_bytes,
    a_mail_with_unknown_outcome_is_repeated_identically_after_a_quarter_of_an_hour,
    a_mail_refused_for_good_is_dead_until_a_person_retries_it,
    nothing_is_sent_after_its_end,
    two_dispatchers_never_hold_the_same_mail,
    a_sender_whose_lease_has_lapsed_changes_nothing,
    of_outcomes_written_together_only_that_of_a_lost_lease_is_left_out,
    a_renewed_lease_is_not_rescued,
    a_mail_on_the_wire_in_three_crashes_is_given_up,
    the_end_of_a_designation_takes_its_mails_back,
    a_farewell_is_not_taken_while_anything_else_to_its_address_is_under_way,
    mails_about_one_thing_form_a_thread,
    retention_removes_the_text_of_a_mail_and_keeps_its_row,
    a_key_in_a_mail_does_not_outlive_the_mail,
    a_key_that_is_still_to_arrive_is_kept,
    a_mailbox_that_does_not_exist_is_noted_with_the_person,
    the_dispatcher_hears_a_commit_and_comes_back_for_the_rest_by_itself,
    a_lease_is_renewed_while_the_relay_takes_its_time,
    a_sender_that_loses_its_lease_lets_go_and_writes_nothing,
}

on_sqlite! {
    nothing_leaves_while_sending_is_paused,
    only_the_secretariat_and_operators_steer_the_outbox,
    an_address_we_cannot_send_to_makes_a_dead_mail_and_no_error,
    a_mail_to_an_address_that_was_left_does_not_leave_and_is_no_news_about_the_new_one,
    the_desk_lists_the_newest_first_and_shows_the_words,
}

fn refused_for_now() -> Delivery {
    Delivery::NotSent { retry: true, class: FailureClass::Connect, text: "nobody there".into() }
}

fn refused_for_good() -> Delivery {
    Delivery::NotSent { retry: false, class: FailureClass::Recipient, text: "550 no such user".into() }
}

fn in_doubt() -> Delivery {
    Delivery::Unknown { class: FailureClass::FinalReply, text: "silence".into() }
}

fn at_once(bench: &Workbench, key: &str) -> Draft {
    draft(key, bench.now())
}

async fn finish(bench: &Workbench, lease: &Lease, outcome: &Outcome) -> Result<State, StoreError> {
    let txn = bench.db().begin().await?;
    let state = lease::finish(&txn, lease, outcome, bench.now(), 0.0).await?;
    txn.commit().await?;
    Ok(state)
}

/// Returns the acts that are possible instead of the refused one.
fn possible(refused: &Result<(), Error>) -> Vec<&str> {
    match refused {
        Err(Error::Refused(refused)) if refused.code == Code::WrongTransition => lifecycle::possible(refused).collect(),
        other => panic!("not refused for its state: {other:?}"),
    }
}

async fn sweep(bench: &Workbench) -> lease::Swept {
    let now = bench.now();
    bench.operator().write(async |txn| Ok(lease::sweep(txn, now).await?)).await.expect("swept")
}

/// Makes a mail with a key that signs its reader in, valid for ten minutes.
fn key(bench: &Workbench, name: &str) -> Draft {
    let end = Some(bench.now() + TimeDelta::minutes(10));
    Draft { kind: Kind::of::<Key>(), expires_at: end, ..at_once(bench, name) }
}

async fn a_promised_mail_is_sent_once_with_the_promised_bytes(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let id = bench.promise(at_once(&bench, "one")).await;
    let promised = bench.mail(id).await;
    assert_eq!(bench.drain().await, 1);
    assert_eq!(bench.drain().await, 0);
    let taken = bench.mailbox.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!((&taken[0].bytes, &taken[0].message_id), (&promised.payload, &promised.message_id));
    let sent = bench.mail(id).await;
    assert_eq!((sent.state, sent.attempts, sent.sent_at.map(|at| at.0)), (State::Sent, 1, Some(bench.now())));
    assert_eq!((sent.lease_owner, sent.lease_until), (None, None));
}

async fn the_same_promise_twice_is_one_mail(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let first = bench.promise(at_once(&bench, "one")).await;
    bench.advance(TimeDelta::seconds(5));
    assert_eq!(bench.promise(at_once(&bench, "one")).await, first);
    assert_eq!(bench.drain().await, 1);
}

async fn the_same_promise_at_the_same_moment_is_one_mail(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let ids = join_all((0..8).map(|_| bench.promise(at_once(&bench, "one")))).await;
    assert_eq!(ids.into_iter().collect::<BTreeSet<_>>().len(), 1);
    assert_eq!(bench.drain().await, 1);
}

async fn a_promise_of_a_transaction_that_failed_is_none(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let ctx = bench.operator();
    let failed = ctx
        .write(async |txn| {
            outbox::promise(&ctx, txn, at_once(&bench, "one")).await?;
            Err::<(), _>(Error::NotFound)
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(bench.drain().await, 0);
}

async fn a_mail_waits_for_its_hour(engine: Engine) {
    let bench = Workbench::new(engine).await;
    bench.promise(draft("later", bench.now() + TimeDelta::hours(2))).await;
    assert_eq!(bench.drain().await, 0);
    bench.advance(TimeDelta::hours(2));
    assert_eq!(bench.drain().await, 1);
}

async fn a_failed_mail_is_tried_again_later_with_the_same_bytes(engine: Engine) {
    let bench = Workbench::new(engine).await;
    bench.mailbox.script([refused_for_now()]);
    let id = bench.promise(at_once(&bench, "one")).await;
    assert_eq!(bench.drain().await, 1);
    let failed = bench.mail(id).await;
    assert_eq!((failed.state, failed.last_class.as_deref()), (State::Failed, Some("connect")));
    let wait = failed.due_at.0 - bench.now();
    assert!(wait >= TimeDelta::seconds(30) && wait <= TimeDelta::seconds(60), "{wait}");
    assert_eq!(bench.drain().await, 0, "not before its time");
    bench.advance(TimeDelta::minutes(1));
    assert_eq!(bench.drain().await, 1);
    assert_eq!(bench.mailbox.taken()[0].bytes, failed.payload);
    let sent = bench.mail(id).await;
    assert_eq!((sent.state, sent.attempts, sent.last_class), (State::Sent, 2, None));
}

async fn a_mail_with_unknown_outcome_is_repeated_identically_after_a_quarter_of_an_hour(engine: Engine) {
    let bench = Workbench::new(engine).await;
    bench.mailbox.script([in_doubt()]);
    let id = bench.promise(at_once(&bench, "one")).await;
    bench.drain().await;
    assert_eq!(bench.mail(id).await.state, State::Unknown);
    bench.advance(TimeDelta::minutes(15) - TimeDelta::seconds(1));
    assert_eq!(bench.drain().await, 0);
    bench.advance(TimeDelta::seconds(1));
    assert_eq!(bench.drain().await, 1);
    let taken = bench.mailbox.taken();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0], taken[1]);
}

async fn a_mail_refused_for_good_is_dead_until_a_person_retries_it(engine: Engine) {
    let bench = Workbench::new(engine).await;
    bench.mailbox.script([refused_for_good()]);
    let id = bench.promise(at_once(&bench, "one")).await;
    bench.drain().await;
    bench.advance(TimeDelta::days(3));
    assert_eq!(bench.drain().await, 0);
    assert_eq!(bench.mail(id).await.state, State::Dead);
    let ctx = bench.operator();
    ctx.write(async |txn| desk::retry(&ctx, txn, id).await).await.expect("retried");
    assert_eq!(bench.drain().await, 1);
    assert_eq!(bench.mail(id).await.state, State::Sent);
    let again = ctx.write(async |txn| desk::retry(&ctx, txn, id).await).await;
    assert!(possible(&again).is_empty(), "a sent mail is sent: {again:?}");
}

async fn an_address_we_cannot_send_to_makes_a_dead_mail_and_no_error(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let to = Recipient { address: "anna@lecco.example, eva@evil.example".into(), ..at_once(&bench, "one").to };
    let id = bench.promise(Draft { to, ..at_once(&bench, "one") }).await;
    let mail = bench.mail(id).await;
    assert_eq!((mail.state, mail.last_class.as_deref()), (State::Dead, Some("message")));
    assert_eq!(bench.drain().await, 0);
}

async fn nothing_is_sent_after_its_end(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let end = Some(bench.now() + TimeDelta::hours(1));
    let id = bench.promise(Draft { expires_at: end, ..at_once(&bench, "one") }).await;
    bench.advance(TimeDelta::hours(1));
    assert_eq!(bench.drain().await, 0);
    let ctx = bench.operator();
    assert_eq!(possible(&ctx.write(async |txn| desk::retry(&ctx, txn, id).await).await), ["cancel"]);
    let now = bench.now();
    let swept = bench.operator().write(async |txn| Ok(lease::sweep(txn, now).await?)).await.expect("swept");
    assert_eq!(swept.expired, 1);
    assert_eq!(bench.mail(id).await.state, State::Expired);
    assert!(possible(&ctx.write(async |txn| desk::cancel(&ctx, txn, id).await).await).is_empty());
}

async fn nothing_leaves_while_sending_is_paused(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let ctx = bench.operator();
    ctx.write(async |txn| desk::pause(&ctx, txn, "a test").await).await.expect("paused");
    bench.promise(at_once(&bench, "one")).await;
    assert_eq!(bench.drain().await, 0);
    ctx.write(async |txn| desk::resume(&ctx, txn).await).await.expect("resumed");
    assert_eq!(bench.drain().await, 1);
}

async fn two_dispatchers_never_hold_the_same_mail(engine: Engine) {
    let bench = Workbench::new(engine).await;
    bench.leftovers.are_meant();
    for number in 0..20 {
        bench.promise(at_once(&bench, &format!("mail {number}"))).await;
    }
    let now = bench.now();
    let claims = join_all((0..5).map(|owner| {
        let db = bench.db();
        async move { lease::claim(db, now, &format!("owner {owner}"), 6).await.expect("claimed") }
    }))
    .await;
    let held: Vec<_> = claims.into_iter().flatten().map(|mail| mail.lease.id).collect();
    assert_eq!(held.len(), held.iter().collect::<BTreeSet<_>>().len(), "one holder each");
    let rest = lease::claim(bench.db(), now, "last", 100).await.expect("claimed");
    assert_eq!(held.len() + rest.len(), 20, "none forgotten");
}

async fn a_sender_whose_lease_has_lapsed_changes_nothing(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let id = bench.promise(at_once(&bench, "one")).await;
    let slept = lease::claim(bench.db(), bench.now(), "slow", 1).await.expect("claimed")[0].lease;
    bench.advance(TimeDelta::seconds(61));
    let now = bench.now();
    let swept = bench.operator().write(async |txn| Ok(lease::sweep(txn, now).await?)).await.expect("swept");
    assert_eq!(swept.rescued, 1);
    let current = lease::claim(bench.db(), now, "quick", 1).await.expect("claimed")[0].lease;
    assert_eq!(current.epoch, slept.epoch + 1);
    let late = finish(&bench, &slept, &Outcome::Sent).await;
    assert!(matches!(late, Err(StoreError::Stale)), "{late:?}");
    assert!(matches!(lease::renew(bench.db(), &slept, now).await, Err(StoreError::Stale)));
    assert_eq!(bench.mail(id).await.state, State::Leased);
    finish(&bench, &current, &Outcome::Sent).await.expect("the holder's word counts");
    assert_eq!(bench.mail(id).await.state, State::Sent);
}

async fn of_outcomes_written_together_only_that_of_a_lost_lease_is_left_out(engine: Engine) {
    let bench = Workbench::new(engine).await;
    bench.leftovers.are_meant();
    for name in ["alone", "first", "lost", "last"] {
        bench.promise(at_once(&bench, name)).await;
    }
    let leases: Vec<Lease> = (lease::claim(bench.db(), bench.now(), "sender", 4).await.expect("claimed").iter())
        .map(|mail| mail.lease)
        .collect();
    let lost = leases[2].id;
    bench.sql(&format!("UPDATE outbox_mail SET lease_epoch = 9, lease_owner = 'another' WHERE id = '{lost}'")).await;
    let outcomes = Outcomes::new(bench.db().clone());
    // The first is being written when the others come, so that these are written together.
    let (sent, now) = (Outcome::Sent, bench.now());
    let written = join_all(leases.iter().map(|lease| outcomes.write(lease, &sent, now))).await;
    for (lease, written) in leases.iter().zip(written) {
        let mail = bench.mail(lease.id).await;
        if lease.id == lost {
            assert!(matches!(written, Err(StoreError::Stale)), "{written:?}");
            assert_eq!((mail.state, mail.lease_owner.as_deref()), (State::Leased, Some("another")));
        } else {
            assert!(matches!(written, Ok(State::Sent)), "{written:?}");
            assert_eq!(mail.state, State::Sent);
        }
    }
}

async fn a_renewed_lease_is_not_rescued(engine: Engine) {
    let bench = Workbench::new(engine).await;
    bench.leftovers.are_meant();
    bench.promise(at_once(&bench, "one")).await;
    let held = lease::claim(bench.db(), bench.now(), "slow", 1).await.expect("claimed")[0].lease;
    bench.advance(TimeDelta::seconds(50));
    lease::renew(bench.db(), &held, bench.now()).await.expect("renewed");
    bench.advance(TimeDelta::seconds(50));
    let now = bench.now();
    let swept = bench.operator().write(async |txn| Ok(lease::sweep(txn, now).await?)).await.expect("swept");
    assert_eq!(swept.rescued, 0);
}

async fn a_mail_on_the_wire_in_three_crashes_is_given_up(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let id = bench.promise(at_once(&bench, "one")).await;
    for crash in 1..=3 {
        assert_eq!(
            lease::claim(bench.db(), bench.now(), "doomed", 1).await.expect("claimed").len(),
            1,
            "crash {crash}"
        );
        bench.advance(TimeDelta::seconds(61));
        let now = bench.now();
        bench.operator().write(async |txn| Ok(lease::sweep(txn, now).await?)).await.expect("swept");
    }
    let mail = bench.mail(id).await;
    assert_eq!((mail.state, mail.crash_count, mail.last_class.as_deref()), (State::Dead, 3, Some("poison")));
}

async fn the_end_of_a_designation_takes_its_mails_back(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let designation = bench.designation().await;
    let mail = |key: &str| {
        let mut draft = at_once(&bench, key);
        draft.to.designation_id = Some(designation);
        draft
    };
    let on_the_wire = bench.promise(mail("on the wire")).await;
    let held = lease::claim(bench.db(), bench.now(), "sender", 1).await.expect("claimed")[0].lease;
    let waiting = bench.promise(mail("waiting")).await;
    let others = bench.promise(at_once(&bench, "somebody else's")).await;
    let ctx = bench.operator();
    let cancelled =
        ctx.write(async |txn| take_back_for_designation(&ctx, txn, designation).await).await.expect("cancelled");
    assert_eq!(cancelled, 1);
    assert_eq!(bench.mail(waiting).await.state, State::Cancelled);
    let failed = Outcome::Failed { class: FailureClass::Connect.into(), text: String::new() };
    finish(&bench, &held, &failed).await.expect("finished");
    bench.advance(TimeDelta::days(1));
    assert_eq!(bench.drain().await, 1, "only the other person's");
    assert_eq!(bench.mail(others).await.state, State::Sent);
    assert_ne!(bench.mail(on_the_wire).await.state, State::Sent);
}

async fn a_farewell_is_not_taken_while_anything_else_to_its_address_is_under_way(engine: Engine) {
    let bench = Workbench::new(engine).await;
    bench.leftovers.are_meant();
    let person = holder_of(&bench, bench.designation().await).await;
    let mut farewell = Draft { kind: Kind::of::<Farewell>(), ..at_once(&bench, "farewell") };
    farewell.to.person_id = Some(person);
    let farewell = bench.promise(farewell).await;
    let mut elsewhere = at_once(&bench, "elsewhere");
    "ugo@lecco.example".clone_into(&mut elsewhere.to.address);
    bench.promise(elsewhere).await;
    // Enqueued later, but sent first.
    let other =
        bench.promise(Draft { expires_at: Some(bench.now() + TimeDelta::hours(1)), ..at_once(&bench, "other") }).await;
    let claim = async |owner: &str| lease::claim(bench.db(), bench.now(), owner, 10).await.expect("claimed");
    let first: Vec<_> = claim("one").await.into_iter().map(|mail| mail.lease).collect();
    assert_eq!(first.len(), 2);
    assert!(first.iter().all(|lease| lease.id != farewell), "together with what is to come before it");
    assert!(claim("two").await.is_empty(), "another sender would overtake");
    let other = first.iter().find(|lease| lease.id == other).expect("taken");
    finish(&bench, other, &Outcome::Failed { class: FailureClass::Connect.into(), text: String::new() })
        .await
        .expect("finished");
    assert!(claim("three").await.is_empty(), "what failed is tried again");
    bench.advance(TimeDelta::minutes(61));
    let last: Vec<_> = claim("four").await.into_iter().map(|mail| mail.lease.id).collect();
    assert_eq!(last, [farewell], "what has passed its end is no longer waited for");
}

async fn mails_about_one_thing_form_a_thread(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let first = bench.promise(at_once(&bench, "one")).await;
    bench.advance(TimeDelta::seconds(1));
    let second = bench.promise(at_once(&bench, "two")).await;
    let root = format!("<{}>", bench.mail(first).await.message_id);
    let text = String::from_utf8(bench.mail(second).await.payload).expect("ASCII");
    assert!(text.contains(&format!("References: {root}")), "{text}");
}

async fn the_desk_lists_the_newest_first_and_shows_the_words(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let old = bench.promise(at_once(&bench, "one")).await;
    bench.advance(TimeDelta::seconds(1));
    let new = bench.promise(at_once(&bench, "two")).await;
    bench.drain().await;
    let ctx = bench.operator();
    let filter = Filter { state: Some(State::Sent), ..Filter::default() };
    let ids = |list: Vec<desk::LogLine>| list.into_iter().map(|mail| mail.id).collect::<Vec<_>>();
    assert_eq!(ids(desk::list(&ctx, &filter, None, 10).await.expect("a list")), [new, old]);
    assert_eq!(ids(desk::list(&ctx, &filter, Some(new), 10).await.expect("a list")), [old]);
    let shown = desk::show(&ctx, old).await.expect("a mail");
    assert!(shown.text.expect("words").contains("la designazione è registrata."));
    let load = desk::load(ctx.reader()).await.expect("a load");
    assert_eq!((load.states, load.oldest_due), (vec![(State::Sent, 2)], None));
}

async fn retention_removes_the_text_of_a_mail_and_keeps_its_row(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let sent = bench.promise(at_once(&bench, "one")).await;
    bench.drain().await;
    let waiting = bench.promise(draft("two", bench.now() + TimeDelta::days(500))).await;
    bench.advance(TimeDelta::days(400));
    let before = bench.now() - TimeDelta::days(365);
    let blanked = bench.operator().write(async |txn| Ok(outbox::retention::blank_some(txn, before, 500).await?)).await;
    assert_eq!(blanked.expect("blanked"), 1);
    let mail = bench.mail(sent).await;
    assert!(mail.payload.is_empty() && mail.subject.contains("Designazione registrata"));
    assert!(!bench.mail(waiting).await.payload.is_empty(), "what is still to be sent keeps its words");
}

async fn a_key_in_a_mail_does_not_outlive_the_mail(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let designation = bench.designation().await;
    let sent = bench.promise(key(&bench, "sent")).await;
    bench.drain().await;
    bench.mailbox.script([refused_for_good()]);
    let dead = bench.promise(key(&bench, "dead")).await;
    bench.drain().await;
    let mut of_the_former_holder = key(&bench, "cancelled");
    of_the_former_holder.to.designation_id = Some(designation);
    let cancelled = bench.promise(of_the_former_holder).await;
    let ctx = bench.operator();
    ctx.write(async |txn| take_back_for_designation(&ctx, txn, designation).await).await.expect("cancelled");
    let expired = bench.promise(key(&bench, "expired")).await;
    let poisonous = bench.promise(Draft { expires_at: None, ..key(&bench, "poisonous") }).await;
    bench
        .sql(&format!(
            "UPDATE outbox_mail SET crash_count = 2, state = 'leased', lease_until = 0 WHERE id = '{poisonous}'"
        ))
        .await;
    let other = bench.promise(at_once(&bench, "no key")).await;
    bench.advance(TimeDelta::minutes(10));
    assert_eq!((sweep(&bench).await.expired, sweep(&bench).await.expired), (1, 0));
    for (id, state) in [
        (sent, State::Sent),
        (dead, State::Dead),
        (cancelled, State::Cancelled),
        (expired, State::Expired),
        (poisonous, State::Dead),
    ] {
        let mail = bench.mail(id).await;
        assert_eq!(mail.state, state);
        assert!(mail.payload.is_empty(), "{state:?} keeps its key");
        assert!(mail.subject.contains("Designazione"), "that somebody was told stays");
    }
    assert!(!bench.mail(other).await.payload.is_empty(), "what holds no key keeps its words");
}

async fn a_key_that_is_still_to_arrive_is_kept(engine: Engine) {
    let bench = Workbench::new(engine).await;
    bench.mailbox.script([refused_for_now()]);
    let id = bench.promise(key(&bench, "one")).await;
    bench.drain().await;
    assert!(!bench.mail(id).await.payload.is_empty(), "it will be tried again");
    bench.advance(TimeDelta::minutes(1));
    assert_eq!(bench.drain().await, 1);
    assert!(String::from_utf8_lossy(&bench.mailbox.taken()[0].bytes).contains("designazione"));
    assert!(bench.mail(id).await.payload.is_empty());
}

async fn a_mailbox_that_does_not_exist_is_noted_with_the_person(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let person = holder_of(&bench, bench.designation().await).await;
    let to_the_person = |name: &str| {
        let mut draft = at_once(&bench, name);
        draft.to.person_id = Some(person);
        draft
    };
    bench.mailbox.script([refused_for_now(), refused_for_good()]);
    bench.promise(to_the_person("one")).await;
    bench.drain().await;
    assert_eq!(bounce(&bench, person).await, (None, None), "a refusal for now says nothing about the person");
    bench.advance(TimeDelta::minutes(1));
    bench.drain().await;
    let noted = (Some(bench.now()), Some("550 no such user".to_owned()));
    assert_eq!(bounce(&bench, person).await, noted);
    bench.advance(TimeDelta::minutes(1));
    bench.mailbox.script([refused_for_good()]);
    bench.promise(to_the_person("two")).await;
    bench.drain().await;
    assert_eq!(bounce(&bench, person).await, noted, "since when matters, not how often");
}

async fn a_mail_to_an_address_that_was_left_does_not_leave_and_is_no_news_about_the_new_one(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let person = holder_of(&bench, bench.designation().await).await;
    let mut draft = at_once(&bench, "one");
    draft.to.person_id = Some(person);
    let id = bench.promise(draft).await;
    bench.sql("UPDATE person SET email = 'anna@new.example'").await;
    bench.drain().await;
    assert_eq!((bench.mail(id).await.state, bounce(&bench, person).await), (State::Cancelled, (None, None)));
}

async fn only_the_secretariat_and_operators_steer_the_outbox(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let id = bench.promise(at_once(&bench, "one")).await;
    let stranger = Ctx { actor: Actor::anonymous(), ..bench.operator() };
    assert!(matches!(desk::list(&stranger, &Filter::default(), None, 10).await, Err(Error::Unauthenticated)));
    assert!(matches!(desk::show(&stranger, id).await, Err(Error::Unauthenticated)));
    let denied = [
        stranger.write(async |txn| desk::retry(&stranger, txn, id).await).await,
        stranger.write(async |txn| desk::pause(&stranger, txn, "x").await).await,
        stranger.write(async |txn| desk::resume(&stranger, txn).await).await,
    ];
    assert!(denied.iter().all(|answer| matches!(answer, Err(Error::Unauthenticated))), "{denied:?}");
}

async fn the_dispatcher_hears_a_commit_and_comes_back_for_the_rest_by_itself(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let dispatcher = dispatcher(&bench, &bench.transport, Pace { look_every: NEVER, ..Pace::default() });
    // Only commits wake the dispatcher here, ten at once; it has four places.
    for number in 0..10 {
        bench.promise(at_once(&bench, &format!("mail {number}"))).await;
    }
    until("ten mails have left", async || bench.mailbox.taken().len() == 10).await;
    dispatcher.stop().await;
    let load = desk::load(bench.db().reader()).await.expect("a load");
    assert_eq!(load.states, [(State::Sent, 10)]);
}

async fn a_lease_is_renewed_while_the_relay_takes_its_time(engine: Engine) {
    let bench = Workbench::new(engine).await;
    let relay = FakeSmtpServer::start(Script::healthy().at(Phase::FinalDot, Action::Silence)).await;
    let pace = Pace { renew_every: Duration::from_millis(20), stop_within: Duration::ZERO, ..Pace::default() };
    let dispatcher = dispatcher(&bench, &over(&relay), pace);
    let id = bench.promise(at_once(&bench, "one")).await;
    until("the mail is on the wire", async || bench.mail(id).await.state == State::Leased).await;
    bench.advance(TimeDelta::seconds(50));
    let end = bench.now() + lease::LEASE;
    until("the lease is renewed", async || bench.mail(id).await.lease_until.map(|until| until.0) == Some(end)).await;
    bench.advance(TimeDelta::seconds(50));
    assert_eq!(sweep(&bench).await.rescued, 0, "it is held");
    dispatcher.stop().await;
    let let_go = bench.mail(id).await;
    assert_eq!((let_go.state, let_go.last_class.as_deref()), (State::Unknown, Some("stopped")));
    assert!(let_go.may_have_left);
}

async fn a_sender_that_loses_its_lease_lets_go_and_writes_nothing(engine: Engine) {
    let bench = Workbench::new(engine).await;
    bench.leftovers.are_meant();
    let relay = FakeSmtpServer::start(Script::healthy().at(Phase::FinalDot, Action::Silence)).await;
    let pace =
        Pace { look_every: NEVER, renew_every: Duration::from_millis(20), stop_within: NEVER, ..Pace::default() };
    let dispatcher = dispatcher(&bench, &over(&relay), pace);
    let id = bench.promise(at_once(&bench, "one")).await;
    until("the mail is on the wire", async || bench.mail(id).await.state == State::Leased).await;
    bench
        .sql(&format!(
            "UPDATE outbox_mail SET lease_epoch = lease_epoch + 1, lease_owner = 'another' WHERE id = '{id}'"
        ))
        .await;
    // With unlimited patience it would wait for the relay.
    timeout(PATIENCE, dispatcher.stop()).await.expect("the attempt is given up");
    let theirs = bench.mail(id).await;
    assert_eq!((theirs.state, theirs.lease_owner.as_deref()), (State::Leased, Some("another")));
}

/// Longer than any test.
const NEVER: Duration = Duration::from_hours(1);
/// Limit for immediate effects, enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn dispatcher(bench: &Workbench, transport: &Arc<Transport>, pace: Pace) -> Dispatcher {
    Dispatcher::start(
        Arc::clone(&bench.services),
        bench.db().clone(),
        Arc::clone(transport),
        kinds_of_mail::HOOKS,
        pace,
    )
}

/// Makes a transport to this relay, with an hour for each answer.
fn over(relay: &FakeSmtpServer) -> Arc<Transport> {
    let settings = SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: relay.port(),
        security: SmtpSecurity::Plain,
        credentials: None,
        hello_name: "raccordo.example".to_owned(),
        extra_roots: Vec::new(),
        deadlines: Deadlines::uniform(NEVER),
    };
    Arc::new(Transport::Smtp(SmtpTransport::new(settings).expect("the settings are right")))
}

/// Waits until a condition holds.
async fn until(fact: &str, is_so: impl AsyncFn() -> bool) {
    let wait = async {
        while !is_so().await {
            sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(timeout(PATIENCE, wait).await.is_ok(), "never: {fact}");
}

async fn holder_of(bench: &Workbench, designation: DesignationId) -> PersonId {
    let row = designation::Entity::find_by_id(designation).one(bench.db().reader()).await.expect("readable");
    row.expect("a designation").person_id
}

/// Returns the instant of the person's delivery failure, and the answer of the relay.
async fn bounce(bench: &Workbench, person: PersonId) -> (Option<DateTime<Utc>>, Option<String>) {
    let row = person::Entity::find_by_id(person).one(bench.db().reader()).await.expect("readable").expect("a person");
    (row.bounced_at.map(|at| at.0), row.bounce_note)
}

/// Forty random days of a relay: every mail is finally sent, and two different mails never share a Message-ID.
#[actix_web::test]
async fn under_a_random_relay_every_promise_ends_and_repeated_mails_are_equal() {
    let bench = Workbench::new(Engine::Sqlite).await;
    let mut promised = BTreeSet::new();
    for number in 0..40_usize {
        let troubles = [refused_for_now, in_doubt];
        bench.mailbox.script((0..number % 5).map(|turn| troubles[(number + turn) % 2]()));
        let id = bench.promise(at_once(&bench, &format!("mail {number}"))).await;
        promised.insert(bench.mail(id).await.message_id);
        bench.drain().await;
    }
    for _ in 0..100 {
        bench.advance(TimeDelta::hours(1));
        bench.drain().await;
    }
    let load = desk::load(bench.db().reader()).await.expect("a load");
    assert_eq!(load.states, [(State::Sent, 40)]);
    let taken = bench.mailbox.taken();
    assert_eq!(taken.iter().map(|mail| mail.message_id.clone()).collect::<BTreeSet<_>>(), promised);
    for mail in &taken {
        assert!(taken.iter().filter(|twin| twin.message_id == mail.message_id).all(|twin| twin == mail));
    }
}
