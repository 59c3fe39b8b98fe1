//! Members of a table: a working group convenes and counts its own parties; partners attend the meetings to which they
//! are invited.

use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::{Designation, designate};
use crate::support::db::Engine;
use crate::support::mailbox::{Mail, list};
use crate::{both_engines, on_sqlite};
use scraper::{Html, Selector};
use serde_json::{Value, json};

both_engines! {
    a_working_group_convenes_and_counts_its_own_parties,
    a_meeting_that_was_held_keeps_the_parties_it_had,
    a_partner_loses_the_invitation_with_the_seat_and_keeps_it_when_renewed,
}

on_sqlite! {
    a_working_group_follows_its_own_parties,
    only_the_secretariat_chooses_the_parties_and_only_of_a_working_group,
    the_parties_of_the_file_are_the_first_ones_only,
    a_guest_of_a_convened_meeting_is_told_at_once,
    an_invited_partner_attends_and_does_not_count_for_the_quorum,
    only_the_secretariat_invites_and_only_partners,
}

/// A working group beside the plenary table.
pub const GROUP: &str = r#"
[[technical_table]]
code = "gruppo"
name_it = "Gruppo di lavoro sul portale"
name_en = "Working group on the portal"
kind = "working_group"
ordinary_notice_days = 5
parties = ["provincia-bergamo", "provincia-como", "provincia-lodi"]
"#;

const ADA: &str = "ada.riva@ente.example";
const UGO: &str = "ugo.sala@ente.example";
const PIA: &str = "pia.neri@ente.example";
const RITA: &str = "rita.verdi@ente.example";

/// Makes the group of Bergamo, Como and Lodi, and the referents of Bergamo (Ada) and Mantua (Ugo).
async fn group(engine: Engine) -> (TestApp, Client) {
    let app = TestApp::new(engine).await;
    app.load_also(GROUP).await;
    let secretariat = app.client(SECRETARIAT).await;
    designate(&secretariat, Designation::of("referent:bergamo")).await;
    designate(&secretariat, Designation::of("referent:mantova").to("Ugo", "Sala")).await;
    app.mails().await;
    (app, secretariat)
}

fn path(meeting: &Value, verb: &str) -> String {
    format!("/api/v1/meetings/{}{verb}", meeting["id"].as_str().expect("an id"))
}

async fn shown(client: &Client, meeting: &Value) -> Value {
    client.get(&path(meeting, "")).send().await.expect(200)
}

async fn act(secretariat: &Client, meeting: &Value, verb: &str, input: Value) -> Value {
    let version = shown(secretariat, meeting).await["version"].clone();
    secretariat.post(&path(meeting, verb)).if_match(version).json(input).send().await.expect(200)
}

async fn draft(secretariat: &Client, table: &str) -> Value {
    let input = json!({
        "table": table, "title": "Il portale", "day": "2027-02-10", "starts": "09:30:00", "ends": "12:00:00",
        "venue": { "mode": "in_person", "place": "Sala 5" },
    });
    let made = secretariat.post("/api/v1/meetings").json(input).send().await.expect(201);
    let item = json!({ "kind": "decision", "title": "La pagina comune" });
    secretariat.post(&path(&made, "/agenda-items")).json(item).send().await.expect(201);
    made
}

async fn convened(secretariat: &Client, table: &str) -> Value {
    let made = draft(secretariat, table).await;
    act(secretariat, &made, "/convene", json!({})).await
}

async fn choose(secretariat: &Client, parties: Value) -> Value {
    let version = secretariat.get("/api/v1/tables/gruppo").send().await.expect(200)["version"].clone();
    let input = json!({ "parties": parties });
    secretariat.put("/api/v1/tables/gruppo/parties").if_match(version).json(input).send().await.expect(200)
}

async fn invite(secretariat: &Client, meeting: &Value, guests: Value) -> Value {
    let version = shown(secretariat, meeting).await["version"].clone();
    let input = json!({ "guests": guests });
    secretariat.put(&path(meeting, "/guests")).if_match(version).json(input).send().await.expect(200)
}

fn of_meetings(mails: Vec<Mail>) -> Vec<Mail> {
    mails.into_iter().filter(|mail| mail.kind.starts_with("meeting_")).collect()
}

