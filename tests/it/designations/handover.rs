//! When a designation ends: access, links and pending mails of the former holder die, the farewell is the last word.

use super::designate;
use crate::support::app::{SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::mailbox::list;
use crate::{both_engines, on_sqlite};
use raccordo::jobs::runner::{Ended, Runner};
use raccordo::jobs::schedule::Job;
use sea_orm::ConnectionTrait;
use serde_json::json;

both_engines! {
    a_replacement_ends_the_former_holder_the_same_day,
    an_end_announced_ahead_takes_effect_at_its_midnight_and_says_farewell_once,
    pending_mails_of_a_former_holder_are_cancelled_except_the_farewell,
    a_later_holder_is_welcomed_on_the_day_and_the_body_warned_before_the_end,
    one_end_that_cannot_be_carried_out_takes_nothing_from_the_others,
}

on_sqlite! {
    a_replacement_from_today_or_earlier_announces_no_vacancy,
    a_renewed_holder_gets_no_farewell,
    a_seat_emptied_by_an_annulment_or_a_later_start_is_asked_for,
    a_holder_who_began_during_downtime_is_welcomed,
    an_end_that_comes_near_is_told_once_whatever_else_is_corrected,
    a_long_address_is_written_to_like_any_other,
}

async fn a_replacement_ends_the_former_holder_the_same_day(engine: Engine) {
    let app = TestApp::new(engine).await;
    designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    let ada = app.client("ada.riva@ente.example").await;
    ada.get("/api/v1/designations").send().await.expect(200);
    app.mails().await;
    app.at("2027-03-15 10:00");
    let next = Designation::of("referent:bergamo")
        .to("Ugo", "Sala")
        .from("2027-03-15")
        .by_act_of("2027-03-10")
        .communicated_on("2027-03-15");
    designate(&app, next.replacing_the_holder()).await;
    ada.get("/api/v1/designations").send().await.expect(401);
    assert_eq!(
        list(&app.mails().await),
        [
            "ada.riva@ente.example  farewell",
            "segreteria@raccordo.example  designation_registered",
            "ugo.sala@ente.example  designation_registered",
        ]
    );
    let secretariat = app.client(SECRETARIAT).await;
    let before = secretariat
        .get("/api/v1/designations?seat=referent&observatory=bergamo&as_of=2027-03-14")
        .send()
        .await
        .expect(200);
    assert_eq!(before["items"][0]["person"]["given_name"], "Ada");
    let after = secretariat
        .get("/api/v1/designations?seat=referent&observatory=bergamo&as_of=2027-03-15")
        .send()
        .await
        .expect(200);
    assert_eq!(after["items"][0]["person"]["given_name"], "Ugo");
}

async fn an_end_announced_ahead_takes_effect_at_its_midnight_and_says_farewell_once(engine: Engine) {
    let app = TestApp::new(engine).await;
    let made = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    designate(&app, Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo")).await;
    let secretariat = app.client(SECRETARIAT).await;
    let path = format!("/api/v1/designations/{}/end", made["id"].as_str().expect("an id"));
    secretariat
        .post(&path)
        .if_match(1)
        .json(json!({ "last_day": "2027-01-31", "reason": "Trasferimento" }))
        .send()
        .await
        .expect(200);
    app.mails().await;
    let ada = app.client("ada.riva@ente.example").await;
    app.at("2027-01-31 23:59");
    app.tick("handover").await;
    ada.get("/api/v1/designations").send().await.expect(200);
    app.mails().await;
    app.at("2027-02-01 00:00");
    // Rights end with the day, whether or not the job has come round; then the key is dead as well.
    ada.get("/api/v1/designations").send().await.refused(403, "denied");
    for _ in 0..3 {
        app.tick("handover").await;
    }
    ada.get("/api/v1/designations").send().await.expect(401);
    assert_eq!(
        list(&app.mails().await),
        [
            "ada.riva@ente.example  farewell",
            "elio.capo@ente.example  designation_ended",
            "elio.capo@ente.example  designation_requested",
        ]
    );
}

async fn pending_mails_of_a_former_holder_are_cancelled_except_the_farewell(engine: Engine) {
    let app = TestApp::new(engine).await;
    let made = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    // Nothing has been sent yet when it turns out that Ada had left before she began to be written to.
    app.at("2027-01-20 10:00");
    let secretariat = app.client(SECRETARIAT).await;
    let path = format!("/api/v1/designations/{}/end", made["id"].as_str().expect("an id"));
    secretariat
        .post(&path)
        .if_match(1)
        .json(json!({ "last_day": "2027-01-15", "reason": "Dimissioni" }))
        .send()
        .await
        .expect(200);
    let to_ada: Vec<_> = list(&app.mails().await).into_iter().filter(|line| line.starts_with("ada")).collect();
    assert_eq!(to_ada, ["ada.riva@ente.example  farewell"]);
}

async fn a_later_holder_is_welcomed_on_the_day_and_the_body_warned_before_the_end(engine: Engine) {
    let app = TestApp::new(engine).await;
    designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva").from("2027-02-01").until("2027-04-30")).await;
    app.mails().await;
    app.at("2027-02-01 06:00");
    for _ in 0..2 {
        app.tick("handover").await;
    }
    assert_eq!(list(&app.mails().await), ["ada.riva@ente.example  designation_welcome"]);
    app.at("2027-02-28 06:00");
    app.tick("handover").await;
    assert_eq!(list(&app.mails().await), [""; 0]);
    app.at("2027-03-01 06:00");
    for _ in 0..2 {
        app.tick("handover").await;
    }
    assert_eq!(list(&app.mails().await), ["segreteria@raccordo.example  designation_ending_soon"]);
}

async fn a_replacement_from_today_or_earlier_announces_no_vacancy(engine: Engine) {
    let app = TestApp::new(engine).await;
    designate(&app, Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo")).await;
    designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    app.mails().await;
    app.at("2027-03-15 10:00");
    let next = Designation::of("referent:bergamo")
        .to("Ugo", "Sala")
        .from("2027-03-10")
        .by_act_of("2027-03-10")
        .communicated_on("2027-03-15");
    designate(&app, next.replacing_the_holder()).await;
    assert_eq!(to(&app, "elio").await, ["designation_ended", "designation_registered"]);
}

async fn a_renewed_holder_gets_no_farewell(engine: Engine) {
    let app = TestApp::new(engine).await;
    designate(&app, Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo")).await;
    designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva").until("2027-01-31")).await;
    designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva").from("2027-02-01")).await;
    let ada = app.client("ada.riva@ente.example").await;
    app.mails().await;
    app.at("2027-02-01 08:00");
    for _ in 0..2 {
        app.tick("handover").await;
    }
    assert_eq!(list(&app.mails().await), ["ada.riva@ente.example  designation_welcome"]);
    ada.get("/api/v1/designations").send().await.expect(200);
}

async fn a_seat_emptied_by_an_annulment_or_a_later_start_is_asked_for(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    for (place, verb) in [("bergamo", "annul"), ("como", "correct")] {
        designate(&app, Designation::of(&format!("body_manager:provincia-{place}")).to("Capo", place)).await;
        let made = designate(&app, Designation::of(&format!("referent:{place}")).to("Ada", place)).await;
        app.mails().await;
        let mut change = Designation::of("any").from("2027-02-01").statement();
        change["reason"] = "Errore".into();
        let change = if verb == "annul" { json!({ "reason": "Errore" }) } else { change };
        let path = format!("/api/v1/designations/{}/{verb}", made["id"].as_str().expect("an id"));
        secretariat.post(&path).if_match(1).json(change).send().await.expect(200);
        assert_eq!(to(&app, "capo").await, ["designation_requested"], "{verb}");
    }
}

async fn a_holder_who_began_during_downtime_is_welcomed(engine: Engine) {
    let app = TestApp::new(engine).await;
    let late = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva").from("2027-02-01")).await;
    designate(&app, Designation::of("referent:como").to("Pia", "Neri").from("2027-01-20")).await;
    designate(&app, Designation::of("referent:lodi").to("Ugo", "Sala").from("2027-01-05")).await;
    app.mails().await;
    app.at("2027-02-10 08:00");
    let mut correction = Designation::of("any").from("2027-02-01").with("valid_to", "2027-12-31").statement();
    correction["reason"] = "Manca il termine".into();
    let path = format!("/api/v1/designations/{}/correct", late["id"].as_str().expect("an id"));
    app.client(SECRETARIAT).await.post(&path).if_match(1).json(correction).send().await.expect(200);
    for _ in 0..2 {
        app.tick("handover").await;
    }
    assert_eq!(list(&app.mails().await), ["ada.riva@ente.example  designation_welcome"]);
}

async fn an_end_that_comes_near_is_told_once_whatever_else_is_corrected(engine: Engine) {
    let app = TestApp::new(engine).await;
    designate(&app, Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo")).await;
    let made = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva").until("2027-02-28")).await;
    app.tick("handover").await;
    app.mails().await;
    let secretariat = app.client(SECRETARIAT).await;
    let correct = async |version: i32, last_day: &str| {
        let mut correction = Designation::of("any").until(last_day).with("act", json!({
                "kind": "decree", "number": format!("{version}/2027"), "date": "2027-01-04", "organ": "Presidente", "subject": "Designazione",
            })).statement();
        correction["reason"] = "Errore".into();
        let path = format!("/api/v1/designations/{}/correct", made["id"].as_str().expect("an id"));
        secretariat.post(&path).if_match(version).json(correction).send().await.expect(200);
    };
    correct(1, "2027-02-28").await;
    let elio = app.person("elio.capo@ente.example").await;
    let address = json!({ "email": "elio.nuovo@ente.example" });
    secretariat
        .patch(&format!("/api/v1/people/{}", elio.id))
        .if_match(elio.version)
        .merge_patch(&address)
        .send()
        .await
        .expect(200);
    app.tick("handover").await;
    // Elio, who has just begun as well, hears at his new address once more what went to the old one, and once only.
    let again = ["designation_ending_soon", "designation_registered", "designation_welcome"];
    assert_eq!(to(&app, "elio.nuovo").await, again);
    app.tick("handover").await;
    assert_eq!(list(&app.mails().await), [""; 0]);
    correct(2, "2027-02-27").await;
    app.tick("handover").await;
    assert_eq!(to(&app, "elio.nuovo").await, ["designation_ending_soon"], "another end is other news");
}

async fn a_long_address_is_written_to_like_any_other(engine: Engine) {
    let app = TestApp::new(engine).await;
    let address = format!("ada@{}.example", ["a".repeat(60).as_str(), &"b".repeat(60), &"c".repeat(60)].join("."));
    let person = json!({ "given_name": "Ada", "family_name": "Riva", "email": address });
    designate(&app, Designation::of("referent:bergamo").with("person", person)).await;
    assert_eq!(to(&app, "ada").await, ["designation_registered"]);
}

async fn one_end_that_cannot_be_carried_out_takes_nothing_from_the_others(engine: Engine) {
    let app = TestApp::new(engine).await;
    for (place, name) in [("bergamo", "Ada"), ("como", "Pia"), ("lodi", "Ugo")] {
        designate(&app, Designation::of(&format!("referent:{place}")).to(name, "Riva").until("2027-01-31")).await;
    }
    app.mails().await;
    app.at("2027-02-01 08:00");
    let spoilt = "UPDATE body SET created_at = 9223372036854775807 WHERE code = 'provincia-como'";
    app.services.db.writer().execute_unprepared(spoilt).await.expect("spoilt");
    let job = Job::named("handover").expect("a job");
    let ended = Runner::new(app.services.clone()).run_now(job).await;
    let Ended::Done(report) = ended else { panic!("one is no reason to fail all: {ended:?}") };
    assert!(report.note.contains("failed 1: designation "), "the failure is reported: {}", report.note);
    assert_eq!(list(&app.mails().await), ["ada.riva@ente.example  farewell", "ugo.riva@ente.example  farewell"]);
}

/// The kinds of the mails that arrived at addresses beginning so.
async fn to(app: &TestApp, whom: &str) -> Vec<String> {
    let mails = app.mails().await;
    let mut kinds: Vec<_> = mails.into_iter().filter(|mail| mail.to.starts_with(whom)).map(|mail| mail.kind).collect();
    kinds.sort();
    kinds
}
