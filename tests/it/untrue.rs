//! An unsent mail that has become untrue is withdrawn: one case for each kind of mail.

use crate::both_engines;
use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use chrono::NaiveDate;
use entity::ids::{MailId, TaskId};
use entity::{seat, task};
use raccordo::kinds_of_mail::{ALL, HOOKS};
use raccordo::mail::hooks::Verdict;
use raccordo::mail::kind::{Facts, Kind};
use raccordo::mail::outbox::TakenBack;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

both_engines! {
    each_kind_is_taken_back_when_it_is_not_true_any_more,
}

/// The only kind that cannot become untrue: the head of the audit chain on a day.
const ALWAYS_TRUE: &str = "audit_anchor";

fn about(kind: &str, subject_kind: &str, subject_id: &str) -> Facts {
    Facts {
        id: MailId(Uuid::from_u128(1)),
        kind: kind.to_owned(),
        subject_kind: subject_kind.to_owned(),
        subject_id: subject_id.to_owned(),
        about_version: None,
        about_day: None,
        person_id: None,
        designation_id: None,
        recipient: "ada.riva@ente.example".to_owned(),
        is_farewell: false,
    }
}

/// Makes the facts of a mail about a designation that states a day.
fn on(kind: &str, designation: &str, day: &str) -> Facts {
    let day: NaiveDate = day.parse().expect("a day");
    Facts { about_day: Some(day), ..about(kind, "designation", designation) }
}

async fn designated(secretariat: &Client, designation: Designation) -> String {
    let made = secretariat.post("/api/v1/designations").json(designation.json()).send().await.expect(201);
    made["id"].as_str().expect("an id").to_owned()
}

async fn seat(app: &TestApp, code: &str) -> String {
    let db = app.services.db.reader();
    let found = seat::Entity::find().filter(seat::Column::Code.eq(code)).one(db).await.expect("readable");
    found.expect("a seat of this code").id.to_string()
}

/// Convenes a meeting and returns its id.
async fn convened(secretariat: &Client) -> String {
    let meeting = json!({
        "table": "tavolo", "title": "Agenda dei rilasci 2027", "day": "2027-05-18", "starts": "09:30:00", "ends": "12:00:00",
        "venue": { "mode": "in_person", "place": "Palazzo Lombardia, Sala 5" },
    });
    let made = secretariat.post("/api/v1/meetings").json(meeting).send().await.expect(201);
    let id = made["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/v1/meetings/{id}");
    let item = json!({ "kind": "decision", "title": "Date dei rilasci" });
    secretariat.post(&format!("{path}/agenda-items")).if_match(&made["version"]).json(item).send().await.expect(201);
    let version: Value = secretariat.get(&path).send().await.expect(200)["version"].clone();
    secretariat.post(&format!("{path}/convene")).if_match(&version).json(json!({})).send().await.expect(200);
    id
}

/// Makes the facts of a mail that states a version or the position of a submission.
fn at(kind: &str, subject_kind: &str, subject: &str, version: i32) -> Facts {
    Facts { about_version: Some(version), ..about(kind, subject_kind, subject) }
}

/// Declares a study; returns its id.
async fn declared(secretariat: &Client, title: &str) -> String {
    let study = json!({
        "observatory": "bergamo", "title": title, "theme": "hiring", "territory": "BG", "period": "2026", "month": "2027-09",
    });
    let study = secretariat.post("/api/v1/studies").json(study).send().await.expect(201);
    study["id"].as_str().expect("an id").to_owned()
}

/// Returns the name of the mail that tells of a given task.
async fn giving_of(app: &TestApp, task: &str) -> String {
    let id: TaskId = task.parse().expect("an id");
    let row = task::Entity::find_by_id(id).one(app.services.db.reader()).await.expect("the tasks can be read");
    row.and_then(|row| row.told_with).expect("a given task").to_string()
}

/// A confirmed release with contributions in several states, and one of its tasks.
struct Work {
    release: String,
    handed_in: String,
    approved: String,
    sent_back: String,
    task: String,
    due: NaiveDate,
    reading: String,
    /// A task that the secretariat gave, the name of the mail that tells of it, and a refused one.
    given: String,
    giving: String,
    refused: String,
    /// Another day proposed for a contribution.
    proposal: String,
}

