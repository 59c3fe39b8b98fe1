//! The demonstration can be filled on any day of the year, on both engines, once.

use crate::on_sqlite;
use crate::support::app::{SECRETARIAT, TestApp};
use crate::support::db::Engine;
use entity::kinds::{DeliverableState, MeetingState, NotificationState, ReleaseState, ReplyKind, SeatKind, TaskState};
use entity::{deliverable, meeting, outbox_mail, release, reply};
use raccordo::auth::service as auth;
use raccordo::ops::demo;
use raccordo::overview::service as overview;
use raccordo::risk::RiskKind;
use sea_orm::EntityTrait;
use std::collections::BTreeSet;

on_sqlite! {
    a_year_is_told_on_any_day_and_only_once,
}

/// An ordinary day, a day in mid-August, and one between Christmas and New Year.
const DAYS: [&str; 3] = ["2027-02-23 11:30", "2027-08-20 16:00", "2027-12-28 10:00"];

async fn a_year_is_told_on_any_day_and_only_once(engine: Engine) {
    for day in DAYS {
        let app = TestApp::new(engine).await;
        app.at(day);
        assert!(
            demo::fill(&app.services).await.unwrap_or_else(|error| panic!("{day}: {error}")),
            "{day}: nothing was told"
        );
        assert!(!demo::fill(&app.services).await.expect("a look"), "{day}: told twice");

        personas_come_in(&app, day).await;
        gaps_are_planted(&app, day).await;
        work_stands_everywhere(&app, day).await;
        mails_of_the_past_are_over(&app, day).await;
        let key = app.services.config.security.audit_key.reveal().as_bytes();
        let head = raccordo::audit::verify::verify(app.services.db.reader(), key, None).await.expect("it can be read");
        assert!(head.is_ok(), "{day}: {head:?}");
    }
}

async fn personas_come_in(app: &TestApp, day: &str) {
    let personas = auth::demo_personas(&app.system()).await.expect("personas");
    let kinds: BTreeSet<SeatKind> = personas.iter().map(|persona| persona.kind).collect();
    assert_eq!(kinds, SeatKind::ALL.iter().copied().collect(), "{day}");
    let place_of = |kind| personas.iter().find(|persona| persona.kind == kind).map(|persona| persona.place.clone());
    assert!(place_of(SeatKind::Referent).is_some_and(|place| place.ends_with("Bergamo")), "{day}: {personas:?}");
    assert!(place_of(SeatKind::BodyManager).is_some_and(|place| place.ends_with("Bergamo")), "{day}: {personas:?}");
}

async fn gaps_are_planted(app: &TestApp, day: &str) {
    let risks = overview::radar(&app.acting_as(SECRETARIAT).await, None).await.expect("the radar");
    let planted = [
        (RiskKind::Vacant, "referent:sondrio"),
        (RiskKind::Uncovered, "referent:lecco"),
        (RiskKind::Bounced, "referent:mantova"),
        (RiskKind::Expiring, "referent:pavia"),
    ];
    for (kind, seat) in planted {
        assert!(risks.iter().any(|risk| risk.kind == kind && risk.seat.code == seat), "{day}: no {kind:?} at {seat}");
    }
    assert!(risks.iter().all(|risk| risk.seat.code != "referent:como"), "{day}: Como's successor is announced");
}

async fn work_stands_everywhere(app: &TestApp, day: &str) {
    let db = app.services.db.reader();
    let releases: BTreeSet<ReleaseState> =
        release::Entity::find().all(db).await.expect("releases").into_iter().map(|row| row.state).collect();
    assert_eq!(releases, ReleaseState::ALL.iter().copied().collect(), "{day}");
    let deliverables: BTreeSet<DeliverableState> =
        deliverable::Entity::find().all(db).await.expect("deliverables").into_iter().map(|row| row.state).collect();
    assert!(deliverables.len() >= 8, "{day}: {deliverables:?}");
    let meetings: BTreeSet<MeetingState> =
        meeting::Entity::find().all(db).await.expect("meetings").into_iter().map(|row| row.state).collect();
    let expected = [MeetingState::Draft, MeetingState::Convened, MeetingState::Held, MeetingState::Closed];
    assert_eq!(meetings, BTreeSet::from(expected), "{day}");
    let monday = overview::monday(&app.acting_as(SECRETARIAT).await).await.expect("the Monday page");
    assert!(!monday.late.is_empty(), "{day}: nothing is late");
    assert_eq!(monday.proposals.len(), 1, "{day}: one observatory proposes another day");
    assert!(monday.held_up.iter().any(|task| task.state() == TaskState::Refused), "{day}: no task was refused");
    let late =
        reply::Entity::find().all(db).await.expect("replies").into_iter().filter(|row| row.kind == ReplyKind::Late);
    assert_eq!(late.count(), 1, "{day}: one step will be late");
}

async fn mails_of_the_past_are_over(app: &TestApp, day: &str) {
    app.tick("outbox_sweep").await;
    let mails = outbox_mail::Entity::find().all(app.services.db.reader()).await.expect("mails");
    let waiting =
        |state| matches!(state, NotificationState::Pending | NotificationState::Leased | NotificationState::Failed);
    assert!(mails.len() > 100, "{day}: {} mails", mails.len());
    let now = app.system().now();
    let left: Vec<_> = mails.iter().filter(|mail| mail.due_at.0 <= now && waiting(mail.state)).collect();
    let left: Vec<_> = left.iter().map(|mail| (&mail.kind, mail.state, mail.due_at.0, &mail.last_text)).collect();
    assert!(left.is_empty(), "{day}: mails of the past wait to be sent: {left:?}");
    assert_eq!(mails.iter().filter(|mail| mail.state == NotificationState::Dead).count(), 1, "{day}");
    let expired: Vec<_> = mails.iter().filter(|mail| mail.state == NotificationState::Expired).collect();
    let expired: Vec<_> = expired.iter().map(|mail| (&mail.kind, mail.created_at.0, mail.expires_at)).collect();
    assert!(expired.is_empty(), "{day}: mails that never left in time: {expired:?}");
    assert!(mails.iter().any(|mail| mail.kind == "reminder"), "{day}: nobody was reminded");
    assert_eq!(app.dispatch().await, 0, "{day}: something was still to be sent");
}
