//! Corrected addresses: mails that went to the wrong address are repeated at the right one, if they are still relevant.

use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::{Designation, designate};
use crate::support::db::Engine;
use crate::support::mailbox::{Mail, list};
use crate::{both_engines, on_sqlite};
use raccordo::clock::Clock;
use serde_json::{Value, json};

both_engines! {
    an_invitation_follows_the_address_once_with_a_higher_sequence,
    a_reminder_follows_the_address_once_and_the_old_link_is_dead,
    a_registration_that_left_for_the_wrong_address_becomes_a_welcome_at_the_right_one,
}

on_sqlite! {
    a_cancellation_sent_to_a_wrong_address_is_sent_again,
    a_former_holder_gets_no_mail_at_the_corrected_address,
    a_mail_withdrawn_by_hand_does_not_follow_the_address,
    a_request_follows_the_address_of_the_body_while_the_seat_is_vacant,
    an_address_that_comes_back_is_not_told_again,
}

const WRONG: &str = "ada.riva@ente.example";
const RIGHT: &str = "ada.rivi@ente.example";

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value:#}"))
}

async fn correct(app: &TestApp, secretariat: &Client, from: &str, to: &str) {
    let person = app.person(from).await;
    secretariat
        .patch(&format!("/api/v1/people/{}", person.id))
        .if_match(person.version)
        .merge_patch(&json!({ "email": to }))
        .send()
        .await
        .expect(200);
}

/// Designates Ada as referent of Bergamo and reads the mails so far.
async fn with_ada(app: &TestApp) -> (Client, Value) {
    let secretariat = app.client(SECRETARIAT).await;
    let ada = designate(
        &secretariat,
        Designation::of("referent:bergamo").to("Ada", "Riva").by_act_of("2026-12-20").from("2027-01-01"),
    )
    .await;
    app.mails().await;
    (secretariat, ada)
}

/// Convenes a meeting in May and returns its path.
async fn convened(secretariat: &Client) -> String {
    let meeting = json!({
        "table": "tavolo", "title": "Agenda dei rilasci 2027", "day": "2027-05-18", "starts": "09:30:00", "ends": "12:00:00",
        "venue": { "mode": "in_person", "place": "Palazzo Lombardia, Sala 5" },
    });
    let made = secretariat.post("/api/v1/meetings").json(meeting).send().await.expect(201);
    let path = format!("/api/v1/meetings/{}", text(&made, "id"));
    let item = json!({ "kind": "decision", "title": "Date dei rilasci" });
    secretariat.post(&format!("{path}/agenda-items")).if_match(&made["version"]).json(item).send().await.expect(201);
    let convene = secretariat.post(&format!("{path}/convene")).if_match(&version(secretariat, &path).await);
    convene.json(json!({})).send().await.expect(200);
    path
}

async fn version(secretariat: &Client, path: &str) -> Value {
    secretariat.get(path).send().await.expect(200)["version"].clone()
}

async fn tick(app: &TestApp, job: &str) -> Vec<Mail> {
    app.tick(job).await;
    app.mails().await
}

fn to<'a>(mails: &'a [Mail], address: &str) -> Vec<&'a Mail> {
    mails.iter().filter(|mail| mail.to == address).collect()
}

/// Returns the value of a property of a calendar object.
fn property(mail: &Mail, name: &str) -> String {
    let calendar = mail.calendar.as_deref().expect("a calendar part").replace("\r\n ", "");
    let line = calendar.lines().find_map(|line| line.strip_prefix(&format!("{name}:")).map(str::to_owned));
    line.unwrap_or_else(|| panic!("no {name} in {calendar}"))
}

async fn an_invitation_follows_the_address_once_with_a_higher_sequence(engine: Engine) {
    let app = TestApp::new(engine).await;
    let (secretariat, _) = with_ada(&app).await;
    let meeting = convened(&secretariat).await;
    let first = app.mails().await;
    let first = to(&first, WRONG);
    assert_eq!(first.len(), 1);
    correct(&app, &secretariat, WRONG, RIGHT).await;
    let again = tick(&app, "follow_members").await;
    assert_eq!(list(&again), [format!("{RIGHT}  meeting_convened")]);
    assert_eq!(property(&again[0], "UID"), property(first[0], "UID"));
    assert_eq!((property(first[0], "SEQUENCE"), property(&again[0], "SEQUENCE")), ("0".into(), "1".into()));
    assert_eq!(property(&again[0], "METHOD"), "REQUEST");
    assert_eq!(list(&tick(&app, "follow_members").await), [""; 0], "once");
    let slot = json!({ "day": "2027-05-20", "starts": "10:00:00", "ends": "12:30:00" });
    let moving = secretariat.post(&format!("{meeting}/move")).if_match(&version(&secretariat, &meeting).await);
    moving.json(slot).send().await.expect(200);
    let moved = app.mails().await;
    let moved = to(&moved, RIGHT);
    assert_eq!(moved.len(), 1);
    assert_eq!((moved[0].kind.as_str(), property(moved[0], "SEQUENCE").as_str()), ("meeting_moved", "2"));
    // Corrected before the next mail is sent: that mail is withdrawn, and the right address gets the new slot.
    correct(&app, &secretariat, RIGHT, "ada.rive@ente.example").await;
    let third = tick(&app, "follow_members").await;
    assert_eq!(list(&third), ["ada.rive@ente.example  meeting_convened"]);
    assert_eq!(property(&third[0], "SEQUENCE"), "3");
    assert!(third[0].calendar.as_deref().expect("an invitation").contains("20270520T100000"));
}

