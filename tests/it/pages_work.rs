//! Forms of the agenda, of tasks and deliverables, of the table and of the portal, with two people who edit the same
//! record at once, and with double clicks.

use crate::support::app::{Answer, Client, SECRETARIAT, TestApp};
use crate::support::db::Engine;
use crate::support::portal::Portal;
use scraper::{Html, Selector};
use serde_json::{Value, json};

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value:#}"))
}

/// The secretariat, with an API token and in a browser.
struct Desk {
    app: TestApp,
    portal: Portal,
    api: Client,
    browser: Client,
}

impl Desk {
    async fn new() -> Self {
        let portal = Portal::start().await;
        let app = TestApp::with_config(Engine::Sqlite, portal.config()).await;
        let (api, browser) = (app.client(SECRETARIAT).await, app.browser(SECRETARIAT).await);
        Self { app, portal, api, browser }
    }

    /// Moves to another time and signs in again.
    async fn at(&mut self, wall: &str) {
        self.app.at(wall);
        self.browser = self.app.browser(SECRETARIAT).await;
    }

    async fn get(&self, path: &str) -> Value {
        self.api.get(&format!("/api/v1{path}")).send().await.expect(200)
    }

    async fn made(&self, path: &str, what: Value) -> Value {
        self.api.post(&format!("/api/v1{path}")).json(what).send().await.expect(201)
    }

    /// Changes a record through the API at its present version.
    async fn change(&self, path: &str, verb: &str, what: Value) -> Value {
        let version = self.get(path).await["version"].clone();
        self.api.post(&format!("/api/v1{path}{verb}")).if_match(version).json(what).send().await.expect(200)
    }

    async fn read(&self, path: &str) -> Html {
        let answer = self.browser.get(path).header("accept", "text/html").send().await;
        assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
        Html::parse_document(&answer.text())
    }

    async fn send(&self, action: &str, fields: &[(&str, &str)]) -> Answer {
        self.browser.post(action).form(&self.browser.form_token(), fields).send().await
    }

    /// Asserts that a form opened before another user's change says so, then carries the present version, and is
    /// accepted.
    async fn is_told_and_may_press_again(
        &self,
        opened: &str,
        action: &str,
        typed: &[(&str, &str)],
        meanwhile: impl AsyncFnOnce() -> Value,
    ) {
        let before = version(&self.read(opened).await, action);
        meanwhile().await;
        let press = async |version: &str| self.send(action, &[&[("version", version)], typed].concat()).await;
        let refused = press(&before).await;
        assert_eq!(refused.status.as_u16(), 409, "{action}: {}", refused.text());
        let page = Html::parse_document(&refused.text());
        let said: String = page.root_element().text().collect();
        assert!(said.contains("Nel frattempo"), "{action}: {said}");
        let now = version(&page, action);
        assert_ne!(now, before, "{action}");
        let accepted = press(&now).await;
        assert_eq!(accepted.status.as_u16(), 303, "{action}: {}", accepted.text());
    }

    /// Confirms the yearly report for Friday 19 March 2027.
    async fn release(&self) -> String {
        let plan = json!({ "product": "relazione-territoriale", "period": "2026", "date": { "precision": "month", "day": "2027-03-10" } });
        let planned = self.made("/releases", plan).await;
        let path = format!("/releases/{}", text(&planned, "id"));
        self.change(&path, "/confirm", json!({ "day": "2027-03-19" })).await;
        path
    }

    /// Prepares a draft for Wednesday 10 February 2027 with one point on its agenda.
    async fn draft(&self) -> String {
        let meeting = json!({
            "table": "tavolo", "title": "Agenda dei rilasci", "day": "2027-02-10", "starts": "09:30:00", "ends": "12:00:00",
            "venue": { "mode": "in_person", "place": "Palazzo Lombardia, Sala 5" },
        });
        let path = format!("/meetings/{}", text(&self.made("/meetings", meeting).await, "id"));
        self.made(&format!("{path}/agenda-items"), json!({ "kind": "decision", "title": "Calendario" })).await;
        path
    }

    async fn convened(&self) -> String {
        let path = self.draft().await;
        self.change(&path, "/convene", json!({})).await;
        path
    }

    async fn first(&self, list: &str) -> Value {
        self.get(list).await["items"][0].clone()
    }
}

/// Returns the version in the form that posts to `action`, directly or by one of its buttons.
fn version(page: &Html, action: &str) -> String {
    let select = |selector: &str| Selector::parse(selector).expect("a selector");
    let (button, hidden) = (select(&format!("[formaction='{action}']")), select("input[name=version]"));
    let form = page
        .select(&select("form"))
        .find(|form| form.attr("action") == Some(action) || form.select(&button).next().is_some())
        .unwrap_or_else(|| panic!("no form posts to {action}"));
    form.select(&hidden).next().and_then(|field| field.attr("value")).expect("a version").to_owned()
}

