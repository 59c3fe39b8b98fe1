//! The main process, end to end on the Lombardy network: referents by act, a meeting that decides a release, work on
//! each territory's days, reminders, a button in a mail, the embargo instant, the portal.
//!
//! The clock is moved; the portal and the mail server run on this machine. `golden/thread_mails.txt` lists every mail
//! that the server accepted, with time, recipient and subject.

use crate::both_engines;
use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::golden::assert_golden;
use crate::support::mailbox::Mail;
use crate::support::portal::Portal;
use crate::support::samples::keep_for_other_readers;
use crate::support::smtp_server::{FakeSmtpServer, Script};
use chrono::{Datelike, NaiveDate};
use serde_json::{Value, json};
use std::fmt::Write;

both_engines! {
    the_main_job_runs_from_the_act_of_designation_to_the_page_on_the_portal,
}

/// Every territorial observatory but Sondrio, whose seat stays vacant.
const HELD: [&str; 11] =
    ["bergamo", "brescia", "como", "cremona", "lecco", "lodi", "mantova", "milano", "monza-brianza", "pavia", "varese"];

/// One run of the scenario.
struct Story {
    app: TestApp,
    secretariat: Client,
    portal: Portal,
    /// Every mail received, in the format of the golden file.
    mails: String,
}

impl Story {
    /// Sends due mails, records and returns them.
    async fn mails(&mut self) -> Vec<Mail> {
        let mut mails = self.app.mails().await;
        mails.sort_by(|left, right| (&left.to, &left.subject).cmp(&(&right.to, &right.subject)));
        let at = raccordo::time::zone::local(self.app.services.clock.now());
        for mail in &mails {
            writeln!(self.mails, "{}  {:40}  {}", at.format("%a %d.%m.%Y %H.%M"), mail.to, mail.subject)
                .expect("a string");
        }
        mails
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.secretariat.post(path).json(body).send().await.expect(201)
    }

    /// Changes a record at its present version.
    async fn change(&self, path: &str, verb: &str, body: Value) -> Value {
        let version = self.get(path).await["version"].clone();
        self.secretariat.post(&format!("{path}/{verb}")).if_match(version).json(body).send().await.expect(200)
    }

    async fn get(&self, path: &str) -> Value {
        self.secretariat.get(path).send().await.expect(200)
    }

    /// Lists the open tasks of one observatory by day: `(day, state)`.
    async fn work_of(&self, observatory: &str) -> Vec<(String, String)> {
        let page = self.get(&format!("/api/v1/tasks?observatory={observatory}")).await;
        let line = |task: &Value| (text(task, "day").to_owned(), text(task, "state").to_owned());
        page["items"].as_array().expect("a list").iter().map(line).collect()
    }

    async fn deliverable_of(&self, observatory: &str) -> Value {
        self.get(&format!("/api/v1/deliverables?observatory={observatory}")).await["items"][0].clone()
    }

    /// Runs the jobs at nine on each working morning of a period.
    async fn live(&mut self, from: &str, to: &str) -> Vec<Mail> {
        let (mut day, last): (NaiveDate, NaiveDate) = (from.parse().expect("a day"), to.parse().expect("a day"));
        let mut arrived = Vec::new();
        while day <= last {
            self.app.at(&format!("{}-{:02}-{:02} 09:00", day.year(), day.month(), day.day()));
            for job in ["handover", "publish", "verify", "reminders"] {
                self.app.tick(job).await;
            }
            arrived.extend(self.mails().await);
            day = day.succ_opt().expect("a next day");
        }
        arrived
    }
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value:#}"))
}

fn email(observatory: &str) -> String {
    format!("ada.{}@ente.example", observatory.replace('-', ""))
}

/// Lists the paths of the one-press links in a mail.
fn links(mail: &Mail) -> Vec<String> {
    let paths = mail.text.split_whitespace().filter_map(|word| word.strip_prefix("http://raccordo.test"));
    paths.filter(|path| path.starts_with("/p/")).map(str::to_owned).collect()
}

