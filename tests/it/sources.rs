//! Sources: their dates, the import of a file, and the dates of releases that depend on them.

use crate::support::app::{Answer, Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::forms::form;
use crate::{both_engines, on_sqlite};
use serde_json::{Value, json};

both_engines! {
    one_shift_of_a_source_yields_exactly_the_expected_proposals,
    a_date_keeps_what_it_was_before,
    a_file_is_compared_first_and_then_taken_over_whole,
}

on_sqlite! {
    a_calendar_file_is_read_with_its_states_and_only_as_far_as_it_is_meant,
    a_file_with_a_wrong_row_is_refused_as_a_whole_with_each_wrong_cell,
    a_file_that_is_not_what_it_says_and_one_that_is_too_long_are_refused,
    the_secretariat_writes_and_the_network_reads,
    a_source_is_imported_on_its_pages,
}

const ISTAT: &str = "/api/v1/sources/istat-forze-lavoro";

async fn enter(client: &Client, source: &str, label: &str, day: &str) -> Value {
    let date = json!({ "label": label, "day": day, "state": "expected" });
    client.post(&format!("/api/v1/sources/{source}/occurrences")).json(date).send().await.expect(201)
}

async fn move_date(client: &Client, date: &Value, day: &str) -> Value {
    let path = format!("{ISTAT}/occurrences/{}", date["id"].as_str().expect("an id"));
    let change = json!({ "day": day, "state": "confirmed" });
    client.patch(&path).if_match(&date["version"]).merge_patch(&change).send().await.expect(200)
}

/// Uploads a file; returns its id.
pub async fn upload(client: &Client, path: &str, name: &str, content: &[u8]) -> Answer {
    let head = format!("--x\r\nContent-Disposition: form-data; name=\"document\"; filename=\"{name}\"\r\n\r\n");
    let body = [head.as_bytes(), content, b"\r\n--x--\r\n"].concat();
    client.post(path).body("multipart/form-data; boundary=x", body).send().await
}

async fn kept(client: &Client, name: &str, content: &[u8]) -> String {
    let kept = upload(client, "/api/v1/sources/documents", name, content).await.expect(201);
    kept["id"].as_str().expect("an id").to_owned()
}

/// Creates a product with a rule.
async fn product(client: &Client, code: &str, periodicity: &str, rule: Value) {
    let product = json!({
        "code": code, "name_it": code, "name_en": code, "periodicity": periodicity, "scope": "joint",
        "default_hour": "11:00:00", "observatories": [], "date_rule": rule,
    });
    client.post("/api/v1/products").json(product).send().await.expect(201);
}

fn after_source(plus: u16) -> Value {
    json!({ "day": { "source": { "source": "istat-forze-lavoro", "plus": plus, "unit": "working_days" } } })
}

async fn lines(client: &Client, path: &str) -> Vec<Value> {
    client.get(path).send().await.expect(200)["lines"].as_array().expect("lines").clone()
}

/// Words a line: product, period, verdict, day.
fn told(lines: &[Value]) -> Vec<String> {
    let text = |line: &Value, member: &str| line[member].as_str().unwrap_or("-").to_owned();
    let told = |line: &Value| ["product", "period", "verdict", "day"].map(|member| text(line, member)).join(" ");
    lines.iter().map(told).collect()
}

async fn one_shift_of_a_source_yields_exactly_the_expected_proposals(engine: Engine) {
    let app = TestApp::new(engine).await;
    app.at("2026-12-10 10:00");
    let secretariat = app.client(SECRETARIAT).await;
    let unknown = json!({
        "code": "ignota", "name_it": "Ignota", "name_en": "Unknown", "periodicity": "annual", "scope": "joint",
        "default_hour": "11:00:00", "observatories": [],
        "date_rule": { "day": { "source": { "source": "nessuna", "plus": 1, "unit": "days" } } },
    });
    let refused = secretariat.post("/api/v1/products").json(unknown).send().await.refused(422, "unknown_value");
    assert_eq!(
        (&refused["errors"][0]["field"], &refused["errors"][0]["code"]),
        (&json!("date_rule"), &json!("unknown_value"))
    );

    let dates =
        [("IV 2026", "2027-03-11"), ("I 2027", "2027-06-10"), ("II 2027", "2027-09-09"), ("III 2027", "2027-12-09")];
    let mut entered = Vec::new();
    for (label, day) in dates {
        entered.push(enter(&secretariat, "istat-forze-lavoro", label, day).await);
    }
    enter(&secretariat, "inps-osservatori", "2026", "2027-04-15").await;
    // One product follows the source, one follows that product, one another source, one none.
    product(&secretariat, "nota", "quarterly", after_source(5)).await;
    let follows = json!({ "day": { "release": { "product": "nota", "plus": 2, "unit": "working_days" } } });
    product(&secretariat, "scheda", "quarterly", follows).await;
    let inps = json!({ "day": { "source": { "source": "inps-osservatori", "plus": 0, "unit": "days" } } });
    product(&secretariat, "pensioni", "annual", inps).await;
    let end = json!({ "day": { "end_of_period": { "plus": 45, "unit": "days" } } });
    product(&secretariat, "bollettino", "quarterly", end).await;

    let span = "from=2027-01&to=2027-12";
    let proposed = lines(&secretariat, &format!("/api/v1/agenda/proposal?{span}")).await;
    let nota: Vec<String> =
        told(&proposed).into_iter().filter(|line| line.starts_with("nota") && line.contains(" new ")).collect();
    // Mantua does not work on 18 March 2027.
    assert_eq!(
        nota,
        [
            "nota 2026-Q4 new 2027-03-19",
            "nota 2027-Q1 new 2027-06-17",
            "nota 2027-Q2 new 2027-09-16",
            "nota 2027-Q3 new 2027-12-16"
        ]
    );
    let sentence = proposed.iter().find(|line| line["period"] == "2026-Q4" && line["product"] == "nota");
    let sentence = sentence.expect("a line")["explanation_it"].clone();
    let sentence = sentence.as_str().expect("a sentence");
    assert!(
        sentence.contains(
            "5 giorni lavorativi dopo la data della fonte «Istat, Rilevazione sulle forze di lavoro» (11 marzo 2027)"
        ),
        "{sentence}"
    );
    let chosen: Vec<Value> = proposed
        .iter()
        .filter(|line| line["verdict"] == "new")
        .map(|line| json!({ "product": line["product"], "period": line["period"], "day": line["day"] }))
        .collect();
    let accept = json!({ "from": "2027-01", "to": "2027-12", "lines": chosen });
    secretariat.post("/api/v1/agenda/proposal/accept").json(accept).send().await.expect(200);
    let releases = secretariat.get("/api/v1/releases?product=nota").send().await.expect(200)["items"].clone();
    // The first is announced, the second is set by hand.
    let confirm = secretariat.post(&format!("/api/v1/releases/{}/confirm", releases[0]["id"].as_str().expect("an id")));
    confirm.if_match(&releases[0]["version"]).json(json!({ "day": "2027-03-19" })).send().await.expect(200);
    let by_hand = json!({ "date": { "precision": "day_time", "day": "2027-06-21", "hour": "11:00:00" } });
    let improve = secretariat.post(&format!("/api/v1/releases/{}/improve", releases[1]["id"].as_str().expect("an id")));
    improve.if_match(&releases[1]["version"]).json(by_hand).send().await.expect(200);
    assert_eq!(told(&lines(&secretariat, "/api/v1/agenda/review").await), [] as [&str; 0]);
    let monday =
        async || app.browser(SECRETARIAT).await.get("/monday").header("accept", "text/html").send().await.text();
    assert!(!monday().await.contains("Una fonte si è spostata"));

    // The dates of the first three quarters move by a week; that of the third by none.
    for (date, day) in entered.iter().zip(["2027-03-18", "2027-06-17", "2027-09-16"]) {
        move_date(&secretariat, date, day).await;
    }
    let review = lines(&secretariat, "/api/v1/agenda/review").await;
    assert_eq!(
        told(&review),
        ["nota 2026-Q4 overtaken 2027-03-25", "nota 2027-Q2 changed 2027-09-23", "scheda 2027-Q2 changed 2027-09-27",],
        "the date set by hand stays, products that depend on no date that moved are not named"
    );
    assert!(review.iter().all(|line| line["source"] == "istat-forze-lavoro"));
    let unchanged = secretariat.get("/api/v1/releases?product=nota").send().await.expect(200);
    assert_eq!(unchanged["items"][2]["date"]["day"], "2027-09-16", "nothing changes by itself");
    assert!(monday().await.contains("«Istat, Rilevazione sulle forze di lavoro» si è spostata: 3 date da rivedere."));

    let browser = app.browser(SECRETARIAT).await;
    let page = browser.get("/agenda/review").header("accept", "text/html").send().await;
    assert!(page.text().contains("La data annunciata si sposta solo con un motivo."), "{}", page.text());
    let accepted = form(&page.text(), "/agenda/proposal").send(&browser).await;
    assert_eq!(accepted.status.as_u16(), 303, "{}", accepted.text());
    let review = lines(&secretariat, "/api/v1/agenda/review").await;
    assert_eq!(told(&review), ["nota 2026-Q4 overtaken 2027-03-25"]);
}

async fn a_date_keeps_what_it_was_before(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let date = enter(&secretariat, "istat-forze-lavoro", "IV 2026", "2027-03-11").await;
    let moved = move_date(&secretariat, &date, "2027-03-18").await;
    let path = format!("{ISTAT}/occurrences/{}", date["id"].as_str().expect("an id"));
    let change =
        |version: &Value, change: Value| secretariat.patch(&path).if_match(version).merge_patch(&change).send();
    change(&date["version"], json!({ "day": "2027-03-19" })).await.refused(412, "stale");
    change(&moved["version"], json!({})).await.refused(422, "nothing_changes");
    let withdrawn = change(&moved["version"], json!({ "state": "withdrawn", "note": "Sospesa" })).await.expect(200);
    assert_eq!(withdrawn["note"], "Sospesa");
    let again = json!({ "label": "IV 2026", "day": "2027-03-20", "state": "expected" });
    secretariat.post(&format!("{ISTAT}/occurrences")).json(again).send().await.refused(409, "label_taken");
    let shown = secretariat.get(ISTAT).send().await.expect(200);
    let told: Vec<(&str, &str, &str)> = shown["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .map(|one| {
            let text = |member: &str| one[member].as_str().unwrap_or("-");
            (text("day_before"), text("day"), text("state"))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("2027-03-18", "2027-03-18", "withdrawn"),
            ("2027-03-11", "2027-03-18", "confirmed"),
            ("-", "2027-03-11", "expected"),
        ]
    );
}

