//! Access before the release: only those on the list, only in its hours, every view noted.

use crate::both_engines;
use crate::seen::{accepted, confirmed, text};
use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use serde_json::{Value, json};

both_engines! {
    a_text_is_open_in_its_hours_to_those_on_the_list_and_every_view_is_noted,
    an_access_ends_with_its_designation_and_at_once_when_it_is_ended,
    what_is_wrong_in_a_grant_is_said,
    the_pages_show_the_list_and_open_the_text,
}

const PARTNER: &str = "pia.neri@ente.example";

/// A partner with an access of 24 hours, and the yearly report for 19 March 2027 at 10 with Bergamo's text accepted.
struct Circle {
    app: TestApp,
    secretariat: Client,
    partner: Client,
    access: Value,
    bergamo: String,
    designation: Value,
}

impl Circle {
    async fn new(engine: Engine) -> Self {
        let app = TestApp::new(engine).await;
        let secretariat = app.client(SECRETARIAT).await;
        let seat = Designation::of("partner:bergamo").to("Pia", "Neri").with("organisation", "Università di Bergamo");
        let designation = secretariat.post("/api/v1/designations").json(seat.json()).send().await.expect(201);
        confirmed(&secretariat).await;
        let bergamo = accepted(&app, &secretariat, "bergamo").await;
        let access = secretariat.post("/api/v1/early-access").json(grant(&designation, "2027-12-31")).send().await;
        let access = access.expect(201);
        let partner = app.client(PARTNER).await;
        Self { app, secretariat, partner, access, bergamo, designation }
    }

    async fn see(&self, client: &Client) -> crate::support::app::Answer {
        let path = format!("/api/v1/early-access/{}/texts/{}/see", text(&self.access, "id"), self.bergamo);
        client.post(&path).send().await
    }

    async fn open_to(&self, client: &Client) -> usize {
        let texts = client.get("/api/v1/early-access/texts").send().await.expect(200);
        texts["items"].as_array().expect("a list").len()
    }

    async fn noted(&self) -> Vec<Value> {
        let views = self.secretariat.get("/api/v1/early-views").send().await.expect(200);
        views["items"].as_array().expect("a list").clone()
    }
}

fn grant(designation: &Value, until: &str) -> Value {
    json!({
        "product": "relazione-territoriale", "designation_id": designation["id"], "valid_from": "2027-02-01",
        "valid_to": until, "hours_before": 24, "reason": "Commenta i dati alla conferenza stampa.",
    })
}

async fn a_text_is_open_in_its_hours_to_those_on_the_list_and_every_view_is_noted(engine: Engine) {
    let circle = Circle::new(engine).await;
    let listed = circle.app.anonymous().get("/api/v1/early-access").send().await.expect(200);
    let line = &listed["items"][0];
    assert_eq!((&line["seat"], &line["place"]), (&json!("partner"), &json!("Università di Bergamo")), "{listed:#}");
    assert!(!listed.to_string().contains("Neri"), "no name of a person is public");

    circle.app.at("2027-03-18 09:59");
    assert_eq!(circle.open_to(&circle.partner).await, 0);
    circle.see(&circle.partner).await.refused(404, "not_found");
    circle.app.at("2027-03-18 10:00");
    assert_eq!(circle.open_to(&circle.partner).await, 1, "Bergamo's text is accepted, the others are not");
    let seen = circle.see(&circle.partner).await;
    assert_eq!(seen.status.as_u16(), 303, "{}", seen.text());
    assert_eq!(seen.header("location"), Some("https://provincia.example/relazione.pdf"));
    circle.see(&circle.partner).await;
    let noted = circle.noted().await;
    assert_eq!(noted.len(), 2, "each view is noted: {noted:#?}");
    assert_eq!((&noted[0]["deliverable_id"], &noted[0]["access_id"]), (&json!(circle.bergamo), &circle.access["id"]));

    // Another holder of a seat is not on the list, and the access does not show other pages to the partner.
    let other = Designation::of("referent:como").to("Ugo", "Sala");
    circle.secretariat.post("/api/v1/designations").json(other.json()).send().await.expect(201);
    let other = circle.app.client("ugo.sala@ente.example").await;
    assert_eq!(circle.open_to(&other).await, 0);
    circle.see(&other).await.refused(404, "not_found");
    circle.see(&circle.secretariat).await.refused(404, "not_found");
    let own = format!("/api/v1/deliverables/{}", circle.bergamo);
    circle.partner.get(&own).send().await.refused(403, "denied");
    circle.partner.get("/api/v1/early-views").send().await.refused(403, "denied");

    circle.app.at("2027-03-19 10:00");
    assert_eq!(circle.open_to(&circle.partner).await, 0, "from the release on it is read where everybody reads it");
    circle.see(&circle.partner).await.refused(404, "not_found");
    assert_eq!(circle.noted().await.len(), 2, "a refused look is no view");
}

