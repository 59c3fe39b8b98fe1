//! Spreadsheets: dates of the agenda that are imported, and lists that are exported.

use crate::agenda::confirmed;
use crate::sources::upload;
use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::forms::form;
use crate::{both_engines, on_sqlite};
use raccordo::sheet::{self, Column};
use serde_json::{Value, json};

both_engines! {
    a_spreadsheet_is_compared_first_and_then_taken_over_whole,
    a_spreadsheet_with_wrong_rows_changes_nothing_and_names_each_cell,
}

on_sqlite! {
    a_workbook_is_read_by_its_values,
    a_spreadsheet_that_is_too_long_or_not_what_it_says_is_refused_at_once,
    a_spreadsheet_is_imported_on_its_pages,
    an_export_has_the_rows_that_its_reader_sees_and_no_formula,
    ten_thousand_rows_are_exported_in_both_formats,
}

const REPORT: &str = "relazione-territoriale";

async fn kept(client: &Client, name: &str, content: &[u8]) -> String {
    let kept = upload(client, "/api/v1/agenda/documents", name, content).await.expect(201);
    kept["id"].as_str().expect("an id").to_owned()
}

async fn preview(client: &Client, file: &str) -> Value {
    client.get(&format!("/api/v1/agenda/imports/{file}")).send().await.expect(200)
}

/// Words the rows of a comparison: row, period, date, date before.
fn told(preview: &Value) -> Vec<String> {
    let date = |date: &Value| date["day"].as_str().unwrap_or("-").to_owned();
    let told = |row: &Value| {
        format!(
            "{} {} {} {}",
            row["row"],
            row["period"].as_str().expect("a period"),
            date(&row["date"]),
            date(&row["date_before"])
        )
    };
    preview["rows"].as_array().expect("rows").iter().map(told).collect()
}

/// Words the wrong cells: row, column, code.
fn wrong(preview: &Value) -> Vec<String> {
    let text = |one: &Value, member: &str| one[member].as_str().expect("a text").to_owned();
    let told = |one: &Value| format!("{} {} {}", one["row"], text(one, "column"), text(one, "code"));
    preview["errors"].as_array().expect("errors").iter().map(told).collect()
}

async fn plan(client: &Client, period: &str, day: &str) -> Value {
    let date = json!({ "precision": "month", "day": day });
    let input = json!({ "product": REPORT, "period": period, "date": date });
    client.post("/api/v1/releases").json(input).send().await.expect(201)
}

async fn a_spreadsheet_is_compared_first_and_then_taken_over_whole(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    confirmed(&secretariat).await;
    plan(&secretariat, "2025", "2027-04-10").await;
    plan(&secretariat, "2027", "2028-04-10").await;
    let table = format!(
        "Prodotto;Periodo;Giorno;Ora\n{REPORT};2025;20/04/2027;10:00\n{REPORT};2026;19.3.2027;10:00\n{REPORT};2027;2028-04;\n{REPORT};2028;2029-03-20;\n"
    );
    let file = kept(&secretariat, "agenda.csv", table.as_bytes()).await;
    let shown = preview(&secretariat, &file).await;
    assert_eq!(told(&shown), ["2 2025 2027-04-20 2027-04-01", "5 2028 2029-03-20 -"]);
    assert_eq!((wrong(&shown).len(), &shown["same"]), (0, &json!(2)));
    assert_eq!(shown["rows"][0]["date"], json!({ "precision": "day_time", "day": "2027-04-20", "hour": "10:00:00" }));
    let releases = async || secretariat.get("/api/v1/releases").send().await.expect(200)["items"].clone();
    let before = releases().await;
    assert_eq!(before.as_array().map(Vec::len), Some(3), "nothing is written by a comparison");
    let import = json!({ "document_id": file });
    let done = secretariat.post("/api/v1/agenda/imports").json(import.clone()).send().await.expect(201);
    assert_eq!(done, json!({ "planned": 1, "changed": 1 }));
    let shown = preview(&secretariat, &file).await;
    assert_eq!((told(&shown).len(), &shown["same"]), (0, &json!(4)), "the effect is the comparison");
    secretariat.post("/api/v1/agenda/imports").json(import).send().await.refused(422, "nothing_changes");
    let after = releases().await;
    let of = |period: &str| after.as_array().and_then(|all| all.iter().find(|one| one["period"] == period)).cloned();
    assert_eq!(of("2028").expect("planned")["date"], json!({ "precision": "day", "day": "2029-03-20" }));
}