fn calendar_to(mails: &[Mail], address: &str) -> String {
    let mail = mails.iter().find(|mail| mail.to == address).unwrap_or_else(|| panic!("{address}: {:?}", list(mails)));
    mail.calendar.as_ref().expect("a calendar part").replace("\r\n ", "")
}

fn parties(meeting: &Value) -> Vec<&str> {
    let rows = meeting["attendances"].as_array().expect("a list");
    rows.iter().map(|row| row["body"].as_str().expect("a code")).collect()
}

async fn a_working_group_convenes_and_counts_its_own_parties(engine: Engine) {
    let (app, secretariat) = group(engine).await;
    let meeting = convened(&secretariat, "gruppo").await;
    assert_eq!(parties(&meeting), ["provincia-bergamo", "provincia-como", "provincia-lodi"]);
    assert_eq!((&meeting["quorum"]["parties"], &meeting["quorum"]["needed"]), (&json!(3), &json!(2)));
    let told = app.mails().await;
    assert_eq!(list(&told), [format!("{ADA}  meeting_convened"), format!("{SECRETARIAT}  meeting_convened")]);

    app.at("2027-02-10 09:45");
    let present = |body: &str| json!({ "body": body, "presence": "present" });
    let version = shown(&secretariat, &meeting).await["version"].clone();
    let stranger = json!({ "attendances": [present("provincia-mantova")] });
    let hold = secretariat.post(&path(&meeting, "/hold")).if_match(version).json(stranger).send().await;
    assert_eq!(hold.refused(422, "invalid")["errors"][0]["field"], "body");
    act(&secretariat, &meeting, "/hold", json!({ "attendances": [present("provincia-bergamo")] })).await;
    let decision = json!({ "kind": "decision", "text": "Una pagina per tutti." });
    let decide = async || secretariat.post(&path(&meeting, "/outcomes")).json(decision.clone()).send().await;
    decide().await.refused(409, "quorum_missing");
    let attend = async |body: &str| {
        let version = shown(&secretariat, &meeting).await["version"].clone();
        let path = path(&meeting, &format!("/attendances/{body}"));
        secretariat.put(&path).if_match(version).json(json!({ "presence": "present" })).send().await
    };
    attend("provincia-mantova").await.refused(422, "invalid");
    attend("provincia-como").await.expect(200);
    decide().await.expect(201);

    let plenary = draft(&secretariat, "tavolo").await;
    assert_eq!(parties(&shown(&secretariat, &plenary).await).len(), 13, "the plenary table stays as it is");
}

async fn a_working_group_follows_its_own_parties(engine: Engine) {
    let (app, secretariat) = group(engine).await;
    convened(&secretariat, "gruppo").await;
    app.mails().await;
    let table = choose(&secretariat, json!(["provincia-mantova", "provincia-como"])).await;
    assert_eq!(table["parties"], json!(["provincia-como", "provincia-mantova"]));
    app.tick("follow_members").await;
    let told = of_meetings(app.mails().await);
    assert_eq!(list(&told), [format!("{ADA}  meeting_left"), format!("{UGO}  meeting_joined")]);
    assert!(calendar_to(&told, ADA).contains("METHOD:CANCEL") && calendar_to(&told, UGO).contains("METHOD:REQUEST"));
    app.tick("follow_members").await;
    assert_eq!(list(&of_meetings(app.mails().await)), [""; 0], "nobody is told twice");
    choose(&secretariat, json!(["provincia-bergamo", "provincia-mantova", "provincia-como"])).await;
    app.tick("follow_members").await;
    assert_eq!(list(&of_meetings(app.mails().await)), [format!("{ADA}  meeting_joined")]);
}

async fn a_meeting_that_was_held_keeps_the_parties_it_had(engine: Engine) {
    let (app, secretariat) = group(engine).await;
    let meeting = convened(&secretariat, "gruppo").await;
    app.at("2027-02-10 09:45");
    let there = ["provincia-bergamo", "provincia-como"].map(|body| json!({ "body": body, "presence": "present" }));
    act(&secretariat, &meeting, "/hold", json!({ "attendances": there })).await;
    app.at("2027-02-11 09:00");
    choose(&secretariat, json!(["provincia-lodi", "provincia-mantova", "provincia-pavia"])).await;
    let kept = shown(&secretariat, &meeting).await;
    assert_eq!(parties(&kept), ["provincia-bergamo", "provincia-como", "provincia-lodi"]);
    assert_eq!(kept["quorum"]["reached"], true);
    assert_eq!(
        parties(&convened_later(&secretariat).await),
        ["provincia-lodi", "provincia-mantova", "provincia-pavia"]
    );
}

