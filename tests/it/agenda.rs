//! The agenda of releases and the work for them, through REST on the Lombardy network.

use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::db::Engine;
use crate::{both_engines, on_sqlite};
use chrono::NaiveDate;
use entity::ids::DeliverableId;
use raccordo::due::Asked;
use raccordo::releases::service as releases;
use raccordo::{deliverables, tasks};
use serde_json::{Value, json};

both_engines! {
    a_confirmed_release_yields_work_on_each_territory_s_own_days,
    moving_a_release_derives_open_days_anew_and_leaves_those_set_by_hand,
    the_last_step_hands_in_and_a_review_sends_back,
    a_cancelled_release_stays_with_its_reason_and_cancels_its_work,
    the_feed_is_public_and_unchanged_until_the_agenda_changes,
    everybody_reads_the_calendar_and_only_the_network_its_tasks,
}

on_sqlite! {
    a_day_not_worked_everywhere_is_refused_by_name_unless_a_reason_is_given,
    a_date_is_one_that_the_clocks_show_and_its_period_has_begun,
    a_release_entered_by_mistake_can_be_corrected_until_it_is_confirmed,
    a_deliverable_handed_in_while_blocked_is_submitted_after_the_block,
    the_day_of_an_accepted_or_waived_deliverable_cannot_change,
    a_span_is_one_note_on_its_first_day_and_says_which_it_is,
    the_last_step_follows_the_day_set_by_hand_on_its_deliverable,
}

pub const REFERENT: &str = "referente.bergamo@provincia.example";

/// Confirms the yearly report for Thursday 18 March 2027 at 10. Mantua does not work that day, so it falls on Friday
/// 19.
pub async fn confirmed(secretariat: &Client) -> Value {
    let planned = secretariat
        .post("/api/v1/releases")
        .json(json!({ "product": "relazione-territoriale", "period": "2026", "date": { "precision": "month", "day": "2027-03-10" } }))
        .send()
        .await
        .expect(201);
    assert_eq!(planned["date"]["day"], "2027-03-01", "a month is kept by its first day");
    let path = format!("/api/v1/releases/{}/confirm", planned["id"].as_str().expect("an id"));
    secretariat.post(&path).if_match(&planned["version"]).json(json!({ "day": "2027-03-19" })).send().await.expect(200)
}

pub fn path(release: &Value, verb: &str) -> String {
    format!("/api/v1/releases/{}{verb}", release["id"].as_str().expect("an id"))
}

pub async fn items(client: &Client, path: &str) -> Vec<Value> {
    client.get(path).send().await.expect(200)["items"].as_array().expect("a list").clone()
}

/// Returns the due days of an observatory's steps, in the order of the template.
async fn days_of(client: &Client, observatory: &str) -> Vec<String> {
    let tasks = items(client, &format!("/api/v1/tasks?observatory={observatory}")).await;
    tasks.iter().map(|task| task["day"].as_str().expect("a day").to_owned()).collect()
}

pub async fn designate_referent(secretariat: &Client) {
    let designation = json!({
        "seat": "referent:bergamo",
        "person": { "given_name": "Ada", "family_name": "Rossi", "email": REFERENT },
        "valid_from": "2027-01-01",
        "act": { "kind": "decree", "number": "1/2027", "date": "2026-12-20", "organ": "Dirigente", "subject": "Designazione" },
        "provenance": { "channel": "pec", "communicated_on": "2027-01-04" },
    });
    secretariat.post("/api/v1/designations").json(designation).send().await.expect(201);
}

async fn a_confirmed_release_yields_work_on_each_territory_s_own_days(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let release = confirmed(&secretariat).await;
    assert_eq!(release["embargo_until"], "2027-03-19T09:00:00Z", "ten in Rome, in winter");
    let deliverables =
        items(&secretariat, &format!("/api/v1/deliverables?release={}", release["id"].as_str().expect("an id"))).await;
    assert_eq!(deliverables.len(), 12);
    assert_eq!(items(&secretariat, "/api/v1/tasks?limit=200").await.len(), 36);
    // Twenty, ten and five working days before Friday 19 March; Mantua does not work on the 18th (Saint Anselm).
    assert_eq!(days_of(&secretariat, "bergamo").await, ["2027-02-19", "2027-03-05", "2027-03-12"]);
    assert_eq!(days_of(&secretariat, "mantova").await, ["2027-02-18", "2027-03-04", "2027-03-11"]);
}