async fn a_file_is_compared_first_and_then_taken_over_whole(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    enter(&secretariat, "istat-forze-lavoro", "IV 2026", "2027-03-11").await;
    enter(&secretariat, "istat-forze-lavoro", "I 2027", "2027-06-10").await;
    enter(&secretariat, "istat-forze-lavoro", "solo a mano", "2027-07-01").await;
    let table = "Periodo;Giorno;Stato\nIV 2026;18/03/2027;confermata\nI 2027;10.6.2027;\nII 2027;2027-09-09;\n";
    let file = kept(&secretariat, "date.csv", table.as_bytes()).await;
    let preview = async || secretariat.get(&format!("{ISTAT}/imports/{file}")).send().await.expect(200);
    let shown = preview().await;
    let told: Vec<(&str, &str, &str)> = shown["differences"]
        .as_array()
        .expect("differences")
        .iter()
        .map(|one| {
            let text = |member: &str| one[member].as_str().unwrap_or("-");
            (text("label"), text("day_before"), text("day"))
        })
        .collect();
    assert_eq!(told, [("IV 2026", "2027-03-11", "2027-03-18"), ("II 2027", "-", "2027-09-09")]);
    assert_eq!((&shown["same"], &shown["others"]), (&json!(1), &json!(1)));
    assert_eq!(secretariat.get(ISTAT).send().await.expect(200)["occurrences"].as_array().map(Vec::len), Some(3));
    let import = json!({ "document_id": file });
    let done = secretariat.post(&format!("{ISTAT}/imports")).json(import.clone()).send().await.expect(201);
    assert_eq!(done, json!({ "new": 1, "changed": 1 }));
    assert_eq!(preview().await["differences"], json!([]), "taken over as it was shown");
    secretariat.post(&format!("{ISTAT}/imports")).json(import).send().await.refused(422, "nothing_changes");
    let shown = secretariat.get(ISTAT).send().await.expect(200);
    assert_eq!(shown["occurrences"].as_array().map(Vec::len), Some(4));
    assert_eq!(shown["changes"][0]["day"], "2027-09-09");
}

