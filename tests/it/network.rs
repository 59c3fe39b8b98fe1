//! The network over HTTP: public data, and the people visible to each caller.

use crate::support::app::{SECRETARIAT, TestApp};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::{both_engines, on_sqlite};
use entity::{audit_event, designation, designation_record, seat};
use raccordo::ctx::Ctx;
use raccordo::error::Code;
use raccordo::mail::transport::{Delivery, FailureClass};
use raccordo::network::service::{self as network, PersonIn, PersonView};
use raccordo::texts::Lang;
use scraper::{Html, Selector};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use serde_json::json;

both_engines! {
    a_body_answers_to_each_of_its_names,
    people_are_shown_to_the_secretariat_their_body_and_themselves,
    the_list_of_people_comes_in_pages,
    the_secretariat_corrects_a_person_under_a_version,
    one_address_is_one_person,
}

on_sqlite! {
    the_agreement_and_the_parties_are_public,
    working_days_come_with_their_reasons,
    a_span_of_days_must_make_sense,
    a_correction_that_changes_nothing_leaves_no_trace,
    a_manager_may_correct_names_and_a_person_the_own_phone,
    a_bounce_is_kept_until_the_address_changes,
    a_mailbox_that_is_not_there_is_on_the_radar_until_the_address_changes,
    the_page_of_the_network_shows_the_two_dates_and_every_party,
    the_pages_of_a_party_and_its_observatory_show_the_days_off,
}

const BERGAMO: &str = "ada.rossi@provincia-bergamo.example";
const LODI: &str = "ugo.bianchi@provincia-lodi.example";

fn entered(given_name: &str, family_name: &str, email: &str) -> PersonIn {
    let (given_name, family_name, email) = (given_name.into(), family_name.into(), email.into());
    PersonIn { given_name, family_name, email, phone: None, language: Lang::It }
}

async fn person_for(ctx: &Ctx, person: PersonIn) -> raccordo::error::Result<PersonView> {
    ctx.write(async |txn| network::person_for(ctx, txn, person).await).await
}

/// Inserts a holder of a seat since the agreement began, by rows only, because the register has its own tests.
async fn holder(app: &TestApp, given_name: &str, family_name: &str, email: &str, seat_code: &str) -> PersonView {
    let ctx = app.system();
    let person = person_for(&ctx, entered(given_name, family_name, email)).await.expect("a new person");
    let (reader, writer) = (ctx.reader(), app.services.db.writer());
    let seat = seat::Entity::find()
        .filter(seat::Column::Code.eq(seat_code))
        .one(reader)
        .await
        .expect("seats")
        .expect("the seat");
    let first = designation::Entity::find().one(reader).await.expect("designations").expect("the secretariat's");
    let record = designation_record::Entity::find().one(reader).await.expect("records").expect("the secretariat's");
    let designation = designation::Model { id: ctx.new_id(), seat_id: seat.id, person_id: person.id, ..first };
    let record = designation_record::Model { id: ctx.new_id(), designation_id: designation.id, ..record };
    designation.into_active_model().reset_all().insert(writer).await.expect("a designation");
    record.into_active_model().reset_all().insert(writer).await.expect("a record");
    person
}

fn texts(page: &str, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).expect("a selector");
    let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    Html::parse_document(page).select(&selector).map(|found| words(found.text().collect())).collect()
}

async fn the_agreement_and_the_parties_are_public(engine: Engine) {
    let app = TestApp::new(engine).await;
    let anybody = app.anonymous();
    let agreement = anybody.get("/api/v1/agreement").send().await.expect(200);
    assert_eq!((&agreement["in_force_to"], &agreement["review_due"]), (&json!("2027-06-30"), &json!("2027-03-30")));
    let bodies = anybody.get("/api/v1/bodies").send().await.expect(200);
    assert_eq!(bodies["items"].as_array().map(Vec::len), Some(13));
    let observatories = anybody.get("/api/v1/observatories").send().await.expect(200);
    assert_eq!(observatories["items"][0]["kind"], "regional");
    assert_eq!(observatories["items"].as_array().map(Vec::len), Some(13));
    let territories = anybody.get("/api/v1/territories").send().await.expect(200);
    assert_eq!(
        territories["items"][0]["patron"],
        json!({ "name_it": "Sant'Alessandro", "name_en": "Saint Alexander", "month": 8, "day": 26 })
    );
}