async fn a_day_not_worked_everywhere_is_refused_by_name_unless_a_reason_is_given(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let release = confirmed(&secretariat).await;
    let to_the_18th = |despite: Value| {
        json!({
            "day": "2027-03-18", "reason_code": "portal", "reason_text": "Fermo del portale il 19", "despite_non_working": despite,
        })
    };
    let version = &release["version"];
    let refused =
        secretariat.post(&path(&release, "/move")).if_match(version).json(to_the_18th(Value::Null)).send().await;
    let (text, next) = (refused.text(), "19.03.2027");
    assert!(text.contains("Mantova (Sant'Anselmo)") && text.contains(next), "{text}");
    refused.refused(422, "non_working_day");
    let far = json!({ "day": "2198-03-19", "reason_code": "portal", "reason_text": "Fermo del portale" });
    let too_far = secretariat.post(&path(&release, "/move")).if_match(version).json(far).send().await;
    assert_eq!(too_far.refused(422, "invalid")["errors"][0]["code"], "out_of_range");
    let moved = secretariat
        .post(&path(&release, "/move"))
        .if_match(version)
        .json(to_the_18th(json!("Concordato con Mantova")))
        .send()
        .await
        .expect(200);
    assert_eq!(moved["flags"]["brought_forward"], true);
    let story = secretariat.get(&path(&release, "")).send().await.expect(200);
    let change = &story["changes"][2];
    assert_eq!(change["reason"]["text"], "Fermo del portale il 19", "the reason of the move is its own");
    assert_eq!(change["despite_non_working"], "Concordato con Mantova");
    assert_eq!(story["changes"][1].get("despite_non_working"), None, "all work on the 19th");
    let page = app.anonymous().get("/rilasci/relazione-territoriale-2026");
    let page = page.header("accept", "text/html").send().await.text();
    assert!(page.contains("Concordato con Mantova") && page.contains("Fermo del portale il 19"), "{page}");
    let mut long = to_the_18th(json!("x".repeat(2001)));
    long["day"] = json!("2027-03-20");
    let refused = secretariat.post(&path(&release, "/move")).if_match(&moved["version"]).json(long).send().await;
    assert_eq!(refused.refused(422, "invalid")["errors"][0]["field"], "despite_non_working");
}

async fn a_date_is_one_that_the_clocks_show_and_its_period_has_begun(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let plan = async |period: &str, date: Value| {
        let input = json!({ "product": "relazione-territoriale", "period": period, "date": date });
        secretariat.post("/api/v1/releases").json(input).send().await
    };
    let march = json!({ "precision": "month", "day": "2027-03-10" });
    for (period, code) in
        [("1899", "unknown_value"), ("2200", "unknown_value"), ("9999", "unknown_value"), ("1900", "out_of_range")]
    {
        let refused =
            plan(period, march.clone()).await.refused(422, if code == "unknown_value" { "invalid" } else { code });
        assert_eq!((&refused["errors"][0]["field"], &refused["errors"][0]["code"]), (&json!("period"), &json!(code)));
    }
    let refused = plan("2028", march).await.refused(422, "period_not_begun");
    assert_eq!(refused["errors"][0]["field"], "day");
    let skipped = json!({ "precision": "day_time", "day": "2027-03-28", "hour": "02:30:00" });
    plan("2026", skipped.clone()).await.refused(422, "hour_skipped");
    let next_year = plan("2028", json!({ "precision": "month", "day": "2028-05-10" })).await.expect(201);
    let act = async |verb: &str, input: Value| {
        secretariat.post(&path(&next_year, verb)).if_match(&next_year["version"]).json(input).send().await
    };
    act("/confirm", json!({ "day": "2027-05-11" })).await.refused(422, "period_not_begun");
    act("/improve", json!({ "date": skipped })).await.refused(422, "hour_skipped");
    let night = json!({ "day": "2028-03-26", "hour": "02:00:00", "despite_non_working": "Di notte" });
    act("/confirm", night).await.refused(422, "hour_skipped");
    let confirmed = act("/confirm", json!({ "day": "2028-05-11" })).await.expect(200);
    assert_eq!(confirmed["flags"]["before_period_end"], true, "half of the year is still to come");
    let back = json!({ "day": "2027-12-30", "reason_code": "other", "reason_text": "Prima del previsto" });
    secretariat
        .post(&path(&next_year, "/move"))
        .if_match(&confirmed["version"])
        .json(back)
        .send()
        .await
        .refused(422, "period_not_begun");
}

