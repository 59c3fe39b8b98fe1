//! The yearly agenda: dates proposed from rules, accepted line by line, adopted as editions.

use crate::both_engines;
use crate::meetings::{held, seven};
use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::db::Engine;
use crate::support::forms::form;
use serde_json::{Value, json};

both_engines! {
    a_year_is_proposed_accepted_adopted_confirmed_moved_and_compared,
    a_date_set_by_hand_changes_only_by_a_press_of_its_own,
    a_rule_that_means_nothing_is_refused,
    the_table_adopts_an_edition_by_a_decision,
    the_agenda_is_measured_by_horizon_and_notice,
}

const REPORT: &str = "/api/v1/products/relazione-territoriale";
const YEAR: &str = "from=2027-01&to=2027-12";

async fn patch(client: &Client, path: &str, change: Value) -> Value {
    let product = client.get(path).send().await.expect(200);
    client.patch(path).if_match(&product["version"]).merge_patch(&change).send().await.expect(200)
}

/// Gives the report its rule and adds a quarterly note that follows half a quarter later, never in August.
async fn rules(secretariat: &Client) {
    let after_three_months = json!({ "day": { "end_of_period": { "plus": 3, "unit": "months" } } });
    patch(secretariat, REPORT, json!({ "date_rule": after_three_months })).await;
    let note = json!({
        "code": "nota", "name_it": "Nota congiunturale", "name_en": "Quarterly note", "periodicity": "quarterly",
        "scope": "joint", "default_hour": "11:00:00", "observatories": [],
        "date_rule": {
            "day": { "end_of_period": { "plus": 45, "unit": "days" } },
            "avoid": ["08-01/08-31"], "most_a_day": 1,
        },
    });
    secretariat.post("/api/v1/products").json(note).send().await.expect(201);
}

async fn proposal(secretariat: &Client, span: &str) -> Vec<Value> {
    let shown = secretariat.get(&format!("/api/v1/agenda/proposal?{span}")).send().await.expect(200);
    shown["lines"].as_array().expect("lines").clone()
}

/// Words a line: product, period, verdict, proposed day.
fn told(lines: &[Value]) -> Vec<String> {
    let text = |line: &Value, member: &str| line[member].as_str().unwrap_or("-").to_owned();
    let told = |line: &Value| ["product", "period", "verdict", "day"].map(|member| text(line, member)).join(" ");
    lines.iter().map(told).collect()
}

fn chosen(lines: &[Value]) -> Vec<Value> {
    let proposed = lines.iter().filter(|line| !line["day"].is_null());
    proposed.map(|line| json!({ "product": line["product"], "period": line["period"], "day": line["day"] })).collect()
}

async fn accept(secretariat: &Client, lines: Vec<Value>) -> Value {
    let input = json!({ "from": "2027-01", "to": "2027-12", "lines": lines });
    secretariat.post("/api/v1/agenda/proposal/accept").json(input).send().await.expect(200)
}

async fn differences(client: &Client, path: &str) -> Vec<(String, String, String)> {
    let shown = client.get(path).send().await.expect(200);
    let day = |entry: &Value| entry["date"]["day"].as_str().unwrap_or("-").to_owned();
    let told =
        |one: &Value| (one["kind"].as_str().expect("a kind").to_owned(), day(&one["before"]), day(&one["after"]));
    shown["differences"].as_array().expect("differences").iter().map(told).collect()
}