async fn a_body_answers_to_each_of_its_names(engine: Engine) {
    let app = TestApp::new(engine).await;
    for called in ["provincia-monza-brianza", "P_MB", "Provincia%20di%20Monza%20Brianza", "monza%20e%20brianza"] {
        let body = app.anonymous().get(&format!("/api/v1/bodies/{called}")).send().await.expect(200);
        assert_eq!(body["ipa_code"], "p_mb", "{called}");
    }
    let como = app.anonymous().get("/api/v1/bodies/p_co").send().await.expect(200);
    assert_eq!(como["ipa_code"], "p_CO", "shown as the index publishes it");
    app.anonymous().get("/api/v1/bodies/provincia-crema").send().await.refused(404, "not_found");
    app.anonymous().get("/api/v1/observatories/crema").send().await.refused(404, "not_found");
}

async fn working_days_come_with_their_reasons(engine: Engine) {
    let app = TestApp::new(engine).await;
    let bergamo = "/api/v1/territories/BG/working-days?from=2026-08-24&to=2026-08-30";
    let week = app.anonymous().get(bergamo).header("accept-language", "en").send().await.expect(200);
    assert_eq!(week["working_days"], 4);
    assert_eq!(week["days"][2], json!({ "day": "2026-08-26", "working": false, "reason": "Saint Alexander" }));
    assert_eq!(week["days"][6]["reason"], "Sunday");
    let brescia = app.anonymous().get(&bergamo.replace("BG", "BS")).send().await.expect(200);
    assert_eq!(brescia["working_days"], 5);
}

async fn a_span_of_days_must_make_sense(engine: Engine) {
    let app = TestApp::new(engine).await;
    let ask = async |span: &str| app.anonymous().get(&format!("/api/v1/territories/{span}")).send().await;
    ask("BG/working-days?from=2026-08-24&to=2026-08-23").await.refused(422, "end_before_start");
    ask("BG/working-days?from=2026-01-01&to=2028-01-01").await.refused(422, "out_of_range");
    ask("BG/working-days?from=2026-02-30&to=2026-03-01").await.refused(400, "bad_request");
    ask("XX/working-days?from=2026-08-24&to=2026-08-24").await.refused(404, "not_found");
}

async fn people_are_shown_to_the_secretariat_their_body_and_themselves(engine: Engine) {
    let app = TestApp::new(engine).await;
    let ada = holder(&app, "Ada", "Rossi", BERGAMO, "referent:bergamo").await;
    holder(&app, "Ugo", "Bianchi", LODI, "body_manager:provincia-lodi").await;
    let colleague = "eva.verdi@provincia-bergamo.example";
    holder(&app, "Eva", "Verdi", colleague, "deputy:bergamo").await;
    let path = format!("/api/v1/people/{}", ada.id);
    for email in [SECRETARIAT, colleague, BERGAMO] {
        let seen = app.client(email).await.get(&path).send().await.expect(200);
        assert_eq!(seen["email"], BERGAMO, "{email}");
    }
    app.client(LODI).await.get(&path).send().await.refused(404, "not_found");
    app.anonymous().get(&path).send().await.refused(401, "unauthenticated");
    app.client(LODI).await.get("/api/v1/people").send().await.refused(403, "denied");
    app.anonymous().get("/api/v1/people").send().await.refused(401, "unauthenticated");
}

async fn the_list_of_people_comes_in_pages(engine: Engine) {
    let app = TestApp::new(engine).await;
    for number in 1..=4 {
        let email = format!("person{number}@provincia.example");
        app.advance(chrono::TimeDelta::milliseconds(1));
        person_for(&app.system(), entered("Person", "Test", &email)).await.expect("a new person");
    }
    let secretariat = app.client(SECRETARIAT).await;
    let mut path = "/api/v1/people?limit=2".to_owned();
    let mut seen = Vec::new();
    for expected in [2, 2, 1] {
        let page = secretariat.get(&path).send().await.expect(200);
        let items = page["items"].as_array().expect("items");
        assert_eq!(items.len(), expected);
        seen.extend(items.iter().map(|person| person["email"].as_str().expect("an address").to_owned()));
        let next = page["_links"]["next"].as_str().unwrap_or_default();
        path = next.find("/api/").map_or(String::new(), |start| next[start..].to_owned());
    }
    assert_eq!(path, "", "the last page leads nowhere");
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5);
}