async fn a_release_entered_by_mistake_can_be_corrected_until_it_is_confirmed(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let plan = async |period: &str| {
        let date = json!({ "precision": "month", "day": "2027-03-10" });
        let input = json!({ "product": "relazione-territoriale", "period": period, "date": date });
        secretariat.post("/api/v1/releases").json(input).send().await.expect(201)
    };
    let (mistaken, other) = (plan("2025").await, plan("2024").await);
    let patch = async |release: &Value, what: Value| {
        let version = secretariat.get(&path(release, "")).send().await.expect(200)["version"].clone();
        secretariat.patch(&path(release, "")).if_match(version).merge_patch(&what).send().await
    };
    patch(&mistaken, json!({ "period": "2024" })).await.refused(409, "release_exists");
    patch(&mistaken, json!({ "period": "2028" })).await.refused(422, "period_not_begun");
    patch(&mistaken, json!({ "period": "2026-Q4" })).await.refused(422, "period_of_another_kind");
    patch(&mistaken, json!({ "product": "nessuno" })).await.refused(422, "invalid");
    patch(&mistaken, json!({})).await.refused(422, "nothing_changes");
    secretariat
        .patch(&path(&mistaken, ""))
        .if_match(9)
        .merge_patch(&json!({ "period": "2026" }))
        .send()
        .await
        .refused(412, "stale");
    let corrected = patch(&mistaken, json!({ "period": "2026" })).await.expect(200);
    assert_eq!((&corrected["period"], &corrected["period_to"]), (&json!("2026"), &json!("2026-12-31")));
    assert_eq!((&corrected["id"], &corrected["date"]), (&mistaken["id"], &mistaken["date"]), "the date stays");
    let feed = app.anonymous().get("/calendar.ics").send().await;
    let shown = feed.text().replace("\r\n ", "");
    assert!(shown.contains("anno 2026") && !shown.contains("anno 2025"), "{shown}");
    let day = json!({ "day": "2027-03-19" });
    let confirm = secretariat.post(&path(&mistaken, "/confirm")).if_match(&corrected["version"]).json(day);
    confirm.send().await.expect(200);
    patch(&mistaken, json!({ "period": "2025" })).await.refused(409, "wrong_transition");
    designate_referent(&secretariat).await;
    let referent = app.client(REFERENT).await;
    let foreign =
        referent.patch(&path(&other, "")).if_match(&other["version"]).merge_patch(&json!({ "period": "2025" }));
    foreign.send().await.refused(403, "denied");
}

async fn moving_a_release_derives_open_days_anew_and_leaves_those_set_by_hand(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let release = confirmed(&secretariat).await;
    let tasks = items(&secretariat, "/api/v1/tasks?observatory=bergamo").await;
    let draft = format!("/api/v1/tasks/{}", tasks[1]["id"].as_str().expect("an id"));
    secretariat
        .patch(&draft)
        .if_match(&tasks[1]["version"])
        .merge_patch(&json!({ "hand_set_day": "2027-03-09" }))
        .send()
        .await
        .expect(200);
    let missing = json!({ "day": "2027-04-02", "reason_code": "source_late", "reason_text": " " });
    secretariat
        .post(&path(&release, "/move"))
        .if_match(&release["version"])
        .json(missing)
        .send()
        .await
        .refused(422, "reason_missing");
    let input = json!({ "day": "2027-04-02", "reason_code": "source_late", "reason_text": "Dati Istat in ritardo" });
    let moved = secretariat
        .post(&path(&release, "/move"))
        .if_match(&release["version"])
        .json(input.clone())
        .send()
        .await
        .expect(200);
    assert_eq!((&moved["flags"]["postponed"], &moved["sequence"]), (&json!(true), &json!(2)));
    // Friday 2 April; Easter Monday 29 March lies between.
    assert_eq!(days_of(&secretariat, "bergamo").await, ["2027-03-04", "2027-03-09", "2027-03-25"]);
    let task = secretariat.get(&draft).send().await.expect(200);
    assert_eq!(task["due_day"], "2027-03-18", "the derived day went on beneath the one set by hand");
    secretariat
        .post(&path(&release, "/move"))
        .if_match(&release["version"])
        .json(input)
        .send()
        .await
        .refused(412, "stale");
}

