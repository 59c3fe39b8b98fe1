//! Tasks that the secretariat gives outside meetings: to one or to many, accepted or refused, changed, told once; and work
//! that will be late.

use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::forms::form;
use crate::support::world::{FOREIGN, OWN, World};
use crate::{both_engines, on_sqlite};
use raccordo::mail::outbox::QUIET;
use serde_json::{Value, json};

both_engines! {
    a_task_for_many_is_one_each_on_a_day_that_each_works,
    tasks_given_within_some_minutes_are_one_mail,
    work_that_will_be_late_is_reminded_of_on_the_expected_day_and_not_before,
    an_accepted_proposal_is_the_day_set_by_hand_and_its_preview_says_so,
    a_step_that_waits_for_another_is_not_reminded_of_before,
    a_given_task_that_waits_for_another_is_not_reminded_of_before,
}

on_sqlite! {
    a_task_for_one_is_refused_on_a_day_off_with_the_nearest_days,
    a_given_task_is_accepted_or_refused_and_the_secretariat_decides_about_a_refused_one,
    a_change_before_the_mail_has_left_is_not_told_apart,
    only_the_secretariat_gives_and_only_the_seat_answers,
    a_task_belongs_to_a_release_or_to_a_contribution_of_its_observatory,
    a_task_is_given_on_a_page_and_answered_with_one_press,
    late_work_stays_late_and_its_due_day_stays,
    work_is_late_until_a_day_after_its_due_day,
    a_declined_proposal_changes_nothing_and_both_are_told,
    a_day_that_cannot_be_proposed_is_refused_with_its_reason,
    the_secretariat_decides_about_a_proposed_day_on_its_monday_page,
    a_link_in_a_mail_says_that_work_will_be_late,
    tasks_do_not_wait_for_each_other_in_a_circle,
    the_secretariat_says_on_a_page_for_what_a_task_waits,
    a_task_begins_with_a_template_and_its_day_is_counted_in_working_days,
    a_template_is_changed_retired_and_put_back_into_use,
}

fn id(value: &Value) -> &str {
    value["id"].as_str().expect("an id")
}

fn task(day: &str) -> Value {
    json!({ "seat": "referent:bergamo", "title": "Elenco dei redattori", "day": day, "estimated_minutes": 30 })
}

async fn give(secretariat: &Client, task: Value) -> Value {
    secretariat.post("/api/v1/tasks").json(task).send().await.expect(201)["items"][0].clone()
}

async fn act(who: &Client, task: &Value, verb: &str, body: Value) -> Value {
    let path = format!("/api/v1/tasks/{}", id(task));
    let version = who.get(&path).send().await.expect(200)["version"].clone();
    who.post(&format!("{path}/{verb}")).if_match(version).json(body).send().await.expect(200)
}

async fn a_task_for_many_is_one_each_on_a_day_that_each_works(engine: Engine) {
    let world = World::new(engine).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    // Sant’Alessandro, patron of Bergamo, is a Thursday in 2027.
    let many = json!({
        "observatories": ["bergamo", "como", "lodi"], "title": "Elenco dei redattori", "day": "2027-08-26",
        "estimated_minutes": 30, "text": "Nomi e uffici",
    });
    let key = "una-richiesta";
    let ask = async || {
        secretariat.post("/api/v1/tasks").header("idempotency-key", key).json(many.clone()).send().await.expect(201)
    };
    let given = ask().await;
    assert_eq!(ask().await, given, "the same request is not carried out twice");
    let tasks: Vec<_> = given["items"]
        .as_array()
        .expect("tasks")
        .iter()
        .map(|one| (&one["observatory"], &one["day"], &one["state"]))
        .collect();
    let state = json!("given");
    assert_eq!(
        tasks,
        [
            (&json!("bergamo"), &json!("2027-08-25"), &state),
            (&json!("como"), &json!("2027-08-26"), &state),
            (&json!("lodi"), &json!("2027-08-26"), &state),
        ]
    );
    let unknown = json!({ "observatories": ["como", "atlantide"], "title": "Elenco", "day": "2027-08-26", "estimated_minutes": 30 });
    secretariat.post("/api/v1/tasks").json(unknown).send().await.refused(422, "invalid");
    for (filter, found) in [
        ("observatory=como&state=given", 1),
        ("text=dei%20redatt&state=given", 4),
        ("text=dei_redatt", 0),
        ("product=relazione-territoriale&observatory=lodi", 3),
        ("product=altro", 0),
    ] {
        let listed = secretariat.get(&format!("/api/v1/tasks?{filter}")).send().await.expect(200);
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(found), "{filter}");
    }
}

