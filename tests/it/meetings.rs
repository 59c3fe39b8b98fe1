//! The technical table, through REST on the Lombardy network: meetings convened, moved, cancelled, held, closed.

use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::{Designation, designate};
use crate::support::db::Engine;
use crate::support::mailbox::{Mail, list};
use crate::{both_engines, on_sqlite};
use chrono::TimeDelta;
use raccordo::mail::transport::{Delivery, FailureClass};
use raccordo::meetings::service as meetings;
use serde_json::{Value, json};
use std::time::Duration;

both_engines! {
    a_meeting_is_convened_moved_and_called_off_in_every_member_s_calendar,
    numbers_follow_each_other_and_a_cancelled_one_is_not_given_again,
    a_new_referent_is_invited_and_a_former_one_is_told_once,
    one_meeting_whose_members_cannot_be_followed_stops_no_other,
    a_patch_takes_away_keeps_or_replaces_and_writes_nothing_where_nothing_changes,
    a_meeting_held_with_a_quorum_decides_a_release_and_gives_a_task,
}

on_sqlite! {
    an_invitation_that_waited_while_the_meeting_moved_is_not_sent_any_more,
    a_new_member_is_not_invited_to_a_cancelled_meeting,
    the_farewell_is_the_last_mail_to_a_former_holder,
    the_mails_of_a_meeting_are_listed_at_that_meeting_only,
    a_convocation_that_cannot_stand_is_refused_with_its_reason,
    a_meeting_without_agenda_cannot_be_convened,
    a_decision_keeps_its_quorum_and_needs_a_reason_without_one,
    a_person_who_represents_several_parties_is_named_and_counted,
    an_hour_that_the_clocks_skip_is_no_hour_of_a_meeting,
    only_the_secretariat_keeps_the_table,
    every_page_of_a_meeting_opens_in_its_time,
}

const ADA: &str = "ada.riva@ente.example";
const UGO: &str = "ugo.bianchi@ente.example";

fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value:#}"))
}

fn path(meeting: &Value, verb: &str) -> String {
    format!("/api/v1/meetings/{}{verb}", text(meeting, "id"))
}

/// Prepares a draft for Wednesday 10 February 2027, in a room, with one point on its agenda.
async fn draft(secretariat: &Client) -> Value {
    let input = json!({
        "table": "tavolo", "title": "Agenda dei rilasci", "day": "2027-02-10", "starts": "09:30:00", "ends": "12:00:00",
        "venue": { "mode": "in_person", "place": "Palazzo Lombardia, Sala 5" },
    });
    let made = secretariat.post("/api/v1/meetings").json(input).send().await.expect(201);
    let item = json!({ "kind": "decision", "title": "Calendario della Relazione territoriale" });
    secretariat.post(&path(&made, "/agenda-items")).json(item).send().await.expect(201);
    secretariat.get(&path(&made, "")).send().await.expect(200)
}

async fn act(secretariat: &Client, meeting: &Value, verb: &str, input: Value) -> Value {
    secretariat.post(&path(meeting, verb)).if_match(&meeting["version"]).json(input).send().await.expect(200)
}

async fn convened(secretariat: &Client) -> Value {
    let made = draft(secretariat).await;
    act(secretariat, &made, "/convene", json!({})).await
}

fn of_meetings(mails: Vec<Mail>) -> Vec<Mail> {
    mails.into_iter().filter(|mail| mail.kind.starts_with("meeting_")).collect()
}

fn to<'m>(mails: &'m [Mail], address: &str) -> &'m Mail {
    mails.iter().find(|mail| mail.to == address).unwrap_or_else(|| panic!("no mail to {address} in {:?}", list(mails)))
}

/// Returns the calendar part with its lines unfolded.
fn calendar(mail: &Mail) -> String {
    mail.calendar.as_ref().expect("a calendar part").replace("\r\n ", "")
}