async fn a_calendar_file_is_read_with_its_states_and_only_as_far_as_it_is_meant(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let event = |uid: &str, name: &str, day: &str, more: &str| {
        format!("BEGIN:VEVENT\r\nUID:{uid}\r\nSUMMARY:{name}\r\nDTSTART;VALUE=DATE:{day}\r\n{more}END:VEVENT\r\n")
    };
    let calendar = |events: &[String]| {
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x\r\n{}END:VCALENDAR\r\n", events.concat())
    };
    let first = calendar(&[
        event("1", "Occupati e disoccupati", "20270311", "STATUS:CONFIRMED\r\n"),
        event("2", "Occupati e disoccupati", "20270610", ""),
        event("3", "Prezzi al consumo", "20270316", ""),
    ]);
    let file = kept(&secretariat, "calendario.ics", first.as_bytes()).await;
    let import = async |file: &str| {
        let input = json!({ "document_id": file, "containing": "occupati" });
        secretariat.post(&format!("{ISTAT}/imports")).json(input).send().await.expect(201)
    };
    assert_eq!(import(&file).await, json!({ "new": 2, "changed": 0 }), "two dates with one name are two dates");
    let second = calendar(&[
        event("1", "Occupati e disoccupati", "20270318", "STATUS:CONFIRMED\r\n"),
        event("2", "Occupati e disoccupati", "20270610", "STATUS:CANCELLED\r\n"),
    ]);
    let file = kept(&secretariat, "calendario.ics", second.as_bytes()).await;
    assert_eq!(import(&file).await, json!({ "new": 0, "changed": 2 }));
    let shown = secretariat.get(ISTAT).send().await.expect(200);
    let told: Vec<(&str, &str)> = shown["occurrences"]
        .as_array()
        .expect("dates")
        .iter()
        .map(|one| (one["day"].as_str().expect("a day"), one["state"].as_str().expect("a state")))
        .collect();
    assert_eq!(told, [("2027-03-18", "confirmed"), ("2027-06-10", "withdrawn")]);
}

