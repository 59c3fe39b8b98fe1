//! Refusals of designations: each has an error of its own and changes nothing.

use super::{designate, multipart};
use crate::support::app::{SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::{both_engines, on_sqlite};
use serde_json::{Value, json};

both_engines! {
    a_version_is_demanded_and_an_old_one_refused,
    two_who_designate_to_one_seat_at_once_end_with_one_holder,
    absences_of_one_designation_share_no_day,
}

on_sqlite! {
    each_mistake_has_its_own_code_and_leaves_nothing_behind,
    the_last_secretariat_can_only_be_replaced,
    an_end_is_told_as_carefully_as_a_designation,
    a_manager_proves_an_end_by_a_file_of_the_own_body_only,
    a_manager_s_correction_may_keep_the_file_of_the_secretariat,
    a_note_of_an_absence_has_as_many_characters_as_are_kept,
    no_correction_leaves_the_network_without_a_secretariat,
    a_seat_for_several_holders_replaces_none,
    a_person_without_a_seat_is_denied_the_register,
}

async fn each_mistake_has_its_own_code_and_leaves_nothing_behind(engine: Engine) {
    let app = TestApp::new(engine).await;
    designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    app.mails().await;
    let secretariat = app.client(SECRETARIAT).await;
    let before = secretariat.get("/api/v1/designations?with_annulled=true").send().await.body;
    let lodi = || Designation::of("referent:lodi").to("Ugo", "Sala");
    let cases = [
        (Designation::of("referent:bergamo").to("Ugo", "Sala"), 409, "seat_held"),
        (Designation::of("referent:bergamo").to("Ada", "Riva").from("2027-06-01"), 409, "already_in_seat"),
        (Designation::of("referent:atlantide").to("Ugo", "Sala"), 422, "seat_unknown"),
        (lodi().until("2027-01-10"), 422, "end_before_start"),
        (lodi().by_act_of("2027-01-12").from("2027-01-11"), 422, "act_after_effect"),
        (lodi().by_act_of("2027-01-12").from("2027-02-01"), 422, "act_in_future"),
        (lodi().communicated_on("2027-01-12"), 422, "communicated_in_future"),
        (
            lodi()
                .to("Ada", "Altra")
                .with("person", json!({"given_name": "Ada", "family_name": "Altra", "email": "ada.riva@ente.example"})),
            409,
            "address_taken",
        ),
        (lodi().with("person", json!({"given_name": "", "family_name": "X", "email": "nobody"})), 422, "invalid"),
        (lodi().with("person", json!(null)), 422, "invalid"),
        (lodi().with("unknown", "member"), 422, "unexpected_shape"),
        (lodi().with("act", json!({"kind": "edict"})), 422, "unexpected_shape"),
        (lodi().with("valid_from", "11/01/2027"), 422, "unexpected_shape"),
    ];
    for (designation, status, code) in cases {
        secretariat.post("/api/v1/designations").json(designation.json()).send().await.refused(status, code);
    }
    let early = lodi().by_act_of("2027-01-12").from("2027-01-11").json();
    let problem = secretariat.post("/api/v1/designations").json(early).send().await.refused(422, "act_after_effect");
    let says = |day: &str| problem["detail"].as_str().is_some_and(|text| text.contains(day));
    assert!(says("12.01.2027") && says("11.01.2027"), "{problem}");
    let wrong = Designation::of("referent:bergamo").to("Ugo", "Sala").by_act_of("2027-01-12").until("2027-01-01");
    let problem = secretariat.post("/api/v1/designations").json(wrong.json()).send().await.refused(422, "invalid");
    let fields: Vec<_> = problem["errors"].as_array().into_iter().flatten().map(|one| one["code"].clone()).collect();
    assert_eq!(
        fields,
        ["end_before_start", "act_after_effect"],
        "{problem}: a term without days leaves the seat alone"
    );
    let held =
        Designation::of("referent:bergamo").to("Ugo", "Sala").by_act_of("2027-01-12").communicated_on("2027-01-12");
    let problem = secretariat.post("/api/v1/designations").json(held.json()).send().await.refused(422, "invalid");
    let fields: Vec<_> = problem["errors"].as_array().into_iter().flatten().map(|one| one["code"].clone()).collect();
    assert_eq!(fields, ["act_after_effect", "communicated_in_future", "seat_held"], "{problem}");
    assert_eq!(secretariat.get("/api/v1/designations?with_annulled=true").send().await.body, before);
    assert!(app.mails().await.is_empty());
}

async fn a_version_is_demanded_and_an_old_one_refused(engine: Engine) {
    let app = TestApp::new(engine).await;
    let made = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    let path = format!("/api/v1/designations/{}/end", made["id"].as_str().expect("an id"));
    let secretariat = app.client(SECRETARIAT).await;
    let end = || secretariat.post(&path).json(json!({ "last_day": "2027-03-31", "reason": "Trasferimento" }));
    end().send().await.refused(428, "version_missing");
    end().if_match(1).send().await.expect(200);
    end().if_match(1).send().await.refused(412, "stale");
    let again = end().if_match(2).send().await.refused(409, "ends_already");
    assert!(again["detail"].as_str().is_some_and(|text| text.contains("31.03.2027")), "{again}");
    app.at("2027-04-01 09:00");
    end().if_match(2).send().await.refused(409, "already_ended");
}

async fn the_last_secretariat_can_only_be_replaced(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let register = secretariat.get("/api/v1/designations?seat=secretariat").send().await.expect(200);
    let id = register["items"][0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/v1/designations/{id}");
    let end = json!({ "last_day": "2027-01-31", "reason": "Fine" });
    secretariat.post(&format!("{path}/end")).if_match(1).json(end).send().await.refused(409, "last_secretariat");
    secretariat
        .post(&format!("{path}/annul"))
        .if_match(1)
        .json(json!({ "reason": "Errore" }))
        .send()
        .await
        .refused(409, "last_secretariat");
}

async fn two_who_designate_to_one_seat_at_once_end_with_one_holder(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let race = (0..8).map(|number| {
        let designation = Designation::of("referent:varese").to(&format!("N{number}"), "Rossi");
        secretariat.post("/api/v1/designations").json(designation.json()).send()
    });
    let answers = futures_util::future::join_all(race).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(answers.iter().all(|answer| [201, 409].contains(&answer.status.as_u16())), "{answers:?}");
    let held = secretariat.get("/api/v1/designations?seat=referent&observatory=varese").send().await.expect(200);
    assert_eq!(held["items"].as_array().map(Vec::len), Some(1));
}

async fn an_end_is_told_as_carefully_as_a_designation(engine: Engine) {
    let app = TestApp::new(engine).await;
    let made = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    let end = end_path(&made);
    let secretariat = app.client(SECRETARIAT).await;
    let told = |member: &str, value: &str| {
        let mut provenance = json!({ "channel": "pec", "communicated_on": "2027-01-11" });
        provenance[member] = value.into();
        let end_of = json!({ "last_day": "2027-03-31", "reason": "Trasferimento", "provenance": provenance });
        secretariat.post(&end).if_match(1).json(end_of).send()
    };
    told("document_id", "01890000-0000-7000-8000-000000000001").await.refused(422, "invalid");
    told("protocol_number", &"1".repeat(61)).await.refused(422, "invalid");
    told("receipt", &"1".repeat(201)).await.refused(422, "invalid");
    told("communicated_on", "2027-01-12").await.refused(422, "communicated_in_future");
    told("protocol_number", "7/2027").await.expect(200);
}

async fn a_manager_proves_an_end_by_a_file_of_the_own_body_only(engine: Engine) {
    let app = TestApp::new(engine).await;
    designate(&app, Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo")).await;
    let made = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    let theirs = keep(&app, SECRETARIAT).await;
    let own = keep(&app, "elio.capo@ente.example").await;
    let manager = app.client("elio.capo@ente.example").await;
    let proved = |document: &Value| {
        let provenance = json!({ "channel": "pec", "communicated_on": "2027-01-11", "document_id": document });
        let end = json!({ "last_day": "2027-03-31", "reason": "Trasferimento", "provenance": provenance });
        manager.post(&end_path(&made)).if_match(1).json(end).send()
    };
    proved(&theirs).await.refused(422, "invalid");
    proved(&own).await.expect(200);
}

async fn a_manager_s_correction_may_keep_the_file_of_the_secretariat(engine: Engine) {
    let app = TestApp::new(engine).await;
    designate(&app, Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo")).await;
    let mut first = Designation::of("referent:bergamo").to("Ada", "Riva").json();
    first["provenance"]["document_id"] = keep(&app, SECRETARIAT).await;
    let secretariat = app.client(SECRETARIAT).await;
    let made = secretariat.post("/api/v1/designations").json(first.clone()).send().await.expect(201);
    let manager = app.client("elio.capo@ente.example").await;
    let path = format!("/api/v1/designations/{}/correct", made["id"].as_str().expect("an id"));
    let correct = |document: &Value| {
        let mut correction = Designation::of("any").from("2027-01-12").statement();
        correction["provenance"]["document_id"] = document.clone();
        correction["reason"] = "Decorrenza errata".into();
        manager.post(&path).if_match(1).json(correction).send()
    };
    correct(&keep(&app, SECRETARIAT).await).await.refused(422, "invalid");
    correct(&first["provenance"]["document_id"]).await.expect(200);
}

async fn a_note_of_an_absence_has_as_many_characters_as_are_kept(engine: Engine) {
    let app = TestApp::new(engine).await;
    let made = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    let path = format!("/api/v1/designations/{}/unavailabilities", made["id"].as_str().expect("an id"));
    let secretariat = app.client(SECRETARIAT).await;
    let declare = |note: String| {
        let absence = json!({ "from": "2027-02-01", "to": "2027-02-05", "mode": "can_finish", "note": note });
        secretariat.post(&path).json(absence).send()
    };
    declare("è".repeat(501)).await.refused(422, "invalid");
    declare("è".repeat(500)).await.expect(201);
}

async fn no_correction_leaves_the_network_without_a_secretariat(engine: Engine) {
    let app = TestApp::new(engine).await;
    app.at("2027-02-01 09:00");
    let secretariat = app.client(SECRETARIAT).await;
    let register = secretariat.get("/api/v1/designations?seat=secretariat").send().await.expect(200);
    let only = &register["items"][0];
    let path = format!("/api/v1/designations/{}", only["id"].as_str().expect("an id"));
    let correct = async |member: &str, day: &str| {
        let mut correction = json!({ "reason": "Errore" });
        for kept in ["valid_from", "act", "provenance"] {
            correction[kept] = only[kept].clone();
        }
        correction[member] = day.into();
        secretariat.post(&format!("{path}/correct")).if_match(1).json(correction).send().await
    };
    correct("valid_to", "2027-01-31").await.refused(409, "last_secretariat");
    correct("valid_to", "2027-12-31").await.refused(409, "last_secretariat");
    correct("valid_from", "2027-03-01").await.refused(409, "last_secretariat");
    designate(
        &app,
        Designation::of(only["seat"]["code"].as_str().expect("a code")).to("Rita", "Nuova").from("2027-02-02"),
    )
    .await;
    let annul = json!({ "reason": "Errore" });
    secretariat.post(&format!("{path}/annul")).if_match(1).json(annul).send().await.refused(409, "last_secretariat");
    correct("valid_to", "2027-02-01").await.expect(200);
}

async fn a_seat_for_several_holders_replaces_none(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    for seat in ["secretariat:regione-lombardia", "deputy:bergamo"] {
        let newcomer = Designation::of(seat).to("Rita", "Nuova").replacing_the_holder();
        secretariat.post("/api/v1/designations").json(newcomer.json()).send().await.refused(422, "replaces_nobody");
    }
}

async fn a_person_without_a_seat_is_denied_the_register(engine: Engine) {
    let app = TestApp::new(engine).await;
    designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva").from("2027-02-01")).await;
    let ada = app.client("ada.riva@ente.example").await;
    for path in ["/designations", "/api/v1/designations", "/api/v1/seats"] {
        assert_eq!(ada.get(path).send().await.status, 403, "{path}");
    }
}

fn end_path(made: &Value) -> String {
    format!("/api/v1/designations/{}/end", made["id"].as_str().expect("an id"))
}

/// Uploads a file as this person and returns its id.
async fn keep(app: &TestApp, email: &str) -> Value {
    let file = multipart("atto.pdf", b"%PDF-1.7 the act");
    let sent =
        app.client(email).await.post("/api/v1/designations/documents").body("multipart/form-data; boundary=x", file);
    sent.send().await.expect(201)["id"].clone()
}

async fn absences_of_one_designation_share_no_day(engine: Engine) {
    let app = TestApp::new(engine).await;
    let ada = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    let ugo = designate(&app, Designation::of("referent:como").to("Ugo", "Sala")).await;
    let path = |made: &Value| format!("/api/v1/designations/{}/unavailabilities", made["id"].as_str().expect("an id"));
    let secretariat = app.client(SECRETARIAT).await;
    let declare = |made: &Value, from: &str, to: &str| {
        let absence = json!({ "from": from, "to": to, "mode": "can_finish" });
        secretariat.post(&path(made)).json(absence).send()
    };
    let first = declare(&ada, "2027-02-01", "2027-02-05").await.expect(201);
    let problem = declare(&ada, "2027-02-01", "2027-02-05").await.refused(409, "unavailability_overlaps");
    assert!(problem["detail"].as_str().is_some_and(|text| text.contains("01.02.2027")), "{problem:#}");
    declare(&ada, "2027-02-05", "2027-02-12").await.refused(409, "unavailability_overlaps");
    declare(&ada, "2027-02-08", "2027-02-12").await.expect(201);
    declare(&ugo, "2027-02-01", "2027-02-05").await.expect(201);
    let (one, other) =
        futures_util::join!(declare(&ugo, "2027-03-01", "2027-03-05"), declare(&ugo, "2027-03-03", "2027-03-09"));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let withdraw = format!("{}/{}/withdraw", path(&ada), first["id"].as_str().expect("an id"));
    secretariat.post(&withdraw).if_match(&first["version"]).send().await.expect(204);
    declare(&ada, "2027-02-01", "2027-02-05").await.expect(201);
}