fn errors(answer: &Answer) -> String {
    let page = Html::parse_document(&answer.text());
    let summary = Selector::parse(".rc-error-summary").expect("a selector");
    page.select(&summary).flat_map(|part| part.text()).collect()
}

#[actix_web::test]
async fn a_stale_form_of_a_release_says_so_and_may_be_sent_again() {
    let desk = Desk::new().await;
    let path = desk.release().await;
    let elsewhere = json!({ "day": "2027-04-02", "reason_code": "source_late", "reason_text": "Dati in ritardo" });
    let moved =
        [("day", "2027-04-09"), ("hour", "10:00"), ("reason_code", "portal"), ("reason_text", "Fermo del portale")];
    let form = format!("{path}/move");
    desk.is_told_and_may_press_again(&form, &form, &moved, async || desk.change(&path, "/move", elsewhere).await).await;
    let plan = json!({ "product": "relazione-territoriale", "period": "2027", "date": { "precision": "month", "day": "2028-03-10" } });
    let next = format!("/releases/{}", text(&desk.made("/releases", plan).await, "id"));
    let better = [("precision", "week"), ("day", "2028-03-13")];
    let form = format!("{next}/improve");
    let meanwhile = json!({ "date": { "precision": "month", "day": "2028-04-10" } });
    desk.is_told_and_may_press_again(&form, &form, &better, async || desk.change(&next, "/improve", meanwhile).await)
        .await;
}

#[actix_web::test]
async fn a_stale_form_of_a_task_says_so_and_may_be_sent_again() {
    let desk = Desk::new().await;
    desk.release().await;
    let task = format!("/tasks/{}", text(&desk.first("/tasks?observatory=bergamo").await, "id"));
    let why = [("reason", "Il fornitore tace")];
    let form = format!("{task}/block");
    desk.is_told_and_may_press_again(&form, &form, &why, async || desk.change(&task, "/start", json!({})).await).await;
    let own = format!("/deliverables/{}", text(&desk.first("/deliverables?observatory=brescia").await, "id"));
    let form = format!("{own}/block");
    desk.is_told_and_may_press_again(&form, &form, &why, async || desk.change(&own, "/start", json!({})).await).await;
    let published = own.replace("/deliverables/", "/publications/");
    let (form, address) = (format!("{published}/declare"), desk.portal.url("/brescia"));
    let meanwhile = json!({ "address": desk.portal.url("/altra") });
    let declared = [("address", address.as_str())];
    desk.is_told_and_may_press_again(&published, &form, &declared, async || {
        desk.change(&published, "/declare", meanwhile).await
    })
    .await;
}

#[actix_web::test]
async fn a_stale_form_of_a_meeting_says_so_and_may_be_sent_again() {
    let mut desk = Desk::new().await;
    let path = desk.convened().await;
    let place =
        [("day", "2027-02-17"), ("starts", "10:00"), ("ends", "12:00"), ("mode", "in_person"), ("place", "Sala 1")];
    let form = format!("{path}/move");
    let meanwhile = json!({ "day": "2027-02-18", "starts": "10:00:00", "ends": "12:00:00" });
    desk.is_told_and_may_press_again(&form, &form, &place, async || desk.change(&path, "/move", meanwhile).await).await;
    desk.at("2027-02-17 10:00").await;
    desk.change(&path, "/hold", json!({})).await;
    let (form, action) = (format!("{path}/attendances"), format!("{path}/attendances"));
    let there = [("body", "provincia-bergamo"), ("presence", "present")];
    desk.is_told_and_may_press_again(&form, &action, &there, async || {
        desk.made(&format!("{path}/outcomes"), json!({ "kind": "information", "text": "Altro" })).await
    })
    .await;
}

#[actix_web::test]
async fn a_draft_says_all_that_keeps_it_from_being_convened_and_where_to_mend_it() {
    let desk = Desk::new().await;
    // 7 December is Sant'Ambrogio in Milan; no place and no agenda.
    let meeting = json!({
        "table": "tavolo", "title": "Programma 2028", "day": "2027-12-07", "starts": "09:30:00", "ends": "12:00:00",
        "venue": { "mode": "in_person" },
    });
    let made = desk.made("/meetings", meeting).await;
    let path = format!("/meetings/{}", text(&made, "id"));
    let convene = format!("{path}/convene");
    let mends = |page: &Html| {
        let links = Selector::parse(".rc-checks a").expect("a selector");
        page.select(&links).filter_map(|link| link.attr("href")).map(str::to_owned).collect::<Vec<_>>()
    };
    let expected =
        [format!("{path}/edit#field-day"), format!("{path}/edit#field-place"), format!("{path}/agenda-items/new")];
    for shown in [&path, &convene] {
        assert_eq!(mends(&desk.read(shown).await), expected, "{shown}");
    }
    let button = Selector::parse(&format!("form[action='{convene}']")).expect("a selector");
    assert_eq!(desk.read(&convene).await.select(&button).count(), 0, "it cannot be convened");
    let refused = desk.api.post(&format!("/api/v1{convene}")).if_match(&made["version"]).json(json!({})).send().await;
    let refused = refused.refused(422, "invalid");
    let fields: Vec<&str> =
        refused["errors"].as_array().expect("errors").iter().map(|error| text(error, "field")).collect();
    assert_eq!(fields, ["day", "place", "agenda"], "{refused:#}");
    let ready = desk.draft().await;
    let page = desk.read(&format!("{ready}/convene")).await;
    assert_eq!((mends(&page).len(), page.root_element().html().contains("l’invito non parte")), (0, true));
}

