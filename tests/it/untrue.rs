//! An unsent mail that has become untrue is withdrawn: one case for each kind of mail.

use crate::both_engines;
use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use chrono::NaiveDate;
use entity::ids::MailId;
use entity::seat;
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
    let told = |kind: &str, sequence: i32| Facts {
        about_version: Some(sequence),
        person_id: Some(ada),
        ..about(kind, "meeting", &meeting)
    };

    let true_still = [
        about("designation_registered", "designation", &standing),
        on("designation_welcome", &standing, "2027-01-11"),
        on("designation_ending_soon", &ending, "2027-03-20"),
        on("farewell", &over, "2027-02-20"),
        on("designation_ended", &over, "2027-02-20"),
        about("designation_requested", "seat", &vacant),
        told("meeting_convened", 0),
        about(ALWAYS_TRUE, "audit", "2027-03-01"),
        // Enqueued by an older program, before mails had facts.
        about("farewell", "designation", &over),
        Facts { person_id: Some(ada), ..about("meeting_convened", "meeting", &meeting) },
        about("of_a_newer_program", "designation", &annulled),
    ];
    let untrue = [
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
