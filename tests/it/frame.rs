//! Data that the file leaves open and the secretariat enters (certified mailboxes of bodies, the day of signature), and
//! the hints on *Chiedi la designazione* about missing ones.

use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::mailbox::list;
use crate::{both_engines, on_sqlite};
use scraper::{Html, Selector};
use serde_json::{Value, json};

both_engines! {
    a_certified_mailbox_is_an_address_of_a_single_body,
    entered_values_survive_another_load,
}

on_sqlite! {
    a_body_is_asked_once_its_mailbox_is_entered,
    the_day_of_signature_is_entered_corrected_and_taken_away,
    only_the_secretariat_enters_data_missing_from_the_file,
}

const LODI: &str = "/api/v1/bodies/provincia-lodi";
const PEC: &str = "protocollo@pec.provincia.lodi.example";

/// Changes a record at its present version.
async fn patch(client: &Client, path: &str, change: Value) -> crate::support::app::Answer {
    let version = client.get(path).send().await.expect(200)["version"].clone();
    client.patch(path).if_match(version).merge_patch(&change).send().await
}

async fn a_body_is_asked_once_its_mailbox_is_entered(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let ask = async || secretariat.post("/api/v1/seats/referent:lodi/request-designation").send().await;
    ask().await.refused(409, "nobody_to_ask");
    let changed =
        patch(&secretariat, LODI, json!({ "pec": " Protocollo@PEC.provincia.lodi.example " })).await.expect(200);
    assert_eq!((&changed["pec"], &changed["version"]), (&json!(PEC), &json!(2)));
    ask().await.expect(204);
    assert_eq!(list(&app.mails().await), [format!("{PEC}  designation_requested")]);
    let gone = patch(&secretariat, LODI, json!({ "pec": null })).await.expect(200);
    assert_eq!(gone.get("pec"), None);
    app.advance(chrono::TimeDelta::days(1));
    ask().await.refused(409, "nobody_to_ask");
}

async fn a_certified_mailbox_is_an_address_of_a_single_body(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    for wrong in ["protocollo", "protocollo@localhost", "a@b@pec.example", "Ufficio <a@pec.example>"] {
        let refused = patch(&secretariat, LODI, json!({ "pec": wrong })).await;
        assert_eq!(refused.refused(422, "not_an_address")["errors"][0]["field"], "pec", "{wrong}");
    }
    // The mailbox of Brescia in the data file.
    patch(&secretariat, LODI, json!({ "pec": "PROTOCOLLO@pec.provincia.bs.it" })).await.refused(409, "mailbox_taken");
    patch(&secretariat, LODI, json!({ "code": "altro" })).await.refused(422, "unexpected_shape");
    let unchanged = patch(&secretariat, LODI, json!({})).await.expect(200);
    assert_eq!((unchanged.get("pec"), &unchanged["version"]), (None, &json!(1)));
    secretariat.patch(LODI).merge_patch(&json!({ "pec": PEC })).send().await.refused(428, "version_missing");
    secretariat.patch(LODI).if_match(9).merge_patch(&json!({ "pec": PEC })).send().await.refused(412, "stale");
    let nowhere = secretariat.patch("/api/v1/bodies/atlantide").if_match(1).merge_patch(&json!({ "pec": PEC }));
    nowhere.send().await.refused(404, "not_found");
}

async fn the_day_of_signature_is_entered_corrected_and_taken_away(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let enter = async |day: Value| patch(&secretariat, "/api/v1/agreement", json!({ "in_force_from": day })).await;
    assert_eq!(enter(json!("2025-02-10")).await.expect(200)["in_force_from"], "2025-02-10");
    enter(json!("2027-01-12")).await.refused(422, "signed_in_future");
    assert_eq!(enter(json!("2025-02-11")).await.expect(200)["in_force_from"], "2025-02-11");
    let public = app.anonymous().get("/api/v1/agreement").send().await.expect(200);
    assert_eq!((&public["in_force_from"], &public["version"]), (&json!("2025-02-11"), &json!(3)));
    assert_eq!(enter(Value::Null).await.expect(200).get("in_force_from"), None);
    app.at("2027-08-02 09:00");
    enter(json!("2027-07-01")).await.refused(422, "end_before_start");
}