async fn the_last_step_hands_in_and_a_review_sends_back(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    designate_referent(&secretariat).await;
    let release = confirmed(&secretariat).await;
    let referent = app.client(REFERENT).await;
    for task in items(&referent, "/api/v1/tasks?mine=true").await {
        let done = format!("/api/v1/tasks/{}/complete", task["id"].as_str().expect("an id"));
        let said = json!({ "link": "https://provincia.example/relazione.pdf" });
        referent.post(&done).if_match(&task["version"]).json(said).send().await.expect(200);
    }
    let own = items(&referent, "/api/v1/deliverables").await;
    assert_eq!(own.len(), 1, "a foreign observatory's deliverable is not found");
    assert_eq!(own[0]["state"], "submitted");
    let deliverable = format!("/api/v1/deliverables/{}", own[0]["id"].as_str().expect("an id"));
    let approve = format!("{deliverable}/approve");
    referent.post(&approve).if_match(&own[0]["version"]).send().await.refused(403, "denied");
    let sent_back = secretariat
        .post(&format!("{deliverable}/request-changes"))
        .if_match(&own[0]["version"])
        .json(json!({ "remarks": "Manca la tavola 3" }))
        .send()
        .await
        .expect(200);
    let db = app.services.db.reader();
    let day: NaiveDate = "2027-12-31".parse().expect("a day");
    let owed = raccordo::reviews::due::obligations(&app.system(), db, Asked::UpTo(day)).await.expect("due");
    assert_eq!(owed.len(), 1, "sent back, it is owed again");
    assert_eq!(
        tasks::due::obligations(&app.system(), db, Asked::UpTo(day)).await.expect("due").len(),
        33,
        "the other eleven observatories' steps"
    );
    let again = referent
        .post(&format!("{deliverable}/submit"))
        .if_match(&sent_back["version"])
        .json(json!({ "link": "https://provincia.example/relazione-2.pdf" }))
        .send()
        .await
        .expect(200);
    secretariat.post(&approve).if_match(&again["version"]).send().await.refused(409, "remarks_open");
    secretariat.settle(&deliverable).await;
    secretariat.post(&approve).if_match(&again["version"]).send().await.expect(200);
    let dossier = secretariat.get(&deliverable).send().await.expect(200);
    assert_eq!(dossier["submissions"][0]["link"], "https://provincia.example/relazione.pdf");
    assert_eq!(dossier["submissions"][0]["remarks"], "Manca la tavola 3");
    publish(&app, "2027-03-19 09:59", 0).await;
    publish(&app, "2027-03-19 10:00", 1).await;
    publish(&app, "2027-03-19 10:01", 0).await;
    let id: DeliverableId = own[0]["id"].as_str().expect("an id").parse().expect("an id");
    let system = app.system();
    let seen = system.write(async |txn| {
        deliverables::service::mark_published(&system, txn, id).await?;
        deliverables::service::mark_published(&system, txn, id).await?;
        deliverables::service::mark_verified(&system, txn, id).await
    });
    assert_eq!(seen.await.expect("seen").deliverable.state().as_str(), "verified");
    assert_eq!(app.anonymous().get(&path(&release, "")).send().await.expect(200)["state"], "published");
}

async fn a_deliverable_handed_in_while_blocked_is_submitted_after_the_block(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    confirmed(&secretariat).await;
    let own = items(&secretariat, "/api/v1/deliverables?observatory=bergamo").await.remove(0);
    let deliverable = format!("/api/v1/deliverables/{}", own["id"].as_str().expect("an id"));
    let why = json!({ "reason": "Il portale dei dati è fermo" });
    secretariat.post(&format!("{deliverable}/block")).if_match(&own["version"]).json(why).send().await.expect(200);
    let steps = items(&secretariat, "/api/v1/tasks?observatory=bergamo").await;
    for task in &steps {
        let done = format!("/api/v1/tasks/{}/complete", task["id"].as_str().expect("an id"));
        let said = json!({ "link": "https://provincia.example/relazione.pdf" });
        secretariat.post(&done).if_match(&task["version"]).json(said).send().await.expect(200);
    }
    let blocked = secretariat.get(&deliverable).send().await.expect(200);
    assert_eq!(blocked["state"], "blocked", "the obstacle is still there");
    assert_eq!(
        blocked["submissions"][0]["link"], "https://provincia.example/relazione.pdf",
        "what was handed in is kept"
    );
    let freed =
        secretariat.post(&format!("{deliverable}/unblock")).if_match(&blocked["version"]).send().await.expect(200);
    assert_eq!(freed["state"], "submitted");
    app.accept(&deliverable).await;
}

