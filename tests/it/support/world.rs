//! A network with one of each thing that can be read or changed, and the address of each. Tests that visit every route
//! use it to fill the parameters of a route. A route it cannot fill makes them fail, so a new slice adds its line to
//! `FILLED`.

use super::app::{Client, SECRETARIAT, TestApp, rome};
use super::builders::Designation;
use super::db::{Engine, TestDb};
use bytes::Bytes;
use entity::ids::{DeliverableId, DesignationId, TaskId};
use entity::outbox_mail;
use futures_util::TryStreamExt as _;
use raccordo::config::Config;
use raccordo::documents::service as documents;
use raccordo::http::assets;
use raccordo::links::service::{self as links, Link};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tokio::sync::OnceCell;

/// The referent of Bergamo, to whose observatory most things belong.
pub const OWN: &str = "ada.riva@ente.example";
/// The manager of Bergamo's body.
pub const MANAGER: &str = "elio.capo@ente.example";
/// The referent of Como, another body.
pub const FOREIGN: &str = "ugo.sala@ente.example";
/// A person whose only seat has ended.
pub const FORMER: &str = "zeno.ex@ente.example";

/// The instant at which tests find the world.
const BEGINNING: &str = "2027-02-01 09:00";

pub struct World {
    pub app: TestApp,
    /// Ids by the kind of their thing.
    ids: BTreeMap<&'static str, String>,
}

fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value:#}")).to_owned()
}

/// A world that was made once, closed, with the contents of its documents.
struct Made {
    db: TestDb,
    contents: Vec<(String, Bytes)>,
    ids: BTreeMap<&'static str, String>,
}

impl World {
    /// Opens a copy of the world, on Monday 1 February 2027, 9:00 in Rome.
    pub async fn new(engine: Engine) -> Self {
        static MADE: [OnceCell<Made>; 2] = [const { OnceCell::const_new() }; 2];
        // Boxed, because the future is too large for the stack of each test that awaits it.
        let made = MADE[engine as usize].get_or_init(|| Box::pin(async { Self::make(engine).await.closed().await }));
        let Made { db, contents, ids } = made.await;
        let app = TestApp::over(TestDb::copy_of(&db.location).await, Config::for_tests()).await;
        for (sha256, content) in contents {
            app.services.contents.put(sha256, content.clone()).await.expect("the content is copied");
        }
        app.at(BEGINNING);
        Self { app, ids: ids.clone() }
    }

    async fn make(engine: Engine) -> Self {
        let app = TestApp::new(engine).await;
        let mut world = Self { app, ids: codes() };
        world.designate().await;
        world.release().await;
        world.convene().await;
        world.write_mails().await;
        world.sign_in().await;
        world
    }

    async fn closed(self) -> Made {
        let store = &self.app.services.contents;
        let mut contents = Vec::new();
        for sha256 in store.list().await.expect("the contents can be listed").into_keys() {
            let parts: Vec<Bytes> =
                store.read(&sha256).await.expect("a content").try_collect().await.expect("its bytes");
            contents.push((sha256, Bytes::from(parts.concat())));
        }
        Made { db: self.app.closed().await, contents, ids: self.ids }
    }