async fn a_task_for_one_is_refused_on_a_day_off_with_the_nearest_days(engine: Engine) {
    let world = World::new(engine).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    let refused = secretariat.post("/api/v1/tasks").json(task("2027-08-26")).send().await;
    let problem = refused.refused(422, "non_working_day");
    let detail = problem["detail"].as_str().expect("a text");
    assert!(detail.contains("25.08.2027") && detail.contains("27.08.2027"), "{detail}");
    secretariat.post("/api/v1/tasks").json(task("2027-01-08")).send().await.refused(422, "invalid");
    let both = json!({ "seat": "referent:bergamo", "observatories": ["como"], "title": "Elenco", "day": "2027-08-25", "estimated_minutes": 30 });
    secretariat.post("/api/v1/tasks").json(both).send().await.refused(422, "invalid");
    let given = give(&secretariat, task("2027-08-25")).await;
    let path = format!("/api/v1/tasks/{}", id(&given));
    let patch = json!({ "hand_set_day": "2027-08-26" });
    secretariat
        .patch(&path)
        .if_match(&given["version"])
        .merge_patch(&patch)
        .send()
        .await
        .refused(422, "non_working_day");
}

async fn tasks_given_within_some_minutes_are_one_mail(engine: Engine) {
    let world = World::new(engine).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    world.app.advance(QUIET);
    world.app.mails().await;
    let many = |title: &str, places: &[&str]| json!({ "observatories": places, "title": title, "day": "2027-09-15", "estimated_minutes": 30 });
    give(&secretariat, many("Primo elenco", &["bergamo", "como"])).await;
    world.app.advance(QUIET / 2);
    give(&secretariat, many("Secondo elenco", &["bergamo"])).await;
    world.app.advance(QUIET);
    let mails = world.app.mails().await;
    let own: Vec<_> = mails.iter().filter(|mail| mail.to == OWN).collect();
    assert_eq!(own.len(), 1, "{own:?}");
    assert!(own[0].text.contains("Primo elenco") && own[0].text.contains("Secondo elenco"), "{}", own[0].text);
    give(&secretariat, many("Terzo elenco", &["bergamo"])).await;
    world.app.advance(QUIET);
    let mails = world.app.mails().await;
    assert!(mails.len() == 1 && !mails[0].text.contains("Primo elenco"), "what was told is not told again");
}

async fn a_change_before_the_mail_has_left_is_not_told_apart(engine: Engine) {
    let world = World::new(engine).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    world.app.advance(QUIET);
    world.app.mails().await;
    let (first, second) = (give(&secretariat, task("2027-09-15")).await, give(&secretariat, task("2027-09-16")).await);
    act(&secretariat, &first, "cancel", json!({ "reason": "Data due volte" })).await;
    let path = format!("/api/v1/tasks/{}", id(&second));
    let patch = json!({ "title": "Elenco di chi scrive", "estimated_minutes": 45 });
    secretariat.patch(&path).if_match(&second["version"]).merge_patch(&patch).send().await.expect(200);
    world.app.advance(QUIET);
    let mails = world.app.mails().await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].kind == "tasks_given" && mails[0].text.contains("Elenco di chi scrive"));
    act(&secretariat, &second, "cancel", json!({ "reason": "Non serve più" })).await;
    world.app.advance(QUIET);
    let mails = world.app.mails().await;
    assert!(mails.len() == 1 && mails[0].kind == "task_changed" && mails[0].text.contains("Non serve più"));
}