async fn the_last_step_follows_the_day_set_by_hand_on_its_deliverable(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let release = confirmed(&secretariat).await;
    let own = items(&secretariat, "/api/v1/deliverables?observatory=bergamo").await.remove(0);
    let deliverable = format!("/api/v1/deliverables/{}", own["id"].as_str().expect("an id"));
    let set = async |day: Value| {
        let version = secretariat.get(&deliverable).send().await.expect(200)["version"].clone();
        secretariat
            .patch(&deliverable)
            .if_match(version)
            .merge_patch(&json!({ "hand_set_day": day }))
            .send()
            .await
            .expect(200)
    };
    set(json!("2027-03-17")).await;
    assert_eq!(days_of(&secretariat, "bergamo").await, ["2027-02-19", "2027-03-05", "2027-03-17"]);
    let day: NaiveDate = "2027-12-31".parse().expect("a day");
    let due = tasks::due::obligations(&app.system(), app.services.db.reader(), Asked::UpTo(day)).await.expect("due");
    assert!(due.iter().any(|one| one.due_day.to_string() == "2027-03-17"), "the mails say the same");
    let upto = items(&secretariat, "/api/v1/tasks?observatory=bergamo&upto=2027-03-16").await;
    assert_eq!(upto.len(), 2, "and so do the lists: {upto:#?}");
    let input = json!({ "day": "2027-04-02", "reason_code": "source_late", "reason_text": "Dati Istat in ritardo" });
    secretariat.post(&path(&release, "/move")).if_match(&release["version"]).json(input).send().await.expect(200);
    assert_eq!(days_of(&secretariat, "bergamo").await, ["2027-03-04", "2027-03-17", "2027-03-18"]);
    set(Value::Null).await;
    assert_eq!(days_of(&secretariat, "bergamo").await, ["2027-03-04", "2027-03-18", "2027-03-25"]);
}

async fn the_day_of_an_accepted_or_waived_deliverable_cannot_change(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let release = confirmed(&secretariat).await;
    let why = json!({ "reason": "Accorpata con un’altra provincia" });
    let text = json!({ "link": "https://provincia.example/relazione.pdf" });
    let turns: [(&str, &[(&str, Value)]); 3] = [
        ("bergamo", &[("submit", text.clone()), ("accept", Value::Null)]),
        ("como", &[("waive", why.clone())]),
        ("lodi", &[("submit", text), ("accept", Value::Null), ("block", why)]),
    ];
    for (observatory, verbs) in turns {
        let own = items(&secretariat, &format!("/api/v1/deliverables?observatory={observatory}")).await.remove(0);
        let path = format!("/api/v1/deliverables/{}", own["id"].as_str().expect("an id"));
        let mut version = own["version"].clone();
        for (verb, body) in verbs {
            if *verb == "accept" {
                app.accept(&path).await;
                version = secretariat.get(&path).send().await.expect(200)["version"].clone();
                continue;
            }
            let asked = secretariat.post(&format!("{path}/{verb}")).if_match(&version);
            let asked = if body.is_null() { asked } else { asked.json(body.clone()) };
            version = asked.send().await.expect(200)["version"].clone();
        }
        let later = json!({ "hand_set_day": "2027-03-17" });
        secretariat.patch(&path).if_match(&version).merge_patch(&later).send().await.refused(409, "wrong_transition");
        let kept = secretariat.get(&path).send().await.expect(200);
        assert_eq!((&kept["day"], kept.get("hand_set_day")), (&own["day"], None), "{observatory}");
    }
    let input = json!({ "day": "2027-04-02", "reason_code": "source_late", "reason_text": "Dati Istat in ritardo" });
    secretariat.post(&path(&release, "/move")).if_match(&release["version"]).json(input).send().await.expect(200);
    for (observatory, moves) in [("bergamo", false), ("como", false), ("lodi", false), ("pavia", true)] {
        let own = items(&secretariat, &format!("/api/v1/deliverables?observatory={observatory}")).await.remove(0);
        assert_eq!(own["day"] != "2027-03-12", moves, "{observatory}: {own:#}");
    }
}

