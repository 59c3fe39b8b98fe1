//! Studies that an observatory does on its own.

use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::forms::form;
use crate::{both_engines, on_sqlite};
use raccordo::mail::outbox::QUIET;
use serde_json::{Value, json};

both_engines! {
    a_study_enters_the_agenda_with_its_product_in_one_step,
    a_study_is_changed_and_withdrawn_as_long_as_it_is_provisional,
}

on_sqlite! {
    a_study_is_told_what_is_near_and_why,
    an_observatory_declares_its_own_studies_only,
    the_secretariat_is_told_once,
    a_study_is_declared_on_its_page_in_one_form,
}

const REFERENT: &str = "ada.riva@ente.example";

/// Designates the referents of Bergamo and of Brescia.
async fn network(app: &TestApp) -> Client {
    app.at("2027-02-01 09:00");
    let secretariat = app.client(SECRETARIAT).await;
    for (seat, given, family) in [("referent:bergamo", "Ada", "Riva"), ("referent:brescia", "Ugo", "Sala")] {
        let designation = Designation::of(seat).to(given, family).json();
        secretariat.post("/api/v1/designations").json(designation).send().await.expect(201);
    }
    secretariat
}

fn study(title: &str) -> Value {
    json!({
        "observatory": "bergamo", "title": title, "theme": "hiring", "territory": "BG", "period": "2026",
        "month": "2027-06",
    })
}

fn path(study: &Value, verb: &str) -> String {
    format!("/api/v1/studies/{}{verb}", study["id"].as_str().expect("an id"))
}

async fn a_study_enters_the_agenda_with_its_product_in_one_step(engine: Engine) {
    let app = TestApp::new(engine).await;
    network(&app).await;
    let referent = app.client(REFERENT).await;
    let declared = referent.post("/api/v1/studies").json(study("Giovani e imprese")).send().await.expect(201);
    assert_eq!((&declared["product"], &declared["state"]), (&json!("giovani-e-imprese"), &json!("provisional")));
    assert_eq!(declared["date"], json!({ "precision": "month", "day": "2027-06-01" }));
    let anonymous = app.anonymous();
    let product = anonymous.get("/api/v1/products/giovani-e-imprese").send().await.expect(200);
    assert_eq!((&product["scope"], &product["theme"]), (&json!("autonomous"), &json!("hiring")));
    assert_eq!(product["contributors"]["observatories"], json!(["bergamo"]));
    let agenda = anonymous.get("/api/v1/releases?product=giovani-e-imprese").send().await.expect(200);
    assert_eq!((&agenda["items"][0]["id"], &agenda["items"][0]["period"]), (&declared["release_id"], &json!("2026")));
    let page = anonymous.get("/rilasci/giovani-e-imprese-bergamo-2026").header("accept", "text/html").send().await;
    assert!(page.text().contains("Giovani e imprese"), "{}", page.text());
    // A second one with the same title is another study.
    let second = referent.post("/api/v1/studies").json(study("Giovani e imprese")).send().await.expect(201);
    assert_eq!(second["product"], "giovani-e-imprese-2");
    // What is wrong leaves nothing behind.
    let products =
        async || anonymous.get("/api/v1/products").send().await.expect(200)["items"].as_array().map(Vec::len);
    let before = products().await;
    for (member, value, code) in [
        ("month", "2026-12", "day_in_past"),
        ("month", "2027", "not_a_month"),
        ("period", "2029", "period_not_begun"),
        ("territory", "XX", "unknown_value"),
        ("observatory", "nessuno", "unknown_value"),
    ] {
        let mut wrong = study("Giovani e imprese");
        wrong[member] = json!(value);
        let refused = referent.post("/api/v1/studies").json(wrong).send().await;
        assert_eq!(refused.status.as_u16(), 422, "{member}");
        assert!(refused.text().contains(code), "{member}: {}", refused.text());
    }
    assert_eq!(products().await, before);
}

