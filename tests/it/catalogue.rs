//! The catalogue: products with their contributors, steps and methodology sheets, and what of them reaches releases.

use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::db::Engine;
use crate::support::forms::form;
use crate::{both_engines, on_sqlite};
use raccordo::auth::actor::Actor;
use raccordo::ctx::Ctx;
use raccordo::load::{self, Change, Edited, Summary};
use raccordo::texts::Lang;
use serde_json::{Value, json};
use std::path::Path;

both_engines! {
    a_focus_of_four_with_a_regional_chapter_is_five_contributions_due_by_their_own_calendars,
    a_changed_template_leaves_confirmed_releases_as_they_are,
    a_sheet_is_followed_by_the_next_one_and_never_changed,
    a_load_keeps_what_the_secretariat_has_changed_until_it_is_told_to_overwrite,
}

on_sqlite! {
    a_product_is_created_edited_retired_and_reinstated,
    every_wrong_member_of_a_product_is_named_at_once,
    a_template_with_a_contradiction_is_refused,
    a_retired_product_is_not_planned_and_its_releases_stay,
    a_confirmed_release_keeps_its_contributions_when_the_contributors_change,
    a_release_of_an_autonomous_product_names_a_contributor,
    the_page_of_a_product_tells_the_public_what_it_is,
    steps_are_entered_changed_ordered_and_removed_on_one_page,
    the_file_says_who_contributes,
}

/// A quarterly focus of Bergamo, Como, Lecco and Lodi with a chapter of the region.
fn focus() -> Value {
    json!({
        "code": "focus-giovani", "name_it": "Focus giovani", "name_en": "Focus on young people", "periodicity": "quarterly",
        "scope": "joint", "default_hour": "10:00:00", "contributors": "named",
        "observatories": ["bergamo", "como", "lecco", "lodi"], "with_regional": true, "theme": "inclusion",
        "description_it": "Come entrano al lavoro i giovani di quattro province.",
        "contact_name": "Ufficio studi", "contact_email": "Studi@Ente.example",
    })
}

fn step(code: &str, offset: i32, after: &[&str]) -> Value {
    json!({
        "code": code, "name_it": format!("Passo {code}"), "name_en": format!("Step {code}"), "seat": "referent",
        "offset_working_days": offset, "estimated_minutes": 60, "after": after,
    })
}

const REPORT: &str = "/api/v1/products/relazione-territoriale";

/// The catalogue as the secretariat maintains it.
struct Desk {
    app: TestApp,
    secretariat: Client,
}

const PRODUCT: &str = "/api/v1/products/focus-giovani";

impl Desk {
    async fn new(engine: Engine) -> Self {
        let app = TestApp::new(engine).await;
        let secretariat = app.client(SECRETARIAT).await;
        Self { app, secretariat }
    }

    /// Makes a desk with the focus and its two steps.
    async fn with_focus(engine: Engine) -> Self {
        let desk = Self::new(engine).await;
        desk.secretariat.post("/api/v1/products").json(focus()).send().await.expect(201);
        desk.set_steps(json!([step("dati", -3, &[]), step("testo", -2, &["dati"])])).await;
        desk
    }

    async fn product(&self) -> Value {
        self.secretariat.get(PRODUCT).send().await.expect(200)
    }

    async fn set_steps(&self, steps: Value) -> Value {
        let version = self.product().await["version"].clone();
        let put = self.secretariat.put(&format!("{PRODUCT}/steps")).if_match(version);
        put.json(json!({ "steps": steps })).send().await.expect(200)
    }

    async fn edit(&self, change: Value) -> Value {
        let version = self.product().await["version"].clone();
        self.secretariat.patch(PRODUCT).if_match(version).merge_patch(&change).send().await.expect(200)
    }

    async fn planned(&self, period: &str) -> Value {
        let date = json!({ "precision": "month", "day": "2027-12-01" });
        let release = json!({ "product": "focus-giovani", "period": period, "date": date });
        self.secretariat.post("/api/v1/releases").json(release).send().await.expect(201)
    }

