//! The agenda of a draft, through REST and on its pages: points added, edited, put in order, copied, removed.

use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::{both_engines, on_sqlite};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use raccordo::audit::trail;
use serde_json::{Value, json};

both_engines! {
    any_sequence_of_changes_leaves_the_places_without_gaps_and_loses_no_text,
    what_the_last_meeting_did_not_deal_with_is_copied_once,
}

on_sqlite! {
    a_point_is_edited_in_place_member_by_member,
    an_order_names_every_point_once,
    a_convened_meeting_keeps_its_agenda,
    only_the_secretariat_changes_an_agenda,
    points_move_by_a_button_and_say_when_they_begin,
    several_points_are_typed_at_once,
    the_page_to_copy_says_from_where_and_how_many,
}

fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value:#}"))
}

struct Desk {
    app: TestApp,
    api: Client,
    browser: Client,
}

impl Desk {
    async fn new(engine: Engine) -> Self {
        let app = TestApp::new(engine).await;
        let (api, browser) = (app.client(SECRETARIAT).await, app.browser(SECRETARIAT).await);
        Self { app, api, browser }
    }

    /// Prepares a draft for a morning from 9.30, with these points. Returns the path of its page.
    async fn draft(&self, day: &str, points: &[&str]) -> String {
        let input = json!({
            "table": "tavolo", "title": "Agenda dei rilasci", "day": day, "starts": "09:30:00", "ends": "12:00:00",
            "venue": { "mode": "in_person", "place": "Palazzo Lombardia, Sala 5" },
        });
        let made = self.api.post("/api/v1/meetings").json(input).send().await.expect(201);
        let path = format!("/meetings/{}", text(&made, "id"));
        for title in points {
            self.add(&path, title).await;
        }
        path
    }

    async fn add(&self, path: &str, title: &str) -> Value {
        let point = json!({ "kind": "discussion", "title": title, "minutes": 30 });
        self.api.post(&format!("/api/v1{path}/agenda-items")).json(point).send().await.expect(201)
    }

    async fn show(&self, path: &str) -> Value {
        self.api.get(&format!("/api/v1{path}")).send().await.expect(200)
    }

    async fn version(&self, path: &str) -> Value {
        self.show(path).await["version"].clone()
    }

    async fn post(&self, path: &str, verb: &str, input: Value) -> Value {
        let version = self.version(path).await;
        self.api.post(&format!("/api/v1{path}{verb}")).if_match(version).json(input).send().await.expect(200)
    }

    /// Presses a button of a point, or sends its form.
    async fn send(&self, path: &str, action: &str, fields: &[(&str, &str)]) -> u16 {
        let version = self.version(path).await.to_string();
        let fields = [&[("version", version.as_str())], fields].concat();
        let token = self.browser.form_token();
        self.browser.post(&format!("{path}{action}")).form(&token, &fields).send().await.status.as_u16()
    }

    async fn page(&self, path: &str) -> String {
        let answer = self.browser.get(path).header("accept", "text/html").send().await;
        assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
        answer.text()
    }
}

fn titles(meeting: &Value) -> Vec<&str> {
    meeting["agenda"].as_array().expect("an agenda").iter().map(|item| text(item, "title")).collect()
}

fn ids(meeting: &Value) -> Vec<String> {
    meeting["agenda"].as_array().expect("an agenda").iter().map(|item| text(item, "id").to_owned()).collect()
}

/// A change of the agenda; the numbers choose among the present points.
#[derive(Clone, Debug)]
enum Change {
    Add,
    Edit(Index),
    Up(Index),
    Down(Index),
    Order(Index),
    Remove(Index),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => Just(Change::Add),
        2 => any::<Index>().prop_map(Change::Edit),
        2 => any::<Index>().prop_map(Change::Up),
        2 => any::<Index>().prop_map(Change::Down),
        2 => any::<Index>().prop_map(Change::Order),
        2 => any::<Index>().prop_map(Change::Remove),
    ]
}