#[actix_web::test]
async fn periods_are_chosen_in_words_among_those_without_a_release() {
    let desk = Desk::new().await;
    let offered = async || {
        let page = desk.read("/releases/new").await;
        let options = Selector::parse("#field-period optgroup option").expect("a selector");
        page.select(&options).map(|option| option.text().collect::<String>()).collect::<Vec<_>>()
    };
    assert_eq!(offered().await, ["anno 2025", "anno 2026", "anno 2027", "anno 2028", "anno 2029"]);
    desk.release().await;
    assert_eq!(offered().await, ["anno 2025", "anno 2027", "anno 2028", "anno 2029"]);
}

#[actix_web::test]
async fn a_mistaken_release_is_corrected_on_its_page() {
    let desk = Desk::new().await;
    let plan = json!({ "product": "relazione-territoriale", "period": "2025", "date": { "precision": "month", "day": "2027-03-10" } });
    let path = format!("/releases/{}", text(&desk.made("/releases", plan).await, "id"));
    let form = format!("{path}/correct");
    let page = desk.read("/rilasci/relazione-territoriale-2025").await;
    assert!(page.root_element().html().contains(&form), "the page leads to it");
    let opened = version(&desk.read(&form).await, &form);
    let send = async |period: &str| {
        let typed = [("version", opened.as_str()), ("product", "relazione-territoriale"), ("period", period)];
        desk.send(&form, &typed).await
    };
    for wrong in ["", "domani", "1899", "2028", "2026-Q4"] {
        let refused = send(wrong).await;
        assert_eq!(refused.status.as_u16(), 422, "{wrong}: {}", refused.text());
        assert!(refused.text().contains("field-period"), "{wrong}");
    }
    assert_eq!(send("2026").await.status.as_u16(), 303);
    assert_eq!(desk.get(&path).await["period"], "2026");
    assert_eq!(send("2024").await.status.as_u16(), 409, "somebody was first: oneself");
}

#[actix_web::test]
async fn a_reason_is_required_where_decisions_lose_their_quorum() {
    let mut desk = Desk::new().await;
    let path = desk.convened().await;
    desk.at("2027-02-10 10:00").await;
    let bodies = ["bergamo", "brescia", "como", "cremona", "lecco", "lodi", "mantova"];
    let there: Vec<Value> =
        bodies.iter().map(|one| json!({ "body": format!("provincia-{one}"), "presence": "present" })).collect();
    desk.change(&path, "/hold", json!({ "attendances": there })).await;
    desk.made(&format!("{path}/outcomes"), json!({ "kind": "decision", "text": "Adottata." })).await;

    let form = format!("{path}/attendances");
    let opened = version(&desk.read(&form).await, &form);
    let absent = [("version", opened.as_str()), ("body", "provincia-bergamo"), ("presence", "absent")];
    let refused = desk.send(&form, &absent).await;
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.text());
    assert!(errors(&refused).contains("decisioni restano valide"), "{}", errors(&refused));
    assert!(refused.text().contains("id=\"field-short_quorum_reason\""), "the error leads to a field that is there");
    let word = ("short_quorum_reason", "Uscita dopo il voto");
    assert_eq!(desk.send(&form, &[&absent[..], &[word]].concat()).await.status.as_u16(), 303);

    let form = format!("{path}/close");
    let opened = version(&desk.read(&form).await, &form);
    let refused = desk.send(&form, &[("version", &opened)]).await;
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.text());
    let word = [("version", opened.as_str()), ("short_quorum_reason", "Il voto era valido")];
    assert_eq!(desk.send(&form, &word).await.status.as_u16(), 303);
    let page: String = desk.read(&path).await.root_element().text().collect();
    for said in ["Uscita dopo il voto", "Il voto era valido", "decisa con 7 parti presenti su 13"] {
        assert!(page.contains(said), "{said}: {page}");
    }
}

