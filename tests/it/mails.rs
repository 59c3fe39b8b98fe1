//! Every kind of mail, made by its use case, as its reader gets it: subject and text in both languages for review, and
//! the HTML part checked for the needs of mail programs and readers. A kind of mail without a scenario here fails the
//! test.

use crate::seen::accepted;
use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::golden::assert_goldens;
use crate::support::mailbox::Mail;
use raccordo::auth::local_path::LocalPath;
use raccordo::auth::service as auth;
use raccordo::kinds_of_mail;
use raccordo::mail::outbox::QUIET;
use raccordo::texts::Lang;
use scraper::{Html, Selector};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Longest subject, in characters.
const SUBJECT_CHARACTERS: usize = 78;
const OURS: &str = "http://raccordo.test";

/// Plays a short year that makes the service write every kind of mail.
async fn all_mails(language: &str) -> Vec<Vec<Mail>> {
    let app = TestApp::new(Engine::Sqlite).await;
    let set_language = format!("UPDATE person SET language = '{language}'");
    app.services.db.writer().execute_unprepared(&set_language).await.expect("people are written to in their language");
    let secretariat = app.client(SECRETARIAT).await;
    let enter = async |designation: Designation| {
        let mut designation = designation.json();
        designation["person"]["language"] = language.into();
        secretariat.post("/api/v1/designations").json(designation).send().await.expect(201)
    };
    enter(Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo")).await;
    secretariat.post("/api/v1/seats/referent:bergamo/request-designation").send().await.expect(204);
    let ada = enter(Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    enter(Designation::of("deputy:bergamo").to("Ugo", "Sala").from("2027-02-01").until("2027-04-30")).await;
    enter(Designation::of("referent:como").to("Pia", "Neri").from("2027-02-01")).await;
    sign_in(&app, language).await;
    confirm_a_release(&secretariat).await;
    let (meeting, convened) = convene(&secretariat).await;
    let mut mails = vec![app.mails().await];
    let slot = json!({ "day": "2027-05-20", "starts": "10:00:00", "ends": "12:30:00" });
    secretariat.post(&format!("{meeting}/move")).if_match(&convened).json(slot).send().await.expect(200);
    // Every day at eight: beginnings, approaching ends, due tasks.
    for day in ["2027-02-01", "2027-02-05", "2027-03-01", "2027-04-01", "2027-05-01"] {
        app.at(&format!("{day} 08:00"));
        for job in ["handover", "follow_members", "reminders", "housekeeping"] {
            app.tick(job).await;
        }
        mails.push(app.mails().await);
    }
    let path = format!("/api/v1/designations/{}/end", ada["id"].as_str().expect("an id"));
    secretariat
        .post(&path)
        .if_match(&ada["version"])
        .json(json!({ "last_day": "2027-04-30", "reason": "Trasferimento" }))
        .send()
        .await
        .expect(200);
    app.tick("handover").await;
    app.tick("follow_members").await;
    call_off(&secretariat, &meeting).await;
    mails.push(app.mails().await);
    mails
}

/// Plays the work for one release, which makes the service write the mails about releases, contributions and tasks.
async fn mails_about_work(language: &str) -> Vec<Vec<Mail>> {
    let app = TestApp::new(Engine::Sqlite).await;
    let set_language = format!("UPDATE person SET language = '{language}'");
    app.services.db.writer().execute_unprepared(&set_language).await.expect("people are written to in their language");
    let secretariat = app.client(SECRETARIAT).await;
    let mut ada = Designation::of("referent:bergamo").to("Ada", "Riva").json();
    ada["person"]["language"] = language.into();
    secretariat.post("/api/v1/designations").json(ada).send().await.expect(201);
    let referent = app.client("ada.riva@ente.example").await;
    let mut mails = Vec::new();
    let told = async || {
        app.advance(QUIET);
        app.mails().await
    };
    let release = confirm_a_release(&secretariat).await;
    mails.push(told().await);
    let act = async |who: &Client, path: &str, verb: &str, body: Value| {
        let version = version(who, path).await;
        who.post(&format!("{path}/{verb}")).if_match(&version).json(body).send().await.expect(200)
    };
    let step = referent.get("/api/v1/tasks?observatory=bergamo").send().await.expect(200);
    let step = step["items"][0]["id"].as_str().expect("an id");
    secretariat.post(&format!("/api/v1/tasks/{step}/remind")).send().await.expect(200);
    mails.push(told().await);
    let later = json!({ "day": "2027-03-23", "reason_code": "source_late", "reason_text": "I dati Istat escono una settimana dopo" });
    act(&secretariat, &release, "move", later).await;
    mails.push(told().await);
    apply_other_steps(&secretariat, &release).await;
    mails.push(told().await);
    let study = json!({
        "observatory": "bergamo", "title": "Giovani e imprese", "theme": "hiring", "territory": "BG", "period": "2026",
        "month": "2027-09",
    });
    referent.post("/api/v1/studies").json(study).send().await.expect(201);
    mails.push(told().await);
    let own = referent.get("/api/v1/deliverables?observatory=bergamo").send().await.expect(200);
    let own = format!("/api/v1/deliverables/{}", own["items"][0]["id"].as_str().expect("an id"));
    let text = json!({ "link": "https://ente.example/relazione.pdf", "note": "Manca il capitolo 4" });
    act(&referent, &own, "submit", text.clone()).await;
    mails.push(told().await);
    act(&secretariat, &own, "request-changes", json!({ "remarks": "Aggiungere il capitolo 4: i dati ora ci sono." }))
        .await;
    mails.push(told().await);
    act(&referent, &own, "submit", text).await;
    secretariat.settle(&own).await;
    act(&secretariat, &own, "approve", json!({})).await;
    mails.push(told().await);
    let reading = ask_bergamo_to_read(&secretariat).await;
    mails.push(told().await);
    act(&referent, &reading, "accept", json!({})).await;
    let remarks = json!({ "remarks": [{ "part": "Capitolo 2", "text": "Manca il confronto con il Ticino" }] });
    act(&referent, &reading, "deliver", remarks).await;
    mails.push(told().await);
    let (meeting, _) = convene(&secretariat).await;
    act(
        &secretariat,
        &release,
        "cancel",
        json!({ "reason_code": "source_late", "reason_text": "I dati Istat non escono" }),
    )
    .await;
    mails.push(told().await);
    app.at("2027-05-18 09:30");
    act(&secretariat, &meeting, "hold", json!({ "attendances": [] })).await;
    let task = json!({
        "kind": "task", "text": "Bergamo manda i dati provvisori.",
        "task": { "seat": "referent:bergamo", "title": "Dati provvisori", "due_day": "2027-06-24", "estimated_minutes": 60 },
    });
    secretariat.post(&format!("{meeting}/outcomes")).json(task).send().await.expect(201);
    mails.push(told().await);
    mails.extend(mails_about_proposed_days(&app, &secretariat, &referent).await);
    mails.extend(mails_about_given_tasks(&app, &secretariat, &referent).await);
    mails.push(mails_about_approvals(&app, &secretariat, &referent).await);
    mails
}

/// Confirms another release, and proposes other days for a contribution to it, which are accepted and declined.
async fn mails_about_proposed_days(app: &TestApp, secretariat: &Client, referent: &Client) -> Vec<Vec<Mail>> {
    let mut mails = Vec::new();
    let told = async || {
        app.advance(QUIET);
        app.mails().await
    };
    let release = json!({ "product": "relazione-territoriale", "period": "2027", "date": { "precision": "month", "day": "2028-03-10" } });
    let planned = secretariat.post("/api/v1/releases").json(release).send().await.expect(201);
    let path = format!("/api/v1/releases/{}/confirm", planned["id"].as_str().expect("an id"));
    let day = json!({ "day": "2028-03-16" });
    secretariat.post(&path).if_match(&planned["version"]).json(day).send().await.expect(200);
    app.advance(QUIET);
    app.mails().await;
    let owed = referent.get("/api/v1/deliverables?observatory=bergamo&state=planned").send().await.expect(200);
    let path = format!("/api/v1/deliverables/{}/day-proposals", owed["items"][0]["id"].as_str().expect("an id"));
    let propose = async |day: &str| {
        let other = json!({ "day": day, "reason": "Chi scrive rientra dopo la scadenza" });
        let proposal = referent.post(&path).json(other).send().await.expect(201);
        format!("/api/v1/day-proposals/{}", proposal["id"].as_str().expect("an id"))
    };
    let first = propose("2028-03-10").await;
    mails.push(told().await);
    let why = json!({ "reason": "L’uscita è troppo vicina" });
    secretariat.post(&format!("{first}/decline")).if_match(1).json(why).send().await.expect(200);
    mails.push(told().await);
    let second = propose("2028-03-13").await;
    app.advance(QUIET);
    app.mails().await;
    secretariat.post(&format!("{second}/accept")).if_match(1).send().await.expect(200);
    mails.push(told().await);
    mails
}

/// Gives tasks, alone and together, and changes, refuses, insists on and cancels them.
async fn mails_about_given_tasks(app: &TestApp, secretariat: &Client, referent: &Client) -> Vec<Vec<Mail>> {
    let mut mails = Vec::new();
    let told = async || {
        app.advance(QUIET);
        app.mails().await
    };
    let give = async |title: &str, day: &str| {
        let task = json!({
            "seat": "referent:bergamo", "title": title, "day": day, "estimated_minutes": 45,
            "text": "Nomi e uffici di chi scrive i capitoli.",
        });
        let given = secretariat.post("/api/v1/tasks").json(task).send().await.expect(201);
        format!("/api/v1/tasks/{}", given["items"][0]["id"].as_str().expect("an id"))
    };
    let act = async |who: &Client, path: &str, verb: &str, body: Value| {
        let version = version(who, path).await;
        who.post(&format!("{path}/{verb}")).if_match(&version).json(body).send().await.expect(200);
    };
    let change = async |path: &str, patch: Value| {
        let version = version(secretariat, path).await;
        secretariat.patch(path).if_match(&version).merge_patch(&patch).send().await.expect(200);
    };
    let one = give("Elenco dei redattori", "2027-09-15").await;
    mails.push(told().await);
    give("Elenco delle fonti", "2027-09-22").await;
    give("Elenco delle scadenze", "2027-09-20").await;
    mails.push(told().await);
    act(referent, &one, "refuse", json!({ "reason": "I redattori li sceglie la Provincia" })).await;
    mails.push(told().await);
    act(secretariat, &one, "insist", json!({ "reason": "Basta l’elenco dell’anno scorso" })).await;
    mails.push(told().await);
    change(&one, json!({ "hand_set_day": "2027-09-17" })).await;
    mails.push(told().await);
    change(&one, json!({ "title": "Elenco di chi scrive" })).await;
    mails.push(told().await);
    act(secretariat, &one, "cancel", json!({ "reason": "Non serve più" })).await;
    mails.push(told().await);
    for act in [
        json!({ "act": "reschedule", "working_days": 2 }),
        json!({ "act": "cancel", "reason": "L’incontro non si fa" }),
    ] {
        let listed = secretariat.get("/api/v1/tasks?observatory=bergamo&state=given").send().await.expect(200);
        let mut act = act;
        act["items"] = chosen("task", &listed);
        secretariat.post("/api/v1/tasks/several").json(act).send().await.expect(200);
        mails.push(told().await);
    }
    mails
}

/// Returns the rows of a list as an act on several of them names them.
fn chosen(kind: &str, listed: &Value) -> Value {
    let rows = listed["items"].as_array().expect("a list").iter();
    rows.map(|one| json!({ "kind": kind, "id": one["id"], "version": one["version"] })).collect()
}

/// Hands two contributions of one observatory in, which the secretariat approves together.
async fn mails_about_approvals(app: &TestApp, secretariat: &Client, referent: &Client) -> Vec<Mail> {
    let release = json!({ "product": "relazione-territoriale", "period": "2028", "date": { "precision": "month", "day": "2029-03-10" } });
    let planned = secretariat.post("/api/v1/releases").json(release).send().await.expect(201);
    let path = format!("/api/v1/releases/{}/confirm", planned["id"].as_str().expect("an id"));
    let day = json!({ "day": "2029-03-15" });
    secretariat.post(&path).if_match(&planned["version"]).json(day).send().await.expect(200);
    let owed = referent.get("/api/v1/deliverables?observatory=bergamo&state=planned").send().await.expect(200);
    for one in owed["items"].as_array().expect("a list") {
        let path = format!("/api/v1/deliverables/{}/submit", one["id"].as_str().expect("an id"));
        let text = json!({ "link": "https://ente.example/relazione.pdf" });
        referent.post(&path).if_match(&one["version"]).json(text).send().await.expect(200);
    }
    app.advance(QUIET);
    app.mails().await;
    let listed = referent.get("/api/v1/deliverables?observatory=bergamo&state=submitted").send().await.expect(200);
    let act = json!({ "act": "approve", "items": chosen("deliverable", &listed) });
    secretariat.post("/api/v1/tasks/several").json(act).send().await.expect(200);
    app.advance(QUIET);
    app.mails().await
}

/// Asks Bergamo to read the contribution of Como. Returns the address of the reading.
async fn ask_bergamo_to_read(secretariat: &crate::support::app::Client) -> String {
    let como = secretariat.get("/api/v1/deliverables?observatory=como").send().await.expect(200);
    let como = format!("/api/v1/deliverables/{}", como["items"][0]["id"].as_str().expect("an id"));
    let asked = json!({ "observatory": "bergamo", "due_day": "2027-03-12", "note": "I dati di confine" });
    let reading = secretariat.post(&format!("{como}/peer-readings")).json(asked).send().await.expect(201);
    format!("/api/v1/peer-readings/{}", reading["id"].as_str().expect("an id"))
}

/// Leaves the chapter of Bergamo out of a joint release, and awaits it again.
async fn mails_about_a_chapter(app: &TestApp) -> Vec<Vec<Mail>> {
    let scope = async |scope: &str| {
        let change = format!("UPDATE product SET scope = '{scope}' WHERE code = 'relazione-territoriale'");
        app.services.db.writer().execute_unprepared(&change).await.expect("the scope is changed");
    };
    scope("joint").await;
    app.at("2027-03-18 09:00");
    let secretariat = app.client(SECRETARIAT).await;
    let own = secretariat.get("/api/v1/deliverables?observatory=bergamo").send().await.expect(200);
    let own = format!("/api/v1/deliverables/{}", own["items"][0]["id"].as_str().expect("an id"));
    let mut mails = Vec::new();
    for (verb, said) in [("omit", json!({ "cause": "Il testo di Bergamo non è arrivato." })), ("reinstate", json!({}))]
    {
        let version = version(&secretariat, &own).await;
        secretariat.post(&format!("{own}/{verb}")).if_match(&version).json(said).send().await.expect(200);
        app.advance(QUIET);
        mails.push(app.mails().await);
    }
    scope("per_observatory").await;
    mails
}

/// Publishes a release, amends it and takes it back.
async fn mails_about_the_published(language: &str) -> Vec<Vec<Mail>> {
    let app = TestApp::new(Engine::Sqlite).await;
    let set_language = format!("UPDATE person SET language = '{language}'");
    app.services.db.writer().execute_unprepared(&set_language).await.expect("people are written to in their language");
    let secretariat = app.client(SECRETARIAT).await;
    let mut ada = Designation::of("referent:bergamo").to("Ada", "Riva").json();
    ada["person"]["language"] = language.into();
    secretariat.post("/api/v1/designations").json(ada).send().await.expect(201);
    let mut mails = Vec::new();
    let release = confirm_a_release(&secretariat).await;
    app.advance(QUIET);
    app.mails().await;
    mails.extend(mails_about_a_chapter(&app).await);
    let secretariat = app.client(SECRETARIAT).await;
    accepted(&app, &secretariat, "bergamo").await;
    app.at("2027-03-19 10:00");
    app.tick("publish").await;
    app.mails().await;
    let ada = secretariat.get("/api/v1/designations?seat=referent&observatory=bergamo").send().await.expect(200);
    let access = json!({
        "product": "relazione-territoriale", "designation_id": ada["items"][0]["id"], "valid_from": "2027-04-01",
        "valid_to": "2028-03-18", "hours_before": 24, "reason": "Prepara il commento per la stampa.",
    });
    secretariat.post("/api/v1/early-access").json(access).send().await.expect(201);
    app.advance(QUIET);
    mails.push(app.mails().await);
    let amended = json!({ "kind": "error", "explanation": "La tabella 3 riportava i valori del 2025." });
    let withdrawn = json!({ "explanation": "I dati di origine erano di un altro anno." });
    for (verb, said) in [("amend", amended), ("withdraw", withdrawn)] {
        let version = version(&secretariat, &release).await;
        secretariat.post(&format!("{release}/{verb}")).if_match(&version).json(said).send().await.expect(200);
        app.advance(QUIET);
        mails.push(app.mails().await);
    }
    mails
}

/// A sign-in link has the language of the page on which it was requested.
async fn sign_in(app: &TestApp, language: &str) {
    let mut ctx = app.system();
    ctx.lang = Lang::of(language);
    let next = LocalPath::after_sign_in("/me");
    ctx.write(async |txn| auth::request_link(&ctx, txn, "ada.riva@ente.example", &next).await).await.expect("a link");
}

/// Confirms a release and returns its path.
async fn confirm_a_release(secretariat: &crate::support::app::Client) -> String {
    let planned = json!({ "product": "relazione-territoriale", "period": "2026", "date": { "precision": "month", "day": "2027-03-10" } });
    let planned = secretariat.post("/api/v1/releases").json(planned).send().await.expect(201);
    let path = format!("/api/v1/releases/{}", planned["id"].as_str().expect("an id"));
    let day = json!({ "day": "2027-03-19" });
    secretariat.post(&format!("{path}/confirm")).if_match(&planned["version"]).json(day).send().await.expect(200);
    path
}

/// Convenes a meeting in May while Pia is not yet a member; returns its path and its version.
async fn convene(secretariat: &crate::support::app::Client) -> (String, Value) {
    let meeting = json!({
        "table": "tavolo", "title": "Agenda dei rilasci 2027", "day": "2027-05-18", "starts": "09:30:00", "ends": "12:00:00",
        "venue": { "mode": "in_person", "place": "Palazzo Lombardia, Sala 5" },
    });
    let made = secretariat.post("/api/v1/meetings").json(meeting).send().await.expect(201);
    let path = format!("/api/v1/meetings/{}", made["id"].as_str().expect("an id"));
    let item = json!({ "kind": "decision", "title": "Date dei rilasci" });
    secretariat.post(&format!("{path}/agenda-items")).if_match(&made["version"]).json(item).send().await.expect(201);
    let convened = secretariat
        .post(&format!("{path}/convene"))
        .if_match(version(secretariat, &path).await)
        .json(json!({}))
        .send()
        .await
        .expect(200);
    (path, convened["version"].clone())
}

async fn call_off(secretariat: &crate::support::app::Client, path: &str) {
    let why = json!({ "reason": "Rinviata per indisponibilità della sala" });
    secretariat
        .post(&format!("{path}/cancel"))
        .if_match(version(secretariat, path).await)
        .json(why)
        .send()
        .await
        .expect(200);
}

/// Gives the first step of the report another distance, a new step a place, and both to a confirmed release.
async fn apply_other_steps(secretariat: &Client, release: &str) {
    let path = "/api/v1/products/relazione-territoriale";
    let mut product = secretariat.get(path).send().await.expect(200);
    let steps = product["steps"].as_array_mut().expect("steps");
    steps[0]["offset_working_days"] = json!(-30);
    let mut new = steps[0].clone();
    new["code"] = json!("verifica-tabelle");
    (new["name_it"], new["name_en"]) = (json!("Verifica delle tabelle"), json!("Check of the tables"));
    new["offset_working_days"] = json!(-7);
    steps.push(new);
    let put = secretariat.put(&format!("{path}/steps")).if_match(&product["version"]);
    let changed = put.json(json!({ "steps": product["steps"] })).send().await.expect(200);
    let chosen = json!({ "releases": [release.rsplit('/').next()] });
    let apply = secretariat.post(&format!("{path}/steps/apply")).if_match(&changed["version"]);
    apply.json(chosen).send().await.expect(200);
}

async fn version(secretariat: &crate::support::app::Client, path: &str) -> Value {
    secretariat.get(path).send().await.expect(200)["version"].clone()
}

/// Returns the text of a mail without the parts that differ in every run: ids and keys in addresses, fingerprints.
fn lasting(text: &str) -> String {
    let word = |word: &str| {
        if let Some((number, hash)) = word.split_once(':').filter(|(_, hash)| hash.len() == 64) {
            assert!(hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hash}");
            return format!("{number}:…");
        }
        let Some((before, path)) = word.split_once(OURS) else { return word.to_owned() };
        let parts = path.split('/').map(|part| {
            let (name, query) = part.split_once('?').map_or((part, None), |(name, query)| (name, Some(query)));
            let shown = if name.len() >= 32 { "…" } else { name };
            query.map_or(shown.to_owned(), |query| format!("{shown}?{query}"))
        });
        format!("{before}{OURS}{}", parts.collect::<Vec<_>>().join("/"))
    };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ").trim_end().to_owned();
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Writes one mail of each kind to each reader, in a file for each kind: the first, or the shortest of several at one
/// instant, because their order is not fixed. A reminder with several lines repeats the line of a single one.
fn printed(batches: &[Vec<Mail>]) -> BTreeMap<String, String> {
    let mut by_kind: BTreeMap<(&str, &str), (String, &Mail)> = BTreeMap::new();
    for batch in batches {
        let is_single = |mail: &&Mail| mail.text.matches("/p/").count() <= 1;
        let mut batch: Vec<_> = batch.iter().filter(is_single).map(|mail| (lasting(&mail.text), mail)).collect();
        batch.sort_by_cached_key(|(words, _)| (words.chars().count(), words.clone()));
        for (words, mail) in batch {
            by_kind.entry((&mail.kind, &mail.to)).or_insert((words, mail));
        }
    }
    let (mut files, mut seen) = (BTreeMap::<String, String>::new(), BTreeSet::new());
    for ((kind, to), (words, mail)) in by_kind {
        if seen.insert((kind, words.clone())) {
            let file = files.entry(file_of(kind)).or_default();
            let gap = if file.is_empty() { "" } else { "\n" };
            let _ = writeln!(file, "{gap}To: {to}\nSubject: {}\n\n{words}", mail.subject);
        }
    }
    files
}

/// Returns the golden file of a kind, in a folder for its slice.
fn file_of(kind: &str) -> String {
    let kind = kinds_of_mail::ALL.iter().find(|known| known.name() == kind).expect("a listed kind");
    let (area, _) = kind.label().split_once('.').expect("a text key");
    let slice = area.trim_end_matches("_mail");
    format!("{slice}/{}.txt", kind.name())
}

/// Returns the elements of the HTML part of a mail.
fn skeleton(mail: &Mail) -> String {
    let page = Html::parse_document(&mail.html);
    let all = Selector::parse("body *").expect("a selector");
    page.select(&all).map(|element| element.value().name()).collect::<Vec<_>>().join(" ")
}

/// Returns the skeletons of all mails of each kind.
fn skeletons(batches: &[Vec<Mail>]) -> BTreeMap<&str, BTreeSet<String>> {
    let mut of_kinds: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for mail in batches.iter().flatten() {
        of_kinds.entry(&mail.kind).or_default().insert(skeleton(mail));
    }
    of_kinds
}

#[actix_web::test]
async fn every_kind_of_mail_reads_as_reviewed_and_has_the_same_parts_in_both_languages() {
    let known: BTreeSet<String> = kinds_of_mail::ALL.iter().map(|kind| kind.name().to_owned()).collect();
    let write_all = async |language: &str| {
        let mut mails = all_mails(language).await;
        mails.extend(mails_about_work(language).await);
        mails.extend(mails_about_the_published(language).await);
        let written: BTreeSet<String> = mails.iter().flatten().map(|mail| mail.kind.clone()).collect();
        let missing: Vec<_> = known.symmetric_difference(&written).collect();
        assert!(missing.is_empty(), "kinds that no story brings about, or that the list does not name: {missing:?}");
        for mail in mails.iter().flatten() {
            check(mail, language);
        }
        mails
    };
    let (italian, english) = (write_all("it").await, write_all("en").await);
    let (in_italian, in_english) = (skeletons(&italian), skeletons(&english));
    for (kind, parts) in &in_italian {
        assert_eq!(Some(parts), in_english.get(kind), "{kind}: the parts of its mails in Italian, and in English");
    }
    assert_goldens("mails", &printed(&italian));
}

/// Lists the header lines of a mail and of its parts.
fn header_lines(bytes: &[u8]) -> Vec<&str> {
    let text = std::str::from_utf8(bytes).expect("ASCII");
    let mut is_header = true;
    let mut found = Vec::new();
    for line in text.split("\r\n") {
        if line.starts_with("--") {
            is_header = true;
        } else if line.is_empty() {
            is_header = false;
        } else if is_header {
            found.push(line);
        }
    }
    found
}

/// Asserts the rules for every mail.
fn check(mail: &Mail, language: &str) {
    let at = format!("{} to {}", mail.kind, mail.to);
    assert!(mail.subject.chars().count() <= SUBJECT_CHARACTERS, "{at}: {}", mail.subject);
    assert!(!mail.subject.starts_with('['), "{at}: the news comes first: {}", mail.subject);
    assert!(!mail.subject.contains(['{', '\n']) && !mail.subject.contains("[?]"), "{at}: {}", mail.subject);
    for words in [&mail.text, &mail.html] {
        assert!(!words.contains("[?]"), "{at}: a text is missing");
        assert!(!words.contains(['{', '}']), "{at}: a placeholder was left");
    }
    assert!(mail.text.lines().all(|line| line.chars().count() <= 998), "{at}: a line longer than mail allows");
    for line in header_lines(&mail.bytes) {
        assert!(line.chars().count() <= 76, "{at}: a header line of {} characters: {line}", line.chars().count());
    }
    let page = Html::parse_document(&mail.html);
    let all = |selector: &str| page.select(&Selector::parse(selector).expect("a selector")).collect::<Vec<_>>();
    // Mails to bodies and operators are in Italian.
    let is_to_nobody_s_own = mail.to.contains("pec") || mail.kind == "audit_anchor";
    assert!(
        all("html").iter().any(|html| html.attr("lang").is_some_and(|lang| is_to_nobody_s_own || lang == language)),
        "{at}: its language"
    );
    assert_eq!((all("title").len(), all("h1").len()), (1, 1), "{at}");
    let preheader = all("body > div:first-child")[0].text().collect::<String>();
    assert!(mail.html.contains("display:none") && !preheader.trim().is_empty(), "{at}: a line after the subject");
    assert!(!mail.subject.contains(preheader.trim()), "{at}: the line after the subject repeats it: {preheader}");
    let fetched =
        all("img, link, script, iframe, object, embed, video, audio, style, form, [src], [background], [srcset]");
    assert!(fetched.is_empty(), "{at}: fetches something, or is a style sheet or a form");
    assert!(!mail.html.contains("url(") && !mail.html.contains("@import"), "{at}: fetches something");
    let buttons = all("a")
        .into_iter()
        .filter(|link| link.attr("style").is_some_and(|style| style.contains("background-color")))
        .count();
    let things = all("h2").len().max(1);
    assert!(buttons <= things, "{at}: {buttons} buttons for {things} things");
    for link in all("a") {
        let address = link.attr("href").unwrap_or_default();
        assert!(
            address == OURS || address.starts_with(&format!("{OURS}/")) || address.starts_with("mailto:"),
            "{at}: leads to {address}"
        );
        assert!(mail.text.contains(address.trim_start_matches("mailto:")), "{at}: the text part lacks {address}");
        assert!(!link.text().collect::<String>().trim().is_empty(), "{at}: a link without words");
    }
}