fn uid(calendar: &str) -> String {
    calendar.lines().find(|line| line.starts_with("UID:")).expect("a UID").trim().to_owned()
}

async fn a_meeting_is_convened_moved_and_called_off_in_every_member_s_calendar(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    designate(&secretariat, Designation::of("referent:bergamo")).await;
    let referent = app.client(ADA).await;
    app.mails().await;

    let made = draft(&secretariat).await;
    assert_eq!(made.get("number"), None, "a draft has no number");
    referent.get(&path(&made, "")).send().await.refused(404, "not_found");
    assert_eq!(list(&app.mails().await), [""; 0], "a draft mails nobody");

    let meeting = act(&secretariat, &made, "/convene", json!({})).await;
    assert_eq!(meeting["number"], "1/2027");
    referent.get(&path(&made, "")).send().await.expect(200);
    let invitations = app.mails().await;
    assert_eq!(list(&invitations), [format!("{ADA}  meeting_convened"), format!("{SECRETARIAT}  meeting_convened")]);
    let mail = to(&invitations, ADA);
    assert_eq!(mail.subject, "Convocazione per mer 10 feb, 9.30: Agenda dei rilasci");
    for said in [
        "mercoledì 10 febbraio 2027",
        "dalle 9.30 alle 12.00",
        "Palazzo Lombardia, Sala 5",
        "Calendario della Relazione territoriale",
    ] {
        let text = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(said), "{said} is missing in\n{text}");
    }
    let first = calendar(mail);
    assert!(first.contains("METHOD:REQUEST") && first.contains("SEQUENCE:0"), "{first}");
    assert_eq!(first.matches("ATTENDEE").count(), 1, "nobody learns who else was invited");

    let to_the_17th = json!({ "day": "2027-02-17", "starts": "10:00:00", "ends": "12:00:00" });
    let moved = act(&secretariat, &meeting, "/move", to_the_17th).await;
    let updates = app.mails().await;
    assert_eq!(list(&updates), [format!("{ADA}  meeting_moved"), format!("{SECRETARIAT}  meeting_moved")]);
    let update = to(&updates, ADA);
    assert!(update.subject.starts_with("Spostata a mer 17 feb, 10.00: "), "{}", update.subject);
    let words = update.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("si tiene mercoledì 17 febbraio 2027"), "{words}");
    assert!(words.contains("e non più mercoledì 10 febbraio 2027"), "{words}");
    let second = calendar(update);
    assert!(second.contains("METHOD:REQUEST") && second.contains("SEQUENCE:1"), "{second}");
    assert_eq!(uid(&second), uid(&first));

    let cancelled = act(&secretariat, &moved, "/cancel", json!({ "reason": "Sciopero dei trasporti" })).await;
    assert_eq!((&cancelled["state"], &cancelled["number"]), (&json!("cancelled"), &json!("1/2027")));
    let withdrawals = app.mails().await;
    let third = calendar(to(&withdrawals, ADA));
    assert!(third.contains("METHOD:CANCEL") && third.contains("SEQUENCE:2"), "{third}");
    assert_eq!(uid(&third), uid(&first));
    let own = referent.get(&path(&made, "/invite.ics")).send().await.text();
    assert!(own.contains("METHOD:CANCEL"), "a calendar that missed the mail can still be put right");
}

async fn an_invitation_that_waited_while_the_meeting_moved_is_not_sent_any_more(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    designate(&secretariat, Designation::of("referent:bergamo")).await;
    app.mails().await;
    let meeting = convened(&secretariat).await;
    let to_the_17th = json!({ "day": "2027-02-17", "starts": "10:00:00", "ends": "12:00:00" });
    act(&secretariat, &meeting, "/move", to_the_17th).await;
    assert_eq!(list(&app.mails().await), [format!("{ADA}  meeting_moved"), format!("{SECRETARIAT}  meeting_moved")]);
    let log = secretariat.get("/api/v1/mails?kind=meeting_convened").send().await.expect(200);
    let ends: Vec<_> =
        log["items"].as_array().expect("mails").iter().map(|mail| (&mail["state"], &mail["last_class"])).collect();
    assert_eq!(ends, [(&json!("cancelled"), &json!("untrue")); 2]);
}