async fn a_file_with_a_wrong_row_is_refused_as_a_whole_with_each_wrong_cell(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let table = "Periodo;Giorno;Stato\nIV 2026;11.3.2027;\n;31.2.2027;boh\nIV 2026;12.3.2027;\n";
    let file = kept(&secretariat, "date.csv", table.as_bytes()).await;
    let shown = secretariat.get(&format!("{ISTAT}/imports/{file}")).send().await.expect(200);
    let wrong: Vec<(u64, &str, &str)> = shown["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|one| {
            let text = |member: &str| one[member].as_str().expect("a text");
            (one["row"].as_u64().expect("a row"), text("column"), text("code"))
        })
        .collect();
    assert_eq!(
        wrong,
        [
            (3, "Periodo", "required"),
            (3, "Giorno", "not_a_day"),
            (3, "Stato", "not_one_of"),
            (4, "Periodo", "label_taken"),
        ]
    );
    let import = secretariat.post(&format!("{ISTAT}/imports")).json(json!({ "document_id": file })).send().await;
    assert_eq!(import.refused(422, "cells_wrong")["errors"][0]["field"], "document");
    assert_eq!(secretariat.get(ISTAT).send().await.expect(200)["occurrences"], json!([]));
}

async fn a_file_that_is_not_what_it_says_and_one_that_is_too_long_are_refused(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let documents = "/api/v1/sources/documents";
    for (name, content, code) in [
        ("date.xlsx", b"periodo;giorno\n".as_slice(), "document_type_mismatch"),
        ("date.csv", b"PK\x03\x04", "document_type_mismatch"),
        ("date.ics", b"periodo;giorno\n", "document_type_mismatch"),
        ("date.pdf", b"%PDF-1.7", "document_type_refused"),
        ("date.csv", b"", "document_empty"),
    ] {
        upload(&secretariat, documents, name, content).await.refused(422, code);
    }
    let refusals: [(&str, Vec<u8>, u16, &str); 5] = [
        ("a.csv", b"periodo;giorno;colore\n".to_vec(), 422, "column_unknown"),
        ("b.csv", b"periodo;giorno;giorno\n".to_vec(), 422, "column_twice"),
        ("c.csv", b"periodo;nota\n".to_vec(), 422, "column_missing"),
        ("d.xlsx", b"PK\x03\x04 no workbook".to_vec(), 422, "table_unreadable"),
        ("f.csv", [b"periodo;giorno\n".to_vec(), b"IV;1.6.2027\n".repeat(100_000)].concat(), 422, "too_many_rows"),
    ];
    for (name, content, status, code) in refusals {
        let file = kept(&secretariat, name, &content).await;
        secretariat.get(&format!("{ISTAT}/imports/{file}")).send().await.refused(status, code);
    }
}