async fn any_sequence_of_changes_leaves_the_places_without_gaps_and_loses_no_text(engine: Engine) {
    let desk = Desk::new(engine).await;
    let path = desk.draft("2027-02-10", &[]).await;
    let changes = prop::collection::vec(change(), 60).new_tree(&mut TestRunner::deterministic());
    let mut expected: Vec<String> = Vec::new();
    for (number, change) in changes.expect("a sequence").current().into_iter().enumerate() {
        let (before, size) = (desk.show(&path).await, expected.len());
        let point = |place: usize| format!("/agenda-items/{}", ids(&before)[place]);
        match &change {
            Change::Add => {
                let title = format!("Punto {number}");
                desk.add(&path, &title).await;
                expected.push(title);
            }
            _ if size == 0 => continue,
            Change::Edit(which) => {
                let (place, title) = (which.index(size), format!("Testo {number}"));
                let address = format!("/api/v1{path}{}", point(place));
                let patch = desk.api.patch(&address).if_match(&before["version"]);
                patch.merge_patch(&json!({ "title": title })).send().await.expect(200);
                expected[place] = title;
            }
            Change::Up(which) => {
                let place = which.index(size);
                let answer = desk.send(&path, &format!("{}/up", point(place)), &[]).await;
                assert_eq!(answer, if place == 0 { 422 } else { 303 }, "{change:?}");
                if place > 0 {
                    expected.swap(place, place - 1);
                }
            }
            Change::Down(which) => {
                let place = which.index(size);
                let answer = desk.send(&path, &format!("{}/down", point(place)), &[]).await;
                assert_eq!(answer, if place + 1 == size { 422 } else { 303 }, "{change:?}");
                if place + 1 < size {
                    expected.swap(place, place + 1);
                }
            }
            Change::Order(which) => {
                let by = which.index(size);
                if by > 0 {
                    let mut order = ids(&before);
                    order.rotate_left(by);
                    let address = format!("/api/v1{path}/agenda-order");
                    let put = desk.api.put(&address).if_match(&before["version"]);
                    put.json(json!({ "items": order })).send().await.expect(200);
                    expected.rotate_left(by);
                }
            }
            Change::Remove(which) => {
                let place = which.index(size);
                let address = format!("/api/v1{path}{}", point(place));
                let gone = desk.api.delete(&address).if_match(&before["version"]).send().await;
                assert_eq!(gone.status.as_u16(), 204, "{}", gone.text());
                expected.remove(place);
            }
        }
        let after = desk.show(&path).await;
        assert_eq!(titles(&after), expected, "after {change:?}");
        let places: Vec<_> =
            after["agenda"].as_array().expect("an agenda").iter().map(|one| &one["position"]).collect();
        let gapless: Vec<Value> = (1..=expected.len()).map(|place| json!(place)).collect();
        assert_eq!(places, gapless.iter().collect::<Vec<_>>(), "after {change:?}");
    }
    assert!(expected.len() > 3, "the sequence says something: {expected:?}");
}

/// Holds a meeting on 10 February with three points: one dealt with, one deferred, one never reached.
async fn held(desk: &mut Desk) -> String {
    let path = desk.draft("2027-02-10", &["Calendario", "Metodo", "Varie"]).await;
    desk.post(&path, "/convene", json!({})).await;
    desk.app.at("2027-02-10 09:30");
    desk.browser = desk.app.browser(SECRETARIAT).await;
    let held = desk.post(&path, "/hold", json!({})).await;
    let record = async |place: usize, kind: &str| {
        let outcome = json!({ "kind": kind, "text": "Così.", "agenda_item_id": ids(&held)[place] });
        desk.api.post(&format!("/api/v1{path}/outcomes")).json(outcome).send().await.expect(201);
    };
    record(0, "information").await;
    record(1, "information").await;
    record(1, "deferral").await;
    path
}

async fn what_the_last_meeting_did_not_deal_with_is_copied_once(engine: Engine) {
    let mut desk = Desk::new(engine).await;
    let earlier = desk.draft("2027-02-09", &["Della bozza"]).await;
    let later = desk.draft("2027-03-10", &["Programma"]).await;
    let copy = async |desk: &Desk, points: Value| {
        let version = desk.version(&later).await;
        desk.api.post(&format!("/api/v1{later}/agenda-items/copy")).if_match(version).json(points).send().await
    };
    copy(&desk, json!({})).await.refused(422, "nothing_changes");
    held(&mut desk).await;
    let copied = copy(&desk, json!({})).await.expect(200);
    assert_eq!(titles(&copied), ["Programma", "Metodo", "Varie"], "and nothing of a meeting that was not held");
    assert_eq!(copied["agenda"][1]["minutes"], 30);
    copy(&desk, json!({})).await.refused(422, "nothing_changes");
    let all = copy(&desk, json!({ "points": "all" })).await.expect(200);
    assert_eq!(titles(&all), ["Programma", "Metodo", "Varie", "Calendario"]);
    let none = desk.version(&earlier).await;
    let early = desk.api.post(&format!("/api/v1{earlier}/agenda-items/copy")).if_match(none).json(json!({}));
    early.send().await.refused(422, "nothing_changes");
    let id = later.trim_start_matches("/meetings/");
    let trail = trail::of(desk.app.services.db.reader(), "meeting", id).await.expect("a trail");
    assert_eq!(trail.iter().filter(|event| event.action == "meetings.copy_items").count(), 2);
}

