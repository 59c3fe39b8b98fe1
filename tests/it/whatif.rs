//! Previews: they change nothing, and show exactly the effect of the act.

use crate::agenda::{REFERENT, confirmed, designate_referent, items, path};
use crate::both_engines;
use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::db::Engine;
use crate::support::forms::form;
use entity::{audit_event, outbox_mail};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use std::collections::BTreeMap;

both_engines! {
    a_preview_equals_the_effect_field_by_field_and_changes_nothing,
    a_preview_refuses_what_the_act_refuses,
    the_page_of_a_move_shows_its_effects_before_its_button,
}

/// All that previews speak about: release, contributions, tasks, mails, and the number of events in the trail.
#[derive(Debug, PartialEq)]
struct Shown {
    release: Value,
    contributions: BTreeMap<String, (Value, Value)>,
    /// State and day, by seat and title.
    tasks: BTreeMap<(String, String), (Value, Value)>,
    told: Vec<String>,
    events: usize,
}

async fn shown(app: &TestApp, secretariat: &Client, release: &Value) -> Shown {
    let id = release["id"].as_str().expect("an id");
    let contributions = items(secretariat, &format!("/api/v1/deliverables?release={id}&limit=100")).await;
    let tasks = items(secretariat, &format!("/api/v1/tasks?release={id}&limit=100")).await;
    let release = secretariat.get(&path(release, "")).send().await.expect(200);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let system = app.system();
    let db = system.reader();
    let promised = outbox_mail::Entity::find()
        .filter(outbox_mail::Column::SubjectId.eq(id))
        .filter(outbox_mail::Column::AboutVersion.eq(release["version"].as_i64()))
        .order_by_asc(outbox_mail::Column::Recipient)
        .all(db)
        .await
        .expect("the outbox");
    let events = audit_event::Entity::find().all(db).await.expect("the trail").len();
    Shown {
        contributions: contributions
            .iter()
            .map(|one| (text(&one["observatory"]), (one["state"].clone(), one["day"].clone())))
            .collect(),
        tasks: tasks
            .iter()
            .map(|one| ((text(&one["seat"]), text(&one["title_it"])), (one["state"].clone(), one["day"].clone())))
            .collect(),
        told: promised.into_iter().map(|mail| mail.recipient).collect(),
        events,
        release,
    }
}

/// Previews an act, carries it out, and compares. Returns the release after it.
pub async fn carried_out(app: &TestApp, secretariat: &Client, release: &Value, verb: &str, input: Value) -> Value {
    let before = shown(app, secretariat, release).await;
    let release = &before.release;
    let post = async |below: &str| {
        let address = path(release, &format!("/{verb}{below}"));
        secretariat.post(&address).if_match(&release["version"]).json(input.clone()).send().await.expect(200)
    };
    let preview = post("/preview").await;
    assert_eq!(shown(app, secretariat, release).await, before, "the preview of {verb} changed something");
    post("").await;
    let after = shown(app, secretariat, release).await;

    assert_eq!(preview["before"], before.release["date"]);
    assert_eq!(preview["after"], after.release["date"]);
    assert_eq!(preview["state"], after.release["state"]);
    assert_eq!(preview["sequence_before"], before.release["sequence"]);
    assert_eq!(preview["sequence_after"], after.release["sequence"]);
    let last = after.release["changes"].as_array().and_then(|all| all.last()).expect("a change");
    assert_eq!(preview["notice_working_days"], last["notice_working_days"]);

    let mut foretold = 0;
    for effect in preview["contributions"].as_array().expect("contributions") {
        let observatory = effect["observatory"].as_str().expect("a code");
        assert_eq!((&effect["state_before"], &effect["due_before"]), known(before.contributions.get(observatory)));
        let (state, day) = &after.contributions[observatory];
        assert_eq!((&effect["state_after"], &effect["due_after"]), (state, day), "{verb}: {observatory}");
        foretold += 1;
    }
    for effect in preview["tasks"].as_array().expect("tasks") {
        let text = |member: &str| effect[member].as_str().expect("a text").to_owned();
        let key = (text("seat"), text("title_it"));
        assert_eq!((&effect["state_before"], &effect["due_before"]), known(before.tasks.get(&key)));
        let (state, day) = &after.tasks[&key];
        assert_eq!((&effect["state_after"], &effect["due_after"]), (state, day), "{verb}: {key:?}");
        foretold += 1;
    }
    let changed = after.contributions.iter().filter(|(key, now)| before.contributions.get(*key) != Some(*now)).count()
        + after.tasks.iter().filter(|(key, now)| before.tasks.get(*key) != Some(*now)).count();
    assert_eq!(foretold, changed, "{verb}: nothing changes unforetold");
    assert_eq!(preview["unchanged"], json!(after.contributions.len() + after.tasks.len() - changed));
    assert_eq!(preview["told"].as_array().map(Vec::len), Some(after.told.len()), "{verb}: {:?}", after.told);
    after.release
}

/// Returns state and day as a preview shows them: absent for a record that does not exist yet.
fn known(record: Option<&(Value, Value)>) -> (&Value, &Value) {
    record.map_or((&Value::Null, &Value::Null), |(state, day)| (state, day))
}