async fn a_spreadsheet_with_wrong_rows_changes_nothing_and_names_each_cell(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    confirmed(&secretariat).await;
    let rows = [
        "nessuno;;2026;2027-04-20;;",
        "relazione-territoriale;;2025-Q1;2027-04-20;;",
        "relazione-territoriale;;2026;2027-03-22;10:00;",
        "relazione-territoriale;bergamo;2028;2029-03-20;;",
        ";;boh;31.2.2027;25:00;ieri",
        "relazione-territoriale;;2025;2020-03-20;;",
        "relazione-territoriale;;2029;2030-03-20;10:00;mese",
        "relazione-territoriale;;2027;2028-03-20;;",
        "relazione-territoriale;;2027;2028-03-21;;",
    ];
    let table = format!("Prodotto;Osservatorio;Periodo;Giorno;Ora;Precisione\n{}\n", rows.join("\n"));
    let file = kept(&secretariat, "agenda.csv", table.as_bytes()).await;
    let shown = preview(&secretariat, &file).await;
    assert_eq!(
        wrong(&shown),
        [
            "2 Prodotto unknown_value",
            "3 Periodo period_of_another_kind",
            "4 Giorno date_announced",
            "5 Osservatorio observatory_out_of_place",
            "6 Prodotto required",
            "6 Periodo unknown_value",
            "6 Giorno not_a_day",
            "6 Ora not_an_hour",
            "6 Precisione not_one_of",
            "7 Giorno day_in_past",
            "8 Ora hour_out_of_place",
            "10 Periodo release_exists",
        ]
    );
    let said = shown.to_string();
    assert!(said.contains("giorno e ora, giorno, settimana, mese, bimestre"), "the text lists the values: {said}");
    let import = secretariat.post("/api/v1/agenda/imports").json(json!({ "document_id": file })).send().await;
    import.refused(422, "cells_wrong");
    let releases = secretariat.get("/api/v1/releases").send().await.expect(200);
    assert_eq!(releases["items"].as_array().map(Vec::len), Some(1));
}

/// Writes a workbook with a formula, and days and hours as values.
fn workbook() -> Vec<u8> {
    use rust_xlsxwriter::{Format, Formula, Workbook};
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, heading) in (0..).zip(["Prodotto", "Periodo", "Data", "Ora"]) {
        sheet.write_string(0, column, heading).expect("a cell");
    }
    let (day, hour) = (Format::new().set_num_format("dd/mm/yyyy"), Format::new().set_num_format("hh:mm"));
    let formula = Formula::new("=CONCATENATE(\"relazione\",\"-territoriale\")").set_result(REPORT);
    sheet.write_formula(1, 0, formula).expect("a cell");
    sheet.write_number(1, 1, 2027).expect("a cell");
    let date = chrono::NaiveDate::from_ymd_opt(2028, 4, 20).expect("a day");
    sheet.write_date_with_format(1, 2, date, &day).expect("a cell");
    let time = chrono::NaiveTime::from_hms_opt(10, 30, 0).expect("an hour");
    sheet.write_time_with_format(1, 3, time, &hour).expect("a cell");
    workbook.save_to_buffer().expect("a workbook")
}

async fn a_workbook_is_read_by_its_values(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let file = kept(&secretariat, "agenda.xlsx", &workbook()).await;
    let shown = preview(&secretariat, &file).await;
    assert_eq!((told(&shown), wrong(&shown)), (vec!["2 2027 2028-04-20 -".to_owned()], Vec::new()));
    assert_eq!(shown["rows"][0]["date"]["hour"], "10:30:00");
    assert_eq!(shown["rows"][0]["product"], REPORT, "the last value of the formula");
}