async fn numbers_follow_each_other_and_a_cancelled_one_is_not_given_again(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let first = convened(&secretariat).await;
    act(&secretariat, &first, "/cancel", json!({ "reason": "Doppia" })).await;
    assert_eq!(convened(&secretariat).await["number"], "2/2027");
}

async fn a_new_referent_is_invited_and_a_former_one_is_told_once(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    designate(&secretariat, Designation::of("referent:bergamo")).await;
    convened(&secretariat).await;
    app.mails().await;
    let successor = Designation::of("referent:bergamo").to("Ugo", "Bianchi").from("2027-01-18").replacing_the_holder();
    designate(&secretariat, successor).await;
    app.tick("follow_members").await;
    assert!(of_meetings(app.mails().await).is_empty(), "until the 18th nothing has changed");

    app.at("2027-01-18 08:00");
    app.tick("handover").await;
    app.tick("follow_members").await;
    let told = of_meetings(app.mails().await);
    assert_eq!(list(&told), [format!("{ADA}  meeting_left"), format!("{UGO}  meeting_joined")]);
    assert!(calendar(to(&told, ADA)).contains("METHOD:CANCEL") && calendar(to(&told, ADA)).contains("SEQUENCE:1"));
    assert!(calendar(to(&told, UGO)).contains("METHOD:REQUEST") && calendar(to(&told, UGO)).contains("SEQUENCE:0"));
    app.at("2027-01-18 09:00");
    app.tick("follow_members").await;
    assert!(of_meetings(app.mails().await).is_empty(), "nobody is told twice");
}

async fn a_new_member_is_not_invited_to_a_cancelled_meeting(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let meeting = convened(&secretariat).await;
    designate(&secretariat, Designation::of("referent:bergamo")).await;
    app.mails().await;
    let (acting, system) = (app.acting_as(SECRETARIAT).await, app.system());
    let id = text(&meeting, "id").parse().expect("an id");
    let version = i32::try_from(meeting["version"].as_i64().expect("a version")).expect("a version");
    let calling_off = acting.begin().await.expect("a transaction");
    meetings::cancel(&acting, &calling_off, id, version, "Doppia").await.expect("called off");
    let following = meetings::follow_members(&system);
    tokio::pin!(following);
    let at_once = tokio::time::timeout(Duration::from_millis(300), &mut following).await;
    acting.commit(calling_off).await.expect("committed");
    let told = if let Ok(told) = at_once { told } else { following.await };
    let (told, failures) = told.expect("followed");
    assert_eq!((told, failures.is_empty()), (0, true));
    assert_eq!(list(&of_meetings(app.mails().await)), [format!("{SECRETARIAT}  meeting_cancelled")]);
}

async fn a_patch_takes_away_keeps_or_replaces_and_writes_nothing_where_nothing_changes(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let made = draft(&secretariat).await;
    let patch = async |patch: Value| {
        secretariat.patch(&path(&made, "")).if_match(&made["version"]).merge_patch(&patch).send().await
    };
    for member in ["title", "day", "starts", "ends", "mode"] {
        let refused = patch(json!({ member: null })).await.refused(422, "invalid");
        assert_eq!(
            (&refused["errors"][0]["field"], &refused["errors"][0]["code"]),
            (&json!(member), &json!("required"))
        );
    }
    for same in [json!({}), json!({ "title": made["title"] }), json!({ "remote_url": null })] {
        patch(same).await.refused(422, "nothing_changes");
    }
    let kept = secretariat.get(&path(&made, "")).send().await.expect(200);
    assert_eq!(kept["version"], made["version"]);
    let changed = patch(json!({ "title": "Agenda", "place": null })).await.expect(200);
    assert_eq!(
        (&changed["title"], &changed["venue"]["place"], &changed["day"]),
        (&json!("Agenda"), &Value::Null, &made["day"])
    );
}