async fn a_point_is_edited_in_place_member_by_member(engine: Engine) {
    let desk = Desk::new(engine).await;
    let path = desk.draft("2027-02-10", &["Primo", "Secondo"]).await;
    let planned = json!({ "product": "relazione-territoriale", "period": "2026", "date": { "precision": "month", "day": "2027-03-10" } });
    let release = desk.api.post("/api/v1/releases").json(planned).send().await.expect(201);
    let before = desk.show(&path).await;
    let address = format!("/api/v1{path}/agenda-items/{}", ids(&before)[0]);
    let patch = async |version: &Value, patch: Value| {
        desk.api.patch(&address).if_match(version).merge_patch(&patch).send().await
    };
    let named = patch(&before["version"], json!({ "release_id": release["id"], "kind": "decision" })).await.expect(200);
    let first = &named["agenda"][0];
    assert_eq!((text(first, "title"), text(first, "kind"), &first["minutes"]), ("Primo", "decision", &json!(30)));
    assert_eq!(first["release_id"], release["id"]);
    patch(&before["version"], json!({ "title": "Altro" })).await.refused(412, "stale");
    let now = &named["version"];
    patch(now, json!({ "kind": "decision" })).await.refused(422, "nothing_changes");
    patch(now, json!({ "title": null })).await.refused(422, "invalid");
    patch(now, json!({ "minutes": 481 })).await.refused(422, "invalid");
    patch(now, json!({ "title": "x".repeat(301) })).await.refused(422, "invalid");
    let stranger = json!({ "release_id": "01890000-0000-7000-8000-000000000001" });
    patch(now, stranger).await.refused(422, "invalid");
    let without = patch(now, json!({ "release_id": null, "minutes": null })).await.expect(200);
    assert_eq!((&without["agenda"][0]["release_id"], &without["agenda"][0]["minutes"]), (&Value::Null, &Value::Null));
    let elsewhere = desk.draft("2027-03-10", &[]).await;
    let foreign = format!("/api/v1{elsewhere}/agenda-items/{}", ids(&before)[0]);
    let asked = desk.api.patch(&foreign).if_match(desk.version(&elsewhere).await);
    asked.merge_patch(&json!({ "title": "Altro" })).send().await.refused(404, "not_found");
}

async fn an_order_names_every_point_once(engine: Engine) {
    let desk = Desk::new(engine).await;
    let path = desk.draft("2027-02-10", &["Primo", "Secondo"]).await;
    let before = desk.show(&path).await;
    let known = ids(&before);
    let put = async |order: &[&str]| {
        let asked = desk.api.put(&format!("/api/v1{path}/agenda-order")).if_match(&before["version"]);
        asked.json(json!({ "items": order })).send().await
    };
    put(&[&known[0]]).await.refused(422, "unknown_value");
    put(&[&known[0], &known[0]]).await.refused(422, "unknown_value");
    put(&[&known[0], &known[1]]).await.refused(422, "nothing_changes");
    assert_eq!(titles(&put(&[&known[1], &known[0]]).await.expect(200)), ["Secondo", "Primo"]);
}

async fn a_convened_meeting_keeps_its_agenda(engine: Engine) {
    let desk = Desk::new(engine).await;
    let path = desk.draft("2027-02-10", &["Primo", "Secondo"]).await;
    let convened = desk.post(&path, "/convene", json!({})).await;
    let (api, version) = (format!("/api/v1{path}"), &convened["version"]);
    let known = ids(&convened);
    let point = format!("{api}/agenda-items/{}", known[0]);
    let edited = desk.api.patch(&point).if_match(version).merge_patch(&json!({ "title": "Altro" })).send().await;
    edited.refused(409, "wrong_transition");
    let order = json!({ "items": [known[1], known[0]] });
    let ordered = desk.api.put(&format!("{api}/agenda-order")).if_match(version).json(order).send().await;
    ordered.refused(409, "wrong_transition");
    let copied = desk.api.post(&format!("{api}/agenda-items/copy")).if_match(version).json(json!({})).send().await;
    copied.refused(409, "wrong_transition");
    for action in ["up", "down", "remove"] {
        assert_eq!(desk.send(&path, &format!("/agenda-items/{}/{action}", known[1]), &[]).await, 409, "{action}");
    }
    let page = desk.page(&path).await;
    assert!(!page.contains("/agenda-items/"), "no button that will be refused");
}