async fn a_given_task_is_accepted_or_refused_and_the_secretariat_decides_about_a_refused_one(engine: Engine) {
    let world = World::new(engine).await;
    let (secretariat, own) = (world.app.client(SECRETARIAT).await, world.app.client(OWN).await);
    let accepted = act(&own, &give(&secretariat, task("2027-09-15")).await, "accept", json!({})).await;
    assert_eq!((&accepted["state"], &accepted["possible"][0]), (&json!("open"), &json!("start")));
    let path = format!("/api/v1/tasks/{}/refuse", id(&accepted));
    let why = json!({ "reason": "Non ci compete" });
    own.post(&path).if_match(&accepted["version"]).json(why.clone()).send().await.refused(409, "wrong_transition");

    let given = give(&secretariat, task("2027-09-15")).await;
    let path = format!("/api/v1/tasks/{}/refuse", id(&given));
    own.post(&path)
        .if_match(&given["version"])
        .json(json!({ "reason": " " }))
        .send()
        .await
        .refused(422, "reason_missing");
    world.app.advance(QUIET);
    world.app.mails().await;
    let refused = act(&own, &given, "refuse", why).await;
    assert_eq!(
        (&refused["state"], &refused["is_due"], &refused["reason"]),
        (&json!("refused"), &json!(false), &json!("Non ci compete"))
    );
    world.app.advance(QUIET);
    let mails = world.app.mails().await;
    assert!(mails.len() == 1 && mails[0].kind == "task_refused" && mails[0].to == SECRETARIAT, "{mails:?}");
    let monday = world.app.browser(SECRETARIAT).await.get("/monday").header("accept", "text/html").send().await.text();
    assert!(monday.contains("Non ci compete"), "the secretariat has to decide");

    let insisted = act(&secretariat, &given, "insist", json!({ "reason": "Basta una riga" })).await;
    assert_eq!(insisted["possible"], json!(["start", "complete", "block", "cancel"]), "it cannot be refused again");

    let other = give(&secretariat, task("2027-09-15")).await;
    act(&own, &other, "refuse", json!({ "reason": "Lo fa Como" })).await;
    let same = json!({ "seat": "referent:bergamo" });
    let path = format!("/api/v1/tasks/{}/hand-on", id(&other));
    secretariat.post(&path).if_match(2).json(same).send().await.refused(422, "nothing_changes");
    let handed_on = act(&secretariat, &other, "hand-on", json!({ "seat": "referent:como", "day": "2027-09-20" })).await;
    assert_eq!(
        (&handed_on["seat"], &handed_on["state"], &handed_on["day"]),
        (&json!("referent:como"), &json!("given"), &json!("2027-09-20"))
    );
    own.get(&format!("/api/v1/tasks/{}", id(&other))).send().await.refused(404, "not_found");
    let replies = secretariat.get(&format!("/api/v1/tasks/{}/replies", id(&other))).send().await.expect(200);
    let kinds: Vec<_> = replies["items"].as_array().expect("replies").iter().map(|reply| &reply["kind"]).collect();
    assert_eq!(kinds, [&json!("refused"), &json!("handed_on")]);
}

async fn only_the_secretariat_gives_and_only_the_seat_answers(engine: Engine) {
    let world = World::new(engine).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    let given = give(&secretariat, task("2027-09-15")).await;
    let (own, foreign) = (world.app.client(OWN).await, world.app.client(FOREIGN).await);
    own.post("/api/v1/tasks").json(task("2027-09-15")).send().await.refused(403, "denied");
    let path = format!("/api/v1/tasks/{}/accept", id(&given));
    foreign.post(&path).if_match(&given["version"]).send().await.refused(404, "not_found");
    let step = world.id("task");
    let path = format!("/api/v1/tasks/{step}");
    let patch = json!({ "title": "Altro" });
    secretariat.patch(&path).if_match(1).merge_patch(&patch).send().await.refused(409, "not_given");
}

async fn a_task_belongs_to_a_release_or_to_a_contribution_of_its_observatory(engine: Engine) {
    let world = World::new(engine).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    let with = |member: &str, value: &str, seat: &str| {
        let mut task = task("2027-09-15");
        task[member] = json!(value);
        task["seat"] = json!(seat);
        task
    };
    let (own, release) = (world.id("deliverable"), world.id("release"));
    let given = give(&secretariat, with("deliverable_id", own, "referent:bergamo")).await;
    assert_eq!(given["release_id"], json!(release));
    for wrong in [
        with("deliverable_id", own, "referent:como"),
        with("release_id", world.id("provisional release"), "referent:bergamo"),
    ] {
        secretariat.post("/api/v1/tasks").json(wrong).send().await.refused(422, "invalid");
    }
    let page =
        world.app.browser(OWN).await.get(&format!("/deliverables/{own}")).header("accept", "text/html").send().await;
    assert!(page.text().contains(&format!("/tasks/{}", id(&given))), "the page of the contribution lists it");
}