async fn an_access_ends_with_its_designation_and_at_once_when_it_is_ended(engine: Engine) {
    let circle = Circle::new(engine).await;
    circle.app.at("2027-03-18 12:00");
    assert_eq!(circle.open_to(&circle.partner).await, 1);
    let path = format!("/api/v1/early-access/{}", text(&circle.access, "id"));
    let renewed = circle.secretariat.post(&format!("{path}/renew")).if_match(1);
    let renewed = renewed.json(json!({ "valid_to": "2028-03-17" })).send().await.expect(200);
    assert_eq!(renewed["valid_to"], "2028-03-17");
    let longer = circle.secretariat.post(&format!("{path}/renew")).if_match(&renewed["version"]);
    longer.json(json!({ "valid_to": "2028-03-18" })).send().await.refused(422, "access_too_long");
    let stale = circle.secretariat.post(&format!("{path}/end")).if_match(1).send().await;
    stale.refused(412, "stale");
    let ended = circle.secretariat.post(&format!("{path}/end")).if_match(&renewed["version"]).send().await.expect(200);
    assert_eq!(circle.open_to(&circle.partner).await, 0);
    circle.see(&circle.partner).await.refused(404, "not_found");
    let again = circle.secretariat.post(&format!("{path}/end")).if_match(&ended["version"]).send().await;
    again.refused(409, "already_ended");

    // Granted anew, it ends with the designation.
    let anew = circle.secretariat.post("/api/v1/early-access").json(grant(&circle.designation, "2027-12-31"));
    anew.send().await.expect(201);
    assert_eq!(circle.open_to(&circle.partner).await, 1);
    let end = format!("/api/v1/designations/{}/end", text(&circle.designation, "id"));
    let end = circle.secretariat.post(&end).if_match(&circle.designation["version"]);
    end.json(json!({ "last_day": "2027-03-17", "reason": "Trasferimento" })).send().await.expect(200);
    circle.partner.get("/api/v1/early-access/texts").send().await.refused(401, "unauthenticated");
    let listed = circle.app.anonymous().get("/api/v1/early-access").send().await.expect(200);
    assert_eq!(listed["items"], json!([]), "who has left is not on the list");
}

async fn what_is_wrong_in_a_grant_is_said(engine: Engine) {
    let circle = Circle::new(engine).await;
    let ask = async |change: Value| {
        let mut input = grant(&circle.designation, "2027-12-31");
        input.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        circle.secretariat.post("/api/v1/early-access").json(input).send().await
    };
    ask(json!({})).await.refused(409, "access_exists");
    ask(json!({ "valid_from": "2028-01-01", "valid_to": "2029-01-01" })).await.refused(422, "access_too_long");
    ask(json!({ "valid_to": "2027-01-01" })).await.refused(422, "end_before_start");
    for (change, field) in [
        (json!({ "product": "nessuno" }), "product"),
        (json!({ "designation_id": "01890000-0000-7000-8000-000000000000" }), "designation_id"),
        (json!({ "hours_before": 0 }), "hours_before"),
        (json!({ "hours_before": 337 }), "hours_before"),
        (json!({ "reason": "Sì" }), "reason"),
    ] {
        let answer = ask(change).await.expect(422);
        assert_eq!(answer["errors"][0]["field"], field, "{answer:#}");
    }
}

async fn the_pages_show_the_list_and_open_the_text(engine: Engine) {
    let circle = Circle::new(engine).await;
    circle.app.at("2027-03-18 12:00");
    let public = circle.app.anonymous().get("/early-access").header("accept", "text/html").send().await.text();
    for words in ["Università di Bergamo", "Commenta i dati alla conferenza stampa.", "da 24 ore prima dell’uscita"]
    {
        assert!(public.contains(words), "{words}: {public}");
    }
    assert!(!public.contains("Consultazioni registrate") && !public.contains("Neri"));
    let browser = circle.app.browser(PARTNER).await;
    let page = browser.get("/early-access").header("accept", "text/html").send().await.text();
    let action = format!("/early-access/{}/texts/{}/see", text(&circle.access, "id"), circle.bergamo);
    assert!(page.contains("Aperti per lei adesso") && page.contains(&action), "{page}");
    assert!(circle.noted().await.is_empty(), "showing the page is no view");
    let seen = browser.post(&action).form(&browser.form_token(), &[]).send().await;
    assert_eq!(seen.status.as_u16(), 303, "{}", seen.text());
    let desk = circle.app.browser(SECRETARIAT).await;
    let page = desk.get("/early-access").header("accept", "text/html").send().await.text();
    assert!(page.contains("Consultazioni registrate") && page.contains("Pia Neri"), "{page}");
    let form = format!("/early-access/{}/renew", text(&circle.access, "id"));
    let fields = [("version", "1"), ("valid_to", "2028-03-01")];
    let renewed = desk.post(&form).form(&desk.form_token(), &fields).send().await;
    assert_eq!(renewed.status.as_u16(), 303, "{}", renewed.text());
}