    async fn ask(&self, release: &Value, verb: &str, body: Value) -> Value {
        let path = format!("/api/v1/releases/{}", id(release));
        let version = self.secretariat.get(&path).send().await.expect(200)["version"].clone();
        self.secretariat.post(&format!("{path}/{verb}")).if_match(version).json(body).send().await.expect(200)
    }

    /// Returns observatory and day of each contribution to a release, by observatory.
    async fn contributions(&self, release: &Value) -> Vec<(String, String)> {
        let path = format!("/api/v1/deliverables?limit=200&release={}", id(release));
        pairs(self.secretariat.get(&path).send().await.expect(200), |one| (text(one, "observatory"), text(one, "day")))
    }

    /// Returns observatory and day of each task for a release whose title begins with these words.
    async fn tasks(&self, release: &Value, words: &str) -> Vec<(String, String)> {
        let path = format!("/api/v1/tasks?limit=200&release={}", id(release));
        let mut tasks = self.secretariat.get(&path).send().await.expect(200);
        let items = tasks["items"].as_array_mut().expect("a list");
        items.retain(|task| text(task, "title_it").starts_with(words));
        pairs(tasks, |one| (text(one, "seat"), text(one, "day")))
    }
}

fn id(thing: &Value) -> String {
    text(thing, "id")
}

fn text(thing: &Value, member: &str) -> String {
    thing[member].as_str().unwrap_or_else(|| panic!("no {member} in {thing:#}")).to_owned()
}

fn pairs(list: Value, of: impl Fn(&Value) -> (String, String)) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = list["items"].as_array().expect("a list").iter().map(of).collect();
    pairs.sort();
    pairs
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
}

async fn a_focus_of_four_with_a_regional_chapter_is_five_contributions_due_by_their_own_calendars(engine: Engine) {
    let desk = Desk::with_focus(engine).await;
    let release = desk.planned("2027-Q3").await;
    // Friday 10 December 2027. The 8th is a holiday everywhere, the 7th (Saint Ambrose) in Milan, where the regional
    // observatory works, and the 6th (Saint Nicholas) in Lecco.
    desk.ask(&release, "confirm", json!({ "day": "2027-12-10" })).await;
    let expected = [
        ("bergamo", "2027-12-07"),
        ("como", "2027-12-07"),
        ("lecco", "2027-12-07"),
        ("lodi", "2027-12-07"),
        ("regionale", "2027-12-06"),
    ];
    assert_eq!(desk.contributions(&release).await, owned(&expected));
    let expected = [
        ("referent:bergamo", "2027-12-06"),
        ("referent:como", "2027-12-06"),
        ("referent:lecco", "2027-12-03"),
        ("referent:lodi", "2027-12-06"),
        ("referent:regionale", "2027-12-03"),
    ];
    assert_eq!(desk.tasks(&release, "Passo dati").await, owned(&expected));
    // A day is a common working day of the five: the patron day of Mantua is one, that of Milan is none.
    let path = format!("/api/v1/releases/{}", id(&release));
    let version = desk.secretariat.get(&path).send().await.expect(200)["version"].clone();
    let moving =
        |day: &str| json!({ "day": day, "reason_code": "workload", "reason_text": "Altri lavori nello stesso mese" });
    let refused = desk.secretariat.post(&format!("{path}/move")).if_match(version).json(moving("2027-12-07"));
    refused.send().await.refused(422, "non_working_day");
    desk.ask(&release, "move", moving("2028-03-17")).await;
    assert!(desk.contributions(&release).await.iter().all(|(_, day)| day == "2028-03-15"));
    let page = desk.app.anonymous().get(&format!("/releases/{}", id(&release))).header("accept", "text/html");
    let page = page.send().await.header("location").expect("a redirect").to_owned();
    let page = desk.app.anonymous().get(&page).header("accept", "text/html").send().await.text();
    assert!(page.contains("Bergamo, Como, Lecco, Lodi e Regione Lombardia: una sola relazione"), "{page}");
    assert!(page.contains("Come entrano al lavoro") && page.contains("studi@ente.example"));
    // The calendar of a province lists the releases to which its observatory contributes.
    for (province, lists) in [("lecco", true), ("mantova", false)] {
        let path = format!("/calendar?show=upcoming&observatory={province}");
        let listed = desk.app.anonymous().get(&path).header("accept", "text/html").send().await.text();
        let table =
            listed.split_once("<table").map_or("", |(_, table)| table.split("</table>").next().unwrap_or_default());
        assert_eq!(table.contains("Focus giovani"), lists, "{province}");
    }
}