async fn a_task_is_given_on_a_page_and_answered_with_one_press(engine: Engine) {
    let world = World::new(engine).await;
    let desk = world.app.browser(SECRETARIAT).await;
    let shown = async |reader: &Client, path: &str| reader.get(path).header("accept", "text/html").send().await.text();
    let blank = form(&shown(&desk, "/tasks/new").await, "/tasks/new");
    let typed = blank.with(&[("title", "Elenco delle fonti"), ("day", "2027-08-26")]);
    let refused = typed.send(&desk).await;
    assert_eq!(refused.status.as_u16(), 422);
    assert!(refused.text().contains("href=\"#field-observatories\""), "{}", refused.text());
    let led = typed.with(&[("observatory-bergamo", "true"), ("observatory-como", "true")]).send(&desk).await;
    assert_eq!((led.status.as_u16(), led.header("location")), (303, Some("/tasks?state=given")));
    let list = shown(&desk, "/tasks?state=given").await;
    assert!(list.contains("mercoledì 25 agosto 2027") && list.contains("giovedì 26 agosto 2027"), "{list}");

    let own = world.app.browser(OWN).await;
    let task = world.id("given task");
    let page = shown(&own, &format!("/tasks/{task}")).await;
    assert!(page.contains("Affidata dalla segreteria tecnica"));
    let accepted = form(&page, &format!("/tasks/{task}/accept")).send(&own).await;
    assert_eq!(accepted.status.as_u16(), 303, "{}", accepted.text());
    let page = shown(&own, &format!("/tasks/{task}")).await;
    assert!(page.contains("Accettata") && !page.contains(&format!("/tasks/{task}/refuse")), "{page}");
}

async fn late_work_stays_late_and_its_due_day_stays(engine: Engine) {
    let world = World::new(engine).await;
    let own = world.app.client(OWN).await;
    let path = format!("/api/v1/tasks/{}", world.id("task"));
    let before = own.get(&path).send().await.expect(200);
    let due: chrono::NaiveDate = before["day"].as_str().and_then(|day| day.parse().ok()).expect("a day");
    let later = due + chrono::Days::new(7);
    let late = json!({ "day": later, "reason": "I dati Inps arrivano dopo" });
    let after = own.post(&format!("{path}/late")).if_match(&before["version"]).json(late).send().await.expect(200);
    assert_eq!(after["day"], before["day"]);
    world.app.at(&format!("{} 09:00", due + chrono::Days::new(3)));
    assert_eq!(own.get(&path).send().await.expect(200)["is_overdue"], json!(true));
    let monday = world.app.browser(SECRETARIAT).await.get("/monday").header("accept", "text/html").send().await.text();
    assert!(monday.contains("In ritardo fino a") && monday.contains("I dati Inps arrivano dopo"));
    let contribution = format!("/api/v1/deliverables/{}", world.id("deliverable"));
    let version = own.get(&contribution).send().await.expect(200)["version"].clone();
    let late = json!({ "day": "2027-04-20", "reason": "Manca il capitolo 4" });
    own.post(&format!("{contribution}/late")).if_match(&version).json(late).send().await.expect(200);
    let page = format!("/deliverables/{}", world.id("deliverable"));
    let page = world.app.browser(SECRETARIAT).await.get(&page).header("accept", "text/html").send().await.text();
    assert!(page.contains("Manca il capitolo 4") && page.contains("martedì 20 aprile 2027"));
}

async fn work_is_late_until_a_day_after_its_due_day(engine: Engine) {
    let world = World::new(engine).await;
    let own = world.app.client(OWN).await;
    let path = format!("/api/v1/tasks/{}", world.id("task"));
    let task = own.get(&path).send().await.expect(200);
    let say = async |day: &Value, reason: &str| {
        own.post(&format!("{path}/late"))
            .if_match(&task["version"])
            .json(json!({ "day": day, "reason": reason }))
            .send()
            .await
    };
    say(&task["day"], "Manca il dato").await.refused(422, "not_later");
    say(&json!("2027-06-01"), " ").await.refused(422, "reason_missing");
    let done =
        own.post(&format!("{path}/complete")).if_match(&task["version"]).json(json!({})).send().await.expect(200);
    let late = json!({ "day": "2027-06-01", "reason": "Manca il dato" });
    own.post(&format!("{path}/late"))
        .if_match(&done["version"])
        .json(late)
        .send()
        .await
        .refused(409, "wrong_transition");
}

async fn work_that_will_be_late_is_reminded_of_on_the_expected_day_and_not_before(engine: Engine) {
    let world = World::new(engine).await;
    let (secretariat, own) = (world.app.client(SECRETARIAT).await, world.app.client(OWN).await);
    let given = give(&secretariat, task("2027-09-15")).await;
    let path = format!("/api/v1/tasks/{}", id(&given));
    let late = json!({ "day": "2027-09-22", "reason": "Le nomine sono il 20" });
    own.post(&format!("{path}/late")).if_match(&given["version"]).json(late).send().await.expect(200);
    let rungs = async || {
        let log = secretariat.get(&format!("/api/v1/reminders?obligation_id={}", id(&given))).send().await.expect(200);
        let log = log["items"].as_array().expect("a list").clone();
        log.iter().filter(|entry| entry["outcome"] == "sent").map(|entry| entry["rung"].clone()).collect::<Vec<_>>()
    };
    for day in ["2027-09-01", "2027-09-10", "2027-09-15", "2027-09-21"] {
        world.app.at(&format!("{day} 08:30"));
        world.app.tick("reminders").await;
        assert_eq!(rungs().await, Vec::<Value>::new(), "{day}");
    }
    world.app.at("2027-09-22 08:30");
    world.app.tick("reminders").await;
    assert_eq!(rungs().await, [json!(5)]);
    let mails = world.app.mails().await;
    let reminder = mails.iter().rev().find(|mail| mail.kind == "reminder" && mail.to == OWN).expect("a reminder");
    assert!(reminder.text.contains("Era stata indicata per mercoledì 22 settembre 2027"), "{}", reminder.text);
}