async fn a_year_is_proposed_accepted_adopted_confirmed_moved_and_compared(engine: Engine) {
    let app = TestApp::new(engine).await;
    app.at("2026-11-30 10:00");
    let secretariat = app.client(SECRETARIAT).await;
    rules(&secretariat).await;

    // 14 February and 14 November 2027 are Sundays, 15 May a Saturday; 15 February is the patron day of Brescia; August is
    // avoided; 31 March is a Wednesday.
    let lines = proposal(&secretariat, YEAR).await;
    let expected = [
        "nota 2026-Q4 new 2027-02-16",
        "relazione-territoriale 2026 new 2027-03-31",
        "nota 2027-Q1 new 2027-05-17",
        "nota 2027-Q2 new 2027-09-01",
        "nota 2027-Q3 new 2027-11-15",
    ];
    assert_eq!(told(&lines), expected);
    let brescia = lines[0]["explanation_it"].as_str().expect("a sentence");
    assert!(brescia.contains("14 febbraio (fine settimana) e 15 febbraio (Brescia ("), "{brescia}");
    let august = lines[3]["explanation_it"].as_str().expect("a sentence");
    assert!(
        august.starts_with("Mercoledì 1° settembre 2027: primo giorno utile dopo sabato 14 agosto 2027"),
        "{august}"
    );
    assert!(august.contains("dal 14 agosto al 31 agosto (periodo escluso)"), "{august}");

    assert_eq!(accept(&secretariat, chosen(&lines)).await, json!({ "planned": 5, "changed": 0 }));
    let again = proposal(&secretariat, YEAR).await;
    assert!(again.iter().all(|line| line["verdict"] == "same"), "{:?}", told(&again));

    // The date explains itself on the release, to everybody.
    let agenda = secretariat.get("/api/v1/releases?product=nota").send().await.expect(200);
    let release = format!("/api/v1/releases/{}", agenda["items"][2]["id"].as_str().expect("an id"));
    let shown = app.anonymous().get(&release).send().await.expect(200);
    assert_eq!(shown["date"], json!({ "precision": "day_time", "day": "2027-09-01", "hour": "11:00:00" }));
    assert_eq!(shown["changes"][0]["rule_it"], august);

    // Adopted, then one date is confirmed, one is moved by hand, one is cancelled, one leaves the year.
    let edition = json!({ "title": "Agenda dei rilasci 2027", "from": "2027-01", "to": "2027-12" });
    let adopted = secretariat.post("/api/v1/agenda/editions").json(edition.clone()).send().await.expect(201);
    assert_eq!(adopted["number"], 1);
    assert_eq!(differences(&app.anonymous(), "/api/v1/agenda/editions/1/differences").await, []);
    let confirmed = secretariat.post(&format!("{release}/confirm")).if_match(&shown["version"]);
    let confirmed = confirmed.json(json!({ "day": "2027-09-01" })).send().await.expect(200);
    let reason =
        json!({ "day": "2027-09-02", "reason_code": "source_late", "reason_text": "I dati arrivano un giorno dopo" });
    secretariat.post(&format!("{release}/move")).if_match(&confirmed["version"]).json(reason).send().await.expect(200);
    let last = &agenda["items"][3];
    let last_path = format!("/api/v1/releases/{}/cancel", last["id"].as_str().expect("an id"));
    let off = json!({ "reason_code": "other", "reason_text": "La nota del terzo trimestre non si fa" });
    secretariat.post(&last_path).if_match(&last["version"]).json(off).send().await.expect(200);
    let first = &agenda["items"][0];
    let later = json!({ "date": { "precision": "month", "day": "2028-01-10" } });
    let first_path = format!("/api/v1/releases/{}/improve", first["id"].as_str().expect("an id"));
    secretariat.post(&first_path).if_match(&first["version"]).json(later).send().await.expect(200);
    let found = differences(&app.anonymous(), "/api/v1/agenda/editions/1/differences").await;
    let kinds: Vec<&str> = found.iter().map(|(kind, ..)| kind.as_str()).collect();
    assert_eq!(kinds, ["removed", "moved", "state"], "{found:?}");
    assert_eq!((&*found[1].1, &*found[1].2), ("2027-09-01", "2027-09-02"));

    // A cancelled release is not proposed again; the second edition holds it and differs from the first.
    let again = proposal(&secretariat, YEAR).await;
    assert!(again.iter().all(|line| line["period"] != "2027-Q3"), "{:?}", told(&again));
    let second = secretariat.post("/api/v1/agenda/editions").json(edition).header("idempotency-key", "second-edition");
    assert_eq!(second.send().await.expect(201)["number"], 2);
    let between = differences(&app.anonymous(), "/api/v1/agenda/editions/1/differences?against=2").await;
    assert_eq!(between, found);
    app.anonymous().get("/api/v1/agenda/editions/3").send().await.refused(404, "not_found");
    let unknown = app.anonymous().get("/api/v1/agenda/editions/1/differences?against=7").send().await;
    unknown.refused(422, "invalid");
}

