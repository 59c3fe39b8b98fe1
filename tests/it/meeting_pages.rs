//! Pages of a meeting: decisions overtaken since, tasks with their seats, mails by party, the summary before closing; and
//! the same facts on the pages that lead to it.

use crate::on_sqlite;
use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use serde_json::{Value, json};

on_sqlite! {
    a_decision_says_that_a_later_change_took_the_place_of_its_date,
    every_member_reads_who_has_a_task_and_a_task_leads_back_to_its_point,
    who_was_told_is_listed_by_party_with_the_outcome_of_the_mail,
    who_was_told_of_a_release_is_listed_by_party,
    a_meeting_is_closed_on_a_page_that_says_what_is_missing,
    the_number_is_said_before_and_after_it_is_given,
    a_partner_is_not_told_that_there_are_no_meetings,
    a_manager_reads_the_state_of_the_own_contribution,
}

const ADA: &str = "ada.riva@ente.example";

fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value:#}"))
}

/// Returns the text of a page, with single blanks.
async fn read(reader: &Client, path: &str) -> String {
    let answer = reader.get(path).header("accept", "text/html").send().await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
    let page = scraper::Html::parse_document(&answer.text());
    let text: String = page.root_element().text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn assert_says(page: &str, said: &str) {
    assert!(page.contains(said), "«{said}» is missing in\n{page}");
}

struct Network {
    app: TestApp,
    api: Client,
}

impl Network {
    async fn new(engine: Engine, seats: &[Designation]) -> Self {
        let app = TestApp::new(engine).await;
        let api = app.client(SECRETARIAT).await;
        let network = Self { app, api };
        for seat in seats {
            network.designate(seat).await;
        }
        network
    }

    async fn designate(&self, designation: &Designation) {
        self.api.post("/api/v1/designations").json(designation.clone().json()).send().await.expect(201);
    }

    async fn show(&self, path: &str) -> Value {
        self.api.get(&format!("/api/v1{path}")).send().await.expect(200)
    }

    async fn act(&self, path: &str, verb: &str, input: Value) -> Value {
        let version = self.show(path).await["version"].clone();
        self.api.post(&format!("/api/v1{path}{verb}")).if_match(version).json(input).send().await.expect(200)
    }

    async fn secretariat(&self) -> Client {
        self.app.browser(SECRETARIAT).await
    }

    /// Prepares a draft for 10 February 2027 with two points.
    async fn draft(&self) -> String {
        let meeting = json!({
            "table": "tavolo", "title": "Agenda dei rilasci", "day": "2027-02-10", "starts": "09:30:00", "ends": "12:00:00",
            "venue": { "mode": "in_person", "place": "Palazzo Lombardia, Sala 5" },
        });
        let made = self.api.post("/api/v1/meetings").json(meeting).send().await.expect(201);
        let path = format!("/meetings/{}", text(&made, "id"));
        for title in ["Data della Relazione", "Varie"] {
            let point = json!({ "kind": "decision", "title": title });
            self.api.post(&format!("/api/v1{path}/agenda-items")).json(point).send().await.expect(201);
        }
        path
    }

    /// Holds the meeting with seven parties present.
    async fn held(&self) -> String {
        let path = self.draft().await;
        let convened = self.act(&path, "/convene", json!({})).await;
        self.app.at("2027-02-10 09:30");
        let parties = convened["attendances"].as_array().expect("parties").iter().take(7);
        let present: Vec<Value> = parties.map(|one| json!({ "body": one["body"], "presence": "present" })).collect();
        self.act(&path, "/hold", json!({ "attendances": present })).await;
        path
    }

    async fn conclude(&self, path: &str, mut outcome: Value) -> Value {
        let point = self.show(path).await["agenda"][0]["id"].clone();
        outcome["agenda_item_id"] = point;
        self.api.post(&format!("/api/v1{path}/outcomes")).json(outcome).send().await.expect(201)
    }

    async fn planned(&self) -> String {
        let plan = json!({ "product": "relazione-territoriale", "period": "2026", "date": { "precision": "month", "day": "2027-03-10" } });
        let planned = self.api.post("/api/v1/releases").json(plan).send().await.expect(201);
        format!("/releases/{}", text(&planned, "id"))
    }
}

fn referents() -> [Designation; 2] {
    [Designation::of("referent:bergamo"), Designation::of("referent:como").to("Ugo", "Sala")]
}

async fn a_decision_says_that_a_later_change_took_the_place_of_its_date(engine: Engine) {
    let network = Network::new(engine, &referents()).await;
    let release = network.planned().await;
    let meeting = network.held().await;
    let id = release.trim_start_matches("/releases/");
    let decision = json!({
        "kind": "decision", "text": "La Relazione esce il 19 marzo.",
        "release": { "release_id": id, "change": "confirm", "day": "2027-03-19" },
    });
    let decided = network.conclude(&meeting, decision).await;
    assert_eq!(decided.get("overtaken"), None);
    let referent = network.app.browser(ADA).await;
    let address = "/rilasci/relazione-territoriale-2026";
    for page in [meeting.as_str(), "/dossier", address] {
        assert!(!read(&referent, page).await.contains("superata"), "{page}: the date stands");
    }

    let move_to = async |day: &str| {
        let input =
            json!({ "day": day, "reason_code": "source_late", "reason_text": "La fonte nazionale ha cambiato data." });
        network.act(&release, "/move", input).await
    };
    move_to("2027-04-09").await;
    let said = "superata dal rinvio del 10 febbraio 2027: ora venerdì 9 aprile 2027, ore 10.00";
    for page in [meeting.as_str(), "/dossier", address] {
        assert_says(&read(&referent, page).await, said);
    }
    let outcome = network.show(&format!("/outcomes/{}", text(&decided, "id"))).await;
    assert_eq!(
        (&outcome["overtaken"]["how"], &outcome["overtaken"]["day"]),
        (&json!("postponed"), &json!("2027-04-09"))
    );
    let dossier = referent.get("/dossier").header("accept", "text/html").send().await.text();
    assert!(dossier.contains(&format!("<a href=\"{address}\">superata dal rinvio")), "it leads to the release");

    move_to("2027-03-19").await;
    assert!(!read(&referent, &meeting).await.contains("superata"), "the decided date stands again");
    network
        .act(&release, "/cancel", json!({ "reason_code": "method", "reason_text": "Il metodo è da rivedere." }))
        .await;
    assert_says(&read(&referent, &meeting).await, "superata dall’annullamento del 10 febbraio 2027");
}

async fn every_member_reads_who_has_a_task_and_a_task_leads_back_to_its_point(engine: Engine) {
    let network = Network::new(engine, &referents()).await;
    let meeting = network.held().await;
    let task = json!({
        "kind": "task", "text": "Como verifica i dati.",
        "task": { "seat": "referent:como", "title": "Verifica dei dati", "due_day": "2027-02-24" },
    });
    let given = network.conclude(&meeting, task).await;
    assert_eq!(given["assigned"], json!({ "seat": "referent:como", "day": "2027-02-24" }));
    let page = format!("/tasks/{}", text(&given, "task_id"));
    let ada = network.app.browser(ADA).await;
    let shown = read(&ada, &meeting).await;
    assert_says(&shown, "Chi: Referente · Osservatorio");
    assert_says(&shown, "entro mercoledì 24 febbraio 2027");
    assert!(!ada.get(&meeting).send().await.text().contains(&page), "it is a task of Como");
    let ugo = network.app.browser("ugo.sala@ente.example").await;
    assert!(ugo.get(&meeting).header("accept", "text/html").send().await.text().contains(&page));
    let own = ugo.get(&page).header("accept", "text/html").send().await.text();
    assert!(own.contains(&format!("href=\"/outcomes/{}\"", text(&given, "id"))), "{own}");
    let said = "Seduta n. 1/2027, mercoledì 10 febbraio 2027, punto «Data della Relazione»";
    assert_says(&read(&ugo, &page).await, said);
}

async fn who_was_told_is_listed_by_party_with_the_outcome_of_the_mail(engine: Engine) {
    let network = Network::new(engine, &referents()).await;
    let path = network.draft().await;
    network.app.mails().await;
    network.act(&path, "/convene", json!({})).await;
    let waiting = read(&network.secretariat().await, &path).await;
    assert_says(&waiting, "Provincia di Bergamo Ada Riva invito");
    assert_says(&waiting, "in attesa");
    network.app.mails().await;
    let (system, ugo) = (network.app.system(), network.app.person("ugo.sala@ente.example").await.id);
    let note = async |txn: &_| raccordo::network::service::mark_bounced(&system, txn, ugo, "casella piena").await;
    system.write(note).await.expect("noted");
    let page = read(&network.secretariat().await, &path).await;
    assert_says(&page, "accettata dal server di posta");
    assert_says(&page, "respinta: l’indirizzo non funziona");
    assert_says(&page, "Provincia di Sondrio nessuno è stato informato");
    let shown = network.show(&path).await;
    assert_eq!(shown["told"].as_array().map(Vec::len), Some(3));
    let of = |name: &str| {
        let told = shown["told"].as_array().expect("people").iter().find(|one| one["name"] == name);
        told.unwrap_or_else(|| panic!("{name} was not told")).clone()
    };
    assert_eq!(of("Ada Riva")["body"], "provincia-bergamo");
    assert_eq!((&of("Ugo Sala")["mail_state"], &of("Ugo Sala")["has_bounced"]), (&json!("sent"), &json!(true)));
    let referent = network.app.browser(ADA).await;
    assert!(!read(&referent, &path).await.contains("nessuno è stato informato"), "only the secretariat reads it");
}

async fn who_was_told_of_a_release_is_listed_by_party(engine: Engine) {
    let network = Network::new(engine, &referents()).await;
    let release = network.planned().await;
    let address = "/rilasci/relazione-territoriale-2026";
    let secretariat = network.secretariat().await;
    assert!(!read(&secretariat, address).await.contains("Che cosa è stato comunicato a chi"), "nothing was said yet");
    network.act(&release, "/confirm", json!({ "day": "2027-03-19" })).await;
    let page = read(&secretariat, address).await;
    assert_says(&page, "Provincia di Bergamo Ada Riva");
    assert_says(&page, "Provincia di Sondrio nessuno è stato informato");
    let referent = network.app.browser(ADA).await;
    assert!(!read(&referent, address).await.contains("Che cosa è stato comunicato a chi"));
}

async fn a_meeting_is_closed_on_a_page_that_says_what_is_missing(engine: Engine) {
    let network = Network::new(engine, &[]).await;
    let meeting = network.held().await;
    network.conclude(&meeting, json!({ "kind": "decision", "text": "L’agenda è adottata." })).await;
    let secretariat = network.secretariat().await;
    for page in [meeting.clone(), format!("{meeting}/close")] {
        let page = read(&secretariat, &page).await;
        assert_says(&page, "Presenze registrate per 7 parti su 13. Mancano: ");
        assert_says(&page, "Punti con almeno un esito: 1 su 2. Senza esito: 2. Varie.");
        assert_says(&page, "Esiti registrati: 1 (decisioni: 1; compiti affidati: 0).");
        assert_says(&page, "Le decisioni hanno il numero legale.");
    }
    let form = secretariat.get(&meeting).header("accept", "text/html").send().await.text();
    assert!(!form.contains(&format!("action=\"{meeting}/close\"")), "closing is a page of its own");
}

async fn the_number_is_said_before_and_after_it_is_given(engine: Engine) {
    let network = Network::new(engine, &[]).await;
    let first = network.draft().await;
    let secretariat = network.secretariat().await;
    assert_says(&read(&secretariat, &first).await, "si assegna con la convocazione");
    assert_says(&read(&secretariat, &format!("{first}/convene")).await, "la seduta prende il numero 1/2027");
    network.act(&first, "/convene", json!({})).await;
    assert_says(&read(&secretariat, &first).await, "1/2027, assegnato con la convocazione l’11 gennaio 2027");
    let second = network.draft().await;
    assert_says(&read(&secretariat, &format!("{second}/convene")).await, "la seduta prende il numero 2/2027");
}

async fn a_partner_is_not_told_that_there_are_no_meetings(engine: Engine) {
    let partner = Designation::of("partner:lodi").to("Nina", "Prof").with("organisation", "Università");
    let network = Network::new(engine, &[partner, Designation::of("referent:bergamo")]).await;
    let path = network.draft().await;
    network.act(&path, "/convene", json!({})).await;
    let guest = network.app.browser("nina.prof@ente.example").await;
    let page = read(&guest, "/meetings").await;
    assert_says(&page, "Le sedute sono riservate ai componenti del Tavolo.");
    assert!(!page.contains("Nessuna seduta."), "{page}");
}

async fn a_manager_reads_the_state_of_the_own_contribution(engine: Engine) {
    let manager = Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo");
    let network = Network::new(engine, &[manager]).await;
    let release = network.planned().await;
    network.act(&release, "/confirm", json!({ "day": "2027-03-19" })).await;
    let elio = network.app.browser("elio.capo@ente.example").await;
    let page = read(&elio, "/dossier").await;
    assert_says(&page, "Contributo · Osservatorio");
    let deliverable = network.show("/deliverables?observatory=bergamo").await["items"][0].clone();
    let link = format!("href=\"/deliverables/{}\"", text(&deliverable, "id"));
    assert!(elio.get("/dossier").header("accept", "text/html").send().await.text().contains(&link));
}