/// Proposes another day for Como's contribution and returns the proposal.
async fn proposed(world: &World, day: &str) -> (Value, Value) {
    let secretariat = world.app.client(SECRETARIAT).await;
    let own = secretariat.get("/api/v1/deliverables?observatory=como").send().await.expect(200)["items"][0].clone();
    let path = format!("/api/v1/deliverables/{}/day-proposals", id(&own));
    let other = json!({ "day": day, "reason": "Chi scrive rientra dopo la scadenza" });
    let proposal = secretariat.post(&path).json(other).send().await.expect(201);
    (own, proposal)
}

async fn an_accepted_proposal_is_the_day_set_by_hand_and_its_preview_says_so(engine: Engine) {
    let world = World::new(engine).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    let (own, proposal) = proposed(&world, "2027-03-18").await;
    let path = format!("/api/v1/day-proposals/{}", id(&proposal));
    let preview = secretariat.post(&format!("{path}/preview")).if_match(&proposal["version"]).send().await.expect(200);
    assert_eq!((&preview["day_before"], &preview["day_after"]), (&own["day"], &json!("2027-03-18")));
    assert_eq!(secretariat.get(&path).send().await.expect(200)["state"], json!("open"), "a preview changes nothing");
    let accepted = secretariat.post(&format!("{path}/accept")).if_match(&proposal["version"]).send().await.expect(200);
    assert_eq!((&accepted["state"], &accepted["possible"]), (&json!("accepted"), &json!([])));
    let after = secretariat.get(&format!("/api/v1/deliverables/{}", id(&own))).send().await.expect(200);
    assert_eq!((&after["hand_set_day"], &after["due_day"]), (&json!("2027-03-18"), &own["due_day"]));
    for moved in preview["tasks"].as_array().expect("tasks") {
        let task = secretariat.get(&format!("/api/v1/tasks/{}", id(moved))).send().await.expect(200);
        assert_eq!(task["day"], moved["day_after"], "preview and effect are the same");
    }
    assert_eq!(preview["tasks"].as_array().map(Vec::len), Some(1), "the step that hands it in follows");
}

async fn a_declined_proposal_changes_nothing_and_both_are_told(engine: Engine) {
    let world = World::new(engine).await;
    let (secretariat, own) = (world.app.client(SECRETARIAT).await, world.app.client(OWN).await);
    let proposal = format!("/api/v1/day-proposals/{}", world.id("day proposal"));
    let contribution = format!("/api/v1/deliverables/{}", world.id("deliverable"));
    let before = own.get(&contribution).send().await.expect(200);
    let again = json!({ "day": "2027-03-15", "reason": "Ancora un giorno" });
    own.post(&format!("{contribution}/day-proposals")).json(again).send().await.refused(409, "already_proposed");
    let why = json!({ "reason": "L’uscita è troppo vicina" });
    own.post(&format!("{proposal}/decline")).if_match(1).json(why.clone()).send().await.refused(403, "denied");
    world.app.client(FOREIGN).await.get(&proposal).send().await.refused(404, "not_found");
    let declined = secretariat.post(&format!("{proposal}/decline")).if_match(1).json(why).send().await.expect(200);
    assert_eq!(declined["answer"], json!("L’uscita è troppo vicina"));
    assert_eq!(own.get(&contribution).send().await.expect(200), before);
    world.app.advance(QUIET);
    let mails = world.app.mails().await;
    assert!(
        mails.iter().any(|mail| mail.kind == "day_answered" && mail.to == OWN && mail.text.contains("troppo vicina"))
    );
    secretariat.post(&format!("{proposal}/accept")).if_match(2).send().await.refused(409, "wrong_transition");
    let other = json!({ "day": "2027-03-15", "reason": "Allora tre giorni" });
    let next = own.post(&format!("{contribution}/day-proposals")).json(other).send().await.expect(201);
    world.app.advance(QUIET);
    let mails = world.app.mails().await;
    assert!(mails.iter().any(|mail| mail.kind == "day_proposed" && mail.to == SECRETARIAT), "{mails:?}");
    let path = format!("/api/v1/day-proposals/{}/withdraw", id(&next));
    assert_eq!(own.post(&path).if_match(1).send().await.expect(200)["state"], json!("withdrawn"));
}

