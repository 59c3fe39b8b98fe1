//! Reminders: sent once, at the right time, answered with one press. The ladder and its links on the Lombardy network.

use crate::support::app::{Answer, Client, SECRETARIAT, TestApp};
use crate::support::builders::confirmed;
use crate::support::db::Engine;
use crate::support::mailbox::Mail;
use crate::{both_engines, on_sqlite};
use chrono::TimeDelta;
use entity::kinds::ObligationKind;
use entity::{outbox_mail, press_link};
use raccordo::clock::Clock;
use raccordo::ctx::Question as _;
use raccordo::mail::kind::MailKind;
use raccordo::mail::outbox::{QUIET, desk, lease};
use raccordo::mail::transport::{Delivery, FailureClass};
use raccordo::reminders::mail::Reminder;
use raccordo::slices;
use raccordo::slices::DueUpTo;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

both_engines! {
    each_rung_leaves_once_in_its_hours_and_vacant_seats_go_to_the_secretariat_in_one_mail,
    after_an_outage_the_last_rung_is_told_and_the_others_are_noted_as_overtaken,
    a_button_in_a_reminder_needs_a_press_and_ends_the_reminders,
    checking_a_reminder_reads_only_its_own_obligations,
    obligations_asked_for_by_id_equal_those_due,
    a_waiting_reminder_goes_to_the_new_holder_of_the_seat,
    a_reminder_that_may_have_left_is_not_told_again,
    the_key_in_a_reminder_is_kept_neither_in_clear_nor_for_ever,
    three_reminders_in_a_row_without_an_answer_show_on_the_radar_until_one_comes,
    an_obligation_of_which_nothing_can_be_planned_keeps_no_other_from_being_told,
}

on_sqlite! {
    a_press_that_changes_nothing_is_answered_with_the_present_state,
    a_link_dies_with_the_designation_and_all_refusals_look_alike,
    a_link_ends_thirty_days_after_the_due_day,
    a_mail_that_waits_does_not_leave_once_its_task_is_done,
    a_reminder_that_has_become_untrue_before_it_is_taken_never_leaves,
    a_mail_that_did_not_leave_in_its_day_is_told_anew_the_next,
    a_reminder_withdrawn_by_hand_is_not_written_again,
    a_reminder_that_was_given_up_is_written_anew_when_it_is_sent_again,
    obligations_due_at_short_notice_or_already_past_get_one_late_reminder,
    a_reminder_for_a_future_day_is_not_withdrawn_before_it,
    an_answer_on_behalf_of_the_referent_counts,
    only_the_secretariat_reads_the_log,
    a_mail_that_cannot_be_written_keeps_no_other_from_leaving,
    a_release_that_changes_twice_within_minutes_is_told_once_and_not_to_who_changed_it,
}

const ADA: &str = "ada.rossi@provincia.example";
const BRUNO: &str = "bruno.verdi@provincia.example";

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value:#}"))
}

async fn designate(secretariat: &Client, seat: &str, email: &str, from: &str, replaces: bool) -> Value {
    let family_name = email.split(['.', '@']).nth(1).expect("a name");
    let designation = json!({
        "seat": seat,
        "person": { "given_name": "Persona", "family_name": family_name, "email": email },
        "valid_from": from,
        "act": { "kind": "decree", "number": format!("{from}/{email}"), "date": "2026-12-20", "organ": "Dirigente", "subject": "Designazione" },
        "provenance": { "channel": "pec", "communicated_on": "2027-01-04" },
        "replaces_holder": replaces,
    });
    secretariat.post("/api/v1/designations").json(designation).send().await.expect(201)
}

/// Makes the network with Ada in Bergamo and the report confirmed, at this time; the mails so far are read.
async fn at_work(app: &TestApp, wall: &str) -> Client {
    let secretariat = app.client(SECRETARIAT).await;
    designate(&secretariat, "referent:bergamo", ADA, "2027-01-01", false).await;
    confirmed(&secretariat, "2026", "2027-03-19").await;
    app.advance(QUIET);
    app.mails().await;
    app.at(wall);
    secretariat
}

async fn reminded(app: &TestApp) -> Vec<Mail> {
    app.tick("reminders").await;
    reminders(app).await
}

/// Sends what is due and returns the reminders among it.
async fn reminders(app: &TestApp) -> Vec<Mail> {
    app.mails().await.into_iter().filter(|mail| mail.kind == "reminder").collect()
}

fn to<'a>(mails: &'a [Mail], email: &str) -> Vec<&'a Mail> {
    mails.iter().filter(|mail| mail.to.contains(email)).collect()
}

