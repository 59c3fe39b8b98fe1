//! Waiting mails are checked again before they leave: only those that still hold in the register are sent.

use super::designate;
use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::mailbox::list;
use crate::{both_engines, on_sqlite};
use raccordo::auth::local_path::LocalPath;
use raccordo::auth::service as auth;
use raccordo::mail::outbox::desk;
use serde_json::{Value, json};

both_engines! {
    a_mail_that_waits_goes_to_the_address_that_was_corrected_meanwhile_and_not_to_the_old_one,
    an_unusable_sign_in_link_is_not_mailed,
}

on_sqlite! {
    a_body_is_not_told_of_a_vacant_seat_that_was_filled_meanwhile_nor_weeks_later,
    no_warning_is_sent_of_an_end_that_was_withdrawn_or_has_a_successor,
    no_farewell_is_sent_after_an_end_was_corrected_away,
    an_annulled_designation_is_not_announced,
}

async fn pause(app: &TestApp) {
    let ctx = app.system();
    ctx.write(async |txn| desk::pause(&ctx, txn, "relay under repair").await).await.expect("paused");
}

/// Resumes sending and returns the mails that leave.
async fn resumed(app: &TestApp) -> Vec<String> {
    let ctx = app.system();
    ctx.write(async |txn| desk::resume(&ctx, txn).await).await.expect("resumed");
    list(&app.mails().await)
}

/// Changes a designation at its version and answers with what it became.
async fn change(secretariat: &Client, made: &Value, verb: &str, body: Value) -> Value {
    let path = format!("/api/v1/designations/{}/{verb}", made["id"].as_str().expect("an id"));
    secretariat.post(&path).if_match(&made["version"]).json(body).send().await.expect(200)
}

fn correction(designation: Designation) -> Value {
    let mut correction = designation.statement();
    correction["reason"] = "Errore".into();
    correction
}

async fn a_body_is_not_told_of_a_vacant_seat_that_was_filled_meanwhile_nor_weeks_later(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    designate(&app, Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo")).await;
    designate(&app, Designation::of("body_manager:provincia-como").to("Pia", "Capo")).await;
    app.mails().await;
    pause(&app).await;
    for seat in ["referent:bergamo", "referent:como"] {
        secretariat.post(&format!("/api/v1/seats/{seat}/request-designation")).send().await.expect(204);
    }
    designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    assert_eq!(
        resumed(&app).await,
        [
            "ada.riva@ente.example  designation_registered",
            "elio.capo@ente.example  designation_registered",
            "pia.capo@ente.example  designation_requested",
            "segreteria@raccordo.example  designation_registered",
        ]
    );
    pause(&app).await;
    secretariat.post("/api/v1/seats/referent:lodi/request-designation").send().await.refused(409, "nobody_to_ask");
    app.at("2027-01-12 09:00");
    secretariat.post("/api/v1/seats/referent:como/request-designation").send().await.expect(204);
    app.at("2027-01-26 09:01");
    assert_eq!(resumed(&app).await, [""; 0]);
}

async fn no_warning_is_sent_of_an_end_that_was_withdrawn_or_has_a_successor(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let withdrawn = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva").until("2027-02-28")).await;
    designate(&app, Designation::of("referent:como").to("Pia", "Neri").until("2027-02-28")).await;
    designate(&app, Designation::of("referent:lodi").to("Ugo", "Sala").until("2027-02-28")).await;
    app.mails().await;
    pause(&app).await;
    app.tick("handover").await;
    change(&secretariat, &withdrawn, "correct", correction(Designation::of("any"))).await;
    designate(&app, Designation::of("referent:como").to("Rita", "Poi").from("2027-03-01")).await;
    let left = resumed(&app).await;
    let warnings = left.iter().filter(|line| line.ends_with("designation_ending_soon")).count();
    assert_eq!(warnings, 1, "of Lodi's end only: {left:?}");
}

async fn no_farewell_is_sent_after_an_end_was_corrected_away(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    designate(&app, Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo")).await;
    let made = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    app.mails().await;
    app.at("2027-03-15 10:00");
    pause(&app).await;
    let ended = change(&secretariat, &made, "end", json!({ "last_day": "2027-03-10", "reason": "Dimissioni" })).await;
    let revived = change(&secretariat, &ended, "correct", correction(Designation::of("any"))).await;
    assert_eq!(resumed(&app).await, [""; 0]);
    change(&secretariat, &revived, "end", json!({ "last_day": "2027-03-10", "reason": "Dimissioni" })).await;
    assert_eq!(
        list(&app.mails().await),
        ["ada.riva@ente.example  farewell", "elio.capo@ente.example  designation_ended"],
        "an end that comes after all is told; a body is asked for a seat once a day at the most",
    );
}

async fn an_annulled_designation_is_not_announced(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    pause(&app).await;
    let made = designate(&app, Designation::of("deputy:bergamo").to("Ada", "Riva")).await;
    change(&secretariat, &made, "annul", json!({ "reason": "Errore" })).await;
    assert_eq!(resumed(&app).await, [""; 0]);
}

async fn a_mail_that_waits_goes_to_the_address_that_was_corrected_meanwhile_and_not_to_the_old_one(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    pause(&app).await;
    designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    let ada = app.person("ada.riva@ente.example").await;
    let address = json!({ "email": "ada.rivi@ente.example" });
    secretariat
        .patch(&format!("/api/v1/people/{}", ada.id))
        .if_match(ada.version)
        .merge_patch(&address)
        .send()
        .await
        .expect(200);
    assert_eq!(resumed(&app).await, ["segreteria@raccordo.example  designation_registered"]);
    app.tick("handover").await;
    assert_eq!(list(&app.mails().await), ["ada.rivi@ente.example  designation_welcome"]);
    app.tick("handover").await;
    assert_eq!(list(&app.mails().await), [""; 0]);
}

async fn an_unusable_sign_in_link_is_not_mailed(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let made = designate(&app, Designation::of("deputy:bergamo").to("Ada", "Riva")).await;
    app.mails().await;
    pause(&app).await;
    let ctx = app.system();
    let next = LocalPath::after_sign_in("/me");
    ctx.write(async |txn| auth::request_link(&ctx, txn, "ada.riva@ente.example", &next).await).await.expect("asked");
    change(&secretariat, &made, "annul", json!({ "reason": "Errore" })).await;
    assert_eq!(resumed(&app).await, [""; 0]);
}
