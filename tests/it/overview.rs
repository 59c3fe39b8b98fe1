//! Pages that combine the slices: mails of this week, and the dossier for a new member.

use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::{Designation, confirmed};
use crate::support::db::Engine;
use crate::{both_engines, on_sqlite};
use scraper::{Html, Selector};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

both_engines! {
    the_monday_page_lists_the_releases_of_the_next_seven_days_and_those_that_should_have_left,
}

on_sqlite! {
    a_blocked_task_waits_for_the_secretariat_on_monday_with_its_reason,
    the_monday_page_lists_twenty_that_wait_and_leads_to_all_of_them,
    links_to_the_same_step_of_several_observatories_say_whose_it_is,
    the_page_of_a_task_says_to_others_when_its_holder_was_last_reminded,
    the_home_page_shows_a_new_member_coming_releases_and_decisions,
}

const ADA: &str = "ada.riva@ente.example";

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value:#}"))
}

async fn page(reader: &Client, path: &str) -> Html {
    let answer = reader.get(path).header("accept", "text/html").send().await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
    Html::parse_document(&answer.text())
}

/// Returns the text of the elements that a selector finds, with single blanks.
fn words(page: &Html, selector: &str) -> String {
    let selector = Selector::parse(selector).expect("a selector");
    let words: Vec<&str> =
        page.select(&selector).flat_map(|part| part.text()).flat_map(str::split_whitespace).collect();
    words.join(" ")
}

fn leads_to(page: &Html, within: &str, path: &str) -> bool {
    page.select(&Selector::parse(&format!("{within} a[href='{path}']")).expect("a selector")).count() > 0
}

async fn plan(secretariat: &Client, period: &str, day: &str) -> Value {
    let release =
        json!({ "product": "relazione-territoriale", "period": period, "date": { "precision": "month", "day": day } });
    secretariat.post("/api/v1/releases").json(release).send().await.expect(201)
}

/// Holds a meeting on 10 February with a quorum and records its decision.
async fn decided(app: &TestApp, secretariat: &Client, decision: &str) -> String {
    let meeting = json!({
        "table": "tavolo", "title": "Agenda dei rilasci", "day": "2027-02-10", "starts": "09:30:00", "ends": "12:00:00",
        "venue": { "mode": "in_person", "place": "Palazzo Lombardia, Sala 5" },
    });
    let made = secretariat.post("/api/v1/meetings").json(meeting).send().await.expect(201);
    let path = format!("/api/v1/meetings/{}", text(&made, "id"));
    let version = async || secretariat.get(&path).send().await.expect(200)["version"].clone();
    let item = json!({ "kind": "decision", "title": "Calendario" });
    secretariat.post(&format!("{path}/agenda-items")).if_match(version().await).json(item).send().await.expect(201);
    let convened =
        secretariat.post(&format!("{path}/convene")).if_match(version().await).json(json!({})).send().await.expect(200);
    app.at("2027-02-10 09:30");
    let parties = convened["attendances"].as_array().expect("parties").iter().take(7);
    let present: Vec<Value> = parties.map(|one| json!({ "body": one["body"], "presence": "present" })).collect();
    let there = json!({ "attendances": present });
    secretariat.post(&format!("{path}/hold")).if_match(version().await).json(there).send().await.expect(200);
    for (kind, said) in [("information", "Il Tavolo prende atto."), ("decision", decision)] {
        let outcome = json!({ "kind": kind, "text": said });
        secretariat.post(&format!("{path}/outcomes")).if_match(version().await).json(outcome).send().await.expect(201);
    }
    text(&made, "id").to_owned()
}

async fn the_monday_page_lists_the_releases_of_the_next_seven_days_and_those_that_should_have_left(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    confirmed(&secretariat, "2026", "2027-03-19").await;
    plan(&secretariat, "2027", "2027-03-01").await;
    let (release, some_month) = ("/rilasci/relazione-territoriale-2026", "/rilasci/relazione-territoriale-2027");
    for (day, leaves) in [
        ("2027-03-11 09:00", false),
        ("2027-03-12 09:00", true),
        ("2027-03-15 09:00", true),
        ("2027-03-22 09:00", true),
    ] {
        app.at(day);
        let page = page(&secretariat, "/monday").await;
        assert_eq!(leads_to(&page, "#leaving", release), leaves, "{day}");
        assert!(!leads_to(&page, "#leaving", some_month), "{day}: a month says nothing about a week");
        assert_eq!(words(&page, "main").contains("Nulla esce nei prossimi 7 giorni"), !leaves, "{day}");
    }
    app.at("2027-03-15 09:00");
    let said = words(&page(&secretariat, "/monday").await, "#leaving");
    assert!(said.contains("venerdì 19 marzo 2027") && said.contains("0 su 12"), "{said}");
}

async fn a_blocked_task_waits_for_the_secretariat_on_monday_with_its_reason(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    confirmed(&secretariat, "2026", "2027-03-19").await;
    let tasks = secretariat.get("/api/v1/tasks?observatory=bergamo").send().await.expect(200);
    let task = &tasks["items"][0];
    let block = format!("/api/v1/tasks/{}/block", text(task, "id"));
    let why = json!({ "reason": "Il fornitore non manda i dati" });
    secretariat.post(&block).if_match(&task["version"]).json(why).send().await.expect(200);
    let monday = page(&secretariat, "/monday").await;
    assert!(leads_to(&monday, "#waiting", &format!("/tasks/{}", text(task, "id"))));
    assert!(words(&monday, "#waiting").contains("Il fornitore non manda i dati"));
}