async fn a_date_set_by_hand_changes_only_by_a_press_of_its_own(engine: Engine) {
    let app = TestApp::new(engine).await;
    app.at("2026-11-30 10:00");
    let secretariat = app.client(SECRETARIAT).await;
    rules(&secretariat).await;
    let by_hand =
        json!({ "product": "nota", "period": "2027-Q1", "date": { "precision": "day", "day": "2027-05-20" } });
    secretariat.post("/api/v1/releases").json(by_hand).send().await.expect(201);
    let lines = proposal(&secretariat, YEAR).await;
    let line = lines.iter().find(|line| line["period"] == "2027-Q1").expect("its line").clone();
    assert_eq!((&line["verdict"], &line["day"]), (&json!("by_hand"), &json!("2027-05-17")));

    // A changed rule moves what follows it, and leaves the date set by hand.
    let others: Vec<Value> = chosen(&lines).into_iter().filter(|one| one["period"] != "2027-Q1").collect();
    accept(&secretariat, others).await;
    let longer = json!({ "day": { "end_of_period": { "plus": 60, "unit": "days" } } });
    patch(&secretariat, "/api/v1/products/nota", json!({ "date_rule": longer })).await;
    let lines = proposal(&secretariat, YEAR).await;
    let verdicts: Vec<(&str, &str)> = lines
        .iter()
        .filter(|line| line["product"] == "nota")
        .map(|line| (line["period"].as_str().unwrap_or("-"), line["verdict"].as_str().unwrap_or("-")))
        .collect();
    assert_eq!(verdicts.iter().filter(|(_, verdict)| *verdict == "changed").count(), 3, "{verdicts:?}");
    assert!(verdicts.contains(&("2027-Q1", "by_hand")), "{verdicts:?}");

    // Lines shown before the rule changed are not accepted, not even in part.
    let stale = json!({ "from": "2027-01", "to": "2027-12", "lines": [
        { "product": "nota", "period": "2026-Q4", "day": lines.iter().find(|line| line["period"] == "2026-Q4").expect("a line")["day"] },
        { "product": "nota", "period": "2027-Q1", "day": "2027-05-17" },
    ] });
    secretariat.post("/api/v1/agenda/proposal/accept").json(stale).send().await.refused(409, "proposal_changed");
    let none = json!({ "from": "2027-01", "to": "2027-12", "lines": [] });
    secretariat.post("/api/v1/agenda/proposal/accept").json(none).send().await.refused(422, "nothing_chosen");
    assert_eq!(told(&proposal(&secretariat, YEAR).await), told(&lines), "a refused acceptance changes nothing");

    // On the page the line of the date set by hand is not ticked; ticked, it is accepted.
    let browser = app.browser(SECRETARIAT).await;
    let page = browser.get(&format!("/agenda/proposal?{YEAR}")).header("accept", "text/html").send().await;
    assert_eq!(page.status.as_u16(), 200, "{}", page.text());
    let mut asked = form(&page.text(), "/agenda/proposal");
    let ticked = |form: &crate::support::forms::PageForm| {
        form.fields
            .iter()
            .filter(|(name, _)| name.starts_with("line-"))
            .map(|(name, _)| name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ticked(&asked).len(), 3, "{:?}", asked.fields);
    let by_hand = "line-nota_2027-Q1_2027-05-31";
    let name =
        asked.typed.iter().find(|field| field.name.starts_with("line-nota_2027-Q1_")).expect("a box").name.clone();
    assert_eq!(name, by_hand);
    asked.fields.push((name, "true".to_owned()));
    let done = asked.send(&browser).await;
    assert_eq!(done.status.as_u16(), 303, "{}", done.text());
    let lines = proposal(&secretariat, YEAR).await;
    assert!(
        lines.iter().filter(|line| line["product"] == "nota").all(|line| line["verdict"] == "same"),
        "{:?}",
        told(&lines)
    );
}

async fn a_rule_that_means_nothing_is_refused(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    rules(&secretariat).await;
    let refused = async |rule: Value, code: &str| {
        let product = secretariat.get(REPORT).send().await.expect(200);
        let change = json!({ "date_rule": rule });
        let asked = secretariat.patch(REPORT).if_match(&product["version"]).merge_patch(&change);
        let answer = asked.send().await;
        assert_eq!(answer.status.as_u16(), 422, "{}", answer.text());
        assert!(answer.text().contains(code), "{code}: {}", answer.text());
    };
    let after = |product: &str| json!({ "day": { "release": { "product": product, "plus": 1, "unit": "days" } } });
    refused(json!({ "day": { "end_of_period": { "plus": 1001, "unit": "days" } } }), "out_of_range").await;
    refused(after("relazione-territoriale"), "rule_follows_itself").await;
    refused(after("niente"), "unknown_value").await;
    refused(json!({ "day": { "source": { "source": "istat", "plus": 1, "unit": "days" } } }), "unknown_value").await;
    let elsewhere = json!({ "day": { "end_of_period": { "plus": 1, "unit": "days" } }, "worked_by": "XX" });
    refused(elsewhere, "unknown_value").await;
    refused(json!({ "day": { "end_of_period": { "plus": 1, "unit": "weeks" } } }), "unexpected_shape").await;
    patch(&secretariat, "/api/v1/products/nota", json!({ "date_rule": after("relazione-territoriale") })).await;
    refused(after("nota"), "rule_follows_itself").await;
    for span in ["from=2027-01&to=2030-01", "from=2027-02&to=2027-01"] {
        let asked = secretariat.get(&format!("/api/v1/agenda/proposal?{span}")).send().await;
        asked.refused(422, "span_out_of_range");
    }
}

async fn the_table_adopts_an_edition_by_a_decision(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let plan = json!({ "product": "relazione-territoriale", "period": "2026", "date": { "precision": "month", "day": "2027-09-10" } });
    secretariat.post("/api/v1/releases").json(plan).send().await.expect(201);
    let meeting = held(&app, &secretariat, seven()).await;
    let outcomes = format!("/api/v1/meetings/{}/outcomes", meeting["id"].as_str().expect("an id"));
    let record = async |kind: &str, text: &str| {
        let outcome = json!({ "kind": kind, "text": text });
        secretariat.post(&outcomes).json(outcome).send().await.expect(201)["id"].clone()
    };
    let (decision, other) =
        (record("decision", "L’agenda 2027 è adottata.").await, record("information", "Nulla di nuovo.").await);
    let edition =
        |outcome: &Value| json!({ "title": "Agenda 2027", "from": "2027-01", "to": "2027-12", "outcome_id": outcome });
    let adopt = async |outcome: &Value| secretariat.post("/api/v1/agenda/editions").json(edition(outcome)).send().await;
    adopt(&other).await.refused(422, "not_a_decision");
    adopt(&json!("01890000-0000-7000-8000-000000000000")).await.refused(422, "invalid");
    let adopted = adopt(&decision).await.expect(201);
    assert_eq!((&adopted["outcome_id"], &adopted["meeting_id"]), (&decision, &meeting["id"]));
    let shown = app.anonymous().get("/api/v1/agenda/editions/1").send().await.expect(200);
    assert_eq!(shown["meeting_id"], meeting["id"]);
    let page = app.anonymous().get("/agenda/editions").send().await.text();
    assert!(page.contains("Adottata dal Tavolo nella seduta del"), "{page}");
    let page = app.browser(SECRETARIAT).await.get("/agenda/editions").send().await.text();
    assert!(page.contains("L’agenda 2027 è adottata."), "the form offers the decision: {page}");
}

async fn the_agenda_is_measured_by_horizon_and_notice(engine: Engine) {
    let app = TestApp::new(engine).await;
    app.at("2026-11-30 10:00");
    let secretariat = app.client(SECRETARIAT).await;
    let measures = async || app.anonymous().get("/api/v1/agenda/measures").send().await.expect(200);
    let none = measures().await;
    assert_eq!(none["horizons"][0], json!({ "product": "relazione-territoriale", "months": 0 }), "{none:#}");
    assert_eq!((&none["announced"], &none["announced_in_time"]), (&json!(0), &json!(0)));

    // A yearly report in March 2027: the next one is missing from March 2028, 16 months from now.
    let plan = json!({ "product": "relazione-territoriale", "period": "2026", "date": { "precision": "day", "day": "2027-03-31" } });
    let planned = secretariat.post("/api/v1/releases").json(plan).send().await.expect(201);
    let release = format!("/api/v1/releases/{}", planned["id"].as_str().expect("an id"));
    let confirm = secretariat.post(&format!("{release}/confirm")).if_match(&planned["version"]);
    let confirmed = confirm.json(json!({ "day": "2027-03-31" })).send().await.expect(200);
    let one = measures().await;
    let horizon = json!({ "product": "relazione-territoriale", "missing_from": "2028-03-31", "months": 16 });
    assert_eq!(one["horizons"][0], horizon);
    assert_eq!((&one["announced"], &one["announced_in_time"]), (&json!(1), &json!(1)));

    // Moved to a day ten working days away: announced twice, once in time.
    let sooner =
        json!({ "day": "2026-12-16", "reason_code": "other", "reason_text": "Serve prima della seduta di dicembre" });
    secretariat.post(&format!("{release}/move")).if_match(&confirmed["version"]).json(sooner).send().await.expect(200);
    let two = measures().await;
    assert_eq!((&two["announced"], &two["announced_in_time"]), (&json!(2), &json!(1)), "{two:#}");
    let page = app.anonymous().get("/agenda/editions").send().await.text();
    assert!(page.contains("con almeno 20 giorni lavorativi di preavviso: 1 su 2."), "{page}");
}
