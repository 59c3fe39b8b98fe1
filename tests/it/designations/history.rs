//! Two time axes: the days on which a designation was in force, and the time at which the service knew of it.

use super::designate;
use crate::support::app::{SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::{both_engines, on_sqlite};
use entity::designation_record;
use sea_orm::EntityTrait;
use serde_json::json;

both_engines! {
    the_referent_of_a_day_is_told_as_known_on_another_day,
    a_correction_supersedes_and_the_wrong_record_stays_readable,
    an_annulled_designation_covers_no_day_and_is_shown_only_when_asked_for,
}

on_sqlite! {
    a_correction_with_a_misspelt_member_is_refused_and_changes_nothing,
    the_reason_of_a_replacement_is_shown_in_the_reader_s_language,
}

async fn the_referent_of_a_day_is_told_as_known_on_another_day(engine: Engine) {
    let app = TestApp::new(engine).await;
    let made = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    let path = format!("/api/v1/designations/{}", made["id"].as_str().expect("an id"));
    let secretariat = app.client(SECRETARIAT).await;
    // On 25 March it becomes known that Ada left on 10 March.
    app.at("2027-03-25 10:00");
    let end = json!({ "last_day": "2027-03-10", "reason": "Collocamento a riposo",
            "provenance": { "channel": "phone", "communicated_on": "2027-03-25" } });
    secretariat.post(&format!("{path}/end")).if_match(1).json(end).send().await.expect(200);
    let holders = async |query: &str| {
        let path = format!("/api/v1/designations?seat=referent&observatory=bergamo&{query}");
        let page = secretariat.get(&path).send().await.expect(200);
        page["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|one| one["person"]["given_name"].to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(holders("as_of=2027-03-12&known_on=2027-03-20").await, ["\"Ada\""]);
    assert_eq!(holders("as_of=2027-03-12&known_on=2027-03-25").await, [""; 0]);
    assert_eq!(holders("as_of=2027-03-12").await, [""; 0]);
    assert_eq!(holders("as_of=2027-03-10").await, ["\"Ada\""]);
    assert_eq!(holders("as_of=2027-03-10&known_on=2027-01-10").await, [""; 0]);
}

async fn a_correction_with_a_misspelt_member_is_refused_and_changes_nothing(engine: Engine) {
    let app = TestApp::new(engine).await;
    let made = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    let mut correction = Designation::of("referent:bergamo").from("2027-01-12").statement();
    correction["reason"] = "Errore di trascrizione".into();
    correction["valid_too"] = "2027-12-31".into();
    let secretariat = app.client(SECRETARIAT).await;
    let path = format!("/api/v1/designations/{}", made["id"].as_str().expect("an id"));
    secretariat
        .post(&format!("{path}/correct"))
        .if_match(1)
        .json(correction)
        .send()
        .await
        .refused(422, "unexpected_shape");
    assert_eq!(secretariat.get(&path).send().await.expect(200)["version"], 1);
}

async fn a_correction_supersedes_and_the_wrong_record_stays_readable(engine: Engine) {
    let app = TestApp::new(engine).await;
    let made = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    let path = format!("/api/v1/designations/{}", made["id"].as_str().expect("an id"));
    let secretariat = app.client(SECRETARIAT).await;
    let same = Designation::of("referent:bergamo");
    let correct = |mut statement: serde_json::Value, reason: &str| {
        statement["reason"] = reason.into();
        secretariat.post(&format!("{path}/correct")).if_match(1).json(statement).send()
    };
    correct(same.statement(), "Nulla").await.refused(422, "nothing_changes");
    let right = Designation::of("referent:bergamo").from("2027-01-15");
    correct(right.statement(), " ").await.refused(422, "reason_missing");
    let right = Designation::of("referent:bergamo").from("2027-01-15");
    let corrected = correct(right.statement(), "Decorrenza errata").await.expect(200);
    assert_eq!((&corrected["valid_from"], &corrected["change"]), (&json!("2027-01-15"), &json!("corrected")));
    assert_eq!(corrected["standing"], "announced");
    let history = secretariat.get(&path).send().await.expect(200)["history"].clone();
    assert_eq!(history[0]["valid_from"], "2027-01-11");
    assert!(history[0]["superseded_at"].is_string());
    assert_eq!(history[1]["reason"], "Decorrenza errata");
    assert_eq!(history[1]["superseded_at"], json!(null));
}

async fn an_annulled_designation_covers_no_day_and_is_shown_only_when_asked_for(engine: Engine) {
    let app = TestApp::new(engine).await;
    let made = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    let path = format!("/api/v1/designations/{}/annul", made["id"].as_str().expect("an id"));
    let secretariat = app.client(SECRETARIAT).await;
    secretariat.post(&path).if_match(1).json(json!({ "reason": "Inserita per errore" })).send().await.expect(200);
    let count = async |query: &str| {
        let page = secretariat.get(&format!("/api/v1/designations?seat=referent{query}")).send().await.expect(200);
        page["items"].as_array().map(Vec::len)
    };
    assert_eq!(count("").await, Some(0));
    assert_eq!(count("&with_annulled=true").await, Some(1));
    assert_eq!(count("&as_of=2027-01-12").await, Some(0));
    assert_eq!(count("&as_of=2027-01-12&with_annulled=true").await, Some(1));
    assert_eq!(count("&as_of=2027-01-10&with_annulled=true").await, Some(0));
    designate(&app, Designation::of("referent:bergamo").to("Ugo", "Sala")).await;
}

async fn the_reason_of_a_replacement_is_shown_in_the_reader_s_language(engine: Engine) {
    let app = TestApp::new(engine).await;
    let made = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    let next = Designation::of("referent:bergamo").to("Eva", "Sala").from("2027-03-01");
    designate(&app, next.replacing_the_holder()).await;
    let path = format!("/api/v1/designations/{}", made["id"].as_str().expect("an id"));
    let secretariat = app.client(SECRETARIAT).await;
    let read = async |lang: &str| secretariat.get(&path).header("accept-language", lang).send().await.expect(200);
    let (italian, english) = (read("it").await, read("en").await);
    for (shown, reason) in [
        (&italian, "Sostituzione: Decreto n. 12/2027 del 04.01.2027, Presidente della Provincia"),
        (&english, "Replaced: Decree no. 12/2027 of 04.01.2027, Presidente della Provincia"),
    ] {
        assert_eq!((&shown["reason"], &shown["history"][1]["reason"]), (&json!(reason), &json!(reason)));
    }
    let register = secretariat.get("/api/v1/designations?seat=referent").header("accept-language", "en").send().await;
    assert_eq!(register.expect(200)["items"][1]["reason"], english["reason"]);
    let page = app.browser(SECRETARIAT).await.get(path.trim_start_matches("/api/v1")).header("accept-language", "en");
    let html = page.send().await.text();
    assert!(html.contains("Replaced: Decree") && !html.contains("Decreto"), "{html}");
    let kept = designation_record::Entity::find().all(app.services.db.reader()).await.expect("the records");
    assert!(kept.iter().all(|record| record.reason.is_none()), "no rendering is kept: {kept:#?}");
}