async fn a_changed_template_leaves_confirmed_releases_as_they_are(engine: Engine) {
    let desk = Desk::with_focus(engine).await;
    let (before, after) = (desk.planned("2027-Q3").await, desk.planned("2027-Q4").await);
    desk.ask(&before, "confirm", json!({ "day": "2027-12-10" })).await;
    // The distance of the text changes, the data step goes, a step is new.
    let changed = desk.set_steps(json!([step("testo", -10, &[]), step("visto", -1, &["testo"])])).await;
    assert_eq!(changed["steps"].as_array().map(Vec::len), Some(2));
    let moving =
        json!({ "day": "2027-12-17", "reason_code": "workload", "reason_text": "Altri lavori nello stesso mese" });
    desk.ask(&before, "move", moving).await;
    assert_eq!(desk.tasks(&before, "Passo dati").await.len(), 5, "the removed step keeps its tasks");
    let days: Vec<String> = desk.tasks(&before, "Passo testo").await.into_iter().map(|(_, day)| day).collect();
    assert_eq!(days, ["2027-12-15"; 5], "two working days before, as when it was confirmed");
    assert_eq!(desk.tasks(&before, "Passo visto").await, []);
    desk.ask(&after, "confirm", json!({ "day": "2028-03-17" })).await;
    assert_eq!(desk.tasks(&after, "Passo visto").await.len(), 5);
    assert_eq!(desk.tasks(&after, "Passo dati").await, []);
    assert!(desk.tasks(&after, "Passo testo").await.iter().all(|(_, day)| day == "2028-03-03"));
}