async fn convened_later(secretariat: &Client) -> Value {
    let made = draft(secretariat, "gruppo").await;
    shown(secretariat, &made).await
}

async fn only_the_secretariat_chooses_the_parties_and_only_of_a_working_group(engine: Engine) {
    let (app, secretariat) = group(engine).await;
    designate(&secretariat, Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo")).await;
    designate(&secretariat, Designation::of("partner:bergamo").to("Pia", "Neri")).await;
    designate(&secretariat, Designation::of("direction:regione-lombardia").to("Dora", "Alta")).await;
    let put = async |client: &Client, table: &str, version: i32, parties: Value| {
        let input = json!({ "parties": parties });
        client.put(&format!("/api/v1/tables/{table}/parties")).if_match(version).json(input).send().await
    };
    let some = || json!(["provincia-bergamo"]);
    for address in [ADA, "elio.capo@ente.example", PIA, "dora.alta@ente.example"] {
        put(&app.client(address).await, "gruppo", 1, some()).await.refused(403, "denied");
        let browser = app.browser(address).await;
        let form = [("version", "1"), ("party-provincia-bergamo", "true")];
        let sent = browser.post("/meetings/tables/gruppo").form(&browser.form_token(), &form).send().await;
        assert_eq!(sent.status, 403, "{address}");
    }
    put(&app.anonymous(), "gruppo", 1, some()).await.refused(401, "unauthenticated");
    put(&secretariat, "tavolo", 1, some()).await.refused(422, "table_of_all_parties");
    put(&secretariat, "gruppo", 9, some()).await.refused(412, "stale");
    put(&secretariat, "altro", 1, some()).await.refused(404, "not_found");
    for (wrong, code) in [(json!([]), "required"), (json!(["atlantide"]), "unknown_value")] {
        let refused = put(&secretariat, "gruppo", 1, wrong).await.refused(422, "invalid");
        assert_eq!((&refused["errors"][0]["field"], &refused["errors"][0]["code"]), (&json!("parties"), &json!(code)));
    }
    let table = app.client(ADA).await.get("/api/v1/tables/gruppo").send().await.expect(200);
    assert_eq!((table["parties"].as_array().expect("a list").len(), &table["version"]), (3, &json!(1)));
    let twice = put(&secretariat, "gruppo", 1, json!(["provincia-bergamo", "provincia-bergamo"])).await.expect(200);
    assert_eq!(twice["parties"], some());
}

async fn the_parties_of_the_file_are_the_first_ones_only(engine: Engine) {
    let (app, secretariat) = group(engine).await;
    choose(&secretariat, json!(["provincia-pavia"])).await;
    app.load_also(GROUP).await;
    let table = secretariat.get("/api/v1/tables/gruppo").send().await.expect(200);
    assert_eq!(table["parties"], json!(["provincia-pavia"]), "what the secretariat chose is not undone");
}

/// Designates two partners of Bergamo, Pia for the university and Rita for a chamber of commerce.
async fn partners(secretariat: &Client) -> (Value, Value) {
    let pia = Designation::of("partner:bergamo").to("Pia", "Neri").with("organisation", "Università di Bergamo");
    let rita = Designation::of("partner:bergamo").to("Rita", "Verdi").with("organisation", "Camera di commercio");
    (designate(secretariat, pia).await["id"].clone(), designate(secretariat, rita).await["id"].clone())
}

async fn an_invited_partner_attends_and_does_not_count_for_the_quorum(engine: Engine) {
    let (app, secretariat) = group(engine).await;
    let (pia, _) = partners(&secretariat).await;
    app.mails().await;
    let (invited, other) = (app.client(PIA).await, app.client(RITA).await);
    let made = draft(&secretariat, "tavolo").await;
    let with_guest = invite(&secretariat, &made, json!([pia])).await;
    assert_eq!(with_guest["guests"][0]["organisation"], "Università di Bergamo");
    assert_eq!(list(&app.mails().await), [""; 0], "a draft mails nobody");
    invited.get(&path(&made, "")).send().await.refused(404, "not_found");

    let meeting = act(&secretariat, &made, "/convene", json!({})).await;
    let told = app.mails().await;
    let entry = calendar_to(&told, PIA);
    assert!(entry.contains("METHOD:REQUEST") && entry.contains("ROLE=OPT-PARTICIPANT"), "{entry}");
    assert!(entry.contains("Pia Neri (Università di Bergamo)"), "{entry}");
    let mail = told.iter().find(|mail| mail.to == PIA).expect("a mail");
    assert!(!mail.text.contains("delegato"), "a partner sends no delegate: {}", mail.text);
    assert!(told.iter().all(|mail| mail.to != RITA), "{:?}", list(&told));
    assert_eq!(meeting["quorum"]["parties"], 13);

    let seen = shown(&invited, &meeting).await;
    assert_eq!((&seen["told"], &seen["guests"]), (&json!([]), &json!([])), "nobody learns who else was invited");
    assert_eq!(invited.get("/api/v1/meetings").send().await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    assert!(invited.get(&path(&meeting, "/invite.ics")).send().await.text().contains("METHOD:REQUEST"));
    other.get(&path(&meeting, "")).send().await.refused(404, "not_found");
    assert_eq!(other.get("/api/v1/meetings").send().await.expect(200)["items"], json!([]));

    act(&secretariat, &meeting, "/move", json!({ "day": "2027-02-17", "starts": "10:00:00", "ends": "12:00:00" }))
        .await;
    assert!(calendar_to(&app.mails().await, PIA).contains("SEQUENCE:1"));
    act(&secretariat, &meeting, "/cancel", json!({ "reason": "Sciopero" })).await;
    assert!(calendar_to(&app.mails().await, PIA).contains("METHOD:CANCEL"));
    assert_eq!(shown(&invited, &meeting).await["state"], "cancelled", "why it was called off can be read");
}

async fn a_guest_of_a_convened_meeting_is_told_at_once(engine: Engine) {
    let (app, secretariat) = group(engine).await;
    let (pia, rita) = partners(&secretariat).await;
    let meeting = convened(&secretariat, "gruppo").await;
    app.mails().await;
    invite(&secretariat, &meeting, json!([pia, pia])).await;
    assert_eq!(list(&app.mails().await), [format!("{PIA}  meeting_joined")]);
    invite(&secretariat, &meeting, json!([rita])).await;
    let told = app.mails().await;
    assert_eq!(list(&told), [format!("{PIA}  meeting_left"), format!("{RITA}  meeting_joined")]);
    app.client(PIA).await.get(&path(&meeting, "")).send().await.refused(404, "not_found");
    shown(&app.client(RITA).await, &meeting).await;
    app.tick("follow_members").await;
    assert_eq!(list(&of_meetings(app.mails().await)), [""; 0], "nobody is told twice");
}

async fn a_partner_loses_the_invitation_with_the_seat_and_keeps_it_when_renewed(engine: Engine) {
    let (app, secretariat) = group(engine).await;
    let until = |given: &str, family: &str| Designation::of("partner:bergamo").to(given, family).until("2027-01-20");
    let pia = designate(&secretariat, until("Pia", "Neri")).await["id"].clone();
    let rita = designate(&secretariat, until("Rita", "Verdi")).await["id"].clone();
    designate(&secretariat, Designation::of("partner:bergamo").to("Rita", "Verdi").from("2027-01-21")).await;
    // Pia becomes a partner elsewhere, but she was invited for her former seat.
    designate(&secretariat, Designation::of("partner:lodi").to("Pia", "Neri")).await;
    let meeting = convened(&secretariat, "tavolo").await;
    invite(&secretariat, &meeting, json!([pia, rita])).await;
    app.mails().await;
    app.at("2027-01-21 09:00");
    for job in ["handover", "follow_members"] {
        app.tick(job).await;
    }
    assert_eq!(list(&of_meetings(app.mails().await)), [format!("{PIA}  meeting_left")]);
    app.client(PIA).await.get(&path(&meeting, "")).send().await.refused(404, "not_found");
    shown(&app.client(RITA).await, &meeting).await;
    let left = shown(&secretariat, &meeting).await["guests"].clone();
    assert_eq!((left.as_array().map(Vec::len), &left[0]["name"]), (Some(1), &json!("Rita Verdi")));
}

async fn only_the_secretariat_invites_and_only_partners(engine: Engine) {
    let (app, secretariat) = group(engine).await;
    let (pia, _) = partners(&secretariat).await;
    let referent = designate(&secretariat, Designation::of("referent:lodi").to("Leo", "Gialli")).await["id"].clone();
    let made = draft(&secretariat, "tavolo").await;
    let put = async |client: &Client, guests: Value| {
        let version = shown(&secretariat, &made).await["version"].clone();
        client.put(&path(&made, "/guests")).if_match(version).json(json!({ "guests": guests })).send().await
    };
    for address in [ADA, PIA] {
        put(&app.client(address).await, json!([pia])).await.refused(403, "denied");
        let browser = app.browser(address).await;
        let page = format!("/meetings/{}/guests", made["id"].as_str().expect("an id"));
        assert_eq!(browser.get(&page).header("accept", "text/html").send().await.status, 403);
        let form = [("version", "2")];
        assert_eq!(browser.post(&page).form(&browser.form_token(), &form).send().await.status, 403);
    }
    let refused = put(&secretariat, json!([referent])).await.refused(422, "invalid");
    assert_eq!(
        (&refused["errors"][0]["field"], &refused["errors"][0]["code"]),
        (&json!("guests"), &json!("unknown_value"))
    );
    let stale = secretariat.put(&path(&made, "/guests")).if_match(99).json(json!({ "guests": [] })).send().await;
    stale.refused(412, "stale");
    act(&secretariat, &made, "/convene", json!({})).await;
    app.at("2027-02-10 09:45");
    put(&secretariat, json!([pia])).await.refused(422, "day_in_past");
    act(&secretariat, &made, "/hold", json!({})).await;
    put(&secretariat, json!([pia])).await.refused(409, "wrong_transition");
}

#[actix_web::test]
async fn parties_and_partners_are_ticked_on_their_pages() {
    let (app, secretariat) = group(Engine::Sqlite).await;
    let (pia, _) = partners(&secretariat).await;
    let browser = app.browser(SECRETARIAT).await;
    let ticked = async |path: &str| {
        let answer = browser.get(path).header("accept", "text/html").send().await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let page = Html::parse_document(&answer.text());
        let boxes = Selector::parse("input[type=checkbox][checked]").expect("a selector");
        page.select(&boxes).filter_map(|one| one.attr("name")).map(str::to_owned).collect::<Vec<_>>()
    };
    let table = "/meetings/tables/gruppo";
    assert_eq!(ticked(table).await, ["party-provincia-bergamo", "party-provincia-como", "party-provincia-lodi"]);
    assert_eq!(ticked("/meetings/tables/tavolo").await, [""; 0], "nothing to choose at the plenary table");
    let send =
        async |path: &str, fields: &[(&str, &str)]| browser.post(path).form(&browser.form_token(), fields).send().await;
    let none = send(table, &[("version", "1")]).await;
    assert_eq!(none.status, 422);
    assert!(none.text().contains("href=\"#field-parties\"") && none.text().contains("id=\"field-parties\""));
    let one = [("version", "1"), ("party-provincia-pavia", "true")];
    assert_eq!(send(table, &one).await.header("location"), Some(table));
    assert_eq!(ticked(table).await, ["party-provincia-pavia"]);
    assert_eq!(send(table, &one).await.status, 409, "somebody was first");

    let meeting = draft(&secretariat, "tavolo").await;
    let page = format!("/meetings/{}/guests", meeting["id"].as_str().expect("an id"));
    let version = shown(&secretariat, &meeting).await["version"].to_string();
    let guest = format!("guest-{}", pia.as_str().expect("an id"));
    assert_eq!(send(&page, &[("version", &version), (&guest, "true")]).await.status, 303);
    assert_eq!(ticked(&page).await, [guest]);
    let shown = browser.get(page.trim_end_matches("/guests")).header("accept", "text/html").send().await.text();
    assert!(shown.contains("Pia Neri (Università di Bergamo)"), "{shown}");
}