#[actix_web::test]
async fn a_second_click_adds_nothing_a_second_time() {
    let mut desk = Desk::new().await;
    let path = desk.draft().await;
    let opened = version(&desk.read(&format!("{path}/agenda-items/new")).await, &format!("{path}/agenda-items"));
    let item = [("version", opened.as_str()), ("kind", "information"), ("title", "Varie")];
    let add = async || desk.send(&format!("{path}/agenda-items"), &item).await.status.as_u16();
    assert_eq!((add().await, add().await), (303, 409));
    assert_eq!(desk.get(&path).await["agenda"].as_array().map(Vec::len), Some(2));

    desk.change(&path, "/convene", json!({})).await;
    desk.at("2027-02-10 10:00").await;
    desk.change(&path, "/hold", json!({})).await;
    let opened = version(&desk.read(&format!("{path}/outcomes/new?kind=decision")).await, &format!("{path}/outcomes"));
    let outcome = [("version", opened.as_str()), ("kind", "information"), ("text", "Il Tavolo prende atto.")];
    let record = async || desk.send(&format!("{path}/outcomes"), &outcome).await.status.as_u16();
    assert_eq!((record().await, record().await), (303, 409));
    assert_eq!(desk.get(&path).await["outcomes"].as_array().map(Vec::len), Some(1));
}

#[actix_web::test]
async fn partly_filled_consequences_of_an_outcome_are_not_dropped() {
    let mut desk = Desk::new().await;
    let path = desk.convened().await;
    desk.at("2027-02-10 10:00").await;
    desk.change(&path, "/hold", json!({})).await;
    let form = format!("{path}/outcomes");
    let opened = version(&desk.read(&format!("{form}/new?kind=decision")).await, &form);
    for begun in [
        ("day", "2027-03-19"),
        ("change", "move"),
        ("hour", "10:00"),
        ("despite_non_working", "Va bene"),
        ("title", "Verificare i dati"),
        ("due_day", "2027-03-19"),
        ("estimated_minutes", "30"),
    ] {
        let outcome = [("version", opened.as_str()), ("kind", "decision"), ("text", "Si decide."), begun];
        let refused = desk.send(&form, &outcome).await;
        assert_eq!(refused.status.as_u16(), 422, "{begun:?}");
    }
    assert_eq!(desk.get(&path).await["outcomes"].as_array().map(Vec::len), Some(0));
}

#[actix_web::test]
async fn an_error_of_one_party_is_shown_at_that_party() {
    let mut desk = Desk::new().await;
    let path = desk.convened().await;
    desk.at("2027-02-10 10:00").await;
    let opened = version(&desk.read(&format!("{path}/hold")).await, &format!("{path}/hold"));
    let long = "x".repeat(201);
    let typed = [
        ("version", opened.as_str()),
        ("presence-provincia-bergamo", "by_delegate"),
        ("presence-provincia-brescia", "by_delegate"),
        ("delegate-provincia-brescia", long.as_str()),
    ];
    let refused = desk.send(&format!("{path}/hold"), &typed).await;
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.text());
    let said = errors(&refused);
    assert!(said.contains("Provincia di Bergamo: Scriva il nome del delegato"), "{said}");
    assert!(said.contains("Provincia di Brescia: "), "{said}");
    assert!(!refused.text().contains("#field-delegate\""), "no field has that name");
}

#[actix_web::test]
async fn the_secretariat_sets_days_and_cancels_tasks_on_their_pages() {
    let desk = Desk::new().await;
    desk.release().await;
    let task = text(&desk.first("/tasks?observatory=bergamo").await, "id").to_owned();
    let own = text(&desk.first("/deliverables?observatory=bergamo").await, "id").to_owned();
    for (path, day) in [(format!("/tasks/{task}"), "2027-02-22"), (format!("/deliverables/{own}"), "2027-03-17")] {
        let form = format!("{path}/reschedule");
        let send = async |day: &str| {
            let opened = version(&desk.read(&form).await, &form);
            desk.send(&form, &[("version", &opened), ("day", day)]).await
        };
        assert_eq!(send(day).await.status.as_u16(), 303);
        assert_eq!(desk.get(&path).await["hand_set_day"], day);
        assert_eq!(send("domani").await.status.as_u16(), 422);
        assert_eq!(send("").await.status.as_u16(), 303, "back to the derived day");
        assert_eq!(desk.get(&path).await["hand_set_day"], Value::Null);
    }
    let (path, form) = (format!("/tasks/{task}"), format!("/tasks/{task}/cancel"));
    let opened = version(&desk.read(&form).await, &form);
    assert_eq!(desk.send(&form, &[("version", &opened), ("reason", " ")]).await.status.as_u16(), 422);
    let cancelled = desk.send(&form, &[("version", &opened), ("reason", "La fonte non esiste più")]).await;
    assert_eq!(cancelled.status.as_u16(), 303, "{}", cancelled.text());
    assert_eq!(desk.get(&path).await["state"], "cancelled");
}