async fn the_secretariat_corrects_a_person_under_a_version(engine: Engine) {
    let app = TestApp::new(engine).await;
    let ada = holder(&app, "Ada", "Rossi", BERGAMO, "referent:bergamo").await;
    let path = format!("/api/v1/people/{}", ada.id);
    let secretariat = app.client(SECRETARIAT).await;
    let change =
        json!({ "family_name": "Rossi Neri", "phone": "035 387111", "email": "Ada.Neri@Provincia-Bergamo.example" });
    secretariat.patch(&path).merge_patch(&change).send().await.refused(428, "version_missing");
    let answer = secretariat.patch(&path).merge_patch(&change).if_match(ada.version).send().await;
    assert_eq!(answer.header("etag"), Some("\"v2\""));
    let corrected = answer.expect(200);
    assert_eq!(
        (&corrected["email"], &corrected["phone"]),
        (&json!("ada.neri@provincia-bergamo.example"), &json!("035 387111"))
    );
    secretariat.patch(&path).merge_patch(&change).if_match(ada.version).send().await.refused(412, "stale");
    let cleared = secretariat.patch(&path).merge_patch(&json!({ "phone": null })).if_match(2).send().await.expect(200);
    assert_eq!((&cleared["phone"], &cleared["version"]), (&json!(null), &json!(3)));
    secretariat.patch(&path).merge_patch(&json!({ "email": null })).if_match(3).send().await.refused(422, "invalid");
    secretariat
        .patch(&path)
        .merge_patch(&json!({ "email": "nobody" }))
        .if_match(3)
        .send()
        .await
        .refused(422, "invalid");
    secretariat
        .patch(&path)
        .merge_patch(&json!({ "email": SECRETARIAT }))
        .if_match(3)
        .send()
        .await
        .refused(409, "address_taken");
    let details = last_event(&app).await.details;
    assert!(!details.contains("035") && details.contains("phone"), "members and no values: {details}");
}

async fn a_correction_that_changes_nothing_leaves_no_trace(engine: Engine) {
    let app = TestApp::new(engine).await;
    let ada = holder(&app, "Ada", "Rossi", BERGAMO, "referent:bergamo").await;
    let events = events(&app).await;
    let path = format!("/api/v1/people/{}", ada.id);
    let secretariat = app.client(SECRETARIAT).await;
    let same =
        secretariat.patch(&path).merge_patch(&json!({ "given_name": " Ada " })).if_match(1).send().await.expect(200);
    assert_eq!(same["version"], 1);
    assert_eq!(self::events(&app).await, events);
}

async fn a_manager_may_correct_names_and_a_person_the_own_phone(engine: Engine) {
    let app = TestApp::new(engine).await;
    let ada = holder(&app, "Ada", "Rossi", BERGAMO, "referent:bergamo").await;
    let manager = "manager@provincia-bergamo.example";
    holder(&app, "Leo", "Gialli", manager, "body_manager:provincia-bergamo").await;
    let path = format!("/api/v1/people/{}", ada.id);
    let patch = async |email: &str, change: serde_json::Value, version: i32| {
        app.client(email).await.patch(&path).merge_patch(&change).if_match(version).send().await
    };
    patch(BERGAMO, json!({ "phone": "035 1" }), 1).await.expect(200);
    patch(BERGAMO, json!({ "family_name": "Neri" }), 2).await.refused(403, "denied");
    patch(manager, json!({ "family_name": "Neri" }), 2).await.expect(200);
    patch(manager, json!({ "email": "mine@provincia-bergamo.example" }), 3).await.refused(403, "denied");
}

async fn one_address_is_one_person(engine: Engine) {
    let app = TestApp::new(engine).await;
    let ctx = app.system();
    let ada = person_for(&ctx, entered("Ada", "Rossi", BERGAMO)).await.expect("a new person");
    let again = person_for(&ctx, entered(" ada", "ROSSI ", &BERGAMO.to_uppercase())).await.expect("the same person");
    assert_eq!(again, ada);
    let other = person_for(&ctx, entered("Eva", "Rossi", BERGAMO)).await.expect_err("refused");
    assert_eq!(other.code(), Code::AddressTaken);
}

