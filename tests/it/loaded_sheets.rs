//! Methodology sheets in the data file: published once, followed by those of pages, never undone unasked.

use crate::both_engines;
use crate::support::app::{SECRETARIAT, TestApp};
use crate::support::db::Engine;
use raccordo::auth::actor::Actor;
use raccordo::ctx::Ctx;
use raccordo::load::{self, Change, Edited, LoadError, Summary};
use raccordo::texts::Lang;
use serde_json::{Value, json};
use std::fmt::Write;
use tempfile::TempDir;

both_engines! {
    sheets_of_the_file_are_published_once_and_those_of_pages_stay,
    a_sheet_that_cannot_be_right_is_refused_with_its_line,
}

const REPORT: &str = "/api/v1/products/relazione-territoriale";
const REAL: &str = include_str!("../../data/lombardia.toml");

/// Returns the real file with the example of a sheet in its comments, as an operator would enter it.
fn with_the_example() -> String {
    let lines = REAL.lines().skip_while(|line| *line != "# [[product.sheet]]");
    let lines = lines.take_while(|line| !line.starts_with("# A product that"));
    let mut example = String::new();
    for line in lines {
        let _ = writeln!(example, "{}", line.trim_start_matches("# ").trim_start_matches('#'));
    }
    assert!(example.contains("document = "), "{example}");
    with_a_sheet(&example)
}

/// Returns the real file with a sheet of the report after its last step.
fn with_a_sheet(sheet: &str) -> String {
    let end = "# --- The reminder ladder";
    assert_eq!(REAL.matches(end).count(), 1);
    REAL.replace(end, &format!("{sheet}\n{end}"))
}

/// An operator's folder with the data file and the document that it names.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("metodo")).expect("a folder");
        std::fs::write(folder.path().join("metodo/relazione-territoriale.pdf"), "%PDF-1.7 the method").expect("a file");
        Self(folder)
    }

    async fn load(&self, app: &TestApp, file: &str, edited: Edited) -> Result<Summary, LoadError> {
        let path = self.0.path().join("network.toml");
        std::fs::write(&path, file).expect("a file of the test");
        let services = app.services.clone();
        let ctx = Ctx { services, actor: Actor::operator(), lang: Lang::It, request_id: None, generation: None };
        Box::pin(load::run(&ctx, &path, edited, |_| true)).await
    }
}

async fn sheets(app: &TestApp) -> Vec<Value> {
    let shown = app.anonymous().get(REPORT).send().await.expect(200);
    shown["sheets"].as_array().expect("sheets").clone()
}

async fn sheets_of_the_file_are_published_once_and_those_of_pages_stay(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let folder = Folder::new();
    let file = with_the_example();
    let load = async |file: &str, edited| folder.load(&app, file, edited).await.expect("a good file");
    let first = load(&file, Edited::Keep).await;
    assert!(first.diff.to_string().contains("+ sheet relazione-territoriale from 2026"), "{}", first.diff);
    let published = sheets(&app).await;
    assert_eq!(published.len(), 1);
    assert_eq!((&published[0]["number"], &published[0]["from_period"]), (&json!(1), &json!("2026")));
    assert_eq!(published[0]["lists"], json!([{ "name": "ATECO", "edition": "2025" }]));
    assert!(published[0]["text_it"].as_str().is_some_and(|text| text.starts_with("Fonte: comunicazioni")));
    assert_eq!(published[0]["document"]["name"], "relazione-territoriale.pdf");
    assert!(load(&file, Edited::Keep).await.diff.is_empty(), "a second load changes nothing");
    assert_eq!(sheets(&app).await.len(), 1);

    // A page follows the file: a load shows it and leaves it alone, and so does one with a further version of the file.
    let page = json!({ "text_it": "Dal 2027 anche il lavoro domestico.", "lists": [], "from_period": "2027" });
    secretariat.post(&format!("{REPORT}/sheets")).json(page).send().await.expect(201);
    let shown = load(&file, Edited::Keep).await;
    assert!(shown.diff.is_empty(), "{}", shown.diff);
    assert!(shown.diff.to_string().contains("! sheet relazione-territoriale from 2027 is not in the file"));
    let more = file.replace(
        "# --- The reminder ladder",
        "[[product.sheet]]\nfrom = \"2028\"\ntext_it = \"Altro.\"\n\n# --- The reminder ladder",
    );
    let held = load(&more, Edited::Keep).await;
    assert!(held.diff.is_empty(), "{}", held.diff);
    assert!(held.diff.entries.iter().any(|entry| entry.notion == "sheet" && matches!(entry.change, Change::Held(_))));
    assert_eq!(sheets(&app).await.len(), 2);
    load(&more, Edited::Overwrite).await;
    let published = sheets(&app).await;
    let texts: Vec<&str> = published.iter().filter_map(|sheet| sheet["text_it"].as_str()).collect();
    assert!(texts.len() == 3 && texts.contains(&"Altro.") && texts.contains(&"Dal 2027 anche il lavoro domestico."));
    assert!(load(&more, Edited::Keep).await.diff.is_empty());
}

async fn a_sheet_that_cannot_be_right_is_refused_with_its_line(engine: Engine) {
    let app = TestApp::new(engine).await;
    let folder = Folder::new();
    for (sheet, reason) in [
        ("from = \"2026-Q1\"\ntext_it = \"Testo.\"", "the period is not of the product's kind"),
        ("from = \"presto\"\ntext_it = \"Testo.\"", "\"presto\" is no period"),
        ("from = \"2026\"\ntext_it = \" \"", "the text is empty"),
        ("from = \"2026\"\ntext_it = \"Testo.\"\ndocument = \"/etc/motd\"", "is no path relative to this file"),
        ("from = \"2026\"\ntext_it = \"Testo.\"\ndocument = \"manca.pdf\"", "cannot read \"manca.pdf\""),
    ] {
        let file = with_a_sheet(&format!("[[product.sheet]]\n{sheet}\n"));
        match folder.load(&app, &file, Edited::Keep).await {
            Err(LoadError::Refused { problems, .. }) => {
                let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
                assert!(told.len() == 1 && told[0].contains(reason) && told[0].starts_with("line "), "{told:?}");
            }
            other => panic!("{sheet}: {other:?}"),
        }
    }
    assert_eq!(sheets(&app).await.len(), 0);
}
