//! Amendments and withdrawals of what a release published: they are explained, and nothing disappears.

use crate::seen::{REPORT, accepted, confirmed, path, publication, text};
use crate::support::app::{Answer, Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::portal::Portal;
use crate::{both_engines, on_sqlite};
use chrono::TimeDelta;
use serde_json::{Value, json};

both_engines! {
    an_amendment_is_explained_and_the_former_address_stays,
    a_withdrawn_release_stays_visible_and_an_amendment_publishes_it_again,
}

on_sqlite! {
    one_report_of_several_is_amended_and_withdrawn_by_itself,
    the_observatory_amends_its_own_report_and_no_other,
    what_is_not_published_is_neither_amended_nor_withdrawn,
    what_is_wrong_in_an_amendment_is_said,
    the_pages_amend_and_withdraw,
}

/// The yearly report, published with the pages of Bergamo and Brescia verified.
struct Published {
    app: TestApp,
    portal: Portal,
    secretariat: Client,
    release: String,
    bergamo: String,
    /// Address of Bergamo's referent.
    referent: String,
}

impl Published {
    async fn new(engine: Engine) -> Self {
        let portal = Portal::start().await;
        let app = TestApp::with_config(engine, portal.config()).await;
        let secretariat = app.client(SECRETARIAT).await;
        let seat = Designation::of("referent:bergamo").to("Ada", "Neri");
        secretariat.post("/api/v1/designations").json(seat.json()).send().await.expect(201);
        let referent = "ada.neri@ente.example".to_owned();
        let release = confirmed(&secretariat).await;
        let bergamo = accepted(&app, &secretariat, "bergamo").await;
        let brescia = accepted(&app, &secretariat, "brescia").await;
        for (name, id) in [("bergamo", &bergamo), ("brescia", &brescia)] {
            let page = format!("/{name}");
            portal.show(&page, &report_of(name));
            let address = json!({ "address": portal.url(&page) });
            secretariat.post(&path(id, "/declare")).if_match(0).json(address).send().await.expect(200);
        }
        app.at("2027-03-19 10:00");
        app.tick("publish").await;
        app.tick("verify").await;
        Self { app, portal, secretariat, release, bergamo, referent }
    }

    fn of_release(&self) -> String {
        format!("/api/v1/releases/{}", self.release)
    }

    async fn story(&self) -> Value {
        self.app.anonymous().get(&self.of_release()).send().await.expect(200)
    }

    async fn act(&self, client: &Client, verb: &str, input: Value) -> Answer {
        let version = self.story().await["version"].clone();
        client.post(&format!("{}/{verb}", self.of_release())).if_match(version).json(input).send().await
    }

    /// The page of the release as everybody reads it.
    async fn page(&self) -> String {
        let to = self.app.anonymous().get(&format!("/releases/{}", self.release)).send().await;
        let location = to.header("location").expect("an address").to_owned();
        self.app.anonymous().get(&location).send().await.text()
    }
}

fn report_of(name: &str) -> String {
    let name = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
    REPORT.replace("Bergamo", &name)
}

fn text_of(version: &Value) -> String {
    version.to_string()
}

/// Returns the addresses that a mail about an amendment has reached.
async fn told(app: &TestApp) -> Vec<String> {
    app.advance(TimeDelta::minutes(10));
    app.mails().await.into_iter().filter(|mail| mail.kind == "release_amended").map(|mail| mail.to).collect()
}

fn last(story: &Value) -> Value {
    story["changes"].as_array().expect("a list").last().expect("a change").clone()
}

async fn an_amendment_is_explained_and_the_former_address_stays(engine: Engine) {
    let out = Published::new(engine).await;
    out.app.at("2027-04-07 09:00");
    out.portal.show("/bergamo-2", &format!("{}<p>Tabella 3 corretta</p>", report_of("bergamo")));
    let (before, after) = (out.portal.url("/bergamo"), out.portal.url("/bergamo-2"));
    let said = json!({ "kind": "error", "explanation": "La tabella 3 riportava i valori del 2025.", "observatory": "bergamo", "address": after });
    let first = publication(&out.secretariat, &out.bergamo).await;
    let amended = out.act(&out.secretariat, "amend", said).await.expect(200);
    assert_eq!((&amended["state"], &amended["flags"]["amended"]), (&json!("published"), &json!(true)), "{amended:#}");
    let story = out.story().await;
    let change = last(&story);
    assert_eq!(change["kind"], "amended");
    let afterwards = &change["afterwards"];
    assert_eq!(afterwards["kind"], "error");
    assert_eq!(afterwards["explanation"], "La tabella 3 riportava i valori del 2025.");
    assert_eq!((&afterwards["observatory"], &afterwards["address_before"]), (&json!("bergamo"), &json!(before)));
    assert_eq!(afterwards["address_after"], json!(after));
    let now = publication(&out.secretariat, &out.bergamo).await;
    assert_eq!((&now["state"], &now["address"]), (&json!("verified"), &json!(after)), "looked at at once: {now:#}");
    assert_eq!(now["first_seen_at"], first["first_seen_at"], "the first appearance stays");
    assert!(now["evidence"].as_array().expect("a list").len() > 1, "the former checks stay");
    let page = out.page().await;
    for words in ["rettificata la relazione di", "La tabella 3 riportava i valori del 2025.", &before, &after] {
        assert!(page.contains(words), "{words} is not on the page");
    }
    assert_eq!(told(&out.app).await, [out.referent], "the one of the report, and not the one who acts");
}

async fn a_withdrawn_release_stays_visible_and_an_amendment_publishes_it_again(engine: Engine) {
    let out = Published::new(engine).await;
    out.app.at("2027-04-07 09:00");
    let said = json!({ "explanation": "I dati di origine erano di un altro anno." });
    let withdrawn = out.act(&out.secretariat, "withdraw", said.clone()).await.expect(200);
    assert_eq!(
        (&withdrawn["state"], &withdrawn["published_at"]),
        (&json!("withdrawn"), &out.story().await["published_at"])
    );
    let page = out.page().await;
    assert!(page.contains("Ritirata il 7 aprile 2027.") && page.contains("I dati di origine erano di un altro anno."));
    assert!(!page.contains(&format!("href=\"{}\"", out.portal.url("/bergamo"))), "readers are not led to the page");
    let feed = out.app.anonymous().get("/calendar.ics").send().await.text();
    assert!(feed.contains("SUMMARY:Ritirata: Relazione"), "{feed}");
    let visits = out.portal.visits();
    out.app.at("2027-04-09 09:00");
    out.app.tick("verify").await;
    assert_eq!(out.portal.visits(), visits, "a withdrawn page is not looked at");
    out.act(&out.secretariat, "withdraw", said).await.refused(409, "wrong_transition");
    out.secretariat.post(&path(&out.bergamo, "/check")).send().await.refused(409, "page_withdrawn");

    let back = json!({ "kind": "error", "explanation": "Ricalcolati tutti i valori con i dati giusti." });
    let amended = out.act(&out.secretariat, "amend", back).await.expect(200);
    assert_eq!(amended["state"], "published");
    assert!(amended["sequence"].as_i64() > withdrawn["sequence"].as_i64(), "calendars show it anew");
    assert_eq!(publication(&out.secretariat, &out.bergamo).await["state"], "verified");
    let kinds: Vec<Value> =
        out.story().await["changes"].as_array().expect("a list").iter().map(|change| change["kind"].clone()).collect();
    assert_eq!(kinds, ["planned", "confirmed", "published", "withdrawn", "amended"]);
}

async fn one_report_of_several_is_amended_and_withdrawn_by_itself(engine: Engine) {
    let out = Published::new(engine).await;
    let said = json!({ "explanation": "La provincia ha chiesto di toglierla.", "observatory": "bergamo" });
    let after = out.act(&out.secretariat, "withdraw", said.clone()).await.expect(200);
    assert_eq!(after["state"], "published", "the other report stays");
    assert_eq!(publication(&out.secretariat, &out.bergamo).await["state"], "withdrawn");
    let page = out.page().await;
    assert!(page.contains(&out.portal.url("/brescia")));
    assert!(page.contains("stata ritirata la relazione di"), "{page}");
    out.act(&out.secretariat, "withdraw", said).await.refused(409, "page_withdrawn");
    let moved = json!({ "kind": "address", "explanation": "Il portale ha cambiato indirizzo alle pagine.", "address": out.portal.url("/x") });
    let answer = out.act(&out.secretariat, "amend", moved).await.expect(422);
    assert_eq!(answer["errors"][0]["code"], "observatory_missing", "{answer:#}");
}

async fn the_observatory_amends_its_own_report_and_no_other(engine: Engine) {
    let out = Published::new(engine).await;
    let referent = out.app.client(&out.referent).await;
    let of =
        |code: &str| json!({ "kind": "routine", "explanation": "Aggiunti i dati di dicembre.", "observatory": code });
    out.act(&referent, "amend", of("brescia")).await.refused(403, "denied");
    let all = json!({ "kind": "routine", "explanation": "Aggiunti i dati di dicembre." });
    out.act(&referent, "amend", all).await.refused(403, "denied");
    out.act(&referent, "withdraw", json!({ "explanation": "Da togliere del tutto." })).await.refused(403, "denied");
    out.act(&referent, "amend", of("bergamo")).await.expect(200);
    assert_eq!(told(&out.app).await, [SECRETARIAT], "not the one who acts");
}

async fn what_is_not_published_is_neither_amended_nor_withdrawn(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let release = confirmed(&secretariat).await;
    accepted(&app, &secretariat, "bergamo").await;
    let path = format!("/api/v1/releases/{release}");
    let version = secretariat.get(&path).send().await.expect(200)["version"].clone();
    for (verb, input) in [
        ("amend", json!({ "kind": "error", "explanation": "Una tabella era sbagliata." })),
        ("withdraw", json!({ "explanation": "Una tabella era sbagliata." })),
    ] {
        let answer = secretariat.post(&format!("{path}/{verb}")).if_match(&version).json(input).send().await;
        answer.refused(409, "wrong_transition");
    }
}

async fn what_is_wrong_in_an_amendment_is_said(engine: Engine) {
    let out = Published::new(engine).await;
    let amend = async |input: Value| out.act(&out.secretariat, "amend", input).await;
    amend(json!({ "kind": "error", "explanation": "Errore" })).await.refused(422, "reason_too_short");
    amend(json!({ "kind": "error", "explanation": "  " })).await.refused(422, "reason_missing");
    let elsewhere = json!({ "kind": "error", "explanation": "La tabella 3 era sbagliata.", "observatory": "bergamo", "address": "https://other.example/x" });
    amend(elsewhere).await.refused(422, "host_not_allowed");
    let unknown = json!({ "kind": "error", "explanation": "La tabella 3 era sbagliata.", "observatory": "milano" });
    let answer = amend(unknown).await.expect(422);
    assert_eq!(answer["errors"][0]["code"], "unknown_value", "Milano has published nothing: {answer:#}");
    let stale = out.secretariat.post(&format!("{}/amend", out.of_release())).if_match(1);
    stale
        .json(json!({ "kind": "error", "explanation": "La tabella 3 era sbagliata." }))
        .send()
        .await
        .refused(412, "stale");
    assert_eq!(text(&last(&out.story().await), "kind"), "published", "nothing was changed");
}

async fn the_pages_amend_and_withdraw(engine: Engine) {
    let out = Published::new(engine).await;
    let browser = out.app.browser(SECRETARIAT).await;
    let token = browser.form_token();
    let version = async || text_of(&out.story().await["version"]);
    let of_page = browser.get(&format!("/publications/{}", out.bergamo)).send().await.text();
    let form = format!("/releases/{}/amend", out.release);
    assert!(of_page.contains(&format!("{form}?observatory=bergamo")), "{of_page}");
    assert!(!of_page.contains("/declare"), "a page that was seen is amended");
    let now = version().await;
    let fields = [
        ("version", now.as_str()),
        ("kind", "method"),
        ("observatory", "bergamo"),
        ("explanation", "Nuova classificazione delle attività."),
    ];
    let answer = browser.post(&form).form(&token, &fields).send().await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    let page = out.page().await;
    assert!(page.contains("Cambio di metodo") && page.contains("Nuova classificazione delle attività."), "{page}");
    let form = format!("/releases/{}/withdraw", out.release);
    let now = version().await;
    let fields = [("version", now.as_str()), ("observatory", ""), ("explanation", "")];
    let answer = browser.post(&form).form(&token, &fields).send().await;
    assert_eq!(answer.status.as_u16(), 422);
    assert!(answer.text().contains("href=\"#field-explanation\""), "{}", answer.text());
    let fields =
        [("version", now.as_str()), ("observatory", ""), ("explanation", "I dati di origine erano sbagliati.")];
    let answer = browser.post(&form).form(&token, &fields).send().await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    assert_eq!(out.story().await["state"], "withdrawn");
}