async fn a_cancelled_release_stays_with_its_reason_and_cancels_its_work(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let release = confirmed(&secretariat).await;
    let reason = json!({ "reason_code": "method", "reason_text": "Cambio di classificazione" });
    secretariat.post(&path(&release, "/cancel")).if_match(&release["version"]).json(reason).send().await.expect(200);
    assert_eq!(items(&secretariat, "/api/v1/tasks?due=true").await, Vec::<Value>::new());
    assert!(items(&secretariat, "/api/v1/deliverables").await.iter().all(|one| one["state"] == "waived"));
    let public = app.anonymous().get(&path(&release, "")).send().await.expect(200);
    assert_eq!(public["reason"]["text"], "Cambio di classificazione");
    let feed = app.anonymous().get("/calendar.ics").send().await;
    assert!(feed.text().contains("STATUS:CANCELLED"), "{}", feed.text());
    let again = json!({ "product": "relazione-territoriale", "period": "2026", "date": { "precision": "day", "day": "2027-05-05" } });
    secretariat.post("/api/v1/releases").json(again.clone()).send().await.expect(201);
    secretariat.post("/api/v1/releases").json(again).send().await.refused(409, "release_exists");
}

async fn the_feed_is_public_and_unchanged_until_the_agenda_changes(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let release = confirmed(&secretariat).await;
    let anyone = app.anonymous();
    let feed = anyone.get("/calendar.ics").send().await;
    let tag = feed.header("etag").expect("a tag").to_owned();
    assert_eq!(feed.status.as_u16(), 200);
    assert!(feed.text().contains("DTSTART;TZID=Europe/Rome:20270319T100000"), "{}", feed.text());
    assert!(feed.text().contains("DTEND;TZID=Europe/Rome:20270319T103000"), "{}", feed.text());
    let id = release["id"].as_str().expect("an id");
    assert!(feed.text().contains(&format!("UID:release-{id}@raccordo.example")), "{}", feed.text());
    assert!(!feed.text().contains("mailto:") && !feed.text().contains("ente.example"), "a feed names nobody");
    let last = feed.header("last-modified").expect("a day").to_owned();
    for (header, value) in [
        ("if-none-match", tag.clone()),
        ("if-none-match", format!("\"other\", W/{tag}")),
        ("if-modified-since", last.clone()),
    ] {
        let answer = anyone.get("/calendar.ics").header(header, &value).send().await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("vary")),
            (304, Some("Accept-Encoding")),
            "{header}: {value}"
        );
    }
    let packed = anyone.get("/calendar.ics").header("accept-encoding", "gzip").send().await;
    let packed_tag = packed.header("etag").expect("a tag").to_owned();
    assert_eq!((packed.header("content-encoding"), packed.header("vary")), (Some("gzip"), Some("Accept-Encoding")));
    assert_ne!(packed_tag, tag, "other bytes have another tag");
    let again = |accept: &str| {
        anyone.get("/calendar.ics").header("if-none-match", &packed_tag).header("accept-encoding", accept).send()
    };
    let held = again("gzip").await;
    assert_eq!((held.status.as_u16(), held.header("etag")), (304, Some(packed_tag.as_str())));
    assert_eq!(again("identity").await.status.as_u16(), 200, "who takes no gzip needs the plain bytes");
    let input = json!({ "day": "2027-04-02", "reason_code": "source_late", "reason_text": "Dati in ritardo" });
    secretariat.post(&path(&release, "/move")).if_match(&release["version"]).json(input).send().await.expect(200);
    let moved = anyone.get("/calendar.ics").header("if-none-match", &tag).send().await;
    assert_eq!(moved.status.as_u16(), 200);
    app.advance(chrono::TimeDelta::days(1));
    let next_day = anyone.get("/calendar.ics").header("if-modified-since", &last).send().await;
    assert_eq!(next_day.status.as_u16(), 200, "the days it covers have moved on");
    assert!(moved.text().contains("Rinviata: ") && moved.text().contains("SEQUENCE:2"), "{}", moved.text());
    secretariat.post("/api/v1/releases").json(json!({})).send().await.expect(422);
    anyone.post("/api/v1/releases").json(json!({ "product": "relazione-territoriale", "period": "2027", "date": { "precision": "month", "day": "2027-12-01" } })).send().await.refused(401, "unauthenticated");
}