async fn a_sheet_is_followed_by_the_next_one_and_never_changed(engine: Engine) {
    let desk = Desk::with_focus(engine).await;
    let path = format!("{PRODUCT}/sheets");
    let upload = "--x\r\nContent-Disposition: form-data; name=\"document\"; filename=\"metodo.pdf\"\r\n\r\n%PDF-1.7 the method\r\n--x--\r\n";
    let file = desk.secretariat.post("/api/v1/products/documents").body("multipart/form-data; boundary=x", upload);
    let document = file.send().await.expect(201);
    let sheet = |text: &str, from: &str| {
        let lists = json!([{ "name": "ATECO", "edition": "2025" }, { "name": "CP", "edition": "2021" }]);
        json!({ "text_it": text, "lists": lists, "from_period": from, "document_id": document["id"] })
    };
    let publish = async |input: Value| desk.secretariat.post(&path).json(input).send().await;
    let first = publish(sheet("Fonte: comunicazioni obbligatorie.", "2027-Q1")).await.expect(201);
    assert_eq!((&first["number"], &first["lists"][0]["edition"]), (&json!(1), &json!("2025")));
    publish(sheet("Corretto.", "2027-Q1")).await.expect(201);
    let sheets = desk.product().await["sheets"].clone();
    assert_eq!(sheets.as_array().map(Vec::len), Some(2));
    assert_eq!((&sheets[0]["text_it"], &sheets[1]["number"]), (&first["text_it"], &json!(2)));
    let yearly = publish(sheet("Testo", "2027")).await.expect(422);
    assert_eq!(yearly["errors"][0]["code"], "period_of_another_kind");
    publish(sheet("", "2027-Q1")).await.expect(422);
    let href = format!("/products/focus-giovani/documents/{}", id(&document));
    let read = desk.app.anonymous().get(&href).send().await;
    assert_eq!(read.status.as_u16(), 200);
    assert!(read.text().contains("the method"));
    let page = desk.app.anonymous().get("/products/focus-giovani").header("accept", "text/html").send().await.text();
    for said in ["Corretto.", "comunicazioni obbligatorie", "ATECO 2025 e CP 2021", "metodo.pdf"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let other = format!("/products/relazione-territoriale/documents/{}", id(&document));
    assert_eq!(desk.app.anonymous().get(&other).send().await.status.as_u16(), 404);
}

/// The Lombardy file with another name of its product.
fn renamed(name: &str) -> String {
    let real = include_str!("../../data/lombardia.toml");
    real.replace("name_en = \"Territorial report on the labour market\"", &format!("name_en = \"{name}\""))
}

async fn loaded(app: &TestApp, file: &str, edited: Edited) -> Summary {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("network.toml");
    std::fs::write(&path, file).expect("a file of the test");
    let ctx = Ctx {
        services: app.services.clone(),
        actor: Actor::operator(),
        lang: Lang::It,
        request_id: None,
        generation: None,
    };
    Box::pin(load::run(&ctx, Path::new(&path), edited, |_| true)).await.expect("a good file")
}

async fn a_load_keeps_what_the_secretariat_has_changed_until_it_is_told_to_overwrite(engine: Engine) {
    let desk = Desk::new(engine).await;
    let name = async || text(&desk.secretariat.get(REPORT).send().await.expect(200), "name_en");
    // The file changes a product that no page has changed.
    loaded(&desk.app, &renamed("Report of the file"), Edited::Keep).await;
    assert_eq!(name().await, "Report of the file");
    let version = desk.secretariat.get(REPORT).send().await.expect(200)["version"].clone();
    let change = json!({ "name_en": "Report of the page" });
    desk.secretariat.patch(REPORT).if_match(version).merge_patch(&change).send().await.expect(200);
    let version = desk.secretariat.get(REPORT).send().await.expect(200)["version"].clone();
    let steps = json!({ "steps": [step("bozza", -7, &[])] });
    desk.secretariat.put(&format!("{REPORT}/steps")).if_match(version).json(steps).send().await.expect(200);

    let kept = loaded(&desk.app, &renamed("Another name of the file"), Edited::Keep).await;
    assert!(kept.diff.is_empty(), "{}", kept.diff);
    let held = kept.diff.entries.iter().find(|entry| matches!(entry.change, Change::Held(_))).expect("an entry");
    assert_eq!((held.notion, held.key.as_str()), ("product", "relazione-territoriale"));
    assert!(kept.diff.to_string().contains("kept, changed on a page on 2027-01-11"), "{}", kept.diff);
    assert_eq!(name().await, "Report of the page");

    let overwritten = loaded(&desk.app, &renamed("Another name of the file"), Edited::Overwrite).await;
    assert!(overwritten.diff.changed() > 0, "{}", overwritten.diff);
    let product = desk.secretariat.get(REPORT).send().await.expect(200);
    assert_eq!(text(&product, "name_en"), "Another name of the file");
    let codes: Vec<String> =
        product["steps"].as_array().expect("steps").iter().map(|step| text(step, "code")).collect();
    assert_eq!(codes, ["dati", "bozza", "testo-definitivo"]);
    let again = loaded(&desk.app, &renamed("Another name of the file"), Edited::Keep).await;
    assert_eq!((again.diff.held(), again.diff.is_empty()), (0, true));
}

async fn a_product_is_created_edited_retired_and_reinstated(engine: Engine) {
    let desk = Desk::with_focus(engine).await;
    let made = desk.product().await;
    assert_eq!(made["contributors"]["observatories"], json!(["bergamo", "como", "lecco", "lodi"]));
    assert_eq!((&made["contact_email"], &made["theme"]), (&json!("studi@ente.example"), &json!("inclusion")));
    desk.secretariat.post("/api/v1/products").json(focus()).send().await.refused(409, "code_taken");
    let edited =
        desk.edit(json!({ "contributors": "all_territorial", "theme": null, "description_en": "Young people." })).await;
    assert_eq!(edited["contributors"], json!({ "who": "all_territorial", "observatories": [], "with_regional": true }));
    assert_eq!((edited.get("theme"), &edited["description_en"]), (None, &json!("Young people.")));
    let unchanged = desk.edit(json!({ "name_it": "Focus giovani" })).await;
    assert_eq!(unchanged["version"], edited["version"], "a change without effect writes nothing");
    let press = async |verb: &str| {
        let version = desk.product().await["version"].clone();
        desk.secretariat.post(&format!("{PRODUCT}/{verb}")).if_match(version).send().await
    };
    assert_eq!(press("reinstate").await.expect(200)["version"], edited["version"], "it is in use");
    let retired = press("retire").await.expect(200);
    assert!(retired["retired_at"].is_string());
    assert_eq!(press("retire").await.expect(200)["version"], retired["version"], "it is retired already");
    assert!(press("reinstate").await.expect(200).get("retired_at").is_none());
    desk.secretariat
        .patch(PRODUCT)
        .if_match(1)
        .merge_patch(&json!({ "name_it": "Altro" }))
        .send()
        .await
        .refused(412, "stale");
    desk.secretariat
        .patch(PRODUCT)
        .merge_patch(&json!({ "name_it": "Altro" }))
        .send()
        .await
        .refused(428, "version_missing");
}

async fn every_wrong_member_of_a_product_is_named_at_once(engine: Engine) {
    let desk = Desk::new(engine).await;
    let mut wrong = focus();
    wrong["code"] = json!("Focus Giovani");
    wrong["name_it"] = json!(" ");
    wrong["observatories"] = json!(["bergamo", "regionale"]);
    wrong["contact_email"] = json!("studi");
    wrong["description_it"] = json!("x".repeat(2001));
    let problem = desk.secretariat.post("/api/v1/products").json(wrong.clone()).send().await.expect(422);
    let errors = problem["errors"].as_array().expect("errors");
    let named: Vec<(&str, &str)> = errors
        .iter()
        .map(|error| (error["field"].as_str().unwrap_or_default(), error["code"].as_str().unwrap_or_default()))
        .collect();
    let expected = [
        ("code", "code_malformed"),
        ("name_it", "required"),
        ("description_it", "too_long"),
        ("observatories", "not_an_observatory"),
        ("contact_email", "not_an_address"),
    ];
    assert_eq!(named, expected);
    let mut nobody = focus();
    (nobody["observatories"], nobody["with_regional"]) = (json!([]), json!(false));
    let problem = desk.secretariat.post("/api/v1/products").json(nobody).send().await.expect(422);
    assert_eq!(problem["errors"][0]["code"], "contributors_missing");
    let mut nameless = focus();
    nameless["contact_name"] = Value::Null;
    let problem = desk.secretariat.post("/api/v1/products").json(nameless).send().await.expect(422);
    assert_eq!(
        (&problem["errors"][0]["field"], &problem["errors"][0]["code"]),
        (&json!("contact_name"), &json!("required"))
    );
}

async fn a_template_with_a_contradiction_is_refused(engine: Engine) {
    let desk = Desk::with_focus(engine).await;
    let refused = async |steps: Value| {
        let version = desk.product().await["version"].clone();
        let put = desk.secretariat.put(&format!("{PRODUCT}/steps")).if_match(version);
        let problem = put.json(json!({ "steps": steps })).send().await.expect(422);
        text(&problem["errors"][0], "code")
    };
    assert_eq!(refused(json!([step("testo", -2, &["dati"])])).await, "step_needed");
    assert_eq!(refused(json!([step("testo", -2, &["altro"])])).await, "unknown_value");
    assert_eq!(refused(json!([step("a", -2, &["b"]), step("b", -1, &["a"])])).await, "circular_dependency");
    assert_eq!(refused(json!([step("a", -2, &[]), step("a", -1, &[])])).await, "code_taken");
    assert_eq!(refused(json!([step("Non un codice", -2, &[])])).await, "code_malformed");
    assert_eq!(refused(json!([step("a", 1, &[])])).await, "out_of_range");
    assert_eq!(desk.product().await["steps"].as_array().map(Vec::len), Some(2), "nothing was changed");
}

async fn a_retired_product_is_not_planned_and_its_releases_stay(engine: Engine) {
    let desk = Desk::with_focus(engine).await;
    let release = desk.planned("2027-Q3").await;
    let version = desk.product().await["version"].clone();
    desk.secretariat.post(&format!("{PRODUCT}/retire")).if_match(version).send().await.expect(200);
    let date = json!({ "precision": "month", "day": "2027-12-01" });
    let another = json!({ "product": "focus-giovani", "period": "2027-Q2", "date": date });
    desk.secretariat.post("/api/v1/releases").json(another).send().await.refused(409, "product_retired");
    let confirmed = desk.ask(&release, "confirm", json!({ "day": "2027-12-10" })).await;
    assert_eq!(confirmed["state"], "confirmed", "a release that was planned before may still come out");
    let browser = desk.app.browser(SECRETARIAT).await;
    let plan = browser.get("/releases/new").header("accept", "text/html").send().await.text();
    assert!(!plan.contains("focus-giovani"), "it is not offered");
}

async fn a_confirmed_release_keeps_its_contributions_when_the_contributors_change(engine: Engine) {
    let desk = Desk::with_focus(engine).await;
    let (before, after) = (desk.planned("2027-Q3").await, desk.planned("2027-Q4").await);
    desk.ask(&before, "confirm", json!({ "day": "2027-12-10" })).await;
    desk.edit(json!({ "observatories": ["bergamo", "mantova"], "with_regional": false })).await;
    let moving =
        json!({ "day": "2027-12-17", "reason_code": "workload", "reason_text": "Altri lavori nello stesso mese" });
    desk.ask(&before, "move", moving).await;
    let kept = desk.contributions(&before).await;
    assert_eq!(kept.len(), 5, "{kept:?}");
    assert!(kept.iter().all(|(_, day)| day == "2027-12-15"), "{kept:?}");
    desk.ask(&after, "confirm", json!({ "day": "2028-03-17" })).await;
    let names: Vec<String> = desk.contributions(&after).await.into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["bergamo", "mantova"]);
}