async fn a_day_that_cannot_be_proposed_is_refused_with_its_reason(engine: Engine) {
    let world = World::new(engine).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    let owed = secretariat.get("/api/v1/deliverables?observatory=lodi").send().await.expect(200)["items"][0].clone();
    let path = format!("/api/v1/deliverables/{}/day-proposals", id(&owed));
    let ask = async |day: &Value| {
        secretariat.post(&path).json(json!({ "day": day, "reason": "Serve più tempo" })).send().await
    };
    ask(&json!("2027-03-14")).await.refused(422, "non_working_day");
    ask(&owed["day"]).await.refused(422, "nothing_changes");
    let silent = json!({ "day": "2027-03-15", "reason": "" });
    secretariat.post(&path).json(silent).send().await.refused(422, "reason_missing");
}

async fn the_secretariat_decides_about_a_proposed_day_on_its_monday_page(engine: Engine) {
    let world = World::new(engine).await;
    let desk = world.app.browser(SECRETARIAT).await;
    let shown = async |path: &str| desk.get(path).header("accept", "text/html").send().await.text();
    let proposal = format!("/day-proposals/{}", world.id("day proposal"));
    let preview = form(&shown(&proposal).await, &format!("{proposal}/preview")).send(&desk).await;
    assert!(preview.text().contains("Che cosa cambierebbe"), "{}", preview.text());
    let monday = shown("/monday").await;
    assert!(monday.contains("Chi scrive rientra l’11 marzo") || monday.contains("Chi scrive rientra l&#"), "{monday}");
    let led = form(&monday, &format!("{proposal}/accept")).send(&desk).await;
    assert_eq!(led.status.as_u16(), 303, "{}", led.text());
    assert!(!shown("/monday").await.contains(&proposal), "decided");
}

async fn a_link_in_a_mail_says_that_work_will_be_late(engine: Engine) {
    let world = World::new(engine).await;
    let page = format!("/p/{}", world.id("press"));
    let stranger = world.app.anonymous();
    let press = async |day: &str| {
        let fields = [("day", day), ("reason", "I dati arrivano dopo")];
        stranger.post(&format!("{page}/late")).header("sec-fetch-site", "same-origin").form("", &fields).send().await
    };
    assert_eq!(press("2027-01-26").await.status.as_u16(), 422, "before the due day");
    assert_eq!(press("2027-06-01").await.status.as_u16(), 303);
    let path = format!("/api/v1/tasks/{}/replies", world.id("task"));
    let replies = world.app.client(OWN).await.get(&path).send().await.expect(200);
    assert_eq!((&replies["items"][0]["kind"], &replies["items"][0]["day"]), (&json!("late"), &json!("2027-06-01")));
}

async fn a_step_that_waits_for_another_is_not_reminded_of_before(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let step = |code: &str, offset: i32, after: &[&str]| {
        json!({
            "code": code, "name_it": format!("Passo {code}"), "name_en": format!("Step {code}"), "seat": "referent",
            "offset_working_days": offset, "estimated_minutes": 60, "after": after,
        })
    };
    let product = "/api/v1/products/relazione-territoriale";
    let version = secretariat.get(product).send().await.expect(200)["version"].clone();
    let steps = json!({ "steps": [step("dati", -8, &[]), step("testo", -6, &["dati"])] });
    secretariat.put(&format!("{product}/steps")).if_match(version).json(steps).send().await.expect(200);
    let ada = Designation::of("referent:bergamo").to("Ada", "Riva");
    secretariat.post("/api/v1/designations").json(ada.json()).send().await.expect(201);
    let release = json!({ "product": "relazione-territoriale", "period": "2026", "date": { "precision": "month", "day": "2027-03-10" } });
    let planned = secretariat.post("/api/v1/releases").json(release).send().await.expect(201);
    let path = format!("/api/v1/releases/{}/confirm", id(&planned));
    secretariat.post(&path).if_match(&planned["version"]).json(json!({ "day": "2027-03-19" })).send().await.expect(200);
    let own = secretariat.get("/api/v1/tasks?observatory=bergamo").send().await.expect(200)["items"].clone();
    let sent = async |task: &Value| reminders_sent(&secretariat, task).await;
    let morning = async |day: &str| morning_of(&app, day).await;
    morning("2027-03-09").await;
    assert_eq!((sent(&own[0]).await, sent(&own[1]).await), (1, 0));
    let page = app
        .browser(SECRETARIAT)
        .await
        .get(&format!("/tasks/{}", id(&own[1])))
        .header("accept", "text/html")
        .send()
        .await;
    assert!(page.text().contains("Attende") && page.text().contains("Passo dati"));
    act(&secretariat, &own[0], "complete", json!({})).await;
    morning("2027-03-10").await;
    assert_eq!(sent(&own[1]).await, 1, "now it can be done");
}