async fn only_the_secretariat_changes_an_agenda(engine: Engine) {
    let desk = Desk::new(engine).await;
    let ada = Designation::of("referent:bergamo").json();
    desk.api.post("/api/v1/designations").json(ada).send().await.expect(201);
    let path = desk.draft("2027-02-10", &["Primo", "Secondo"]).await;
    let known = ids(&desk.show(&path).await);
    let referent = desk.app.browser("ada.riva@ente.example").await;
    for page in ["several", "copy", &format!("{}/edit", known[0])] {
        let answer = referent.get(&format!("{path}/agenda-items/{page}")).header("accept", "text/html").send().await;
        assert_eq!(answer.status.as_u16(), 403, "{page}");
    }
    let press = referent.post(&format!("{path}/agenda-items/{}/down", known[0]));
    let pressed = press.form(&referent.form_token(), &[("version", "3")]).send().await;
    assert!(matches!(pressed.status.as_u16(), 403 | 404), "{}", pressed.text());
    assert_eq!(titles(&desk.show(&path).await), ["Primo", "Secondo"]);
}

async fn points_move_by_a_button_and_say_when_they_begin(engine: Engine) {
    let desk = Desk::new(engine).await;
    let path = desk.draft("2027-02-10", &["Primo", "Secondo"]).await;
    let known = ids(&desk.show(&path).await);
    let page = desk.page(&path).await;
    assert!(page.contains("<strong>9.30–10.00</strong> · <span lang=\"it\">Primo</span>"), "{page}");
    assert!(page.contains("<strong>10.00–10.30</strong> · <span lang=\"it\">Secondo</span>"), "{page}");
    assert!(!page.contains(&format!("{}/up", known[0])) && !page.contains(&format!("{}/down", known[1])));
    let version = desk.version(&path).await.to_string();
    let down = format!("{path}/agenda-items/{}/down", known[0]);
    let token = desk.browser.form_token();
    let press = desk.browser.post(&down).form(&token, &[("version", &version)]).send().await;
    assert_eq!(press.header("location"), Some(format!("{path}#point-{}", known[0]).as_str()));
    let again = desk.browser.post(&down).form(&token, &[("version", &version)]).send().await;
    assert_eq!(again.status.as_u16(), 303, "a second click does nothing more");
    assert_eq!(titles(&desk.show(&path).await), ["Secondo", "Primo"]);
    let long = json!({ "minutes": 180 });
    let address = format!("/api/v1{path}/agenda-items/{}", known[0]);
    let asked = desk.api.patch(&address).if_match(desk.version(&path).await).merge_patch(&long);
    asked.send().await.expect(200);
    assert!(desk.page(&path).await.contains("L’ultimo punto finisce alle 13.00, dopo la fine della seduta."));
}

async fn several_points_are_typed_at_once(engine: Engine) {
    let desk = Desk::new(engine).await;
    let path = desk.draft("2027-02-10", &["Primo"]).await;
    let several = "/agenda-items/several";
    let lines = "Calendario 2027\r\n\r\n  Metodo  \r\nVarie";
    let fields = [("titles", lines), ("kind", "information"), ("minutes", "10")];
    assert_eq!(desk.send(&path, several, &fields).await, 303);
    let now = desk.show(&path).await;
    assert_eq!(titles(&now), ["Primo", "Calendario 2027", "Metodo", "Varie"]);
    assert_eq!((&now["agenda"][3]["minutes"], text(&now["agenda"][3], "kind")), (&json!(10), "information"));
    let (long, many) = (format!("Va bene\n{}", "x".repeat(301)), "x\n".repeat(51));
    for wrong in [" \n ", long.as_str(), many.as_str()] {
        let fields = [("titles", wrong), ("kind", "information"), ("minutes", "")];
        assert_eq!(desk.send(&path, several, &fields).await, 422, "{wrong:.20}");
    }
    let fields = [("titles", "Uno"), ("kind", "information"), ("minutes", "0")];
    assert_eq!(desk.send(&path, several, &fields).await, 422, "no minutes");
    assert_eq!(titles(&desk.show(&path).await).len(), 4, "all or none");
}

async fn the_page_to_copy_says_from_where_and_how_many(engine: Engine) {
    let mut desk = Desk::new(engine).await;
    let later = desk.draft("2027-03-10", &["Varie"]).await;
    let copy = format!("{later}/agenda-items/copy");
    assert!(desk.page(&copy).await.contains("il Tavolo non ha tenuto sedute"));
    held(&mut desk).await;
    let page = desk.page(&copy).await;
    for said in [
        "Seduta n. 1/2027, mercoledì 10 febbraio 2027",
        "Solo i punti non trattati (1 da aggiungere)",
        "Tutti i punti (2 da aggiungere)",
        "trattato",
        "rinviato",
        "senza esito",
    ] {
        assert!(page.contains(said), "{said} is missing in {page}");
    }
    assert_eq!(desk.send(&later, "/agenda-items/copy", &[("points", "")]).await, 422);
    assert_eq!(desk.send(&later, "/agenda-items/copy", &[("points", "open")]).await, 303);
}