async fn the_farewell_is_the_last_mail_to_a_former_holder(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    designate(&secretariat, Designation::of("referent:bergamo")).await;
    convened(&secretariat).await;
    app.mails().await;
    let to_ada =
        async || app.mails().await.into_iter().filter(|mail| mail.to == ADA).map(|mail| mail.kind).collect::<Vec<_>>();
    app.at("2027-01-18 08:00");
    let successor = Designation::of("referent:bergamo").to("Ugo", "Bianchi").from("2027-01-18").replacing_the_holder();
    designate(&secretariat, successor).await;
    assert_eq!(to_ada().await, [""; 0], "the withdrawal of the invitation comes first");
    app.tick("follow_members").await;
    let greylisted =
        || Delivery::NotSent { retry: true, class: FailureClass::Recipient, text: "450 4.7.1 later".into() };
    // One answer for the former member, one for the new member.
    app.mailbox.script([greylisted(), greylisted()]);
    app.advance(TimeDelta::seconds(30));
    assert_eq!(list(&app.mails().await), [""; 0], "a mail that is tried again is not over");
    app.advance(TimeDelta::minutes(2));
    assert_eq!(to_ada().await, ["meeting_left", "farewell"], "in this order");
    for day in ["2027-01-19 08:00", "2027-02-05 08:00", "2027-02-10 09:00"] {
        app.at(day);
        for job in ["handover", "follow_members", "reminders"] {
            app.tick(job).await;
        }
        assert_eq!(to_ada().await, [""; 0], "{day}");
    }
}

async fn the_mails_of_a_meeting_are_listed_at_that_meeting_only(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let first = convened(&secretariat).await;
    designate(&secretariat, Designation::of("referent:bergamo")).await;
    let second = convened(&secretariat).await;
    act(&secretariat, &second, "/cancel", json!({ "reason": "Doppia" })).await;
    let told = async |meeting: &Value| {
        let shown = secretariat.get(&path(meeting, "")).send().await.expect(200);
        shown["told"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| (text(one, "name").to_owned(), one["method"].clone()))
            .collect::<Vec<_>>()
    };
    let names = |told: &[(String, Value)]| told.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let (of_first, of_second) = (told(&first).await, told(&second).await);
    assert_eq!(of_first.len(), 1, "Ada was no member yet: {of_first:?}");
    assert_eq!(of_first[0].1, "request", "{of_first:?}");
    assert!(names(&of_second).contains(&"Ada Riva".to_owned()) && of_second.len() == 2, "{of_second:?}");
    assert!(of_second.iter().all(|(_, method)| method == "cancel"), "{of_second:?}");
}