async fn the_main_job_runs_from_the_act_of_designation_to_the_page_on_the_portal(engine: Engine) {
    let portal = Portal::start().await;
    let relay = FakeSmtpServer::start(Script::healthy()).await;
    let app = TestApp::with_config(engine, portal.config()).await.with_relay(relay);
    let secretariat = app.client(SECRETARIAT).await;
    let mut story = Story { app, secretariat, portal, mails: String::new() };

    // January: the bodies designate, the secretariat enters the communications that arrived by PEC.
    for observatory in HELD {
        let who = Designation::of(&format!("referent:{observatory}")).to("Ada", &observatory.replace('-', ""));
        story.post("/api/v1/designations", who.json()).await;
    }
    story.mails().await;

    // The table is convened for 3 February, moved to the 10th, held with quorum, and decides the release.
    let release = story
            .post("/api/v1/releases", json!({ "product": "relazione-territoriale", "period": "2026", "date": { "precision": "month", "day": "2027-05-01" } }))
            .await;
    let release_path = format!("/api/v1/releases/{}", text(&release, "id"));
    let meeting = story
            .post("/api/v1/meetings", json!({ "table": "tavolo", "title": "Agenda dei rilasci 2027", "day": "2027-02-03",
                "starts": "09:30:00", "ends": "12:00:00", "venue": { "mode": "in_person", "place": "Palazzo Lombardia, Milano" } }))
            .await;
    let meeting_path = format!("/api/v1/meetings/{}", text(&meeting, "id"));
    story.mails().await;
    assert!(!story.mails.contains("Convocazione"), "a draft mails nobody");
    let item =
        json!({ "kind": "decision", "title": "Data della Relazione territoriale 2026", "release_id": release["id"] });
    story
        .secretariat
        .post(&format!("{meeting_path}/agenda-items"))
        .if_match(&meeting["version"])
        .json(item)
        .send()
        .await
        .expect(201);
    story.change(&meeting_path, "convene", json!({})).await;
    let convened = story.mails().await;
    let invitation = calendar_to(&convened, &email("bergamo"));
    assert!(invitation.contains("METHOD:REQUEST") && invitation.contains("SEQUENCE:0"), "{invitation}");
    story.app.at("2027-01-18 10:00");
    story.change(&meeting_path, "move", json!({ "day": "2027-02-10", "starts": "09:30:00", "ends": "12:00:00" })).await;
    let moved = story.mails().await;
    let update = calendar_to(&moved, &email("bergamo"));
    assert!(update.contains("METHOD:REQUEST") && update.contains("SEQUENCE:1"), "{update}");
    assert_eq!(line_of(&invitation, "UID:"), line_of(&update, "UID:"), "one meeting, one identity");

    story.app.at("2027-02-10 12:30");
    let parties = [
        "regione-lombardia",
        "cm-milano",
        "provincia-bergamo",
        "provincia-brescia",
        "provincia-como",
        "provincia-cremona",
        "provincia-lecco",
    ];
    let attendances: Vec<Value> = parties.iter().map(|body| json!({ "body": body, "presence": "present" })).collect();
    story.change(&meeting_path, "hold", json!({ "attendances": attendances })).await;
    let version = story.get(&meeting_path).await["version"].clone();
    let decision = json!({ "kind": "decision", "text": "La Relazione territoriale 2026 esce giovedì 20 maggio 2027 alle ore 10.",
            "release": { "release_id": release["id"], "change": "confirm", "day": "2027-05-20", "hour": "10:00:00" } });
    let outcome = story
        .secretariat
        .post(&format!("{meeting_path}/outcomes"))
        .if_match(version)
        .json(decision)
        .send()
        .await
        .expect(201);
    let confirmed = story.get(&release_path).await;
    assert_eq!((&confirmed["state"], &confirmed["date"]["day"]), (&json!("confirmed"), &json!("2027-05-20")));
    let changes = confirmed["changes"].as_array().expect("the story of the date");
    assert!(
        changes.iter().any(|change| change["outcome_id"] == outcome["id"]),
        "the date says which decision made it: {confirmed:#}"
    );

    // Twelve deliverables, three steps each, on the working days of each territory.
    let deliverables = story.get(&format!("/api/v1/deliverables?release={}", text(&release, "id"))).await;
    assert_eq!(deliverables["items"].as_array().map(Vec::len), Some(12));
    // Twenty, ten and five working days before Thursday 20 May. Saturday 1 May and Sunday 25 April change nothing.
    assert_eq!(days(&story.work_of("bergamo").await), ["2027-04-22", "2027-05-06", "2027-05-13"]);
    // The date moves with a reason; the due days change in the same transaction.
    story.app.at("2027-02-15 10:00");
    let reason = json!({ "day": "2027-05-27", "reason_code": "source_late", "reason_text": "I dati delle comunicazioni obbligatorie arrivano una settimana dopo." });
    let after = story.change(&release_path, "move", reason).await;
    assert_eq!(after["date"]["day"], "2027-05-27", "{after:#}");
    assert_eq!(days(&story.work_of("bergamo").await), ["2027-04-29", "2027-05-13", "2027-05-20"]);

    // Spring: reminders are sent; Ada in Bergamo answers from the mail, those of the vacant seat go to the secretariat.
    story.mails().await;
    let spring = story.live("2027-04-12", "2027-04-15").await;
    let first = spring
        .iter()
        .find(|mail| mail.to == email("bergamo") && mail.kind == "reminder")
        .expect("ten working days before");
    let link = links(first).remove(0);
    assert_eq!(story.app.anonymous().get(&link).send().await.status, 200);
    assert_eq!(story.work_of("bergamo").await[0].1, "open", "a link shows and changes nothing");
    let press = async |story: &Story, link: &str, button: &str| {
        let pressed = story
            .app
            .anonymous()
            .post(&format!("{link}/{button}"))
            .header("sec-fetch-site", "same-origin")
            .body(
                "multipart/form-data; boundary=x",
                "--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n\r\n--x--\r\n",
            )
            .send()
            .await;
        assert_eq!(pressed.status, 303, "{}", pressed.text());
    };
    press(&story, &link, "in-progress").await;
    assert_eq!(story.work_of("bergamo").await[0].1, "in_progress");
    press(&story, &link, "delivered").await;
    assert_eq!(story.work_of("bergamo").await[0].1, "done");
    let rest = story.live("2027-04-16", "2027-04-30").await;
    assert!(
        rest.iter().filter(|mail| mail.to == email("bergamo")).all(|mail| !mail.text.contains("29 aprile")),
        "what is done is not asked for again"
    );
    let may = story.live("2027-05-03", "2027-05-26").await;
    assert!(
        may.iter().any(|mail| mail.to == SECRETARIAT && mail.text.contains("Sondrio")),
        "the vacant seat is not forgotten"
    );

    // Two submit and are accepted; one declares its page. The release is published at ten on its day, not a second
    // earlier.
    for observatory in ["bergamo", "brescia"] {
        let own = story.deliverable_of(observatory).await;
        let path = format!("/api/v1/deliverables/{}", text(&own, "id"));
        if own["state"] == "planned" {
            story.change(&path, "start", json!({})).await;
        }
        if story.get(&path).await["state"] == "in_progress" {
            story.change(&path, "submit", json!({ "link": "https://provincia.example/relazione.pdf" })).await;
        }
        story.app.accept(&path).await;
    }
    let page = "<title>Relazione territoriale sul mercato del lavoro 2026</title><h1>Osservatorio del mercato del lavoro di Bergamo</h1><p>Provincia di Bergamo</p>";
    story.portal.show("/bergamo", page);
    let bergamo = text(&story.deliverable_of("bergamo").await, "id").to_owned();
    let brescia = text(&story.deliverable_of("brescia").await, "id").to_owned();
    let declared = json!({ "address": story.portal.url("/bergamo") });
    story
        .secretariat
        .post(&format!("/api/v1/publications/{bergamo}/declare"))
        .if_match(0)
        .json(declared)
        .send()
        .await
        .expect(200);
    story.app.at("2027-05-27 09:59");
    story.app.tick("publish").await;
    story.app.tick("verify").await;
    assert_eq!(story.get(&release_path).await["state"], "confirmed");
    assert_eq!(story.portal.visits(), 0, "nothing is looked for before it is out");
    story.app.at("2027-05-27 10:00");
    story.app.tick("publish").await;
    story.app.tick("verify").await;
    assert_eq!(story.get(&release_path).await["state"], "published");
    let seen = story.get(&format!("/api/v1/publications/{bergamo}")).await;
    assert_eq!(seen["state"], "verified", "{seen:#}");
    assert!(seen["evidence"][0]["sha256"].is_string(), "the evidence is kept: {seen:#}");
    story.app.at("2027-05-27 12:00");
    story.app.tick("verify").await;
    assert_eq!(story.get(&format!("/api/v1/publications/{brescia}")).await["state"], "missing");
    let asked = story.get("/api/v1/tasks?observatory=brescia").await;
    assert!(
        asked["items"].as_array().expect("a list").iter().any(|task| task["origin"] == "missing_page"),
        "{asked:#}"
    );
    story.mails().await;

    // The public feed had the right dates all the time.
    let feed = story.app.anonymous().get("/calendar.ics").send().await;
    assert_eq!(feed.status, 200);
    assert!(feed.text().contains("DTSTART;TZID=Europe/Rome:20270527T100000"), "{}", feed.text());
    assert!(!feed.text().contains("ente.example"), "no personal data in a public feed");
    keep_for_other_readers(&[("feed.ics", &feed.text()), ("invitation.ics", &invitation), ("update.ics", &update)]);

    let key = story.app.services.config.security.audit_key.reveal().as_bytes();
    let head =
        raccordo::audit::verify::verify(story.app.services.db.reader(), key, None).await.expect("it can be read");
    assert!(head.is_ok(), "the trail is unbroken: {head:?}");
    assert_golden("thread_mails.txt", &story.mails);
}

fn days(work: &[(String, String)]) -> Vec<&str> {
    work.iter().map(|(day, _)| day.as_str()).collect()
}

fn calendar_to(mails: &[Mail], address: &str) -> String {
    let mail = mails.iter().find(|mail| mail.to == address).unwrap_or_else(|| panic!("no mail to {address}"));
    mail.calendar.clone().expect("a calendar part")
}

fn line_of<'a>(calendar: &'a str, property: &str) -> &'a str {
    calendar.lines().find(|line| line.starts_with(property)).expect("the property is there")
}