async fn wait_for(secretariat: &Client, task: &Value, after: &[&Value]) -> crate::support::app::Answer {
    let path = format!("/api/v1/tasks/{}", id(task));
    let version = secretariat.get(&path).send().await.expect(200)["version"].clone();
    let after: Vec<&str> = after.iter().map(|one| id(one)).collect();
    secretariat.put(&format!("{path}/predecessors")).if_match(version).json(json!({ "after": after })).send().await
}

async fn a_given_task_that_waits_for_another_is_not_reminded_of_before(engine: Engine) {
    let world = World::new(engine).await;
    let (app, secretariat) = (&world.app, world.app.client(SECRETARIAT).await);
    let mut before = task("2027-09-16");
    before["seat"] = "referent:como".into();
    let before = give(&secretariat, before).await;
    let mut later = task("2027-09-16");
    later["after"] = json!([before["id"]]);
    let later = give(&secretariat, later).await;
    let named = secretariat.get(&format!("/api/v1/tasks/{}/predecessors", id(&later))).send().await.expect(200);
    assert_eq!((&named["items"][0]["id"], &named["items"][0]["is_due"]), (&before["id"], &json!(true)));
    app.advance(QUIET);
    app.mails().await;
    let sent = async |task: &Value| reminders_sent(&secretariat, task).await;
    let morning = async |day: &str| morning_of(app, day).await;
    morning("2027-09-13").await;
    assert_eq!((sent(&before).await, sent(&later).await), (1, 0), "three working days before");
    let own = app.browser(OWN).await;
    let page = own.get(&format!("/tasks/{}", id(&later))).header("accept", "text/html").send().await.text();
    assert!(
        page.contains("Attende") && !page.contains(&format!("/tasks/{}\"", id(&before))),
        "Bergamo sees its name only"
    );
    let list = own.get("/tasks").header("accept", "text/html").send().await.text();
    assert!(list.contains("attende: Elenco dei redattori"), "{list}");
    act(&secretariat, &before, "complete", json!({})).await;
    morning("2027-09-14").await;
    assert_eq!(sent(&later).await, 1, "now it can be done");
}

async fn tasks_do_not_wait_for_each_other_in_a_circle(engine: Engine) {
    let world = World::new(engine).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    let mut tasks = Vec::new();
    for _ in 0..3 {
        tasks.push(give(&secretariat, task("2027-09-15")).await);
    }
    wait_for(&secretariat, &tasks[0], &[&tasks[1]]).await.expect(200);
    wait_for(&secretariat, &tasks[1], &[&tasks[2]]).await.expect(200);
    for (one, after) in [(2, 0), (2, 1), (0, 0)] {
        wait_for(&secretariat, &tasks[one], &[&tasks[after]]).await.refused(422, "waits_in_circle");
    }
    wait_for(&secretariat, &tasks[0], &[&tasks[1]]).await.refused(422, "nothing_changes");
    wait_for(&secretariat, &tasks[0], &[&tasks[1], &tasks[2]]).await.expect(200);
    wait_for(&secretariat, &tasks[0], &[]).await.expect(200);
    wait_for(&secretariat, &tasks[2], &[&tasks[0]]).await.expect(200);
    let unknown = json!({ "id": "01890000-0000-7000-8000-000000000001" });
    wait_for(&secretariat, &tasks[0], &[&unknown]).await.refused(422, "invalid");
    let steps = secretariat.get("/api/v1/tasks?observatory=bergamo").send().await.expect(200);
    wait_for(&secretariat, &steps["items"][0], &[&tasks[0]]).await.refused(409, "not_given");
    wait_for(&secretariat, &tasks[0], &[&steps["items"][0]]).await.expect(200);
    let own = world.app.client(OWN).await;
    let path = format!("/api/v1/tasks/{}/predecessors", id(&tasks[0]));
    own.put(&path).if_match(1).json(json!({ "after": [] })).send().await.refused(403, "denied");
    assert_eq!(own.get(&path).send().await.expect(200)["items"].as_array().map(Vec::len), Some(1));
}