async fn a_cancellation_sent_to_a_wrong_address_is_sent_again(engine: Engine) {
    let app = TestApp::new(engine).await;
    let (secretariat, _) = with_ada(&app).await;
    let meeting = convened(&secretariat).await;
    app.mails().await;
    let off = secretariat.post(&format!("{meeting}/cancel")).if_match(&version(&secretariat, &meeting).await);
    off.json(json!({ "reason": "Sala chiusa" })).send().await.expect(200);
    app.mails().await;
    correct(&app, &secretariat, WRONG, RIGHT).await;
    let again = tick(&app, "follow_members").await;
    assert_eq!(list(&again), [format!("{RIGHT}  meeting_cancelled")]);
    assert_eq!((property(&again[0], "METHOD"), property(&again[0], "SEQUENCE")), ("CANCEL".into(), "2".into()));
    assert!(again[0].text.contains("Sala chiusa"), "{}", again[0].text);
    assert_eq!(list(&tick(&app, "follow_members").await), [""; 0], "once");
}

async fn a_former_holder_gets_no_mail_at_the_corrected_address(engine: Engine) {
    let app = TestApp::new(engine).await;
    let (secretariat, ada) = with_ada(&app).await;
    convened(&secretariat).await;
    app.mails().await;
    let end = secretariat.post(&format!("/api/v1/designations/{}/end", text(&ada, "id"))).if_match(&ada["version"]);
    end.json(json!({ "last_day": "2027-01-08", "reason": "Trasferimento" })).send().await.expect(200);
    app.at("2027-01-12 09:00");
    for job in ["handover", "follow_members"] {
        app.tick(job).await;
    }
    app.mails().await;
    correct(&app, &secretariat, WRONG, RIGHT).await;
    for job in ["handover", "follow_members", "reminders"] {
        assert_eq!(to(&tick(&app, job).await, RIGHT).len(), 0, "{job}");
    }
}

/// Confirms the yearly report for 19 March 2027. Bergamo's first step is due on 19 February, its first rung on 5
/// February.
async fn reminded(app: &TestApp, secretariat: &Client) -> String {
    let planned = json!({ "product": "relazione-territoriale", "period": "2026", "date": { "precision": "month", "day": "2027-03-10" } });
    let planned = secretariat.post("/api/v1/releases").json(planned).send().await.expect(201);
    let path = format!("/api/v1/releases/{}/confirm", text(&planned, "id"));
    secretariat.post(&path).if_match(&planned["version"]).json(json!({ "day": "2027-03-19" })).send().await.expect(200);
    app.mails().await;
    app.at("2027-02-05 08:00");
    let mut mails = tick(app, "reminders").await;
    mails.retain(|mail| mail.kind == "reminder");
    link(to(&mails, WRONG)[0])
}

fn link(mail: &Mail) -> String {
    let found = mail.text.split_whitespace().find_map(|word| word.strip_prefix("http://raccordo.test/p/"));
    format!("/p/{}", found.expect("a link for one press"))
}

async fn a_reminder_follows_the_address_once_and_the_old_link_is_dead(engine: Engine) {
    let app = TestApp::new(engine).await;
    let (secretariat, _) = with_ada(&app).await;
    let old = reminded(&app, &secretariat).await;
    assert_eq!(app.anonymous().get(&old).send().await.status, 200);
    correct(&app, &secretariat, WRONG, RIGHT).await;
    assert_eq!(app.anonymous().get(&old).send().await.status, 410, "who has the wrong address could press");
    let again = tick(&app, "reminders").await;
    assert_eq!(list(&again), [format!("{RIGHT}  reminder")], "the same day too");
    assert_eq!(app.anonymous().get(&link(&again[0])).send().await.status, 200);
    assert_eq!(list(&tick(&app, "reminders").await), [""; 0], "once");
    app.at("2027-02-16 08:00");
    assert_eq!(to(&tick(&app, "reminders").await, RIGHT).len(), 1, "the next rung is another");
    // Weeks later, when no new reminder is due.
    app.at("2027-02-17 08:00");
    correct(&app, &secretariat, RIGHT, "ada.rive@ente.example").await;
    assert_eq!(list(&tick(&app, "reminders").await), ["ada.rive@ente.example  reminder"]);
    assert_eq!(list(&tick(&app, "reminders").await), [""; 0], "once");
}