async fn a_study_is_changed_and_withdrawn_as_long_as_it_is_provisional(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = network(&app).await;
    let referent = app.client(REFERENT).await;
    let declared = referent.post("/api/v1/studies").json(study("Giovani e imprese")).send().await.expect(201);
    let change = |version: &Value, change: Value| {
        referent.patch(&path(&declared, "")).if_match(version).merge_patch(&change).send()
    };
    change(&declared["version"], json!({})).await.refused(422, "nothing_changes");
    let later =
        json!({ "title": "Giovani, scuola e imprese", "period": "2028", "month": "2029-02", "territory": "BS" });
    let changed = change(&declared["version"], later).await.expect(200);
    assert_eq!((&changed["period"], &changed["date"]["day"]), (&json!("2028"), &json!("2029-02-01")));
    assert_eq!((&changed["territory"], &changed["product"]), (&json!("BS"), &json!("giovani-e-imprese")));
    change(&declared["version"], json!({ "month": "2029-03" })).await.refused(412, "stale");
    let back = json!({ "period": "2026-S2", "month": "2027-05" });
    let changed = change(&changed["version"], back).await.expect(200);
    assert_eq!((&changed["period"], &changed["date"]["day"]), (&json!("2026-S2"), &json!("2027-05-01")));

    let withdraw = |version: &Value, reason: &str| {
        let input = json!({ "reason": reason });
        referent.post(&path(&declared, "/withdraw")).if_match(version).json(input).send()
    };
    withdraw(&changed["version"], "no").await.refused(422, "reason_too_short");
    let withdrawn = withdraw(&changed["version"], "I dati non bastano per lo studio").await.expect(200);
    assert_eq!(withdrawn["state"], "cancelled");
    change(&withdrawn["version"], json!({ "month": "2029-03" })).await.refused(409, "study_under_way");
    let product = secretariat.get("/api/v1/products/giovani-e-imprese").send().await.expect(200);
    assert!(product["retired_at"].is_string());

    let other = referent.post("/api/v1/studies").json(study("Altro")).send().await.expect(201);
    let release = format!("/api/v1/releases/{}", other["release_id"].as_str().expect("an id"));
    let shown = secretariat.get(&release).send().await.expect(200);
    let confirm = secretariat.post(&format!("{release}/confirm")).if_match(&shown["version"]);
    confirm.json(json!({ "day": "2027-06-10" })).send().await.expect(200);
    let late =
        referent.patch(&path(&other, "")).if_match(&other["version"]).merge_patch(&json!({ "month": "2027-07" }));
    late.send().await.refused(409, "study_under_way");
}

async fn a_study_is_told_what_is_near_and_why(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = network(&app).await;
    let brescia = app.client("ugo.sala@ente.example").await;
    let near = json!({
        "observatory": "brescia", "title": "Le imprese della meccanica", "theme": "economy", "territory": "BS",
        "period": "2026-S2", "month": "2027-09",
    });
    brescia.post("/api/v1/studies").json(near).send().await.expect(201);
    let far = json!({
        "observatory": "brescia", "title": "Il lavoro di cura", "theme": "inclusion", "territory": "BS",
        "period": "2026", "month": "2027-09",
    });
    brescia.post("/api/v1/studies").json(far).send().await.expect(201);
    let referent = app.client(REFERENT).await;
    referent.post("/api/v1/studies").json(study("Impresa meccanica")).send().await.expect(201);
    let declared = study("Giovani nelle imprese meccaniche");
    let declared = referent.post("/api/v1/studies").json(declared).send().await.expect(201);
    let told: Vec<&Value> = declared["near"].as_array().expect("a list").iter().collect();
    assert_eq!(told.len(), 1, "one's own studies and unrelated ones are not named: {told:#?}");
    assert_eq!(told[0]["product_name_it"], "Le imprese della meccanica");
    assert_eq!(
        told[0]["reasons"],
        json!([
            { "kind": "words", "words": ["imprese", "meccaniche"] },
            { "kind": "neighbour", "territory": "BS" },
            { "kind": "period" },
        ])
    );
    let page = secretariat.get(&path(&declared, "")).send().await.expect(200);
    assert_eq!(page["near"], declared["near"]);
    let browser = app.browser(REFERENT).await;
    let page = browser.get(&path(&declared, "").replace("/api/v1", "")).header("accept", "text/html").send().await;
    let why = "nel titolo: «imprese» e «meccaniche»; territorio confinante: Brescia; periodo uguale o distante al massimo 6 mesi";
    assert!(page.text().contains(why), "{}", page.text());
}