/// Returns whether the text of a mail contains these words, across line breaks.
fn says(mail: &Mail, what: &str) -> bool {
    mail.text.split_whitespace().collect::<Vec<_>>().join(" ").contains(what)
}

/// Lists the paths of the links in a mail.
fn links(mail: &Mail) -> Vec<String> {
    mail.text
        .split_whitespace()
        .filter_map(|word| word.strip_prefix("http://raccordo.test"))
        .filter(|path| path.starts_with("/p/"))
        .map(str::to_owned)
        .collect()
}

async fn press(app: &TestApp, link: &str, button: &str) -> Answer {
    let pressed = app.anonymous().post(&format!("{link}/{button}")).header("sec-fetch-site", "same-origin");
    pressed
        .body(
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n\r\n--x--\r\n",
        )
        .send()
        .await
}

/// Returns Bergamo's first step, as the secretariat sees it.
async fn first_step(secretariat: &Client) -> Value {
    secretariat.get("/api/v1/tasks?observatory=bergamo").send().await.expect(200)["items"][0].clone()
}

/// Returns the latest reminder to Ada in the mail log.
async fn ada_s_reminder(app: &TestApp, secretariat: &Client) -> Value {
    let path = format!("/api/v1/mails?kind=reminder&person_id={}", app.person(ADA).await.id);
    secretariat.get(&path).send().await.expect(200)["items"][0].clone()
}

fn in_doubt() -> Delivery {
    Delivery::Unknown { class: FailureClass::FinalReply, text: "silence".into() }
}

fn refused_for_good() -> Delivery {
    Delivery::NotSent { retry: false, class: FailureClass::Recipient, text: "550 no such user".into() }
}

/// Returns whether the radar reports that Bergamo's referent does not answer.
async fn is_silent(secretariat: &Client) -> bool {
    let radar = secretariat.get("/api/v1/radar").send().await.expect(200);
    let items = radar["items"].as_array().expect("a list");
    items.iter().any(|one| one["kind"] == "silent" && one["seat"]["code"] == "referent:bergamo")
}

async fn log(secretariat: &Client, task: &Value) -> Vec<(i64, String, Option<String>)> {
    let path = format!("/api/v1/reminders?obligation_id={}", text(task, "id"));
    let page = secretariat.get(&path).send().await.expect(200);
    let note = |entry: &Value| {
        let reason = entry["reason"].as_str().map(str::to_owned);
        (entry["rung"].as_i64().expect("a rung"), text(entry, "outcome").to_owned(), reason)
    };
    page["items"].as_array().expect("a list").iter().map(note).collect()
}

async fn each_rung_leaves_once_in_its_hours_and_vacant_seats_go_to_the_secretariat_in_one_mail(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = at_work(&app, "2027-02-04 17:00").await;
    assert_eq!(to(&reminded(&app).await, ADA).len(), 0, "ten working days before is tomorrow");
    app.at("2027-02-05 07:59");
    assert_eq!(reminded(&app).await.len(), 0, "too early in the day");
    app.at("2027-02-05 08:00");
    let mails = reminded(&app).await;
    let ada = to(&mails, ADA);
    assert_eq!(ada.len(), 1);
    assert!(ada[0].subject.starts_with("Entro ven 19 feb: "), "{}", ada[0].subject);
    assert!(says(ada[0], "fra 10 giorni lavorativi"), "{}", ada[0].text);
    assert_eq!(links(ada[0]).len(), 1);
    assert_eq!(to(&mails, SECRETARIAT).len(), 1, "one mail for all the seats nobody holds");
    let lines = links(to(&mails, SECRETARIAT)[0]);
    assert!(lines.len() > 1, "{lines:?}");
    assert_eq!(reminded(&app).await.len(), 0, "once is once");
    app.at("2027-02-06 10:00");
    assert_eq!(reminded(&app).await.len(), 0, "Saturday");
    app.at("2027-02-16 08:00");
    assert_eq!(to(&reminded(&app).await, ADA).len(), 1, "three working days before");
    app.at("2027-02-19 18:00");
    assert_eq!(reminded(&app).await.len(), 0, "too late in the day");
    let notes = log(&secretariat, &first_step(&secretariat).await).await;
    assert_eq!(notes, [(-3, "sent".to_owned(), None), (-10, "sent".to_owned(), None)]);
}

async fn after_an_outage_the_last_rung_is_told_and_the_others_are_noted_as_overtaken(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = at_work(&app, "2027-02-17 11:00").await;
    let mails = reminded(&app).await;
    assert!(says(to(&mails, ADA)[0], "fra 2 giorni lavorativi"), "{}", to(&mails, ADA)[0].text);
    let mut notes = log(&secretariat, &first_step(&secretariat).await).await;
    notes.sort_unstable();
    assert_eq!(notes, [(-10, "skipped".to_owned(), Some("overtaken".to_owned())), (-3, "sent".to_owned(), None)]);
}

