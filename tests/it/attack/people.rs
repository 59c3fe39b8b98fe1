//! A manager who designates a person of another body: every way to that person's record, tried with the right of the
//! new seat.

use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::{both_engines, on_sqlite};
use serde_json::{Value, json};

both_engines! {
    a_manager_may_edit_a_person_again_once_the_seat_elsewhere_has_ended,
}

on_sqlite! {
    designating_a_person_of_another_body_gives_no_access_to_their_record,
}

const BERGAMO_MANAGER: &str = "elio.capo@ente.example";
const BRESCIA_MANAGER: &str = "rita.capo@ente.example";
const BEA: &str = "bea.mori@ente.example";
const PHONE: &str = "030 374 8000";

struct Scene {
    app: TestApp,
    secretariat: Client,
    person: String,
}

impl Scene {
    /// Makes two managers, and the referent of Brescia with a phone that only Brescia may see.
    async fn new(engine: Engine) -> Self {
        let app = TestApp::new(engine).await;
        let secretariat = app.client(SECRETARIAT).await;
        for designation in [
            Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo"),
            Designation::of("body_manager:provincia-brescia").to("Rita", "Capo"),
        ] {
            secretariat.post("/api/v1/designations").json(designation.json()).send().await.expect(201);
        }
        let mut referent = Designation::of("referent:brescia").to("Bea", "Mori").json();
        referent["person"]["phone"] = PHONE.into();
        secretariat.post("/api/v1/designations").json(referent).send().await.expect(201);
        let person = app.person(BEA).await.id.to_string();
        Self { app, secretariat, person }
    }

    async fn record(&self) -> Value {
        self.secretariat.get(&format!("/api/v1/people/{}", self.person)).send().await.expect(200)
    }
}

async fn designating_a_person_of_another_body_gives_no_access_to_their_record(engine: Engine) {
    for (seat, from) in
        [("partner:bergamo", "2027-01-11"), ("deputy:bergamo", "2027-01-11"), ("referent:bergamo", "2027-06-01")]
    {
        let scene = Scene::new(engine).await;
        let manager = scene.app.client(BERGAMO_MANAGER).await;
        let body = Designation::of(seat).to("Bea", "Mori").from(from).json();
        let made = manager.post("/api/v1/designations").json(body).send().await.expect(201);
        let before = scene.record().await;
        let record = format!("/api/v1/people/{}", scene.person);
        let designation = format!("/api/v1/designations/{}", made["id"].as_str().expect("an id"));

        manager.get(&record).send().await.refused(404, "not_found");
        for change in [
            json!({ "given_name": "Falsa" }),
            json!({ "family_name": "Falsa" }),
            json!({ "phone": "1" }),
            json!({ "language": "en" }),
            json!({ "email": "mine@ente.example" }),
            json!({}),
        ] {
            let patch = manager.patch(&record).merge_patch(&change).if_match(&before["version"]);
            patch.send().await.refused(404, "not_found");
        }
        // The designation needs name and address; the manager sees nothing else that the other body entered.
        for path in [&designation, "/api/v1/designations", "/api/v1/seats"] {
            assert!(!manager.get(path).send().await.text().contains(PHONE), "{path}");
        }
        let shown = manager.get(&designation).send().await.expect(200);
        assert_eq!((&shown["person"]["family_name"], &shown["person"]["email"]), (&json!("Mori"), &json!(BEA)));
        let listed = manager.get("/api/v1/designations").send().await.expect(200);
        let bodies: Vec<_> =
            listed["items"].as_array().expect("items").iter().map(|one| &one["seat"]["body"]).collect();
        assert!(bodies.iter().all(|body| **body == "provincia-bergamo"), "{bodies:?}");

        let browser = scene.app.browser(BERGAMO_MANAGER).await;
        let page = designation.trim_start_matches("/api/v1");
        let looked_at = browser.get(page).send().await;
        let html = looked_at.text();
        assert!(looked_at.status.is_success() && html.contains("Mori") && html.contains(BEA), "{html}");
        assert!(
            !html.contains(PHONE) && !html.contains("/holder\""),
            "no phone, and no button that leads to the record"
        );
        let form = browser.get(&format!("{page}/holder")).send().await;
        assert_eq!(form.status.as_u16(), 403);
        let fields = [("version", "1"), ("given_name", "Falsa"), ("family_name", "Falsa"), ("phone", "1")];
        let posted = browser.post(&format!("{page}/holder")).form(&browser.form_token(), &fields).send().await;
        assert_eq!(posted.status.as_u16(), 403, "{}", posted.text());
        for path in ["/network/bodies/provincia-bergamo", "/dossier", "/designations/new?seat=partner:bergamo"] {
            assert!(!browser.get(path).send().await.text().contains(PHONE), "{path}");
        }
        let bounced = [("note", "x"), ("designation", made["id"].as_str().expect("an id"))];
        let noted = browser.post(&format!("/people/{}/bounced", scene.person)).form(&browser.form_token(), &bounced);
        assert_eq!(noted.send().await.status.as_u16(), 403);
        manager.get("/api/v1/radar").send().await.refused(403, "denied");

        // Her own manager has no right to Bergamo's seat either; only she and the secretariat have. A partner's seat
        // elsewhere does not hide her from them.
        let (status, code) = if seat.starts_with("partner") { (403, "denied") } else { (404, "not_found") };
        let own_manager = scene.app.client(BRESCIA_MANAGER).await;
        let patch =
            own_manager.patch(&record).merge_patch(&json!({ "family_name": "Neri" })).if_match(&before["version"]);
        patch.send().await.refused(status, code);
        assert_eq!(scene.record().await, before, "nobody changed anything");
        let bea = scene.app.client(BEA).await;
        let phone = bea.patch(&record).merge_patch(&json!({ "phone": "030 1" })).if_match(&before["version"]);
        let phone = phone.send().await.expect(200);
        let rename = scene.secretariat.patch(&record).merge_patch(&json!({ "family_name": "Neri" }));
        rename.if_match(&phone["version"]).send().await.expect(200);
    }
}

async fn a_manager_may_edit_a_person_again_once_the_seat_elsewhere_has_ended(engine: Engine) {
    let scene = Scene::new(engine).await;
    let manager = scene.app.client(BERGAMO_MANAGER).await;
    let body = Designation::of("partner:bergamo").to("Bea", "Mori").until("2027-01-20").json();
    manager.post("/api/v1/designations").json(body).send().await.expect(201);
    scene.app.at("2027-01-25 09:00");
    let record = format!("/api/v1/people/{}", scene.person);
    let patch =
        |client: Client| client.patch(&record).merge_patch(&json!({ "family_name": "Neri" })).if_match(1).send();
    patch(scene.app.client(BERGAMO_MANAGER).await).await.refused(404, "not_found");
    patch(scene.app.client(BRESCIA_MANAGER).await).await.expect(200);
}