async fn only_the_secretariat_enters_data_missing_from_the_file(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    for (seat, given, family) in [
        ("referent:lodi", "Ugo", "Sala"),
        ("body_manager:provincia-lodi", "Elio", "Capo"),
        ("partner:lodi", "Pia", "Neri"),
        ("direction:regione-lombardia", "Dora", "Alta"),
    ] {
        let designation = Designation::of(seat).to(given, family).json();
        secretariat.post("/api/v1/designations").json(designation).send().await.expect(201);
        let address = format!("{}.{}@ente.example", given.to_lowercase(), family.to_lowercase());
        let (client, browser) = (app.client(&address).await, app.browser(&address).await);
        client.patch(LODI).if_match(1).merge_patch(&json!({ "pec": PEC })).send().await.refused(403, "denied");
        let day = json!({ "in_force_from": "2025-02-10" });
        client.patch("/api/v1/agreement").if_match(1).merge_patch(&day).send().await.refused(403, "denied");
        for (path, field) in [("/network/bodies/provincia-lodi/pec", "pec"), ("/network/agreement", "in_force_from")] {
            let shown = browser.get(path).header("accept", "text/html").send().await;
            assert_eq!(shown.status, 403, "{seat} {path}");
            let sent = browser.post(path).form(&browser.form_token(), &[("version", "1"), (field, "")]).send().await;
            assert_eq!(sent.status, 403, "{seat} {path}");
        }
        let page = browser.get("/network/bodies/provincia-lodi").header("accept", "text/html").send().await.text();
        assert!(!page.contains("/network/bodies/provincia-lodi/pec"), "{seat} sees no form");
    }
    app.anonymous().patch(LODI).if_match(1).merge_patch(&json!({})).send().await.refused(401, "unauthenticated");
}

async fn entered_values_survive_another_load(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    patch(&secretariat, LODI, json!({ "pec": PEC })).await.expect(200);
    patch(&secretariat, "/api/v1/agreement", json!({ "in_force_from": "2025-02-10" })).await.expect(200);
    app.load_also("").await;
    assert_eq!(secretariat.get(LODI).send().await.expect(200)["pec"], PEC);
    assert_eq!(secretariat.get("/api/v1/agreement").send().await.expect(200)["in_force_from"], "2025-02-10");
}

fn hrefs(page: &Html, selector: &str, attribute: &str) -> Vec<String> {
    let selector = Selector::parse(selector).expect("a selector");
    page.select(&selector).filter_map(|element| element.attr(attribute)).map(str::to_owned).collect()
}

#[actix_web::test]
async fn the_radar_links_to_the_form_for_a_missing_mailbox() {
    let app = TestApp::new(Engine::Sqlite).await;
    let browser = app.browser(SECRETARIAT).await;
    let read = async |path: &str| {
        let answer = browser.get(path).header("accept", "text/html").send().await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        Html::parse_document(&answer.text())
    };
    let press = "/seats/referent:lodi/request-designation".to_owned();
    let form = "/network/bodies/provincia-lodi/pec".to_owned();
    for page in ["/radar", "/monday"] {
        let page = read(page).await;
        let asked = hrefs(&page, "form[action*='request-designation']", "action");
        assert!(!asked.contains(&press), "nothing can be sent to Lodi: {asked:?}");
    }
    let radar = read("/radar").await;
    let links = hrefs(&radar, "table a", "href");
    let manager = "/designations/new?seat=body_manager:provincia-lodi".to_owned();
    assert!(links.contains(&form) && links.contains(&manager), "{links:?}");
    let brescia = hrefs(&radar, "form", "action");
    assert!(brescia.contains(&"/seats/referent:brescia/request-designation".to_owned()), "Brescia has its mailbox");

    read(&form).await;
    let typed = |pec: &'static str, version: &'static str| [("version", version), ("pec", pec)];
    let refused = browser.post(&form).form(&browser.form_token(), &typed("protocollo", "1")).send().await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("id=\"error-pec\"") && refused.text().contains("value=\"protocollo\""));
    let saved = browser.post(&form).form(&browser.form_token(), &typed(PEC, "1")).send().await;
    assert_eq!((saved.status.as_u16(), saved.header("location")), (303, Some("/network/bodies/provincia-lodi")));
    let late = browser.post(&form).form(&browser.form_token(), &typed("altra@pec.example", "1")).send().await;
    assert_eq!(late.status, 409, "somebody was first");
    let radar = read("/radar").await;
    assert!(hrefs(&radar, "form", "action").contains(&press), "now it can be asked");
    assert!(!hrefs(&radar, "table a", "href").contains(&form));

    let signed = [("version", "1"), ("in_force_from", "2025-02-10")];
    let saved = browser.post("/network/agreement").form(&browser.form_token(), &signed).send().await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let network = browser.get("/network").header("accept", "text/html").send().await.text();
    assert!(network.contains("10 febbraio 2025"), "{network}");
}