async fn a_preview_equals_the_effect_field_by_field_and_changes_nothing(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    designate_referent(&secretariat).await;
    let planned = json!({ "product": "relazione-territoriale", "period": "2026", "date": { "precision": "month", "day": "2027-03-10" } });
    let planned = secretariat.post("/api/v1/releases").json(planned).send().await.expect(201);
    let release = carried_out(&app, &secretariat, &planned, "confirm", json!({ "day": "2027-03-19" })).await;

    // One day set by hand, one task done, one contribution handed in: what a move must leave alone.
    let tasks = items(&secretariat, "/api/v1/tasks?observatory=como").await;
    let task = format!("/api/v1/tasks/{}", tasks[1]["id"].as_str().expect("an id"));
    let by_hand = json!({ "hand_set_day": "2027-03-09" });
    secretariat.patch(&task).if_match(&tasks[1]["version"]).merge_patch(&by_hand).send().await.expect(200);
    let referent = app.client(REFERENT).await;
    for task in items(&referent, "/api/v1/tasks?mine=true").await {
        let done = format!("/api/v1/tasks/{}/complete", task["id"].as_str().expect("an id"));
        let said = json!({ "link": "https://provincia.example/relazione.pdf" });
        referent.post(&done).if_match(&task["version"]).json(said).send().await.expect(200);
    }

    let mut release = release;
    let moves = [
        ("2027-04-02", None, "source_late"),
        ("2027-04-02", Some("11:30:00"), "portal"),
        ("2027-05-03", None, "workload"),
        ("2027-03-31", None, "other"),
        // The patron day of Varese.
        ("2027-05-07", None, "table_decision"),
    ];
    for (day, hour, code) in moves {
        let reason = "Il portale non era raggiungibile per una settimana";
        let input = json!({ "day": day, "hour": hour, "reason_code": code, "reason_text": reason });
        release = carried_out(&app, &secretariat, &release, "move", input).await;
    }
    let despite = json!({
        "day": "2027-03-18", "reason_code": "other", "reason_text": "La conferenza stampa è già fissata",
        "despite_non_working": "A Mantova è il patrono, ma il testo è già pronto",
    });
    release = carried_out(&app, &secretariat, &release, "move", despite).await;
    let off = json!({ "reason_code": "source_late", "reason_text": "La fonte non esce più quest’anno" });
    let cancelled = carried_out(&app, &secretariat, &release, "cancel", off).await;
    assert_eq!(cancelled["state"], "cancelled");
}

async fn a_preview_refuses_what_the_act_refuses(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let release = confirmed(&secretariat).await;
    let preview = async |verb: &str, version: &Value, input: Value| {
        secretariat.post(&path(&release, &format!("/{verb}/preview"))).if_match(version).json(input).send().await
    };
    let reason = "La fonte esce con due settimane di ritardo";
    let to = |day: &str| json!({ "day": day, "reason_code": "source_late", "reason_text": reason });
    let version = &release["version"];
    preview("move", version, to("2027-03-18")).await.refused(422, "non_working_day");
    preview("move", version, to("2027-03-19")).await.refused(422, "nothing_changes");
    preview("move", &json!(1), to("2027-04-02")).await.refused(412, "stale");
    preview("confirm", version, json!({ "day": "2027-04-02" })).await.refused(409, "wrong_transition");
    let unsaid = json!({ "reason_code": "other", "reason_text": " " });
    preview("cancel", version, unsaid).await.refused(422, "reason_missing");
    designate_referent(&secretariat).await;
    let referent = app.client(REFERENT).await;
    let move_it = path(&release, "/move/preview");
    referent.post(&move_it).if_match(version).json(to("2027-04-02")).send().await.refused(403, "denied");
}

async fn the_page_of_a_move_shows_its_effects_before_its_button(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    designate_referent(&secretariat).await;
    let release = confirmed(&secretariat).await;
    let browser = app.browser(SECRETARIAT).await;
    let address = path(&release, "/move").replace("/api/v1", "");
    let page = browser.get(&address).header("accept", "text/html").send().await.text();
    let reason = "I dati Istat escono con due settimane di ritardo";
    let typed = [("day", "2027-04-02"), ("reason_code", "source_late"), ("reason_text", reason)];
    let mut asked = form(&page, &address).with(&typed);
    assert_eq!(asked.other_actions, [format!("{address}/preview")], "the only button shows the effects");
    asked.action = format!("{address}/preview");

    let shown = asked.send(&browser).await;
    assert_eq!(shown.status.as_u16(), 200, "{}", shown.text());
    for text in [
        "venerdì 19 marzo 2027, ore 10.00",
        "venerdì 2 aprile 2027, ore 10.00",
        reason,
        "giovedì 25 marzo 2027",
        "Ada Rossi (Referente",
        "14 giorni dopo (9 giorni lavorativi)",
    ] {
        assert!(shown.text().contains(text), "{text}: {}", shown.text());
    }
    let unmoved = secretariat.get(&path(&release, "")).send().await.expect(200);
    assert_eq!(unmoved["date"]["day"], "2027-03-19");

    let moved = form(&shown.text(), &address).send(&browser).await;
    assert_eq!(moved.status.as_u16(), 303, "{}", moved.text());
    let moved = secretariat.get(&path(&release, "")).send().await.expect(200);
    assert_eq!((&moved["date"]["day"], &moved["changes"][2]["reason"]["text"]), (&json!("2027-04-02"), &json!(reason)));

    // A refused preview keeps what was typed and asks why the day is right all the same.
    let page = browser.get(&address).header("accept", "text/html").send().await.text();
    let mut asked = form(&page, &address).with(&[("day", "2027-05-08"), typed[1], typed[2]]);
    asked.action = format!("{address}/preview");
    let refused = asked.send(&browser).await;
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.text());
    for text in [reason, "07.05.2027", "10.05.2027", "name=\"despite_non_working\""] {
        assert!(refused.text().contains(text), "{text}: {}", refused.text());
    }
}