async fn a_release_of_an_autonomous_product_names_a_contributor(engine: Engine) {
    let desk = Desk::new(engine).await;
    let mut own = focus();
    own["scope"] = json!("autonomous");
    desk.secretariat.post("/api/v1/products").json(own).send().await.expect(201);
    let plan = async |observatory: &str| {
        let date = json!({ "precision": "month", "day": "2027-12-01" });
        let release =
            json!({ "product": "focus-giovani", "observatory": observatory, "period": "2027-Q3", "date": date });
        desk.secretariat.post("/api/v1/releases").json(release).send().await
    };
    plan("mantova").await.refused(422, "not_a_contributor");
    plan("lecco").await.expect(201);
    let regional = plan("regionale").await.expect(201);
    desk.ask(&regional, "confirm", json!({ "day": "2027-12-10" })).await;
    assert_eq!(desk.contributions(&regional).await.len(), 1);
}

async fn the_page_of_a_product_tells_the_public_what_it_is(engine: Engine) {
    let desk = Desk::with_focus(engine).await;
    let release = desk.planned("2027-Q3").await;
    let reader = desk.app.anonymous();
    let page = reader.get("/products/focus-giovani").header("accept", "text/html").send().await.text();
    for said in [
        "Focus giovani",
        "Come entrano al lavoro i giovani",
        "Bergamo, Como, Lecco e Lodi; con l’osservatorio regionale",
        "Trimestrale",
        "Ufficio studi",
        "/rilasci/focus-giovani-2027-q3",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("Passo dati") && !page.contains("/edit"), "the public sees neither steps nor forms");
    let list = reader.get("/products").header("accept", "text/html").send().await.text();
    assert!(list.contains("/products/focus-giovani") && !list.contains("/catalogue/new"));
    let shown = reader.get(&format!("/releases/{}", id(&release))).header("accept", "text/html").send().await;
    let shown = reader.get(shown.header("location").expect("its page")).header("accept", "text/html").send().await;
    assert!(shown.text().contains("/products/focus-giovani"), "a release leads to its product");
    assert_eq!(reader.get("/products/altro").header("accept", "text/html").send().await.status.as_u16(), 404);
}