impl Work {
    async fn begun(app: &TestApp, secretariat: &Client) -> Self {
        let planned = json!({ "product": "relazione-territoriale", "period": "2026", "date": { "precision": "month", "day": "2027-05-10" } });
        let planned = secretariat.post("/api/v1/releases").json(planned).send().await.expect(201);
        let id = |value: &Value| value["id"].as_str().expect("an id").to_owned();
        let path = format!("/api/v1/releases/{}", id(&planned));
        let day = json!({ "day": "2027-05-20" });
        secretariat.post(&format!("{path}/confirm")).if_match(&planned["version"]).json(day).send().await.expect(200);
        let handed_in = async |observatory: &str| {
            let own =
                secretariat.get(&format!("/api/v1/deliverables?observatory={observatory}")).send().await.expect(200);
            let own = own["items"][0].clone();
            let text = json!({ "link": "https://ente.example/testo.pdf" });
            let path = format!("/api/v1/deliverables/{}/submit", id(&own));
            secretariat.post(&path).if_match(&own["version"]).json(text).send().await.expect(200)
        };
        let review = async |handed_in: &Value, verb: &str, body: Value| {
            let path = format!("/api/v1/deliverables/{}/{verb}", id(handed_in));
            secretariat.post(&path).if_match(&handed_in["version"]).json(body).send().await.expect(200);
        };
        let (waiting, approved, sent_back) =
            (handed_in("bergamo").await, handed_in("como").await, handed_in("lodi").await);
        app.accept(&id(&approved)).await;
        review(&sent_back, "request-changes", json!({ "remarks": "Manca un capitolo" })).await;
        let ask = json!({ "observatory": "como" });
        let path = format!("/api/v1/deliverables/{}/peer-readings", id(&waiting));
        let reading = secretariat.post(&path).json(ask).send().await.expect(201);
        let tasks = secretariat.get("/api/v1/tasks?observatory=pavia").send().await.expect(200);
        let task = &tasks["items"][0];
        let owed = secretariat.get("/api/v1/deliverables?observatory=pavia").send().await.expect(200);
        let path = format!("/api/v1/deliverables/{}/day-proposals", id(&owed["items"][0]));
        let other = json!({ "day": "2027-05-18", "reason": "Serve più tempo" });
        let proposal = secretariat.post(&path).json(other).send().await.expect(201);
        let give = async |title: &str| {
            let task =
                json!({ "seat": "referent:pavia", "title": title, "day": "2027-12-15", "estimated_minutes": 30 });
            secretariat.post("/api/v1/tasks").json(task).send().await.expect(201)["items"][0].clone()
        };
        let (given, refused) = (give("Elenco dei redattori").await, give("Elenco delle fonti").await);
        let path = format!("/api/v1/tasks/{}/refuse", id(&refused));
        let why = json!({ "reason": "Non ci compete" });
        secretariat.post(&path).if_match(&refused["version"]).json(why).send().await.expect(200);
        Self {
            release: id(&planned),
            handed_in: id(&waiting),
            approved: id(&approved),
            sent_back: id(&sent_back),
            task: id(task),
            reading: id(&reading),
            giving: giving_of(app, &id(&given)).await,
            given: id(&given),
            refused: id(&refused),
            proposal: id(&proposal),
            due: task["day"].as_str().and_then(|day| day.parse().ok()).expect("a day"),
        }
    }
}

