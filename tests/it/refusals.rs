//! The refusals on which the agenda and the work behind it rely, one line each: what is asked, status, code, and what the
//! refusal says so that the caller can go on. Their details are tested where they belong; here none is missing.

use crate::agenda::{REFERENT, confirmed, designate_referent, path};
use crate::on_sqlite;
use crate::sources::upload;
use crate::support::app::{Answer, Client, SECRETARIAT, TestApp};
use crate::support::db::Engine;
use serde_json::{Value, json};
use std::io::{Cursor, Write as _};

on_sqlite! {
    every_refusal_has_its_status_its_code_and_what_helps,
    no_list_leaves_as_a_formula,
}

const WHY: &str = "I dati arrivano con una settimana di ritardo";

/// A network with an announced release, and its callers.
struct Desk {
    secretariat: Client,
    /// The referent of Bergamo.
    referent: Client,
    release: Value,
    /// The contribution of Como.
    como: String,
}

impl Desk {
    async fn new(app: &TestApp) -> Self {
        let secretariat = app.client(SECRETARIAT).await;
        designate_referent(&secretariat).await;
        let (release, referent) = (confirmed(&secretariat).await, app.client(REFERENT).await);
        let como = crate::agenda::items(&secretariat, "/api/v1/deliverables?observatory=como").await;
        let como = format!("/api/v1/deliverables/{}", como[0]["id"].as_str().expect("an id"));
        Self { secretariat, referent, release, como }
    }

    async fn act(&self, verb: &str, version: &Value, input: Value) -> Answer {
        self.secretariat.post(&path(&self.release, verb)).if_match(version).json(input).send().await
    }

    async fn move_to(&self, day: &str, why: &str) -> Answer {
        let input = json!({ "day": day, "reason_code": "source_late", "reason_text": why });
        self.act("/move", &self.release["version"], input).await
    }

    /// Uploads a file for a slice and asks what it would change.
    async fn import(&self, slice: &str, name: &str, content: &[u8]) -> Answer {
        let (documents, imports) = match slice {
            "agenda" => ("/api/v1/agenda/documents", "/api/v1/agenda/imports"),
            _ => ("/api/v1/sources/documents", "/api/v1/sources/istat-forze-lavoro/imports"),
        };
        let kept = upload(&self.secretariat, documents, name, content).await;
        if kept.status.as_u16() != 201 {
            return kept;
        }
        let file = kept.expect(201)["id"].as_str().expect("an id").to_owned();
        self.secretariat.get(&format!("{imports}/{file}")).send().await
    }
}

/// A workbook whose sheet unpacks to 65 MiB.
fn bomb() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let part = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    archive.start_file("xl/worksheets/sheet1.xml", part).expect("a part");
    let blank = vec![b' '; 1 << 20];
    for _ in 0..65 {
        archive.write_all(&blank).expect("written");
    }
    archive.finish().expect("an archive").into_inner()
}