async fn steps_are_entered_changed_ordered_and_removed_on_one_page(engine: Engine) {
    let desk = Desk::with_focus(engine).await;
    let browser = desk.app.browser(SECRETARIAT).await;
    let action = "/products/focus-giovani/steps";
    let shown = async || form(&browser.get(action).header("accept", "text/html").send().await.text(), action);
    let codes = async || -> Vec<String> {
        let product = desk.product().await;
        product["steps"].as_array().expect("steps").iter().map(|step| text(step, "code")).collect()
    };
    let new = [
        ("code-3", "visto"),
        ("name_it-3", "Visto"),
        ("name_en-3", "Approval"),
        ("seat-3", "secretariat"),
        ("offset_working_days-3", "-1"),
        ("estimated_minutes-3", "15"),
        ("after-3", "testo, dati"),
        ("order-3", "1"),
    ];
    let sent = shown().await.with(&new).send(&browser).await;
    assert_eq!(sent.status.as_u16(), 303, "{}", sent.text());
    assert_eq!(codes().await, ["dati", "visto", "testo"], "of the same number the one above comes first");
    // A step that another needs is not removed alone.
    let refused = shown().await.with(&[("remove-1", "true")]).send(&browser).await;
    assert_eq!(refused.status.as_u16(), 422);
    assert!(refused.text().contains("id=\"error-after-2\""), "{}", refused.text());
    let removed = [("remove-1", "true"), ("after-2", "testo"), ("after-3", "")];
    let removed = shown().await.with(&removed).send(&browser).await;
    assert_eq!(removed.status.as_u16(), 303, "{}", removed.text());
    assert_eq!(codes().await, ["visto", "testo"]);
}

async fn the_file_says_who_contributes(engine: Engine) {
    let desk = Desk::new(engine).await;
    let product = |observatories: &str| {
        format!(
            "[[product]]\ncode = \"focus\"\nname_it = \"Focus\"\nname_en = \"Focus\"\nperiodicity = \"annual\"\nscope = \"joint\"\n\
             default_hour = \"10:00\"\ncontributors = \"named\"\nobservatories = [{observatories}]\nwith_regional = true\n\
             description_it = \"Un focus\"\n"
        )
    };
    desk.app.load_also(&product("\"bergamo\", \"como\"")).await;
    let contributors = async || {
        let product = desk.secretariat.get("/api/v1/products/focus").send().await.expect(200);
        product["contributors"].clone()
    };
    let expected = json!({ "who": "named", "observatories": ["bergamo", "como"], "with_regional": true });
    assert_eq!(contributors().await, expected);
    desk.app.load_also(&product("\"como\"")).await;
    assert_eq!(contributors().await["observatories"], json!(["como"]));
}