async fn the_secretariat_says_on_a_page_for_what_a_task_waits(engine: Engine) {
    let world = World::new(engine).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    let browser = world.app.browser(SECRETARIAT).await;
    let (first, second) = (give(&secretariat, task("2027-09-15")).await, give(&secretariat, task("2027-09-16")).await);
    let path = format!("/tasks/{}/after", id(&second));
    let page = async || browser.get(&path).header("accept", "text/html").send().await.text();
    let chosen = form(&page().await, &path).with(&[("after", id(&first))]).send(&browser).await;
    assert_eq!(chosen.status.as_u16(), 303, "{}", chosen.text());
    let again = form(&page().await, &path);
    assert_eq!(again.send(&browser).await.status.as_u16(), 422, "nothing has changed");
    let named = format!("before-{}", id(&first));
    assert_eq!(again.value(&named), "true");
    let mut freed = again.clone();
    freed.fields.retain(|(name, _)| *name != named);
    assert_eq!(freed.send(&browser).await.status.as_u16(), 303);
    let left = secretariat.get(&format!("/api/v1/tasks/{}/predecessors", id(&second))).send().await.expect(200);
    assert_eq!(left["items"], json!([]));
}

async fn a_task_begins_with_a_template_and_its_day_is_counted_in_working_days(engine: Engine) {
    let world = World::new(engine).await;
    let browser = world.app.browser(SECRETARIAT).await;
    // Ten working days of Bergamo from 20 August: the patron day of 26 August is none of them.
    let path = format!("/tasks/new?template={}&from=2027-08-20", world.id("template"));
    let shown = browser.get(&path).header("accept", "text/html").send().await.text();
    let begun = form(&shown, "/tasks/new");
    assert_eq!(
        (begun.value("title"), begun.value("day"), begun.value("seat"), begun.value("estimated_minutes")),
        ("Elenco dei redattori", "2027-09-06", "referent:bergamo", "30")
    );
    assert_eq!(begun.send(&browser).await.status.as_u16(), 303);
    let own = world.app.browser(OWN).await;
    assert_eq!(own.get("/tasks/templates").header("accept", "text/html").send().await.status.as_u16(), 403);
}

async fn a_template_is_changed_retired_and_put_back_into_use(engine: Engine) {
    let world = World::new(engine).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    let path = format!("/api/v1/task-templates/{}", world.id("template"));
    let same = json!({ "name": "Elenco", "title": "Altro", "estimated_minutes": 5, "offset_working_days": -3 });
    secretariat.post("/api/v1/task-templates").json(same.clone()).send().await.refused(409, "name_taken");
    let change = json!({ "seat": null, "offset_working_days": -5 });
    let changed = secretariat.patch(&path).if_match(1).merge_patch(&change).send().await.expect(200);
    assert_eq!((&changed["seat"], &changed["offset_working_days"]), (&Value::Null, &json!(-5)));
    let far = json!({ "offset_working_days": 900 });
    secretariat.patch(&path).if_match(2).merge_patch(&far).send().await.refused(422, "invalid");
    let nobody = json!({ "seat": "referent:atlantide" });
    secretariat.patch(&path).if_match(2).merge_patch(&nobody).send().await.refused(422, "invalid");
    let retired = secretariat.post(&format!("{path}/retire")).if_match(2).send().await.expect(200);
    assert!(retired["retired_at"].is_string());
    let title = json!({ "title": "Altro titolo" });
    secretariat.patch(&path).if_match(3).merge_patch(&title).send().await.refused(409, "template_retired");
    let browser = world.app.browser(SECRETARIAT).await;
    let give = browser.get("/tasks/new").header("accept", "text/html").send().await.text();
    assert!(!give.contains(world.id("template")), "a retired template is not offered");
    secretariat.post("/api/v1/task-templates").json(same).send().await.expect(201);
    secretariat.post(&format!("{path}/restore")).if_match(3).send().await.refused(409, "name_taken");
    secretariat.post(&format!("{path}/restore")).if_match(2).send().await.refused(412, "stale");
    let list = browser.get("/tasks/templates").header("accept", "text/html").send().await.text();
    assert!(list.contains("non più in uso"), "{list}");
}

/// Counts the reminders of a task that were sent.
async fn reminders_sent(secretariat: &Client, task: &Value) -> usize {
    let log = secretariat.get(&format!("/api/v1/reminders?obligation_id={}", id(task))).send().await.expect(200);
    log["items"].as_array().expect("a list").iter().filter(|entry| entry["outcome"] == "sent").count()
}

/// Sends the reminders of a day.
async fn morning_of(app: &TestApp, day: &str) {
    app.at(&format!("{day} 08:30"));
    app.tick("reminders").await;
    app.mails().await;
}