async fn every_refusal_has_its_status_its_code_and_what_helps(engine: Engine) {
    let app = TestApp::new(engine).await;
    let desk = Desk::new(&app).await;
    let version = &desk.release["version"];
    let long = |heading: &str, row: &str| format!("{heading}\n{}", row.repeat(100_000)).into_bytes();
    let cancel = json!({ "reason_code": "other", "reason_text": " " });
    let table: Vec<(&str, Answer, u16, &str, &[&str])> = vec![
        (
            "a step that the state does not allow, with those that it allows",
            desk.act("/confirm", version, json!({ "day": "2027-04-02" })).await,
            409,
            "wrong_transition",
            &["\"possible\":[\"move\",\"cancel\"", "Lo stato attuale"],
        ),
        (
            "a move without a reason",
            desk.move_to("2027-04-02", "").await,
            422,
            "reason_missing",
            &["Serve una motivazione"],
        ),
        (
            "a reason that is none",
            desk.move_to("2027-04-02", "Tardi").await,
            422,
            "reason_too_short",
            &["almeno 3 parole"],
        ),
        ("a cancellation without a reason", desk.act("/cancel", version, cancel).await, 422, "reason_missing", &[]),
        (
            "a day not worked by all, with the nearest ones that are",
            desk.move_to("2027-03-18", WHY).await,
            422,
            "non_working_day",
            &["Mantova (Sant'Anselmo)", "\"nearest\":[\"2027-03-17\",\"2027-03-19\"]"],
        ),
        (
            "an older version",
            desk.act("/move", &json!(1), json!({ "day": "2027-04-02", "reason_code": "other", "reason_text": WHY }))
                .await,
            412,
            "stale",
            &[],
        ),
        (
            "no version",
            desk.secretariat
                .post(&path(&desk.release, "/move"))
                .json(json!({ "day": "2027-04-02", "reason_code": "other", "reason_text": WHY }))
                .send()
                .await,
            428,
            "version_missing",
            &[],
        ),
        ("the contribution of another observatory", desk.referent.get(&desk.como).send().await, 404, "not_found", &[]),
        ("its review", desk.referent.get(&format!("{}/review", desk.como)).send().await, 404, "not_found", &[]),
        (
            "a text for it",
            desk.referent
                .post(&format!("{}/submit", desk.como))
                .if_match(1)
                .json(json!({ "link": "https://provincia.example/x.pdf" }))
                .send()
                .await,
            404,
            "not_found",
            &[],
        ),
        (
            "a table that says it is a workbook",
            desk.import("agenda", "agenda.xlsx", b"prodotto;periodo;giorno\n").await,
            422,
            "document_type_mismatch",
            &[],
        ),
        (
            "a workbook that says it is a table",
            desk.import("agenda", "agenda.csv", &bomb()).await,
            422,
            "document_type_mismatch",
            &[],
        ),
        (
            "a table that says it is a calendar",
            desk.import("sources", "date.ics", b"periodo;giorno\n").await,
            422,
            "document_type_mismatch",
            &[],
        ),
        ("a zip bomb as an agenda", desk.import("agenda", "agenda.xlsx", &bomb()).await, 422, "unpacks_too_large", &[]),
        ("a zip bomb as dates", desk.import("sources", "date.xlsx", &bomb()).await, 422, "unpacks_too_large", &[]),
        (
            "100,000 rows of an agenda",
            desk.import(
                "agenda",
                "a.csv",
                &long("prodotto;periodo;giorno", "relazione-territoriale;2026;2027-03-20\n"),
            )
            .await,
            422,
            "too_many_rows",
            &["1000"],
        ),
        (
            "100,000 dates",
            desk.import("sources", "d.csv", &long("periodo;giorno", "IV;1.6.2027\n")).await,
            422,
            "too_many_rows",
            &[],
        ),
        (
            "an unknown column of an agenda",
            desk.import("agenda", "a.csv", b"prodotto;periodo;giorno;colore\n").await,
            422,
            "column_unknown",
            &["colore"],
        ),
        (
            "an unknown column of dates",
            desk.import("sources", "d.csv", b"periodo;giorno;colore\n").await,
            422,
            "column_unknown",
            &["colore"],
        ),
        (
            "a query that is not understood",
            app.anonymous().get("/calendar.ics?colore=verde").send().await,
            400,
            "bad_request",
            &[],
        ),
    ];
    let before = desk.secretariat.get(&path(&desk.release, "")).send().await.expect(200);
    let mut otherwise = Vec::new();
    for (what, answer, status, code, said) in table {
        let text = answer.text();
        let problem: Value = serde_json::from_str(&text).unwrap_or_default();
        let is_problem = answer.header("content-type") == Some("application/problem+json");
        let is_right = (answer.status.as_u16(), &problem["code"]) == (status, &json!(code));
        if !(is_problem && is_right && said.iter().all(|words| text.contains(words))) {
            otherwise.push(format!("{what}: {text}"));
        }
    }
    assert!(otherwise.is_empty(), "{otherwise:#?}");
    let after = desk.secretariat.get(&path(&desk.release, "")).send().await.expect(200);
    assert_eq!((&before["version"], &after["version"]), (version, version), "nothing was changed");
}

/// A text that a spreadsheet program would calculate, in every list that leaves as a table.
async fn no_list_leaves_as_a_formula(engine: Engine) {
    let app = TestApp::new(engine).await;
    let desk = Desk::new(&app).await;
    for (title, month) in
        [("=1+1", "2027-09"), ("+39 02", "2027-10"), ("-1 e basta", "2027-11"), ("@SUM(A1)", "2027-12")]
    {
        let study = json!({
            "observatory": "bergamo", "title": title, "theme": "hiring", "territory": "BG", "period": "2026", "month": month,
        });
        desk.referent.post("/api/v1/studies").json(study).send().await.expect(201);
    }
    let given = json!({
        "title": "=HYPERLINK(\"http://x\")", "day": "2027-03-19", "seat": "referent:bergamo", "estimated_minutes": 30,
    });
    desk.secretariat.post("/api/v1/tasks").json(given).send().await.expect(201);
    let exports =
        ["agenda", "contributions", "tasks", "register"].map(|list| format!("/api/v1/exports/{list}?format=csv"));
    for (address, separator) in exports.iter().map(|list| (list.as_str(), b';')).chain([("/calendar.csv", b',')]) {
        let answer = desk.secretariat.get(address).send().await;
        assert_eq!(answer.status.as_u16(), 200, "{address}: {}", answer.text());
        let text = answer.text();
        let mut table =
            csv::ReaderBuilder::new().delimiter(separator).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let rows: Vec<csv::StringRecord> = table.records().collect::<Result<_, _>>().expect("a table");
        assert!(!rows.is_empty(), "{address}");
        for cell in rows.iter().flatten() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{address}: {cell}");
        }
    }
}