async fn a_button_in_a_reminder_needs_a_press_and_ends_the_reminders(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = at_work(&app, "2027-02-05 08:00").await;
    let link = links(to(&reminded(&app).await, ADA)[0]).remove(0);
    let before = first_step(&secretariat).await;
    for _ in 0..3 {
        let shown = app.anonymous().get(&link).header("sec-purpose", "prefetch").send().await;
        assert_eq!(shown.status, 200);
        assert_eq!(shown.header("cache-control"), Some("no-store"));
    }
    app.anonymous().request(actix_web::http::Method::HEAD, &link).send().await;
    app.anonymous().request(actix_web::http::Method::OPTIONS, &link).send().await;
    let foreign =
        app.anonymous().post(&format!("{link}/delivered")).header("sec-fetch-site", "cross-site").send().await;
    assert_eq!(foreign.status, 403, "a foreign page cannot press");
    assert_eq!(first_step(&secretariat).await, before, "looking changes nothing");

    // As a browser that states the origin of a form only with `Origin`: its value depends on the page's referrer
    // policy.
    let shown = app.anonymous().get(&link).header("accept", "text/html").send().await;
    assert_eq!(shown.header("referrer-policy"), Some("strict-origin"), "`no-referrer` makes it say `null`");
    assert!(shown.text().contains(r#"<meta name="referrer" content="strict-origin">"#));
    let pressed = app.anonymous().post(&format!("{link}/in-progress")).header("origin", "http://raccordo.test");
    assert_eq!(pressed.send().await.status, 303);
    assert_eq!(first_step(&secretariat).await["state"], "in_progress");
    assert_eq!(press(&app, &link, "delivered").await.status, 303);
    let done = first_step(&secretariat).await;
    assert_eq!(done["state"], "done");
    assert_eq!(press(&app, &link, "delivered").await.status, 303, "a double click is no error");
    assert_eq!(press(&app, &link, "in-progress").await.status, 303);
    assert_eq!(first_step(&secretariat).await, done, "and changes nothing");
    app.at("2027-02-16 08:00");
    assert_eq!(to(&reminded(&app).await, ADA).len(), 0);
}

async fn a_press_that_changes_nothing_is_answered_with_the_present_state(engine: Engine) {
    let app = TestApp::new(engine).await;
    at_work(&app, "2027-02-05 08:00").await;
    let link = links(to(&reminded(&app).await, ADA)[0]).remove(0);
    let said =
        async |button: &str| press(&app, &link, button).await.header("set-cookie").unwrap_or_default().to_owned();
    for (button, answer) in [
        ("in-progress", "success:press.done_in_progress"),
        ("in-progress", "info:press.is_in_progress"),
        ("delivered", "success:press.done_delivered"),
        ("delivered", "info:press.is_done"),
        ("in-progress", "info:press.is_done"),
    ] {
        let said = said(button).await;
        assert!(said.contains(answer), "{button}: {said}");
    }
}

async fn a_link_dies_with_the_designation_and_all_refusals_look_alike(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = at_work(&app, "2027-02-05 08:00").await;
    let link = links(to(&reminded(&app).await, ADA)[0]).remove(0);
    designate(&secretariat, "referent:bergamo", BRUNO, "2027-02-05", true).await;
    let dead = app.anonymous().get(&link).send().await;
    let unknown = app.anonymous().get("/p/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").send().await;
    assert_eq!((dead.status.as_u16(), unknown.status.as_u16()), (410, 410));
    assert_eq!(press(&app, &link, "delivered").await.status, 410);
    assert_eq!(first_step(&secretariat).await["state"], "open");
}

async fn a_link_ends_thirty_days_after_the_due_day(engine: Engine) {
    let app = TestApp::new(engine).await;
    let _secretariat = at_work(&app, "2027-02-05 08:00").await;
    let link = links(to(&reminded(&app).await, ADA)[0]).remove(0);
    app.at("2027-03-21 23:59");
    assert_eq!(app.anonymous().get(&link).send().await.status, 200);
    app.at("2027-03-22 00:00");
    assert_eq!(app.anonymous().get(&link).send().await.status, 410);
}

async fn a_mail_that_waits_does_not_leave_once_its_task_is_done(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = at_work(&app, "2027-02-05 08:00").await;
    let ctx = app.system();
    ctx.write(async |txn| desk::pause(&ctx, txn, "relay under repair").await).await.expect("paused");
    assert_eq!(reminded(&app).await.len(), 0);
    let step = first_step(&secretariat).await;
    let path = format!("/api/v1/tasks/{}/complete", text(&step, "id"));
    secretariat.post(&path).if_match(&step["version"]).json(json!({})).send().await.expect(200);
    app.at("2027-02-05 08:01");
    app.tick("reminders").await;
    ctx.write(async |txn| desk::resume(&ctx, txn).await).await.expect("resumed");
    let mails = reminded(&app).await;
    assert_eq!(to(&mails, ADA).len(), 0);
    assert_eq!(to(&mails, SECRETARIAT).len(), 1, "what still holds does leave");
}

async fn a_reminder_that_has_become_untrue_before_it_is_taken_never_leaves(engine: Engine) {
    for how in ["done", "moved", "handed over", "over"] {
        let app = TestApp::new(engine).await;
        let secretariat = app.client(SECRETARIAT).await;
        let ada = designate(&secretariat, "referent:bergamo", ADA, "2027-01-01", false).await;
        designate(&secretariat, "deputy:bergamo", BRUNO, "2027-01-01", false).await;
        confirmed(&secretariat, "2026", "2027-03-19").await;
        app.mails().await;
        app.at("2027-02-05 08:00");
        app.tick("reminders").await;
        // Between the run that enqueued the mail and the dispatcher that takes it, without another run of the job.
        let step = first_step(&secretariat).await;
        let task = |verb: &str| format!("/api/v1/tasks/{}/{verb}", text(&step, "id"));
        let designation = |verb: &str| format!("/api/v1/designations/{}/{verb}", text(&ada, "id"));
        match how {
            "done" => {
                secretariat.post(&task("complete")).if_match(&step["version"]).json(json!({})).send().await.expect(200)
            }
            "moved" => secretariat
                .patch(task("").trim_end_matches('/'))
                .if_match(&step["version"])
                .merge_patch(&json!({ "hand_set_day": "2027-03-01" }))
                .send()
                .await
                .expect(200),
            "handed over" => {
                let absence = json!({ "from": "2027-02-05", "to": "2027-02-26", "mode": "reassign_all" });
                secretariat
                    .post(&designation("unavailabilities"))
                    .if_match(&ada["version"])
                    .json(absence)
                    .send()
                    .await
                    .expect(201)
            }
            _ => {
                let end = json!({ "last_day": "2027-02-05", "reason": "Trasferimento" });
                secretariat.post(&designation("end")).if_match(&ada["version"]).json(end).send().await.expect(200);
                // The relay was down until midnight, and the handover of the night has not run yet.
                app.services
                    .db
                    .writer()
                    .execute_unprepared("UPDATE outbox_mail SET expires_at = NULL WHERE kind = 'reminder'")
                    .await
                    .expect("kept");
                app.at("2027-02-06 00:00");
                Value::Null
            }
        };
        let mails = reminders(&app).await;
        assert_eq!(to(&mails, ADA).len(), 0, "{how}");
        let ada = app.person(ADA).await.id;
        let log = secretariat.get(&format!("/api/v1/mails?kind=reminder&person_id={ada}")).send().await.expect(200);
        let reason = if how == "over" { "designation_ended" } else { "untrue" };
        assert_eq!(
            (&log["items"][0]["state"], &log["items"][0]["last_class"]),
            (&json!("cancelled"), &json!(reason)),
            "{how}"
        );
        if how == "handed over" {
            app.at("2027-02-05 08:01");
            assert_eq!(to(&reminded(&app).await, BRUNO).len(), 1, "who steps in is told instead");
        }
    }
}

async fn checking_a_reminder_reads_only_its_own_obligations(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = at_work(&app, "2027-02-05 08:00").await;
    let ctx = app.system();
    ctx.write(async |txn| desk::pause(&ctx, txn, "relay under repair").await).await.expect("paused");
    app.tick("reminders").await;
    let mail = text(&ada_s_reminder(&app, &secretariat).await, "id").parse().expect("an id");
    // Rows that cannot be read, so that a query for everything due fails.
    let db = app.services.db.writer();
    let of_others =
        "UPDATE task SET state = 'blocked' WHERE seat_id <> (SELECT id FROM seat WHERE code = 'referent:bergamo')";
    db.execute_unprepared(of_others).await.expect("written");
    let year_s_end = "2027-12-31".parse().expect("a day");
    DueUpTo(year_s_end).answer(&ctx, app.services.db.reader()).await.expect_err("blocked without a reason");
    // These mails are not sent, so they are cancelled.
    let reader = app.services.db.reader();
    let mail = lease::facts(reader, mail).await.expect("readable").expect("a mail");
    assert!(Reminder::still_true(&ctx, reader, &mail).await.expect("its own rows can be read"));
    db.execute_unprepared("UPDATE outbox_mail SET state = 'cancelled'").await.expect("emptied");
}

async fn obligations_asked_for_by_id_equal_those_due(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = at_work(&app, "2027-02-05 08:00").await;
    let asked = async |name: (ObligationKind, Uuid)| {
        slices::still_due(&app.system(), app.services.db.reader(), [name]).await.expect("asked").pop()
    };
    let year_s_end = "2027-12-31".parse().expect("a day");
    let due = async || DueUpTo(year_s_end).answer(&app.system(), app.services.db.reader()).await.expect("due");
    // Bergamo's contribution was returned for changes, Como's first step is done, Lodi's is blocked.
    let own = secretariat.get("/api/v1/deliverables?observatory=bergamo").send().await.expect(200)["items"][0].clone();
    let contribution = format!("/api/v1/deliverables/{}", text(&own, "id"));
    let submitted = secretariat
        .post(&format!("{contribution}/submit"))
        .if_match(&own["version"])
        .json(json!({ "link": "https://provincia.example/relazione.pdf" }));
    let version = submitted.send().await.expect(200)["version"].clone();
    let remarks = json!({ "remarks": "Manca la tavola 3" });
    secretariat
        .post(&format!("{contribution}/request-changes"))
        .if_match(version)
        .json(remarks)
        .send()
        .await
        .expect(200);
    let step_of = async |observatory: &str| {
        let path = format!("/api/v1/tasks?observatory={observatory}");
        secretariat.get(&path).send().await.expect(200)["items"][0].clone()
    };
    let (done, held_up) = (step_of("como").await, step_of("lodi").await);
    let verb = |task: &Value, verb: &str| format!("/api/v1/tasks/{}/{verb}", text(task, "id"));
    let complete = secretariat.post(&verb(&done, "complete")).if_match(&done["version"]).json(json!({}));
    complete.send().await.expect(200);
    let why = json!({ "reason": "Manca il dato" });
    secretariat.post(&verb(&held_up, "block")).if_match(&held_up["version"]).json(why).send().await.expect(200);
    let all = due().await;
    assert!(all.iter().any(|one| one.kind == ObligationKind::Deliverable) && all.len() > 20, "{}", all.len());
    for one in &all {
        assert_eq!(asked((one.kind, one.id)).await.as_ref(), Some(one));
    }
    let named: Vec<_> = all.iter().map(|one| (one.kind, one.id)).collect();
    assert_eq!(
        slices::still_due(&app.system(), app.services.db.reader(), named).await.expect("asked").len(),
        all.len()
    );
    for gone in [&done, &held_up] {
        let id: Uuid = text(gone, "id").parse().expect("an id");
        assert_eq!(asked((ObligationKind::Task, id)).await, None);
        assert_eq!(asked((ObligationKind::Deliverable, id)).await, None);
    }
}

async fn a_waiting_reminder_goes_to_the_new_holder_of_the_seat(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = at_work(&app, "2027-02-05 08:00").await;
    let ctx = app.system();
    ctx.write(async |txn| desk::pause(&ctx, txn, "relay under repair").await).await.expect("paused");
    assert_eq!(reminded(&app).await.len(), 0);
    designate(&secretariat, "referent:bergamo", BRUNO, "2027-02-05", true).await;
    app.at("2027-02-05 08:01");
    app.tick("reminders").await;
    ctx.write(async |txn| desk::resume(&ctx, txn).await).await.expect("resumed");
    let mails = reminded(&app).await;
    assert_eq!((to(&mails, ADA).len(), to(&mails, BRUNO).len()), (0, 1));
}

async fn a_mail_that_did_not_leave_in_its_day_is_told_anew_the_next(engine: Engine) {
    let app = TestApp::new(engine).await;
    let _secretariat = at_work(&app, "2027-02-05 08:00").await;
    let ctx = app.system();
    ctx.write(async |txn| desk::pause(&ctx, txn, "relay under repair").await).await.expect("paused");
    assert_eq!(reminded(&app).await.len(), 0);
    app.at("2027-02-08 08:00");
    ctx.write(async |txn| desk::resume(&ctx, txn).await).await.expect("resumed");
    app.tick("outbox_sweep").await;
    let mails = reminded(&app).await;
    assert!(says(to(&mails, ADA)[0], "fra 9 giorni lavorativi"), "{}", to(&mails, ADA)[0].text);
    assert_eq!(to(&mails, ADA).len(), 1);
}

async fn a_reminder_that_may_have_left_is_not_told_again(engine: Engine) {
    for how in ["no answer came to it", "its sender died with it on the wire"] {
        let app = TestApp::new(engine).await;
        let secretariat = at_work(&app, "2027-02-05 08:00").await;
        if how == "no answer came to it" {
            app.mailbox.script([in_doubt(), in_doubt()]);
            assert_eq!(to(&reminded(&app).await, ADA).len(), 1, "it may have left, and this time it has");
        } else {
            app.tick("reminders").await;
            lease::claim(&app.services.db, app.clock.now(), "dead", 10).await.expect("claimed");
        }
        app.at("2027-02-08 08:00");
        app.tick("outbox_sweep").await;
        let mails = reminded(&app).await;
        assert_eq!(to(&mails, ADA).len(), 0, "{how}: {:?}", to(&mails, ADA));
        let notes = log(&secretariat, &first_step(&secretariat).await).await;
        assert_eq!(notes, [(-10, "sent".to_owned(), None)], "{how}");
        app.at("2027-02-16 08:00");
        assert_eq!(to(&reminded(&app).await, ADA).len(), 1, "{how}: the next rung is another");
    }
}

async fn a_reminder_withdrawn_by_hand_is_not_written_again(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = at_work(&app, "2027-02-05 08:00").await;
    for fate in ["pending", "dead"] {
        app.tick("reminders").await;
        let mail = ada_s_reminder(&app, &secretariat).await;
        if fate == "dead" {
            // The other mail is the secretariat's, and their order is random.
            app.mailbox.script([refused_for_good(), refused_for_good()]);
            app.dispatch().await;
        }
        let ctx = app.system();
        let id = text(&mail, "id").parse().expect("an id");
        ctx.write(async |txn| desk::cancel(&ctx, txn, id).await).await.expect("withdrawn");
        app.advance(TimeDelta::minutes(1));
        let mails = reminded(&app).await;
        assert_eq!(to(&mails, ADA).len(), 0, "{fate}: {:?}", to(&mails, ADA));
        app.at("2027-02-16 08:00");
    }
}

async fn a_reminder_that_was_given_up_is_written_anew_when_it_is_sent_again(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = at_work(&app, "2027-02-05 08:00").await;
    app.mailbox.script([refused_for_good(), refused_for_good()]);
    assert_eq!(reminded(&app).await.len(), 0);
    app.advance(TimeDelta::minutes(1));
    assert_eq!(reminded(&app).await.len(), 0, "by nobody's wish it is not");
    let mail = ada_s_reminder(&app, &secretariat).await;
    let page = app
        .browser(SECRETARIAT)
        .await
        .get(&format!("/mail/{}", text(&mail, "id")))
        .header("accept", "text/html")
        .send()
        .await
        .text();
    assert!(page.contains("/retry"), "the button is there: {page}");
    let ctx = app.system();
    let id = text(&mail, "id").parse().expect("an id");
    ctx.write(async |txn| desk::retry(&ctx, txn, id).await).await.expect("sent again");
    let mails = reminded(&app).await;
    assert_eq!(to(&mails, ADA).len(), 1);
    assert_eq!(links(to(&mails, ADA)[0]).len(), 1, "with a key of its own: the first was not kept");
    let again = ctx.write(async |txn| desk::retry(&ctx, txn, id).await).await;
    assert!(again.is_err(), "the first is over");
}

async fn obligations_due_at_short_notice_or_already_past_get_one_late_reminder(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    designate(&secretariat, "referent:bergamo", ADA, "2027-01-01", false).await;
    app.at("2027-02-22 09:00");
    // Its first step was due on Friday the 19th.
    confirmed(&secretariat, "2026", "2027-03-19").await;
    let mails = reminded(&app).await;
    let ada = to(&mails, ADA);
    assert_eq!(ada.len(), 1);
    assert!(ada[0].subject.contains("la prima passata ven 19 feb"), "{}", ada[0].subject);
    assert!(says(ada[0], "In ritardo: scadeva venerdì 19 febbraio 2027"), "{}", ada[0].text);
    app.at("2027-02-22 10:00");
    let step = first_step(&secretariat).await;
    let path = format!("/api/v1/tasks/{}", text(&step, "id"));
    secretariat
        .patch(&path)
        .if_match(&step["version"])
        .merge_patch(&json!({ "hand_set_day": "2027-02-18" }))
        .send()
        .await
        .expect(200);
    assert_eq!(to(&reminded(&app).await, ADA).len(), 0, "one mail a day");
    app.at("2027-02-23 08:00");
    let mails = reminded(&app).await;
    assert!(says(to(&mails, ADA)[0], "In ritardo: scadeva giovedì 18 febbraio 2027"), "{}", to(&mails, ADA)[0].text);
    app.at("2027-02-24 08:00");
    assert_eq!(to(&reminded(&app).await, ADA).len(), 0, "once is once");
}

async fn a_reminder_for_a_future_day_is_not_withdrawn_before_it(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = at_work(&app, "2027-02-05 08:00").await;
    app.tick("reminders").await;
    app.at("2027-01-12 09:00");
    app.tick("reminders").await;
    assert_eq!(reminders(&app).await.len(), 0, "it waits for its day");
    assert_eq!(ada_s_reminder(&app, &secretariat).await["state"], "pending");
    app.at("2027-02-05 08:00");
    assert_eq!(to(&reminded(&app).await, ADA).len(), 1);
}

async fn the_key_in_a_reminder_is_kept_neither_in_clear_nor_for_ever(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = at_work(&app, "2027-02-05 08:00").await;
    let key = links(to(&reminded(&app).await, ADA)[0]).remove(0);
    let ada = app.person(ADA).await.id;
    let log = secretariat.get(&format!("/api/v1/mails?kind=reminder&person_id={ada}")).send().await.expect(200);
    assert_eq!(log["items"][0]["state"], "sent");
    let mails = outbox_mail::Entity::find().all(app.services.db.reader()).await.expect("mails");
    let kept = |mail: &outbox_mail::Model| String::from_utf8_lossy(&mail.payload).replace("=\r\n", "").contains(&key);
    assert!(!mails.iter().any(kept), "whoever copies the database could press");
    let path = format!("/api/v1/mails/{}", text(&log["items"][0], "id"));
    let told = secretariat.get(&path).send().await.expect(200);
    assert!(text(&told, "text").contains("http://raccordo.test/p/•••"), "what was told stays, without the key");
    assert!(!text(&told, "text").contains(&key), "{told:#}");
    for (part, found) in [("rossi@PROV", true), ("%rossi", false), ("_da.rossi", false), ("verdi", false)] {
        let part: String = url::form_urlencoded::byte_serialize(part.as_bytes()).collect();
        let log = secretariat.get(&format!("/api/v1/mails?kind=reminder&recipient={part}")).send().await.expect(200);
        assert_eq!(log["items"].as_array().is_some_and(|mails| !mails.is_empty()), found, "{part}");
    }
    assert_eq!(app.anonymous().get(&key).send().await.status, 200, "its reader still can");

    let presses = async || {
        press_link::Entity::find()
            .filter(press_link::Column::PersonId.eq(ada))
            .count(app.services.db.reader())
            .await
            .expect("counted")
    };
    app.at("2027-04-20 03:00");
    app.tick("retention").await;
    assert_eq!(presses().await, 1, "thirty days after its end it is still kept");
    app.at("2027-04-22 03:00");
    app.tick("retention").await;
    assert_eq!(presses().await, 0);
}

async fn a_release_that_changes_twice_within_minutes_is_told_once_and_not_to_who_changed_it(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    designate(&secretariat, "referent:bergamo", ADA, "2027-01-01", false).await;
    confirmed(&secretariat, "2026", "2027-03-19").await;
    let release = secretariat.get("/api/v1/releases").send().await.expect(200)["items"][0].clone();
    let path = format!("/api/v1/releases/{}", text(&release, "id"));
    let later = json!({ "day": "2027-04-02", "reason_code": "source_late", "reason_text": "Dati Istat in ritardo" });
    let moved = secretariat.post(&format!("{path}/move")).if_match(&release["version"]).json(later).send().await;
    let moved = moved.expect(200);
    app.mails().await;
    app.advance(QUIET);
    let kinds = |mails: &[Mail]| mails.iter().map(|mail| (mail.to.clone(), mail.kind.clone())).collect::<Vec<_>>();
    let told = app.mails().await;
    assert_eq!(kinds(&told), [(ADA.to_owned(), "release_moved".to_owned())], "the confirmation is overtaken");
    assert!(told[0].subject.starts_with("Nuova data, ven 2 apr (era ven 19 mar): "), "{}", told[0].subject);
    assert!(says(&told[0], "giovedì 4 marzo 2027 (era ven 19 feb)"), "her own days: {}", told[0].text);
    let why = json!({ "reason_code": "source_late", "reason_text": "I dati Istat non escono" });
    secretariat.post(&format!("{path}/cancel")).if_match(&moved["version"]).json(why).send().await.expect(200);
    app.advance(QUIET);
    let told = app.mails().await;
    assert_eq!(kinds(&told), [(ADA.to_owned(), "release_cancelled".to_owned())]);
    assert!(says(&told[0], "I dati Istat non escono"), "{}", told[0].text);
}

async fn three_reminders_in_a_row_without_an_answer_show_on_the_radar_until_one_comes(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = at_work(&app, "2027-02-05 08:00").await;
    let silent = async || is_silent(&secretariat).await;
    let mut last = String::new();
    for moment in ["2027-02-05 08:00", "2027-02-16 08:00", "2027-02-19 08:00"] {
        assert!(!silent().await, "before {moment}");
        app.at(moment);
        last = links(to(&reminded(&app).await, ADA)[0]).remove(0);
    }
    assert!(silent().await);
    let page = app.browser(SECRETARIAT).await.get("/radar").header("accept", "text/html").send().await.text();
    assert!(page.contains("non ha risposto a tre messaggi consecutivi"), "{page}");
    app.at("2027-02-19 09:00");
    let step = first_step(&secretariat).await;
    let path = format!("/api/v1/tasks/{}", text(&step, "id"));
    let given_time = secretariat
        .patch(&path)
        .if_match(&step["version"])
        .merge_patch(&json!({ "hand_set_day": "2027-02-26" }))
        .send()
        .await;
    given_time.expect(200);
    assert!(silent().await, "another day is no answer of theirs");
    assert_eq!(press(&app, &last, "in-progress").await.status, 303);
    assert!(!silent().await, "one press is an answer");
}

async fn an_answer_on_behalf_of_the_referent_counts(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = at_work(&app, "2027-02-05 08:00").await;
    for moment in ["2027-02-05 08:00", "2027-02-16 08:00", "2027-02-19 08:00"] {
        app.at(moment);
        assert_eq!(to(&reminded(&app).await, ADA).len(), 1);
    }
    assert!(is_silent(&secretariat).await);
    let step = first_step(&secretariat).await;
    let path = format!("/api/v1/tasks/{}/start", text(&step, "id"));
    secretariat.post(&path).if_match(&step["version"]).send().await.expect(200);
    assert!(!is_silent(&secretariat).await, "told by telephone");
}

async fn only_the_secretariat_reads_the_log(engine: Engine) {
    let app = TestApp::new(engine).await;
    let _secretariat = at_work(&app, "2027-02-05 08:00").await;
    app.client(ADA).await.get("/api/v1/reminders").send().await.refused(403, "denied");
    app.anonymous().get("/api/v1/reminders").send().await.refused(401, "unauthenticated");
}

async fn an_obligation_of_which_nothing_can_be_planned_keeps_no_other_from_being_told(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = at_work(&app, "2027-02-05 08:00").await;
    let tasks = secretariat.get("/api/v1/tasks?observatory=bergamo").send().await.expect(200);
    let spoilt = text(&tasks["items"][2], "id").to_owned();
    let sql = format!("UPDATE task SET due_day = '0500-01-01' WHERE id = '{spoilt}'");
    app.services.db.writer().execute_unprepared(&sql).await.expect("spoilt");
    let note = app.tick_with_failures("reminders").await;
    assert!(note.contains(&format!("failed 1: task {spoilt}: ")), "{note}");
    let mails: Vec<Mail> = app.mails().await.into_iter().filter(|mail| mail.kind == "reminder").collect();
    assert_eq!(to(&mails, ADA).len(), 1, "her other step is due in ten working days");
    assert_eq!(links(to(&mails, ADA)[0]).len(), 1);
    assert_eq!(to(&mails, SECRETARIAT).len(), 1);
}

async fn a_mail_that_cannot_be_written_keeps_no_other_from_leaving(engine: Engine) {
    let app = TestApp::new(engine).await;
    at_work(&app, "2027-02-05 08:00").await;
    app.refuse("outbox_mail", "recipient", "ada%").await;
    let note = app.tick_with_failures("reminders").await;
    assert!(note.contains(&format!("failed 1: the reminder to person {}: ", app.person(ADA).await.id)), "{note}");
    let mails: Vec<Mail> = app.mails().await.into_iter().filter(|mail| mail.kind == "reminder").collect();
    assert_eq!((to(&mails, ADA).len(), to(&mails, SECRETARIAT).len()), (0, 1));
    let drop =
        if engine == Engine::Sqlite { "DROP TRIGGER poison" } else { "ALTER TABLE outbox_mail DROP CONSTRAINT poison" };
    app.services.db.writer().execute_unprepared(drop).await.expect("mended");
    let mails = reminded(&app).await;
    assert_eq!(
        (to(&mails, ADA).len(), to(&mails, SECRETARIAT).len()),
        (1, 0),
        "the next run tells her, and nobody twice"
    );
}