async fn a_spreadsheet_that_is_too_long_or_not_what_it_says_is_refused_at_once(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let row = format!("{REPORT};2026;2027-03-20\n");
    let long = format!("prodotto;periodo;giorno\n{}", row.repeat(100_000));
    let file = kept(&secretariat, "agenda.csv", long.as_bytes()).await;
    let refused = secretariat.get(&format!("/api/v1/agenda/imports/{file}")).send().await;
    assert!(refused.refused(422, "too_many_rows")["detail"].as_str().is_some_and(|text| text.contains("1000")));
    let documents = "/api/v1/agenda/documents";
    upload(&secretariat, documents, "agenda.xlsx", long.as_bytes()).await.refused(422, "document_type_mismatch");
    upload(&secretariat, documents, "agenda.csv", &workbook()).await.refused(422, "document_type_mismatch");
    let file = kept(&secretariat, "agenda.csv", b"prodotto;periodo;giorno;colore\n").await;
    let refused = secretariat.get(&format!("/api/v1/agenda/imports/{file}")).send().await;
    assert!(refused.refused(422, "column_unknown")["detail"].as_str().is_some_and(|text| text.contains("colore")));
    let designation = Designation::of("referent:bergamo").to("Ada", "Riva").json();
    secretariat.post("/api/v1/designations").json(designation).send().await.expect(201);
    let referent = app.client("ada.riva@ente.example").await;
    upload(&referent, documents, "agenda.csv", b"prodotto;periodo;giorno\n").await.refused(403, "denied");
}

async fn a_spreadsheet_is_imported_on_its_pages(engine: Engine) {
    let app = TestApp::new(engine).await;
    let browser = app.browser(SECRETARIAT).await;
    let page = async |path: &str| browser.get(path).header("accept", "text/html").send().await.text();
    let import = form(&page("/agenda/import").await, "/agenda/import");
    let head = |name: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"");
    let sent = |table: &str| {
        let token = format!("{}\r\n\r\n{}\r\n", head("csrf"), import.value("csrf"));
        let file = format!("{}; filename=\"agenda.csv\"\r\n\r\n{table}\r\n--x--\r\n", head("document"));
        browser
            .post("/agenda/import")
            .header("accept", "text/html")
            .header("sec-fetch-site", "same-origin")
            .body("multipart/form-data; boundary=x", format!("{token}{file}"))
    };
    let wrong = sent("prodotto;periodo;giorno;colore\n").send().await;
    assert_eq!(wrong.status.as_u16(), 422);
    assert!(wrong.text().contains("La colonna «colore» non è conosciuta."), "{}", wrong.text());
    let led =
        sent(&format!("prodotto;periodo;giorno\n{REPORT};2027;2028-04-20\n;;\nnessuno;2027;2028-04-20\n")).send().await;
    let comparison = page(led.header("location").expect("an address")).await;
    assert!(comparison.contains("Riga 4, colonna «prodotto»"), "{comparison}");
    assert!(!comparison.contains("Registra queste date"), "no button that would refuse");
    let led = sent(&format!("prodotto;periodo;giorno\n{REPORT};2027;2028-04-20\n")).send().await;
    let address = led.header("location").expect("an address").to_owned();
    let done = form(&page(&address).await, &address).send(&browser).await;
    assert_eq!(done.header("location"), Some("/calendar"), "{}", done.text());
    let template = browser.get("/agenda/import/template").send().await;
    assert!(template.text().contains("prodotto;osservatorio;periodo;giorno;ora;precisione"), "{}", template.text());
}

/// Columns of the exported agenda.
const EXPORTED: &[Column] = &[
    Column { field: "code", headings: &["codice"], is_required: true },
    Column { field: "product", headings: &["prodotto"], is_required: true },
    Column { field: "observatory", headings: &["osservatorio"], is_required: true },
    Column { field: "period", headings: &["periodo"], is_required: true },
    Column { field: "day", headings: &["giorno"], is_required: true },
    Column { field: "hour", headings: &["ora"], is_required: true },
    Column { field: "precision", headings: &["precisione"], is_required: true },
    Column { field: "state", headings: &["stato"], is_required: true },
    Column { field: "id", headings: &["identificativo"], is_required: true },
];