async fn a_span_is_one_note_on_its_first_day_and_says_which_it_is(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    for (precision, day, first, short, span) in [
        ("week", "2027-03-10", "20270308", "settimana dall’8 marzo 2027", "settimana dall’8 marzo 2027"),
        ("month", "2027-03-10", "20270301", "marzo 2027", "marzo 2027"),
        ("two_months", "2027-04-10", "20270301", "mar–apr", "marzo–aprile 2027"),
    ] {
        let planned = json!({ "product": "relazione-territoriale", "period": "2026", "date": { "precision": precision, "day": day } });
        let planned = secretariat.post("/api/v1/releases").json(planned).send().await.expect(201);
        let feed = app.anonymous().get("/calendar.ics").send().await.text().replace("\r\n ", "");
        assert!(feed.contains(&format!("\\, anno 2026 (data provvisoria: {short})\r\n")), "{span}: {feed}");
        assert!(feed.contains(&format!("DTSTART;VALUE=DATE:{first}\r\n")), "{span}: {feed}");
        let next: u32 = first.parse::<u32>().expect("a day") + 1;
        assert!(feed.contains(&format!("DTEND;VALUE=DATE:{next}\r\n")), "{span}: {feed}");
        let reason = json!({ "reason_code": "method", "reason_text": "Una prova del rifiuto" });
        secretariat
            .post(&path(&planned, "/cancel"))
            .if_match(&planned["version"])
            .json(reason)
            .send()
            .await
            .expect(200);
        let feed = app.anonymous().get("/calendar.ics").send().await.text().replace("\r\n ", "");
        assert!(feed.contains(&format!("DESCRIPTION:Periodo previsto: {span}.")), "{span}: {feed}");
    }
}

async fn everybody_reads_the_calendar_and_only_the_network_its_tasks(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let release = confirmed(&secretariat).await;
    let anyone = app.anonymous();
    let calendar = anyone.get("/calendar").send().await;
    assert_eq!(calendar.status.as_u16(), 200, "{}", calendar.text());
    assert!(calendar.text().contains("venerdì 19 marzo 2027, ore 10.00"), "{}", calendar.text());
    let forms = format!("/releases/{}", release["id"].as_str().expect("an id"));
    let page = "/rilasci/relazione-territoriale-2026";
    let story = anyone.get(page).send().await.text();
    assert!(story.contains("Perché questa data") && !story.contains("/move"), "{story}");
    let links = |page: &str| page.matches("href=\"/deliverables/").count();
    assert_eq!(links(&story), 0, "what the observatories owe is theirs to know");
    assert_eq!(links(&secretariat.get(page).send().await.text()), 12, "one contribution each");
    let later = anyone.get("/calendar?since=2027-04-01").send().await.text();
    assert!(!later.contains("19 marzo 2027"), "{later}");
    for form in ["/releases/new".to_owned(), format!("{forms}/move"), format!("{forms}/cancel")] {
        assert_eq!(secretariat.get(&form).send().await.status.as_u16(), 200, "{form}");
        assert_ne!(anyone.get(&form).send().await.status.as_u16(), 200, "{form}");
    }
    assert_ne!(anyone.get("/tasks").send().await.status.as_u16(), 200);
    designate_referent(&secretariat).await;
    let referent = app.client(REFERENT).await;
    assert_eq!(links(&referent.get(page).send().await.text()), 1, "the own contribution");
    assert!(referent.get("/tasks").send().await.text().contains("Bozza della relazione"));
    let task = items(&referent, "/api/v1/tasks?mine=true").await.remove(0);
    let pages = [("tasks", &task["id"]), ("deliverables", &task["deliverable_id"])];
    for (part, id) in pages {
        let shown = referent.get(&format!("/{part}/{}", id.as_str().expect("an id"))).send().await;
        assert_eq!(shown.status.as_u16(), 200, "{}", shown.text());
    }
}

async fn publish(app: &TestApp, wall: &str, expected: u64) {
    app.at(wall);
    let system = app.system();
    let (out, failures) = releases::publish_due(&system).await.expect("published");
    assert_eq!((out, failures.is_empty()), (expected, true), "{wall}");
}