async fn the_monday_page_lists_twenty_that_wait_and_leads_to_all_of_them(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    confirmed(&secretariat, "2026", "2027-03-19").await;
    let tasks = secretariat.get("/api/v1/tasks?limit=100").send().await.expect(200);
    let mut tasks = tasks["items"].as_array().expect("tasks").iter();
    let rows = async || {
        let monday = page(&secretariat, "/monday").await;
        let row = Selector::parse("#waiting tbody tr").expect("a selector");
        (monday.select(&row).count(), monday)
    };
    let block = async |task: &Value| {
        let path = format!("/api/v1/tasks/{}/block", text(task, "id"));
        let why = json!({ "reason": "Il fornitore non manda i dati" });
        secretariat.post(&path).if_match(&task["version"]).json(why).send().await.expect(200);
    };
    for task in tasks.by_ref().take(20) {
        block(task).await;
    }
    let (all, monday) = rows().await;
    assert_eq!(all, 20);
    assert!(!leads_to(&monday, "#waiting", "/tasks?state=blocked"), "nothing more to see");
    block(tasks.next().expect("one more task")).await;
    let (listed, monday) = rows().await;
    assert_eq!(listed, 20);
    assert!(words(&monday, "#waiting").contains("Qui sono i primi 20 di 21."), "{}", words(&monday, "#waiting"));
    assert!(words(&monday, ".rc-tile").contains("21 contributi e attività da esaminare"));
    for state in ["to_review", "blocked", "refused"] {
        assert!(leads_to(&monday, "#waiting", &format!("/tasks?state={state}")), "{state}");
    }
}

async fn links_to_the_same_step_of_several_observatories_say_whose_it_is(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    confirmed(&secretariat, "2026", "2027-03-19").await;
    app.at("2027-03-15 09:00");
    // The cells of a matrix are read with the heads of their row and column.
    for (path, lists) in
        [("/monday", "#late a, #week a, #risks a"), ("/radar", "main td a"), ("/tasks", "main .rc-table a")]
    {
        let page = page(&secretariat, path).await;
        let links = Selector::parse(lists).expect("a selector");
        let mut leading: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for link in page.select(&links) {
            let said = link.attr("aria-label").map_or_else(
                || link.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" "),
                str::to_owned,
            );
            leading.entry(said).or_default().extend(link.attr("href"));
        }
        assert!(leading.len() > 10, "{path}: too few links to tell: {leading:?}");
        leading.retain(|_, addresses| addresses.len() > 1);
        assert!(leading.is_empty(), "{path}: {leading:#?}");
    }
}

async fn the_page_of_a_task_says_to_others_when_its_holder_was_last_reminded(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    secretariat.post("/api/v1/designations").json(Designation::of("referent:bergamo").json()).send().await.expect(201);
    confirmed(&secretariat, "2026", "2027-03-19").await;
    let tasks = secretariat.get("/api/v1/tasks?observatory=bergamo").send().await.expect(200);
    let path = format!("/tasks/{}", text(&tasks["items"][0], "id"));
    let remind = format!("{path}/remind");
    let shown = async |reader: &Client| page(reader, &path).await;
    let button =
        |page: &Html| page.select(&Selector::parse(&format!("form[action='{remind}']")).expect("a selector")).count();
    let before = shown(&secretariat).await;
    assert!(!words(&before, ".rc-facts").contains("Ultimo promemoria"));
    assert_eq!(button(&before), 1);
    secretariat.post(&format!("/api/v1{remind}")).send().await.expect(200);
    let after = shown(&secretariat).await;
    assert!(
        words(&after, ".rc-facts").contains("Ultimo promemoria: lunedì 11 gennaio 2027"),
        "{}",
        words(&after, "main")
    );
    assert_eq!(button(&after), 0, "once a day");
    let own = shown(&app.client(ADA).await).await;
    assert!(!words(&own, "main").contains("Ultimo promemoria"), "the holder knows it from the mail");
}

async fn the_home_page_shows_a_new_member_coming_releases_and_decisions(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let meeting = decided(&app, &secretariat, "La Relazione esce il 19 marzo.").await;
    confirmed(&secretariat, "2026", "2027-03-19").await;
    let newcomer = Designation::of("referent:bergamo").from("2027-02-11").communicated_on("2027-02-10");
    secretariat.post("/api/v1/designations").json(newcomer.json()).send().await.expect(201);
    app.at("2027-02-11 09:00");
    let dossier = page(&app.client(ADA).await, "/dossier").await;
    let said = words(&dossier, "main");
    assert!(leads_to(&dossier, "main", "/rilasci/relazione-territoriale-2026"), "{said}");
    assert!(said.contains("Contributo · Osservatorio del mercato del lavoro di Bergamo: pianificato"), "{said}");
    assert!(said.contains("La Relazione esce il 19 marzo.") && !said.contains("prende atto"), "{said}");
    assert!(leads_to(&dossier, "main", &format!("/meetings/{meeting}")), "{said}");
}