async fn an_observatory_declares_its_own_studies_only(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = network(&app).await;
    let brescia = app.client("ugo.sala@ente.example").await;
    brescia.post("/api/v1/studies").json(study("Giovani")).send().await.refused(403, "denied");
    let declared = secretariat.post("/api/v1/studies").json(study("Giovani")).send().await.expect(201);
    let foreign = brescia.patch(&path(&declared, "")).if_match(&declared["version"]);
    foreign.merge_patch(&json!({ "title": "Altro" })).send().await.refused(403, "denied");
    let referent = app.client(REFERENT).await;
    let own = referent.patch(&path(&declared, "")).if_match(&declared["version"]);
    own.merge_patch(&json!({ "title": "Altro" })).send().await.expect(200);
    app.anonymous().get("/api/v1/studies").send().await.refused(401, "unauthenticated");
    let listed = brescia.get("/api/v1/studies").send().await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "the network reads");
}

async fn the_secretariat_is_told_once(engine: Engine) {
    let app = TestApp::new(engine).await;
    network(&app).await;
    app.mails().await;
    let referent = app.client(REFERENT).await;
    let declared = referent.post("/api/v1/studies").json(study("Giovani e imprese")).send().await.expect(201);
    let given_up = referent.post("/api/v1/studies").json(study("Donne e imprese")).send().await.expect(201);
    let withdraw = referent.post(&path(&given_up, "/withdraw")).if_match(&given_up["version"]);
    withdraw.json(json!({ "reason": "I dati non bastano per lo studio" })).send().await.expect(200);
    let change = referent.patch(&path(&declared, "")).if_match(&declared["version"]);
    change.merge_patch(&json!({ "month": "2027-07" })).send().await.expect(200);
    app.advance(QUIET);
    let told: Vec<_> = app.mails().await.into_iter().filter(|mail| mail.kind == "study_declared").collect();
    let subjects: Vec<(&str, &str)> = told.iter().map(|mail| (mail.to.as_str(), mail.subject.as_str())).collect();
    assert_eq!(subjects, [(SECRETARIAT, "Nuova ricerca: Giovani e imprese")], "nothing about one that was withdrawn");
}

async fn a_study_is_declared_on_its_page_in_one_form(engine: Engine) {
    let app = TestApp::new(engine).await;
    network(&app).await;
    let browser = app.browser(REFERENT).await;
    let page = async |path: &str| browser.get(path).header("accept", "text/html").send().await.text();
    assert!(page("/").await.contains("/studies/new"), "the way begins at home");
    let empty = form(&page("/studies/new").await, "/studies/new");
    assert_eq!((empty.value("observatory"), empty.value("territory")), ("bergamo", "BG"), "one's own");
    let filled = [("title", "Giovani e imprese"), ("theme", "hiring"), ("period", "2026"), ("month", "2027-06")];
    let declared = empty.with(&filled).send(&browser).await;
    assert_eq!(declared.status.as_u16(), 303, "{}", declared.text());
    let address = declared.header("location").expect("an address").to_owned();
    assert!(page(&address).await.contains("Chi altro ha qualcosa di vicino"));
    assert!(page("/studies").await.contains("Giovani e imprese"));
    let edit = format!("{address}/edit");
    let edited = form(&page(&edit).await, &edit).with(&[("title", "Giovani, scuola e imprese")]).send(&browser).await;
    assert_eq!(edited.header("location"), Some(address.as_str()), "{}", edited.text());
    let withdraw = format!("{address}/withdraw");
    let short = form(&page(&withdraw).await, &withdraw).with(&[("reason", "no")]).send(&browser).await;
    assert_eq!(short.status.as_u16(), 422);
    let gone = form(&page(&withdraw).await, &withdraw).with(&[("reason", "I dati non bastano per lo studio")]);
    assert_eq!(gone.send(&browser).await.header("location"), Some(address.as_str()));
    assert!(!page(&address).await.contains("/withdraw"), "no button that would refuse");
}