async fn the_secretariat_writes_and_the_network_reads(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let designation = Designation::of("referent:bergamo").to("Ada", "Riva").json();
    secretariat.post("/api/v1/designations").json(designation).send().await.expect(201);
    let referent = app.client("ada.riva@ente.example").await;
    let seen = referent.get(ISTAT).send().await.expect(200);
    assert_eq!(seen["publisher"], "Istat");
    let date = json!({ "label": "IV 2026", "day": "2027-03-11", "state": "expected" });
    referent.post(&format!("{ISTAT}/occurrences")).json(date).send().await.refused(403, "denied");
    app.anonymous().get(ISTAT).send().await.refused(401, "unauthenticated");
    // A draft is its uploader's alone.
    let file = kept(&secretariat, "date.csv", b"periodo;giorno\nIV;11.3.2027\n").await;
    referent.get(&format!("{ISTAT}/imports/{file}")).send().await.refused(403, "denied");

    let source = json!({ "code": "Istat", "name": "Prezzi", "publisher": "Istat", "address": "javascript:alert(1)" });
    let refused = secretariat.post("/api/v1/sources").json(source).send().await.refused(422, "invalid");
    let codes: Vec<&Value> = refused["errors"].as_array().expect("errors").iter().map(|one| &one["code"]).collect();
    assert_eq!(codes, [&json!("code_malformed"), &json!("not_a_url")]);
    let taken = json!({ "code": "istat-forze-lavoro", "name": "Altra", "publisher": "Istat" });
    secretariat.post("/api/v1/sources").json(taken).send().await.refused(409, "code_taken");
    let shown = secretariat.get(ISTAT).send().await.expect(200);
    let change = json!({ "address": "https://www.example.org/calendario" });
    let changed = secretariat.patch(ISTAT).if_match(&shown["version"]).merge_patch(&change).send().await.expect(200);
    assert_eq!((&changed["address"], &changed["name"]), (&change["address"], &shown["name"]));
}

async fn a_source_is_imported_on_its_pages(engine: Engine) {
    let app = TestApp::new(engine).await;
    let browser = app.browser(SECRETARIAT).await;
    let page = async |path: &str| browser.get(path).header("accept", "text/html").send().await.text();
    let new = form(&page("/sources").await, "/sources").with(&[
        ("code", "istat-prezzi"),
        ("name", "Istat, Prezzi al consumo"),
        ("publisher", "Istat"),
    ]);
    assert_eq!(new.send(&browser).await.header("location"), Some("/sources/istat-prezzi"));
    let import = form(&page("/sources/istat-prezzi/import").await, "/sources/istat-prezzi/import");
    let head = |name: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"");
    let sent = |table: &str| {
        let token = format!("{}\r\n\r\n{}\r\n", head("csrf"), import.value("csrf"));
        let file = format!("{}; filename=\"date.csv\"\r\n\r\n{table}\r\n--x--\r\n", head("document"));
        browser
            .post("/sources/istat-prezzi/import")
            .header("accept", "text/html")
            .header("sec-fetch-site", "same-origin")
            .body("multipart/form-data; boundary=x", format!("{token}{file}"))
    };
    let wrong = sent("periodo;colore\n").send().await;
    assert_eq!(wrong.status.as_u16(), 422);
    assert!(wrong.text().contains("La colonna «colore» non è conosciuta."), "{}", wrong.text());
    let led = sent("periodo;giorno\nGennaio 2027;16.2.2027\n").send().await;
    assert_eq!(led.status.as_u16(), 303, "{}", led.text());
    let comparison = led.header("location").expect("an address").to_owned();
    let shown = page(&comparison).await;
    assert!(shown.contains("Gennaio 2027") && shown.contains("16 febbraio 2027"), "{shown}");
    let done = form(&shown, &comparison).send(&browser).await;
    assert_eq!(done.header("location"), Some("/sources/istat-prezzi"), "{}", done.text());
    assert!(page("/sources/istat-prezzi").await.contains("Gennaio 2027: inserita per il 16.02.2027"));
    let template = browser.get("/sources/istat-prezzi/template").send().await;
    assert!(template.text().contains("etichetta;giorno;stato;nota"), "{}", template.text());
}