async fn a_convocation_that_cannot_stand_is_refused_with_its_reason(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let made = draft(&secretariat).await;
    let edit = async |patch: Value| {
        let version = secretariat.get(&path(&made, "")).send().await.expect(200)["version"].clone();
        secretariat.patch(&path(&made, "")).if_match(version).merge_patch(&patch).send().await.expect(200)
    };
    let convene = async |meeting: &Value, input: Value| {
        secretariat.post(&path(meeting, "/convene")).if_match(&meeting["version"]).json(input).send().await
    };
    convene(&json!({ "id": made["id"], "version": 99 }), json!({})).await.refused(412, "stale");
    secretariat.post(&path(&made, "/convene")).json(json!({})).send().await.refused(428, "version_missing");

    let on_a_patron_day = edit(json!({ "day": "2027-02-15" })).await;
    let refused = convene(&on_a_patron_day, json!({})).await;
    let (text, next) = (refused.text(), "16.02.2027");
    assert!(text.contains("Faustino") && text.contains(next), "{text}");
    refused.refused(422, "non_working_day");

    let nowhere = edit(json!({ "day": "2027-02-10", "place": null })).await;
    convene(&nowhere, json!({})).await.refused(422, "place_missing");
    let soon = edit(json!({ "day": "2027-01-13", "place": "Sala 5" })).await;
    convene(&soon, json!({})).await.refused(422, "notice_too_short");
    let past = edit(json!({ "day": "2027-01-08" })).await;
    convene(&past, json!({})).await.refused(422, "day_in_past");

    let soon = edit(json!({ "day": "2027-01-13" })).await;
    let convened = convene(&soon, json!({ "short_notice_reason": "Scadenza europea" })).await.expect(200);
    assert_eq!(convened["short_notice_reason"], "Scadenza europea");
    convene(&convened, json!({})).await.refused(409, "wrong_transition");
    let late = json!({ "kind": "information", "title": "Varie" });
    secretariat.post(&path(&made, "/agenda-items")).json(late).send().await.refused(409, "wrong_transition");
    secretariat
        .post(&path(&made, "/hold"))
        .if_match(&convened["version"])
        .json(json!({}))
        .send()
        .await
        .refused(409, "meeting_not_begun");
}

async fn a_meeting_without_agenda_cannot_be_convened(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let made = draft(&secretariat).await;
    let item = made["agenda"][0]["id"].as_str().expect("an item");
    secretariat
        .delete(&path(&made, &format!("/agenda-items/{item}")))
        .if_match(&made["version"])
        .send()
        .await
        .expect(204);
    let empty = secretariat.get(&path(&made, "")).send().await.expect(200);
    secretariat
        .post(&path(&made, "/convene"))
        .if_match(&empty["version"])
        .json(json!({}))
        .send()
        .await
        .refused(422, "agenda_empty");
    assert_eq!(list(&app.mails().await), [""; 0]);
}