async fn each_kind_is_taken_back_when_it_is_not_true_any_more(engine: Engine) {
    let app = TestApp::new(engine).await;
    app.at("2027-03-01 09:00");
    let secretariat = app.client(SECRETARIAT).await;
    let standing = designated(&secretariat, Designation::of("referent:bergamo").to("Ada", "Riva")).await;
    let annulled = designated(&secretariat, Designation::of("referent:como").to("Ugo", "Neri")).await;
    let annul = json!({ "reason": "Inserita per errore" });
    secretariat
        .post(&format!("/api/v1/designations/{annulled}/annul"))
        .if_match(1)
        .json(annul)
        .send()
        .await
        .expect(200);
    let ending =
        designated(&secretariat, Designation::of("referent:lecco").to("Rita", "Sala").until("2027-03-20")).await;
    let over = designated(&secretariat, Designation::of("referent:lodi").to("Pia", "Galli").until("2027-02-20")).await;
    let (held, vacant) = (seat(&app, "referent:bergamo").await, seat(&app, "referent:lodi").await);
    let meeting = convened(&secretariat).await;
    let ada = app.person("ada.riva@ente.example").await.id;
    let nobody = Uuid::from_u128(2).to_string();
    let work = Work::begun(&app, &secretariat).await;
    let (declared, given_up) = (declared(&secretariat, "Giovani").await, declared(&secretariat, "Donne").await);
    let withdraw = secretariat.post(&format!("/api/v1/studies/{given_up}/withdraw")).if_match(1);
    withdraw.json(json!({ "reason": "I dati non bastano per lo studio" })).send().await.expect(200);
    let told = |kind: &str, sequence: i32| Facts {
        about_version: Some(sequence),
        person_id: Some(ada),
        ..about(kind, "meeting", &meeting)
    };

    let access = json!({
        "product": "relazione-territoriale", "designation_id": standing, "valid_from": "2027-03-01",
        "valid_to": "2027-12-31", "hours_before": 24, "reason": "Prepara il commento per la stampa.",
    });
    let access = secretariat.post("/api/v1/early-access").json(access).send().await.expect(201);
    let access = access["id"].as_str().expect("an id").to_owned();
    let true_still = [
        about("early_access_granted", "early_access", &access),
        about("designation_registered", "designation", &standing),
        on("designation_welcome", &standing, "2027-01-11"),
        on("designation_ending_soon", &ending, "2027-03-20"),
        on("farewell", &over, "2027-02-20"),
        on("designation_ended", &over, "2027-02-20"),
        about("designation_requested", "seat", &vacant),
        told("meeting_convened", 0),
        at("release_confirmed", "release", &work.release, 2),
        at("release_moved", "release", &work.release, 2),
        at("release_cancelled", "release", &work.release, 2),
        at("release_amended", "release", &work.release, 2),
        at("release_withdrawn", "release", &work.release, 2),
        at("contribution_handed_in", "deliverable", &work.handed_in, 1),
        at("contribution_approved", "deliverable", &work.approved, 1),
        at("contributions_approved", "deliverable", &work.approved, 1),
        at("contribution_sent_back", "deliverable", &work.sent_back, 1),
        about("chapter_awaited", "deliverable", &work.handed_in),
        about("reading_asked", "peer_reading", &work.reading),
        Facts { about_day: Some(work.due), ..about("task_given", "task", &work.task) },
        about("study_declared", "study", &declared),
        about("tasks_given", "giving", &work.giving),
        at("task_changed", "task", &work.given, 1),
        about("tasks_changed", "giving", &work.giving),
        at("task_refused", "task", &work.refused, 2),
        about("day_proposed", "day_proposal", &work.proposal),
        about(ALWAYS_TRUE, "audit", "2027-03-01"),
        // Enqueued by an older program, before mails had facts.
        about("farewell", "designation", &over),
        Facts { person_id: Some(ada), ..about("meeting_convened", "meeting", &meeting) },
        about("of_a_newer_program", "designation", &annulled),
    ];
    let untrue = [
        about("early_access_granted", "early_access", &nobody),
        about("sign_in", "sign_in_link", &nobody),
        about("designation_registered", "designation", &annulled),
        on("designation_welcome", &standing, "2027-01-12"),
        on("designation_ending_soon", &ending, "2027-03-21"),
        on("farewell", &over, "2027-02-21"),
        on("farewell", &ending, "2027-03-20"),
        on("designation_ended", &over, "2027-02-21"),
        on("designation_ended", &standing, "2027-02-20"),
        about("designation_requested", "seat", &held),
        told("meeting_convened", 1),
        told("meeting_moved", 1),
        told("meeting_cancelled", 1),
        told("meeting_joined", 1),
        told("meeting_left", 1),
        about("reminder", "person", &ada.to_string()),
        about("reminder_by_hand", "person", &ada.to_string()),
        at("release_confirmed", "release", &work.release, 1),
        at("release_moved", "release", &work.release, 1),
        at("release_cancelled", "release", &nobody, 2),
        at("release_amended", "release", &work.release, 1),
        at("release_withdrawn", "release", &work.release, 1),
        at("contribution_handed_in", "deliverable", &work.handed_in, 2),
        at("contribution_handed_in", "deliverable", &work.approved, 1),
        at("contribution_handed_in", "deliverable", &work.sent_back, 1),
        at("contribution_approved", "deliverable", &work.sent_back, 1),
        at("contributions_approved", "deliverable", &work.sent_back, 1),
        at("contribution_sent_back", "deliverable", &work.approved, 1),
        at("contribution_sent_back", "deliverable", &work.handed_in, 1),
        about("chapter_missing", "deliverable", &work.handed_in),
        about("chapter_awaited", "deliverable", &nobody),
        about("reading_asked", "peer_reading", &nobody),
        about("reading_delivered", "peer_reading", &work.reading),
        Facts { about_day: work.due.succ_opt(), ..about("task_given", "task", &work.task) },
        about("study_declared", "study", &given_up),
        about("tasks_given", "giving", &nobody),
        about("release_steps_renewed", "giving", &nobody),
        at("task_changed", "task", &work.given, 2),
        about("tasks_changed", "giving", &nobody),
        at("task_refused", "task", &work.refused, 1),
        at("task_refused", "task", &work.given, 1),
        about("day_proposed", "day_proposal", &nobody),
        about("day_answered", "day_proposal", &work.proposal),
    ];

    let ctx = app.system();
    let look = async |mail: &Facts| {
        (HOOKS.last_look)(&ctx, app.services.db.reader(), mail).await.expect("the register can be read")
    };
    for mail in &true_still {
        assert_eq!(look(mail).await, Verdict::Holds, "{mail:?}");
    }
    for mail in &untrue {
        assert_eq!(look(mail).await, Verdict::TakenBack(TakenBack::Untrue), "{mail:?}");
    }
    app.mails().await;
    let covered: BTreeSet<&str> = untrue.iter().map(|mail| mail.kind.as_str()).chain([ALWAYS_TRUE]).collect();
    let listed: BTreeSet<&str> = ALL.iter().map(Kind::name).collect();
    assert_eq!(covered, listed, "each kind of mail has a case above");
}