async fn an_export_has_the_rows_that_its_reader_sees_and_no_formula(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    confirmed(&secretariat).await;
    let designation = Designation::of("referent:bergamo").to("Ada", "Riva").json();
    secretariat.post("/api/v1/designations").json(designation).send().await.expect(201);
    let study = json!({
        "observatory": "bergamo", "title": "=HYPERLINK(\"http://x\")", "theme": "hiring", "territory": "BG",
        "period": "2026", "month": "2027-09",
    });
    secretariat.post("/api/v1/studies").json(study).send().await.expect(201);
    let referent = app.client("ada.riva@ente.example").await;
    let lines = async |client: &Client, list: &str| {
        let file = client.get(&format!("/api/v1/exports/{list}?format=csv")).send().await;
        assert_eq!(file.status.as_u16(), 200, "{list}: {}", file.text());
        file.text().lines().map(str::to_owned).collect::<Vec<String>>()
    };
    let agenda = lines(&secretariat, "agenda").await;
    assert_eq!(
        agenda[0].trim_start_matches('\u{feff}'),
        "Codice;Prodotto;Osservatorio;Periodo;Giorno;Ora;Precisione;Stato;Identificativo"
    );
    assert!(agenda.iter().any(|line| line.contains("\"'=HYPERLINK(\"\"http://x\"\")\"")), "{agenda:#?}");
    assert!(agenda.iter().any(|line| line.contains(";2026;2027-03-19;10:00;")), "{agenda:#?}");
    assert_eq!(
        (lines(&secretariat, "contributions").await.len(), lines(&referent, "contributions").await.len()),
        (13, 2)
    );
    assert_eq!((lines(&secretariat, "tasks").await.len(), lines(&referent, "tasks").await.len()), (37, 4));
    let register = lines(&referent, "register").await;
    assert!(register.iter().any(|line| line.contains("Ada Riva")) && !register.concat().contains('@'), "{register:#?}");
    app.anonymous().get("/api/v1/exports/tasks?format=csv").send().await.refused(401, "unauthenticated");
    secretariat.get("/api/v1/exports/passwords?format=csv").send().await.refused(404, "not_found");
    // In a workbook a day is a value, and a text that looks like a formula is a text.
    let browser = app.browser(SECRETARIAT).await;
    let file = browser.get("/exports/agenda?format=xlsx").send().await;
    assert!(file.header("content-disposition").is_some_and(|name| name.contains("agenda-2027")));
    let table = sheet::read(&file.body, EXPORTED, 100).expect("a workbook");
    let rows = table.check(|row, _| Some((row.text("product").to_owned(), row.text("day").to_owned()))).expect("rows");
    assert!(rows.rows.iter().any(|(_, row)| row.0.starts_with('=') && row.1 == "2027-09-01"), "{rows:?}");
    let page = browser.get("/exports").header("accept", "text/html").send().await;
    assert!(page.text().contains("/exports/register?format=xlsx"));
}

async fn ten_thousand_rows_are_exported_in_both_formats(_: Engine) {
    use raccordo::http::sheet::{Cell, Export, Format};
    let day = chrono::NaiveDate::from_ymd_opt(2027, 3, 19).expect("a day");
    let row = || vec![Cell::from("Relazione territoriale sul mercato del lavoro"), Cell::from(day), Cell::Number(60)];
    let rows = (0..10_000).map(|_| row()).collect();
    let export = Export { name: "x".to_owned(), headings: vec!["Prodotto", "Giorno", "Minuti"], rows };
    for format in [Format::Csv, Format::Xlsx] {
        let answer = export.answer(format).expect("a file");
        assert_eq!(answer.status().as_u16(), 200, "{format:?}");
    }
}