async fn a_meeting_held_with_a_quorum_decides_a_release_and_gives_a_task(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    designate(&secretariat, Designation::of("referent:bergamo")).await;
    let planned = json!({ "product": "relazione-territoriale", "period": "2026", "date": { "precision": "month", "day": "2027-03-10" } });
    let release = secretariat.post("/api/v1/releases").json(planned).send().await.expect(201);
    let meeting = convened(&secretariat).await;
    let decision = json!({
        "kind": "decision", "text": "La Relazione esce il 19 marzo.", "agenda_item_id": meeting["agenda"][0]["id"],
        "release": { "release_id": release["id"], "change": "confirm", "day": "2027-03-19" },
    });
    let outcomes = path(&meeting, "/outcomes");
    secretariat.post(&outcomes).json(decision.clone()).send().await.refused(409, "wrong_transition");

    app.at("2027-02-10 09:30");
    let parties: Vec<&str> =
        meeting["attendances"].as_array().expect("parties").iter().map(|one| text(one, "body")).collect();
    assert_eq!(parties.len(), 13);
    let present: Vec<Value> = parties[..6].iter().map(|body| json!({ "body": body, "presence": "present" })).collect();
    let held = act(&secretariat, &meeting, "/hold", json!({ "attendances": present })).await;
    assert_eq!(held["quorum"], json!({ "parties": 13, "there": 6, "needed": 7, "reached": false }));
    secretariat.post(&outcomes).json(decision.clone()).send().await.refused(409, "quorum_missing");

    let seventh = path(&meeting, &format!("/attendances/{}", parties[6]));
    let put = |input: Value| secretariat.put(&seventh).if_match(&held["version"]).json(input);
    put(json!({ "presence": "by_delegate" })).send().await.refused(422, "required");
    let quorate = put(json!({ "presence": "by_delegate", "delegate": "Rita Neri" })).send().await.expect(200);
    assert_eq!(quorate["quorum"]["reached"], true);
    assert_eq!(quorate["attendances"][6]["delegate"], "Rita Neri");

    let outcome = secretariat.post(&outcomes).json(decision).send().await.expect(201);
    assert_eq!(outcome["release_id"], release["id"]);
    let story = secretariat.get(&format!("/api/v1/releases/{}", text(&release, "id"))).send().await.expect(200);
    assert_eq!((&story["state"], &story["date"]["day"]), (&json!("confirmed"), &json!("2027-03-19")));
    assert!(story["changes"].to_string().contains(text(&outcome, "id")), "why this date? {story:#}");

    let task = json!({
        "kind": "task", "text": "Bergamo manda i dati provvisori.",
        "task": { "seat": "referent:bergamo", "title": "Dati provvisori", "due_day": "2027-02-24", "estimated_minutes": 60 },
    });
    let given = secretariat.post(&outcomes).json(task).send().await.expect(201);
    let task = secretariat.get(&format!("/api/v1/tasks/{}", text(&given, "task_id"))).send().await.expect(200);
    assert_eq!(task["due_day"], "2027-02-24");
    let at_length = json!({
        "kind": "task", "text": "x".repeat(1001),
        "task": { "seat": "referent:bergamo", "title": "Dati definitivi", "due_day": "2027-02-25" },
    });
    let given = secretariat.post(&outcomes).json(at_length).send().await.expect(201);
    let task = secretariat.get(&format!("/api/v1/tasks/{}", text(&given, "task_id"))).send().await.expect(200);
    assert_eq!(task["note"], "x".repeat(1000), "as much of it as a note holds");
    let moving = json!({
        "kind": "decision", "text": "x".repeat(2001),
        "release": { "release_id": release["id"], "change": "move", "day": "2027-04-02" },
    });
    let refused = secretariat.post(&outcomes).json(moving).send().await.refused(422, "invalid");
    assert_eq!((&refused["errors"][0]["field"], &refused["errors"][0]["code"]), (&json!("text"), &json!("too_long")));
    let without = json!({ "kind": "task", "text": "Qualcuno faccia qualcosa." });
    secretariat.post(&outcomes).json(without).send().await.refused(422, "invalid");

    let now = secretariat.get(&path(&meeting, "")).send().await.expect(200);
    assert_eq!(now["outcomes"].as_array().map(Vec::len), Some(3));
    let closed = secretariat.post(&path(&meeting, "/close")).if_match(&now["version"]).send().await.expect(200);
    assert_eq!(closed["state"], "closed");
    secretariat
        .post(&outcomes)
        .json(json!({ "kind": "information", "text": "Altro" }))
        .send()
        .await
        .refused(409, "wrong_transition");
}

/// Holds a meeting with these presences.
pub async fn held(app: &TestApp, secretariat: &Client, attendances: Value) -> Value {
    let meeting = convened(secretariat).await;
    app.at("2027-02-10 09:30");
    act(secretariat, &meeting, "/hold", json!({ "attendances": attendances })).await
}

const SEVEN: [&str; 7] = [
    "provincia-bergamo",
    "provincia-brescia",
    "provincia-como",
    "provincia-cremona",
    "provincia-lecco",
    "provincia-lodi",
    "provincia-mantova",
];

/// The seven parties of the quorum, present.
pub fn seven() -> Value {
    json!(SEVEN.iter().map(|body| json!({ "body": body, "presence": "present" })).collect::<Vec<_>>())
}