async fn a_mail_withdrawn_by_hand_does_not_follow_the_address(engine: Engine) {
    let app = TestApp::new(engine).await;
    let (secretariat, _) = with_ada(&app).await;
    let ctx = app.system();
    ctx.write(async |txn| raccordo::mail::outbox::desk::pause(&ctx, txn, "prova").await).await.expect("paused");
    convened(&secretariat).await;
    let person = app.person(WRONG).await.id;
    let mails =
        secretariat.get(&format!("/api/v1/mails?kind=meeting_convened&person_id={person}")).send().await.expect(200);
    let id = text(&mails["items"][0], "id").parse().expect("an id");
    ctx.write(async |txn| raccordo::mail::outbox::desk::cancel(&ctx, txn, id).await).await.expect("withdrawn");
    ctx.write(async |txn| raccordo::mail::outbox::desk::resume(&ctx, txn).await).await.expect("resumed");
    app.mails().await;
    correct(&app, &secretariat, WRONG, RIGHT).await;
    assert_eq!(list(&tick(&app, "follow_members").await), [""; 0]);
}

async fn a_request_follows_the_address_of_the_body_while_the_seat_is_vacant(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    designate(
        &secretariat,
        Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo").by_act_of("2026-05-20").from("2026-06-01"),
    )
    .await;
    app.mails().await;
    for seat in ["referent:bergamo", "deputy:bergamo"] {
        secretariat.post(&format!("/api/v1/seats/{seat}/request-designation")).send().await.expect(204);
    }
    assert_eq!(app.mails().await.len(), 2);
    designate(
        &secretariat,
        Designation::of("deputy:bergamo").to("Ugo", "Sala").by_act_of("2026-05-20").from("2026-06-01"),
    )
    .await;
    app.mails().await;
    correct(&app, &secretariat, "elio.capo@ente.example", "e.capo@ente.example").await;
    let again = tick(&app, "handover").await;
    // His own designation, and Ugo's.
    let registered = "e.capo@ente.example  designation_registered";
    let requested = "e.capo@ente.example  designation_requested";
    assert_eq!(list(&again), [registered, registered, requested], "asked for the vacant seat only");
    assert_eq!(list(&tick(&app, "handover").await), [""; 0], "once");
    app.advance(chrono::TimeDelta::days(1));
    assert_eq!(to(&tick(&app, "handover").await, "e.capo@ente.example").len(), 0, "and not every day");
}

async fn a_registration_that_left_for_the_wrong_address_becomes_a_welcome_at_the_right_one(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    designate(
        &secretariat,
        Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo").by_act_of("2026-05-20").from("2026-06-01"),
    )
    .await;
    let today = app.clock.now().format("%Y-%m-%d").to_string();
    designate(&secretariat, Designation::of("referent:bergamo").to("Ada", "Riva").from(&today)).await;
    let left = app.mails().await;
    assert_eq!(to(&left, WRONG).len(), 1);
    correct(&app, &secretariat, WRONG, RIGHT).await;
    correct(&app, &secretariat, "elio.capo@ente.example", "e.capo@ente.example").await;
    assert_eq!(
        list(&tick(&app, "handover").await),
        [
            "ada.rivi@ente.example  designation_welcome",
            "e.capo@ente.example  designation_registered",
            "e.capo@ente.example  designation_registered",
        ],
        "Elio hears of himself, who began long ago, and of Ada",
    );
    assert_eq!(list(&tick(&app, "handover").await), [""; 0], "once");
    // Wrong again: repeated once more.
    correct(&app, &secretariat, RIGHT, "ada.rive@ente.example").await;
    assert_eq!(list(&tick(&app, "handover").await), ["ada.rive@ente.example  designation_welcome"]);
    assert_eq!(list(&tick(&app, "handover").await), [""; 0], "once");
}

async fn an_address_that_comes_back_is_not_told_again(engine: Engine) {
    let app = TestApp::new(engine).await;
    let (secretariat, _) = with_ada(&app).await;
    convened(&secretariat).await;
    app.mails().await;
    correct(&app, &secretariat, WRONG, RIGHT).await;
    correct(&app, &secretariat, RIGHT, WRONG).await;
    for job in ["handover", "follow_members"] {
        assert_eq!(list(&tick(&app, job).await), [""; 0], "{job}");
    }
}