    async fn designate(&mut self) {
        let secretariat = self.app.client(SECRETARIAT).await;
        let enter = |designation: Designation| secretariat.post("/api/v1/designations").json(designation.json()).send();
        enter(Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo")).await.expect(201);
        enter(Designation::of("referent:como").to("Ugo", "Sala")).await.expect(201);
        enter(Designation::of("referent:lodi").to("Zeno", "Ex").until("2027-01-20")).await.expect(201);
        let file = "--x\r\nContent-Disposition: form-data; name=\"document\"; filename=\"atto.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.7 the act\r\n--x--\r\n";
        let document = secretariat
            .post("/api/v1/designations/documents")
            .body("multipart/form-data; boundary=x", file)
            .send()
            .await
            .expect(201);
        let mut designation = Designation::of("referent:bergamo").to("Ada", "Riva").json();
        designation["provenance"]["document_id"] = document["id"].clone();
        let made = secretariat.post("/api/v1/designations").json(designation).send().await.expect(201);
        let path = format!("/api/v1/designations/{}/unavailabilities", text(&made, "id"));
        let absence = json!({ "from": "2027-02-01", "to": "2027-02-05", "mode": "can_finish" });
        let absence = secretariat.post(&path).if_match(&made["version"]).json(absence).send().await.expect(201);
        self.ids.extend([
            ("designation", text(&made, "id")),
            ("document", text(&document, "id")),
            ("absence", text(&absence, "id")),
        ]);
        let ada = self.app.person(OWN).await;
        self.ids.insert("person", ada.id.to_string());
        self.app.mails().await;
        self.app.at("2027-01-25 09:00");
        self.app.tick("handover").await;
    }

    /// Lets Bergamo's referent see the report before its release.
    async fn grant_access(&self, secretariat: &super::app::Client) -> String {
        let access = json!({
            "product": "relazione-territoriale", "designation_id": self.id("designation"), "valid_from": "2027-02-01",
            "valid_to": "2027-12-31", "hours_before": 48, "reason": "Prepara la presentazione alla stampa.",
        });
        text(&secretariat.post("/api/v1/early-access").json(access).send().await.expect(201), "id")
    }

    async fn release(&mut self) {
        let secretariat = self.app.client(SECRETARIAT).await;
        let plan = async |period: &str| {
            let release = json!({ "product": "relazione-territoriale", "period": period, "date": { "precision": "month", "day": "2027-03-10" } });
            secretariat.post("/api/v1/releases").json(release).send().await.expect(201)
        };
        let planned = plan("2026").await;
        let path = format!("/api/v1/releases/{}/confirm", text(&planned, "id"));
        secretariat
            .post(&path)
            .if_match(&planned["version"])
            .json(json!({ "day": "2027-03-19" }))
            .send()
            .await
            .expect(200);
        let provisional = plan("2027").await;
        self.change_the_steps(&secretariat).await;
        let edition = json!({ "title": "Agenda dei rilasci 2027", "from": "2027-01", "to": "2027-12" });
        let edition = secretariat.post("/api/v1/agenda/editions").json(edition).send().await.expect(201);
        self.ids.insert("edition", edition["number"].to_string());
        let study = json!({
            "observatory": "bergamo", "title": "Giovani e imprese della meccanica", "theme": "hiring", "territory": "BG",
            "period": "2026", "month": "2027-06",
        });
        let study = secretariat.post("/api/v1/studies").json(study).send().await.expect(201);
        self.ids.insert("study", text(&study, "id"));
        let date = json!({ "label": "IV trimestre 2026", "day": "2027-03-12", "state": "confirmed", "note": "Dati provvisori" });
        let date =
            secretariat.post("/api/v1/sources/istat-forze-lavoro/occurrences").json(date).send().await.expect(201);
        let table = "--x\r\nContent-Disposition: form-data; name=\"document\"; filename=\"date.csv\"\r\n\r\nperiodo;giorno\r\nI trimestre 2027;11.6.2027\r\n--x--\r\n";
        let table = secretariat.post("/api/v1/sources/documents").body("multipart/form-data; boundary=x", table);
        let table = table.send().await.expect(201);
        let rows = "--x\r\nContent-Disposition: form-data; name=\"document\"; filename=\"agenda.csv\"\r\n\r\nprodotto;periodo;giorno\r\nrelazione-territoriale;2028;2029-03-20\r\n--x--\r\n";
        let rows = secretariat.post("/api/v1/agenda/documents").body("multipart/form-data; boundary=x", rows);
        let rows = rows.send().await.expect(201);
        self.ids.insert("spreadsheet", text(&rows, "id"));
        self.ids.extend([("occurrence", text(&date, "id")), ("dates file", text(&table, "id"))]);
        let deliverables = secretariat.get("/api/v1/deliverables?observatory=bergamo").send().await.expect(200);
        let tasks = secretariat.get("/api/v1/tasks?observatory=bergamo").send().await.expect(200);
        self.ids.extend([
            ("release", text(&planned, "id")),
            ("provisional release", text(&provisional, "id")),
            ("deliverable", text(&deliverables["items"][0], "id")),
            ("task", text(&tasks["items"][0], "id")),
        ]);
        self.review().await;
        let template = json!({
            "name": "Elenco", "title": "Elenco dei redattori", "estimated_minutes": 30, "seat": "referent:bergamo",
            "offset_working_days": 10,
        });
        let template = secretariat.post("/api/v1/task-templates").json(template).send().await.expect(201);
        self.ids.insert("template", text(&template, "id"));
        for state in ["given task", "refused task"] {
            let task = json!({ "seat": "referent:bergamo", "title": "Elenco dei redattori", "day": "2027-12-15", "estimated_minutes": 30 });
            let given = secretariat.post("/api/v1/tasks").json(task).send().await.expect(201)["items"][0].clone();
            if state == "refused task" {
                let path = format!("/api/v1/tasks/{}/refuse", text(&given, "id"));
                let why = json!({ "reason": "Non ci sono redattori" });
                secretariat.post(&path).if_match(&given["version"]).json(why).send().await.expect(200);
            }
            self.ids.insert(state, text(&given, "id"));
        }
        let path = format!("/api/v1/deliverables/{}/day-proposals", self.id("deliverable"));
        let other = json!({ "day": "2027-03-16", "reason": "Chi scrive rientra l’11 marzo" });
        let proposed = secretariat.post(&path).json(other).send().await.expect(201);
        self.ids.insert("day proposal", text(&proposed, "id"));
        self.ids.insert("text", self.keep_text().await);
        self.ids.insert("early access", self.grant_access(&secretariat).await);
        self.ids.insert("method", self.publish_sheet().await);
        let link = Link {
            task_id: self.id("task").parse::<TaskId>().expect("an id"),
            person_id: self.app.person(OWN).await.id,
            designation_id: self.id("designation").parse::<DesignationId>().expect("an id"),
            expires_at: rome("2027-12-31 00:00"),
        };
        let ctx = self.app.system();
        let tokens = ctx.write(async |txn| links::issue(&ctx, txn, vec![link]).await).await.expect("a link");
        self.ids.insert("press", tokens.concat());
    }

    /// Changes the effort of a step, so that the confirmed release has other steps than its product.
    async fn change_the_steps(&self, secretariat: &Client) {
        let path = "/api/v1/products/relazione-territoriale";
        let mut product = secretariat.get(path).send().await.expect(200);
        product["steps"][1]["estimated_minutes"] = json!(600);
        let put = secretariat.put(&format!("{path}/steps")).if_match(&product["version"]);
        put.json(json!({ "steps": product["steps"] })).send().await.expect(200);
    }

    /// Writes a remark on Bergamo's contribution and settles it; has the contribution read by Mantova, whose seats are
    /// vacant.
    async fn review(&mut self) {
        let secretariat = self.app.client(SECRETARIAT).await;
        let path = format!("/api/v1/deliverables/{}", self.id("deliverable"));
        let remark = json!({ "part": "Capitolo 3", "text": "Confrontare con l’edizione scorsa." });
        let remark = secretariat.post(&format!("{path}/remarks")).json(remark).send().await.expect(201);
        let accept = format!("/api/v1/remarks/{}/accept", text(&remark, "id"));
        secretariat.post(&accept).if_match(&remark["version"]).send().await.expect(200);
        let ask = json!({ "observatory": "mantova", "due_day": "2027-03-05" });
        let reading = secretariat.post(&format!("{path}/peer-readings")).json(ask).send().await.expect(201);
        let accept = format!("/api/v1/peer-readings/{}/accept", text(&reading, "id"));
        secretariat.post(&accept).if_match(&reading["version"]).send().await.expect(200);
        self.ids.extend([("remark", text(&remark, "id")), ("reading", text(&reading, "id"))]);
    }

    /// Keeps a file with a text of Bergamo's contribution, without submitting it. Returns its id.
    async fn keep_text(&self) -> String {
        let ctx = self.app.system();
        let received = documents::receive(&ctx, "relazione.pdf", Bytes::from_static(b"%PDF-1.7 the text")).await;
        let owner = self.id("deliverable").parse::<DeliverableId>().expect("an id");
        let received = received.expect("received");
        let kept = ctx.write(async |txn| {
            let document = documents::keep(&ctx, txn, received).await?;
            documents::attach(&ctx, txn, document.id, &owner).await?;
            Ok(document.id)
        });
        kept.await.expect("kept").to_string()
    }

    /// Publishes a methodology sheet with a document. Returns the id of the document.
    async fn publish_sheet(&self) -> String {
        let secretariat = self.app.client(SECRETARIAT).await;
        let file = "--x\r\nContent-Disposition: form-data; name=\"document\"; filename=\"metodo.pdf\"\r\n\r\n%PDF-1.7 the method\r\n--x--\r\n";
        let upload = secretariat.post("/api/v1/products/documents").body("multipart/form-data; boundary=x", file);
        let document = upload.send().await.expect(201);
        let sheet = json!({
            "text_it": "Dati delle comunicazioni obbligatorie.", "lists": [{ "name": "ATECO", "edition": "2025" }],
            "document_id": document["id"], "from_period": "2026",
        });
        let sheets = "/api/v1/products/relazione-territoriale/sheets";
        secretariat.post(sheets).json(sheet).send().await.expect(201);
        text(&document, "id")
    }

    /// Makes one meeting in each state that has forms of its own: a draft, a convened one, a held one with an outcome.
    async fn convene(&mut self) {
        let secretariat = self.app.client(SECRETARIAT).await;
        for (state, day) in [("draft", "2027-06-15"), ("convened", "2027-05-18"), ("held", "2027-04-20")] {
            let meeting = json!({
                "table": "tavolo", "title": format!("Riunione {day}"), "day": day, "starts": "09:30:00", "ends": "12:00:00",
                "venue": { "mode": "in_person", "place": "Palazzo Lombardia, Sala 5" },
            });
            let made = secretariat.post("/api/v1/meetings").json(meeting).send().await.expect(201);
            let path = format!("/api/v1/meetings/{}", text(&made, "id"));
            let item = json!({ "kind": "decision", "title": "Date dei rilasci" });
            secretariat
                .post(&format!("{path}/agenda-items"))
                .if_match(&made["version"])
                .json(item)
                .send()
                .await
                .expect(201);
            if state != "draft" {
                let version = secretariat.get(&path).send().await.expect(200)["version"].clone();
                secretariat.post(&format!("{path}/convene")).if_match(version).json(json!({})).send().await.expect(200);
            }
            let shown = secretariat.get(&path).send().await.expect(200);
            self.ids.insert(state, text(&made, "id"));
            if state == "draft" {
                self.ids.insert("agenda item", text(&shown["agenda"][0], "id"));
            }
        }
        self.app.at("2027-04-20 09:45");
        let path = format!("/api/v1/meetings/{}", self.id("held"));
        let version = secretariat.get(&path).send().await.expect(200)["version"].clone();
        let held = secretariat.post(&format!("{path}/hold")).if_match(version).json(json!({})).send().await.expect(200);
        let outcome = json!({ "kind": "information", "text": "Il Tavolo prende atto del calendario." });
        let outcome = secretariat
            .post(&format!("{path}/outcomes"))
            .if_match(&held["version"])
            .json(outcome)
            .send()
            .await
            .expect(201);
        self.ids.insert("outcome", text(&outcome, "id"));
        self.app.at(BEGINNING);
    }

    async fn write_mails(&mut self) {
        self.app.dispatch().await;
        let mail =
            outbox_mail::Entity::find().order_by_asc(outbox_mail::Column::Id).one(self.app.services.db.reader()).await;
        self.ids.insert("mail", mail.expect("the outbox can be read").expect("a mail").id.to_string());
    }

    async fn sign_in(&mut self) {
        // Sessions and tokens belong to a third person, so that no caller of a test owns them.
        let whose = self.app.browser(MANAGER).await;
        self.app.token_of(MANAGER).await;
        let sessions = whose.get("/api/v1/me/sessions").send().await.expect(200);
        let keys = whose.get("/api/v1/me/tokens").send().await.expect(200);
        self.ids.extend([("session", text(&sessions["items"][0], "id")), ("key", text(&keys["items"][0], "id"))]);
        let ctx = self.app.system();
        let next = raccordo::auth::local_path::LocalPath::after_sign_in("/me");
        ctx.write(async |txn| raccordo::auth::service::request_link(&ctx, txn, OWN, &next).await)
            .await
            .expect("a link");
        let mails = self.app.mails().await;
        let link = mails.iter().rev().find(|mail| mail.kind == "sign_in").expect("a mail to sign in");
        let token = link
            .text
            .split("/sign-in/")
            .nth(1)
            .and_then(|rest| rest.split(|letter: char| letter.is_whitespace() || letter == '?').next());
        self.ids.insert("sign-in", token.expect("a link").to_owned());
    }

    pub fn id(&self, of: &str) -> &str {
        self.ids.get(of).unwrap_or_else(|| panic!("the world has no {of}"))
    }

    /// Returns a route's address with its parameters filled in; its subject is Bergamo's.
    ///
    /// # Panics
    /// If [`FILLED`] does not name a value for one of its parameters: add the line.
    pub fn fill(&self, route: &str) -> String {
        let parts: Vec<String> = route.split('/').map(plain).collect();
        let filled = parts.iter().enumerate().map(|(at, part)| {
            if !part.starts_with('{') {
                return part.clone();
            }
            let key = format!("{}/{part}", parts[at - 1]);
            let longer = parts.get(at + 1).map(|after| format!("{key}/{after}"));
            let named = |key: &str| FILLED.iter().find(|(known, _)| *known == key).map(|(_, of)| *of);
            let of = longer.as_deref().and_then(named).or_else(|| named(&key));
            self.id(of.unwrap_or_else(|| panic!("say in support/world.rs how to fill {key} of {route}"))).to_owned()
        });
        filled.collect::<Vec<_>>().join("/")
    }
}

/// Returns a part of a route, with a parameter reduced to its name.
fn plain(part: &str) -> String {
    match part.strip_prefix('{') {
        Some(parameter) => format!("{{{}}}", parameter.trim_end_matches('}').split(':').next().unwrap_or_default()),
        None => part.to_owned(),
    }
}

/// Kind of the value for a parameter, by the part of the route before it and, if that is ambiguous, the part after it.
const FILLED: &[(&str, &str)] = &[
    ("years/{year}", "year"),
    ("editions/{number}", "edition"),
    ("studies/{study_id}", "study"),
    ("exports/{list}", "list"),
    ("sources/{code}", "source"),
    ("occurrences/{occurrence_id}", "occurrence"),
    ("dates/{occurrence_id}", "occurrence"),
    ("import/{draft_id}", "dates file"),
    ("import/{spreadsheet_id}", "spreadsheet"),
    ("imports/{spreadsheet_id}", "spreadsheet"),
    ("imports/{draft_id}", "dates file"),
    ("designations/{id}", "designation"),
    ("documents/{document_id}", "document"),
    ("documents/{text_id}", "text"),
    ("documents/{sheet_document_id}", "method"),
    ("unavailabilities/{absence_id}", "absence"),
    ("unavailability/{absence}", "absence"),
    ("people/{id}", "person"),
    ("seats/{code}", "seat"),
    ("releases/{id}", "release"),
    ("releases/{id}/improve", "provisional release"),
    ("releases/{id}/confirm", "provisional release"),
    ("rilasci/{slug}", "release address"),
    ("products/{code}", "product"),
    ("deliverables/{id}", "deliverable"),
    ("remarks/{id}", "remark"),
    ("left-remarks/{remark_id}", "remark"),
    ("peer-readings/{id}", "reading"),
    ("readings/{id}", "reading"),
    ("day-proposals/{id}", "day proposal"),
    ("{id}/{verb}", "verb"),
    ("{id}/{act}", "act"),
    ("publications/{deliverable_id}", "deliverable"),
    ("early-access/{id}", "early access"),
    ("texts/{deliverable_id}", "deliverable"),
    ("tasks/{id}", "task"),
    ("tasks/{id}/edit", "given task"),
    ("tasks/{id}/after", "given task"),
    ("templates/{template_id}", "template"),
    ("task-templates/{template_id}", "template"),
    ("tasks/{id}/hand_on", "refused task"),
    ("tables/{code}", "table"),
    ("meetings/{id}", "convened"),
    ("meetings/{id}/edit", "draft"),
    ("meetings/{id}/convene", "draft"),
    ("meetings/{id}/agenda-items", "draft"),
    ("meetings/{id}/agenda-order", "draft"),
    ("meetings/{id}/attendances", "held"),
    ("meetings/{id}/outcomes", "held"),
    ("meetings/{id}/close", "held"),
    ("agenda-items/{item_id}", "agenda item"),
    ("agenda-items/{item}", "agenda item"),
    ("{item}/{step}", "step"),
    ("attendances/{body}", "body"),
    ("outcomes/{id}", "outcome"),
    ("bodies/{code}", "body"),
    ("observatories/{code}", "observatory"),
    ("territories/{code}", "territory"),
    ("mail/{id}", "mail"),
    ("mails/{id}", "mail"),
    ("sessions/{id}", "session"),
    ("tokens/{id}", "key"),
    ("p/{token}", "press"),
    ("sign-in/{token}", "sign-in"),
    ("static/{name}", "style"),
];

/// Returns codes of the loaded network, and the name of a static file.
fn codes() -> BTreeMap<&'static str, String> {
    let style = assets::address("raccordo.css").trim_start_matches("/static/").to_owned();
    let named = [
        ("body", "provincia-bergamo"),
        ("observatory", "bergamo"),
        ("territory", "BG"),
        ("source", "istat-forze-lavoro"),
        ("list", "agenda"),
        ("product", "relazione-territoriale"),
        ("release address", "relazione-territoriale-2026"),
        ("seat", "referent:lodi"),
        ("table", "tavolo"),
        ("verb", "start"),
        ("act", "block"),
        ("step", "down"),
        ("year", "2027"),
    ];
    named.into_iter().map(|(of, code)| (of, code.to_owned())).chain([("style", style)]).collect()
}