async fn a_decision_keeps_its_quorum_and_needs_a_reason_without_one(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let meeting = held(&app, &secretariat, seven()).await;
    let now = async || secretariat.get(&path(&meeting, "")).send().await.expect(200);
    let put = async |body: &str, input: Value| {
        let version = now().await["version"].clone();
        secretariat.put(&path(&meeting, &format!("/attendances/{body}"))).if_match(version).json(input).send().await
    };
    let absent = json!({ "presence": "absent" });
    put(SEVEN[0], absent.clone()).await.expect(200);
    put(SEVEN[0], json!({ "presence": "present" })).await.expect(200);
    let decision = json!({ "kind": "decision", "text": "L’agenda è adottata." });
    secretariat.post(&path(&meeting, "/outcomes")).json(decision).send().await.expect(201);

    let refused = put(SEVEN[0], absent.clone()).await.refused(422, "quorum_lost");
    assert_eq!(refused["errors"][0]["field"], "short_quorum_reason");
    assert_eq!(now().await["quorum"]["there"], 7, "nothing was recorded");
    let with_word = json!({ "presence": "absent", "short_quorum_reason": "Bergamo è uscita dopo il voto" });
    let corrected = put(SEVEN[0], with_word).await.expect(200);
    assert_eq!((&corrected["quorum"]["there"], &corrected["quorum"]["reached"]), (&json!(6), &json!(false)));
    assert_eq!(corrected["short_quorum_reason"], "Bergamo è uscita dopo il voto");
    let frozen = &corrected["outcomes"][0]["quorum"];
    assert_eq!(
        frozen,
        &json!({ "parties": 13, "there": 7, "needed": 7, "reached": true }),
        "as it was when they decided"
    );
    let further = put(SEVEN[1], absent).await.expect(200);
    assert_eq!(further["short_quorum_reason"], "Bergamo è uscita dopo il voto", "the word stays");

    let close = async |input: Option<Value>| {
        let version = now().await["version"].clone();
        let asked = secretariat.post(&path(&meeting, "/close")).if_match(version);
        if let Some(input) = input { asked.json(input).send().await } else { asked.send().await }
    };
    close(None).await.refused(422, "quorum_lost");
    close(Some(json!({}))).await.refused(422, "quorum_lost");
    close(Some(json!({ "reason": "Altro" }))).await.refused(422, "unexpected_shape");
    let closed = close(Some(json!({ "short_quorum_reason": "Il voto era valido" }))).await.expect(200);
    assert_eq!((&closed["state"], &closed["closed_short_reason"]), (&json!("closed"), &json!("Il voto era valido")));
    assert_eq!(closed["short_quorum_reason"], "Bergamo è uscita dopo il voto");
}

async fn a_person_who_represents_several_parties_is_named_and_counted(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    designate(&secretariat, Designation::of("referent:bergamo")).await;
    let meeting = held(
        &app,
        &secretariat,
        json!([
            { "body": "provincia-bergamo", "presence": "present" },
            { "body": "provincia-brescia", "presence": "by_delegate", "delegate": "RIVA Ada" },
            { "body": "provincia-como", "presence": "by_delegate", "delegate": "Rita Neri" },
            { "body": "provincia-lecco", "presence": "by_delegate", "delegate": "rita neri" },
            { "body": "provincia-lodi", "presence": "present" },
        ]),
    )
    .await;
    assert_eq!(meeting["quorum"]["there"], 5, "a party that sends a delegate is there");
    let found = meeting["stand_ins"].as_array().expect("a list");
    let parties: Vec<&Value> = found.iter().map(|one| &one["parties"]).collect();
    assert_eq!(
        parties,
        [&json!(["Provincia di Bergamo", "Provincia di Brescia"]), &json!(["Provincia di Como", "Provincia di Lecco"])]
    );
    let page = secretariat.get(&format!("/meetings/{}", text(&meeting, "id")));
    let page = page.header("accept", "text/html").send().await.text();
    assert!(page.contains("Rita Neri rappresenta più parti"), "{page}");
}

