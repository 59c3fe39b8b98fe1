//! The register over REST, as the secretariat and the bodies use it.

mod documents;
mod handover;
mod history;
mod refusals;
mod waiting;

use crate::support::app::{SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::mailbox::list;
use crate::{both_engines, on_sqlite};
use serde_json::{Value, json};

both_engines! {
    a_designation_is_entered_and_every_recipient_is_told_once,
    a_repeated_post_with_the_same_key_gets_the_same_answer_and_changes_nothing,
    the_register_is_read_as_of_a_day_and_page_by_page,
    a_designation_is_not_found_for_members_of_another_body,
    a_file_is_kept_with_its_fingerprint_and_given_back_as_it_was,
    a_line_stands_as_it_did_on_the_day_that_is_asked_about,
    a_file_that_no_designation_came_to_name_is_gone_after_two_days,
}

on_sqlite! {
    a_manager_fills_the_seats_of_the_own_body_only,
    a_manager_names_by_id_only_whom_the_own_register_shows,
    a_body_is_asked_for_a_vacant_seat_only_and_only_at_a_known_address,
    a_mail_to_a_certified_mailbox_links_no_page_that_needs_a_sign_in,
    an_end_that_comes_late_does_not_make_the_designation_late,
    an_end_that_was_not_communicated_by_itself_is_neither_early_nor_late,
    an_absence_declared_by_its_holder_is_not_a_statement_of_the_body,
}

/// Enters a designation as the secretariat and returns it.
async fn designate(app: &TestApp, designation: Designation) -> Value {
    let secretariat = app.client(SECRETARIAT).await;
    secretariat.post("/api/v1/designations").json(designation.json()).send().await.expect(201)
}

async fn a_designation_is_entered_and_every_recipient_is_told_once(engine: Engine) {
    let app = TestApp::new(engine).await;
    designate(&app, Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo")).await;
    app.mails().await;
    let made = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    assert_eq!(made["standing"], "in_force");
    assert_eq!(made["seat"]["observatory"], "bergamo");
    assert_eq!(made["days_to_communicate"], 0);
    let mails = app.mails().await;
    assert_eq!(
        list(&mails),
        [
            "ada.riva@ente.example  designation_registered",
            "elio.capo@ente.example  designation_registered",
            "segreteria@raccordo.example  designation_registered",
        ]
    );
    let to_ada = mails.iter().find(|mail| mail.to.starts_with("ada")).expect("a mail to Ada");
    assert!(to_ada.text.contains("lunedì 11 gennaio 2027"), "{}", to_ada.text);
    assert!(to_ada.text.contains("Decreto n. 12/2027 del 04.01.2027"), "{}", to_ada.text);
}

async fn a_repeated_post_with_the_same_key_gets_the_same_answer_and_changes_nothing(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let post =
        |body: Value| secretariat.post("/api/v1/designations").header("idempotency-key", "k-1").json(body).send();
    let first = post(Designation::of("referent:lodi").json()).await;
    let again = post(Designation::of("referent:lodi").json()).await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(first.header("location"), again.header("location"));
    assert_eq!(app.mails().await.len(), 2);
    post(Designation::of("referent:como").json()).await.refused(422, "idempotency_key_reused");
}

async fn the_register_is_read_as_of_a_day_and_page_by_page(engine: Engine) {
    let app = TestApp::new(engine).await;
    for seat in ["referent:bergamo", "referent:brescia", "referent:como"] {
        let name = seat.rsplit(':').next().expect("a place");
        designate(&app, Designation::of(seat).to(name, "Uno").until("2027-06-30")).await;
    }
    let secretariat = app.client(SECRETARIAT).await;
    let in_february = secretariat.get("/api/v1/designations?seat=referent&as_of=2027-02-01").send().await.expect(200);
    assert_eq!(in_february["items"].as_array().map(Vec::len), Some(3));
    let in_july = secretariat.get("/api/v1/designations?seat=referent&as_of=2027-07-01").send().await.expect(200);
    assert_eq!(in_july["items"], json!([]));
    let mut path = "/api/v1/designations?seat=referent&limit=2".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = secretariat.get(&path).send().await.expect(200);
        seen.extend(page["items"].as_array().expect("items").iter().map(|one| one["seat"]["code"].to_string()));
        let Some(next) = page["_links"]["next"].as_str() else { break };
        next.split_once("raccordo.test").expect("an absolute address").1.clone_into(&mut path);
    }
    seen.sort();
    assert_eq!(seen, ["\"referent:bergamo\"", "\"referent:brescia\"", "\"referent:como\""]);
}

async fn a_designation_is_not_found_for_members_of_another_body(engine: Engine) {
    let app = TestApp::new(engine).await;
    let made = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    designate(&app, Designation::of("referent:lodi").to("Ugo", "Sala")).await;
    let path = format!("/api/v1/designations/{}", made["id"].as_str().expect("an id"));
    app.client("ugo.sala@ente.example").await.get(&path).send().await.refused(404, "not_found");
    app.client("ada.riva@ente.example").await.get(&path).send().await.expect(200);
    app.anonymous().get(&path).send().await.refused(401, "unauthenticated");
}

async fn a_manager_fills_the_seats_of_the_own_body_only(engine: Engine) {
    let app = TestApp::new(engine).await;
    designate(&app, Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo")).await;
    let manager = app.client("elio.capo@ente.example").await;
    let post =
        |seat: &str| manager.post("/api/v1/designations").json(Designation::of(seat).to("Ada", "Riva").json()).send();
    post("referent:bergamo").await.expect(201);
    post("referent:lodi").await.refused(403, "denied");
    post("body_manager:provincia-bergamo").await.refused(403, "denied");
}

async fn a_manager_names_by_id_only_whom_the_own_register_shows(engine: Engine) {
    let app = TestApp::new(engine).await;
    designate(&app, Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo")).await;
    designate(&app, Designation::of("referent:como").to("Ugo", "Sala")).await;
    designate(&app, Designation::of("referent:bergamo").to("Zeno", "Ex").until("2027-01-20")).await;
    app.at("2027-02-01 09:00");
    let manager = app.client("elio.capo@ente.example").await;
    let post = |id: String| {
        let mut designation = Designation::of("deputy:bergamo").with("person_id", id).json();
        designation.as_object_mut().expect("an object").remove("person");
        manager.post("/api/v1/designations").json(designation).send()
    };
    let id = async |email: &str| app.person(email).await.id.to_string();
    let of_another_body = post(id("ugo.sala@ente.example").await).await;
    let of_nobody = post("01890000-0000-7000-8000-000000000001".to_owned()).await;
    let (theirs, nobody_s) = (of_another_body.refused(404, "not_found"), of_nobody.refused(404, "not_found"));
    assert_eq!(theirs["detail"], nobody_s["detail"], "nobody learns that there is one");
    post(id("zeno.ex@ente.example").await).await.expect(201);
    let known_by_name = Designation::of("deputy:bergamo").to("Ugo", "Sala").json();
    manager.post("/api/v1/designations").json(known_by_name).send().await.expect(201);
}

async fn a_file_is_kept_with_its_fingerprint_and_given_back_as_it_was(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let kept = secretariat
        .post("/api/v1/designations/documents")
        .body("multipart/form-data; boundary=x", multipart("atto.pdf", b"%PDF-1.7 the act"))
        .send()
        .await
        .expect(201);
    assert_eq!(kept["media_type"], "application/pdf");
    assert_eq!(kept["sha256"], raccordo::secret::sha256_hex(b"%PDF-1.7 the act"));
    let mut body = Designation::of("referent:bergamo").json();
    body["provenance"]["document_id"] = kept["id"].clone();
    let made = secretariat.post("/api/v1/designations").json(body).send().await.expect(201);
    let path = format!(
        "/api/v1/designations/{}/documents/{}",
        made["id"].as_str().expect("an id"),
        kept["id"].as_str().expect("an id")
    );
    let file = secretariat.get(&path).send().await;
    assert_eq!(file.body.as_ref(), b"%PDF-1.7 the act");
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"atto.pdf\""));
    secretariat
        .post("/api/v1/designations/documents")
        .body("multipart/form-data; boundary=x", multipart("atto.pdf", b"MZ not what it says"))
        .send()
        .await
        .refused(422, "document_type_mismatch");
}

async fn a_body_is_asked_for_a_vacant_seat_only_and_only_at_a_known_address(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let ask = async |seat: &str| secretariat.post(&format!("/api/v1/seats/{seat}/request-designation")).send().await;
    ask("referent:bergamo").await.refused(409, "nobody_to_ask");
    designate(&app, Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo")).await;
    app.mails().await;
    ask("referent:bergamo").await.expect(204);
    assert_eq!(list(&app.mails().await), ["elio.capo@ente.example  designation_requested"]);
    designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    app.mails().await;
    ask("referent:bergamo").await.refused(409, "seat_held");
    assert_eq!(list(&app.mails().await), [""; 0], "nobody is told that a seat is vacant which is not");
}

async fn a_mail_to_a_certified_mailbox_links_no_page_that_needs_a_sign_in(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    secretariat.post("/api/v1/seats/referent:brescia/request-designation").send().await.expect(204);
    let mails = app.mails().await;
    assert_eq!(list(&mails), ["protocollo@pec.provincia.bs.it  designation_requested"]);
    assert!(!mails[0].text.contains("/designations/new"), "{}", mails[0].text);
}

async fn an_end_that_comes_late_does_not_make_the_designation_late(engine: Engine) {
    let app = TestApp::new(engine).await;
    let made = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    app.at("2027-03-25 10:00");
    let end = json!({ "last_day": "2027-03-20", "reason": "Trasferimento", "provenance": { "channel": "phone", "communicated_on": "2027-03-25" } });
    let path = format!("/api/v1/designations/{}/end", made["id"].as_str().expect("an id"));
    let ended = app.client(SECRETARIAT).await.post(&path).if_match(1).json(end).send().await.expect(200);
    assert_eq!(ended["days_to_communicate"], 5, "from the last day, not from the first");
}

async fn an_end_that_was_not_communicated_by_itself_is_neither_early_nor_late(engine: Engine) {
    let app = TestApp::new(engine).await;
    let made = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    let path = format!("/api/v1/designations/{}", made["id"].as_str().expect("an id"));
    let secretariat = app.client(SECRETARIAT).await;
    let end = json!({ "last_day": "2027-03-20", "reason": "Trasferimento" });
    let ended = secretariat.post(&format!("{path}/end")).if_match(1).json(end).send().await.expect(200);
    let register = secretariat.get("/api/v1/designations?seat=referent").send().await.expect(200);
    let one = secretariat.get(&path).send().await.expect(200);
    for shown in [&ended, &register["items"][0], &one] {
        assert_eq!(shown["days_to_communicate"], Value::Null);
    }
}

async fn a_line_stands_as_it_did_on_the_day_that_is_asked_about(engine: Engine) {
    let app = TestApp::new(engine).await;
    designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva").until("2027-01-31")).await;
    app.at("2027-03-01 09:00");
    let secretariat = app.client(SECRETARIAT).await;
    let then = secretariat.get("/api/v1/designations?seat=referent&as_of=2027-01-20").send().await.expect(200);
    assert_eq!(then["items"][0]["standing"], "in_force");
}

async fn an_absence_declared_by_its_holder_is_not_a_statement_of_the_body(engine: Engine) {
    let app = TestApp::new(engine).await;
    let made = designate(&app, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    let id = made["id"].as_str().expect("an id");
    let absence = json!({ "from": "2027-02-01", "to": "2027-02-05", "mode": "can_finish" });
    let ada = app.client("ada.riva@ente.example").await;
    ada.post(&format!("/api/v1/designations/{id}/unavailabilities")).json(absence).send().await.expect(201);
    let trail = raccordo::audit::trail::of(app.services.db.reader(), "designation", id).await.expect("a trail");
    let said = |action: &str| {
        trail
            .iter()
            .find(|event| event.action.ends_with(action))
            .map(|event| (event.on_behalf_of.is_some(), event.channel.clone()))
    };
    assert_eq!(said(".designate"), Some((true, Some("pec".to_owned()))));
    assert_eq!(said(".declare_unavailable"), Some((false, None)));
}

async fn a_file_that_no_designation_came_to_name_is_gone_after_two_days(engine: Engine) {
    let app = TestApp::new(engine).await;
    let keep = async |name: &str| {
        let file = multipart(name, b"%PDF-1.7 the act");
        let sent = app
            .client(SECRETARIAT)
            .await
            .post("/api/v1/designations/documents")
            .body("multipart/form-data; boundary=x", file);
        sent.send().await.expect(201)["id"].clone()
    };
    let naming = async |seat: &str, document: &Value| {
        let mut body = Designation::of(seat).json();
        body["provenance"]["document_id"] = document.clone();
        app.client(SECRETARIAT).await.post("/api/v1/designations").json(body).send().await
    };
    let (named, given_up) = (keep("named.pdf").await, keep("given-up.pdf").await);
    let made = naming("referent:bergamo", &named).await.expect(201);
    app.at("2027-01-13 10:00");
    let fresh = keep("fresh.pdf").await;
    app.tick("retention").await;
    naming("referent:como", &given_up).await.refused(422, "invalid");
    naming("referent:como", &fresh).await.expect(201);
    let path = format!(
        "/api/v1/designations/{}/documents/{}",
        made["id"].as_str().expect("an id"),
        named.as_str().expect("an id")
    );
    app.client(SECRETARIAT).await.get(&path).send().await.expect(200);
}

fn multipart(name: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "--x\r\nContent-Disposition: form-data; name=\"document\"; filename=\"{name}\"\r\nContent-Type: application/pdf\r\n\r\n"
    );
    [head.as_bytes(), content, b"\r\n--x--\r\n"].concat()
}