async fn a_bounce_is_kept_until_the_address_changes(engine: Engine) {
    let app = TestApp::new(engine).await;
    let ctx = app.system();
    let ada = person_for(&ctx, entered("Ada", "Rossi", BERGAMO)).await.expect("a new person");
    let note = "550 5.1.1 no such user";
    let bounced = ctx.write(async |txn| network::mark_bounced(&ctx, txn, ada.id, note).await).await.expect("noted");
    assert_eq!((bounced.bounced_at, bounced.bounce_note.as_deref()), (Some(ctx.now()), Some(note)));
    let change = network::PersonChange { email: Some("ada@new.example".into()), ..Default::default() };
    let moved = ctx.write(async |txn| network::update_person(&ctx, txn, ada.id, bounced.version, change).await).await;
    assert_eq!(moved.expect("corrected").bounced_at, None);
    let nobody = app.anonymous();
    assert_eq!(nobody.get(&format!("/api/v1/people/{}", ada.id)).send().await.status.as_u16(), 401);
}

async fn a_mailbox_that_is_not_there_is_on_the_radar_until_the_address_changes(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let bounced = async || {
        let radar = secretariat.get("/api/v1/radar").send().await.expect(200);
        let items = radar["items"].as_array().expect("items").clone();
        items.iter().filter(|risk| risk["kind"] == "bounced").map(|risk| risk["holder"].clone()).collect::<Vec<_>>()
    };
    app.mailbox.script([Delivery::NotSent {
        retry: false,
        class: FailureClass::Recipient,
        text: "550 5.1.1 no such user".into(),
    }]);
    secretariat
        .post("/api/v1/designations")
        .json(Designation::of("referent:bergamo").to("Ada", "Rossi").json())
        .send()
        .await
        .expect(201);
    assert!(bounced().await.is_empty());
    app.dispatch().await;
    assert_eq!(bounced().await.len(), 1, "whoever was told first");
    let people = secretariat.get("/api/v1/people").send().await.expect(200);
    let unreached = people["items"]
        .as_array()
        .expect("items")
        .iter()
        .find(|person| !person["bounced_at"].is_null())
        .expect("noted");
    let path = format!("/api/v1/people/{}", unreached["id"].as_str().expect("an id"));
    let change = json!({ "email": "reachable@provincia-bergamo.example" });
    let changed =
        secretariat.patch(&path).merge_patch(&change).if_match(&unreached["version"]).send().await.expect(200);
    assert!(changed["bounced_at"].is_null());
    assert!(bounced().await.is_empty());
}

async fn the_page_of_the_network_shows_the_two_dates_and_every_party(engine: Engine) {
    let app = TestApp::new(engine).await;
    let page = app.anonymous().get("/network").send().await;
    assert_eq!(page.status.as_u16(), 200, "{}", page.text());
    let days = texts(&page.text(), "dl.rc-facts dd strong");
    assert_eq!(days, ["martedì 30 marzo 2027", "mercoledì 30 giugno 2027"]);
    let places = texts(&page.text(), ".rc-columns > li");
    assert_eq!(places.len(), 13);
    assert!(places[0].ends_with("Regione Lombardia"), "{places:?}");
    let acts = texts(&page.text(), "main ul:not(.rc-columns) li");
    assert_eq!(acts[0], "DGR XII/3092 del 23 settembre 2024: Linee guida del Sistema delle conoscenze");
}

async fn the_pages_of_a_party_and_its_observatory_show_the_days_off(engine: Engine) {
    let app = TestApp::new(engine).await;
    app.at("2026-08-26 09:00");
    for path in ["/network/bodies/provincia-bergamo", "/network/observatories/bergamo"] {
        let page = app.anonymous().get(path).header("accept-language", "en").send().await;
        assert_eq!(page.status.as_u16(), 200, "{}", page.text());
        let days = texts(&page.text(), ".rc-columns > li");
        assert_eq!(days.first().map(String::as_str), Some("Wednesday 26 August 2026 Saint Alexander"), "{path}");
        assert_eq!(days.iter().filter(|day| day.contains("Saint Alexander")).count(), 1, "a year and no day more");
        assert!(days.iter().any(|day| day.contains("15 August 2027")), "the last holiday of the year: {days:?}");
        assert!(texts(&page.text(), "dd").contains(&"Saint Alexander, Wednesday 26 August 2026".to_owned()), "{path}");
    }
    assert_eq!(app.anonymous().get("/network/bodies/nowhere").send().await.status.as_u16(), 404);
}

async fn events(app: &TestApp) -> u64 {
    audit_event::Entity::find().count(app.services.db.reader()).await.expect("events")
}

async fn last_event(app: &TestApp) -> audit_event::Model {
    let events = audit_event::Entity::find().all(app.services.db.reader()).await.expect("events");
    events.into_iter().max_by_key(|event| event.seq).expect("an event")
}