async fn an_hour_that_the_clocks_skip_is_no_hour_of_a_meeting(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let made = draft(&secretariat).await;
    let night = json!({
        "table": "tavolo", "title": "Di notte", "day": "2027-03-28", "starts": "02:30:00", "ends": "04:00:00",
        "venue": { "mode": "in_person", "place": "Sala 5" },
    });
    let refused = secretariat.post("/api/v1/meetings").json(night).send().await.refused(422, "hour_skipped");
    assert_eq!(refused["errors"][0]["field"], "starts");
    let edit = json!({ "day": "2027-03-28", "starts": "01:00:00", "ends": "02:00:00" });
    let refused = secretariat.patch(&path(&made, "")).if_match(&made["version"]).merge_patch(&edit).send().await;
    assert_eq!(refused.refused(422, "hour_skipped")["errors"][0]["field"], "ends");
    let meeting = act(&secretariat, &made, "/convene", json!({})).await;
    let elsewhere = json!({ "day": "2027-03-28", "starts": "02:00:00", "ends": "05:00:00" });
    let moved = secretariat.post(&path(&meeting, "/move")).if_match(&meeting["version"]).json(elsewhere).send().await;
    moved.refused(422, "hour_skipped");
}

async fn only_the_secretariat_keeps_the_table(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    designate(&secretariat, Designation::of("referent:bergamo")).await;
    let referent = app.client(ADA).await;
    let meeting = convened(&secretariat).await;
    let elsewhere = json!({ "day": "2027-02-17", "starts": "10:00:00", "ends": "12:00:00" });
    referent
        .post(&path(&meeting, "/move"))
        .if_match(&meeting["version"])
        .json(elsewhere)
        .send()
        .await
        .refused(403, "denied");
    let seen = referent.get(&path(&meeting, "")).send().await.expect(200);
    assert_eq!(seen["told"], json!([]), "who was told what is the secretariat's to know");
    app.anonymous().get("/api/v1/meetings").send().await.refused(401, "unauthenticated");
    app.anonymous().get(&path(&meeting, "")).send().await.refused(401, "unauthenticated");
}

async fn every_page_of_a_meeting_opens_in_its_time(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let open = async |path: String, said: &str| {
        let answer = secretariat.get(&path).header("accept", "text/html").send().await;
        assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
        assert!(answer.text().contains(said), "{path} does not say {said}:\n{}", answer.text());
    };
    let made = draft(&secretariat).await;
    let page = format!("/meetings/{}", text(&made, "id"));
    open("/meetings/new".into(), "Nuova seduta").await;
    open(page.clone(), "Seduta in preparazione").await;
    for form in ["edit", "agenda-items/new", "convene", "cancel"] {
        open(format!("{page}/{form}"), "csrf").await;
    }
    let meeting = act(&secretariat, &made, "/convene", json!({})).await;
    open("/meetings".into(), "Seduta n. 1/2027").await;
    open(page.clone(), "Palazzo Lombardia, Sala 5").await;
    open(format!("{page}/move"), "2027-02-10").await;
    app.at("2027-02-10 09:30");
    open(format!("{page}/hold"), "Provincia di Bergamo").await;
    act(&secretariat, &meeting, "/hold", json!({})).await;
    open(page.clone(), "Numero legale non raggiunto").await;
    open(format!("{page}/attendances"), "Provincia di Bergamo").await;
    open(format!("{page}/outcomes/new"), "Decisione").await;
}

async fn one_meeting_whose_members_cannot_be_followed_stops_no_other(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let (spoilt, sound) = (convened(&secretariat).await, convened(&secretariat).await);
    app.mails().await;
    designate(&secretariat, Designation::of("referent:bergamo")).await;
    app.mails().await;
    app.refuse("outbox_mail", "subject_id", text(&spoilt, "id")).await;
    let note = app.tick_with_failures("follow_members").await;
    assert!(note.contains(&format!("failed 1: meeting {}: ", text(&spoilt, "id"))), "{note}");
    let told = of_meetings(app.mails().await);
    assert_eq!(list(&told), [format!("{ADA}  meeting_joined")]);
    assert!(told[0].text.contains(text(&sound, "number")) || told[0].subject.contains(text(&sound, "number")));
}
