//! Joint releases: a chapter without which one goes out, what keeps one back, and the remarks that the edition before left.

use crate::public_agenda::{accepted, comes_out, with_portal};
use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::builders::{Designation, confirmed};
use crate::support::db::Engine;
use crate::support::forms::{form, links};
use crate::{both_engines, on_sqlite};
use raccordo::ctx::Question as _;
use raccordo::due::Asked;
use raccordo::mail::outbox::QUIET;
use raccordo::reviews::due;
use raccordo::slices::DueUpTo;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

both_engines! {
    a_joint_release_goes_out_without_a_chapter_once_it_is_late,
    a_joint_release_is_kept_back_until_nothing_blocks_it,
    a_remark_of_the_edition_before_is_taken_over_once,
    late_work_after_requested_changes_is_measured_against_the_day_of_the_remarks,
}

on_sqlite! {
    a_chapter_is_left_out_and_awaited_again_on_pages,
    only_chapters_of_joint_releases_are_left_out,
    a_missing_chapter_follows_its_release,
}

const ADA: &str = "ada.riva@ente.example";
const CAUSE: &str = "Il testo di Bergamo non è arrivato in tempo.";
const PAGE: &str = "/rilasci/relazione-territoriale-2026";

async fn sql(app: &TestApp, statement: &str) {
    app.services.db.writer().execute_unprepared(statement).await.expect("written");
}

fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value:#}")).to_owned()
}

async fn contribution(desk: &Client, observatory: &str, at: usize) -> String {
    let list = desk.get(&format!("/api/v1/deliverables?observatory={observatory}")).send().await.expect(200);
    format!("/api/v1/deliverables/{}", text(&list["items"][at], "id"))
}

async fn act(client: &Client, path: &str, verb: &str, body: Value) -> crate::support::app::Answer {
    let version = client.get(path).send().await.expect(200)["version"].clone();
    let asked = client.post(&format!("{path}/{verb}")).if_match(version);
    if body.is_null() { asked.send().await } else { asked.json(body).send().await }
}

async fn read(client: &Client, path: &str) -> String {
    let answer = client.get(path).header("accept", "text/html").send().await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
    answer.text()
}

/// Designates the referent of Bergamo and the manager of the province.
async fn designate(desk: &Client) {
    for designation in [
        Designation::of("referent:bergamo").to("Ada", "Riva"),
        Designation::of("body_manager:provincia-bergamo").to("Elio", "Capo"),
    ] {
        desk.post("/api/v1/designations").json(designation.json()).send().await.expect(201);
    }
}

/// A joint release on Friday 19 March 2027.
async fn joint(app: &TestApp, desk: &Client) -> String {
    sql(app, "UPDATE product SET scope = 'joint' WHERE code = 'relazione-territoriale'").await;
    let release = confirmed(desk, "2026", "2027-03-19").await;
    format!("/api/v1/releases/{}", text(&release, "id"))
}

async fn a_joint_release_goes_out_without_a_chapter_once_it_is_late(engine: Engine) {
    let (app, desk, portal) = with_portal(engine).await;
    designate(&desk).await;
    let release = joint(&app, &desk).await;
    let bergamo = contribution(&desk, "bergamo", 0).await;
    app.advance(QUIET);
    app.mails().await;
    let cause = json!({ "cause": CAUSE });

    app.at("2027-03-15 09:00");
    assert_eq!(desk.get(&bergamo).send().await.expect(200)["missing_from"], "2027-03-16", "three days of work before");
    let refused = act(&desk, &bergamo, "omit", cause.clone()).await.refused(409, "chapter_not_late");
    assert!(text(&refused, "detail").contains("16.03.2027"), "{refused:#}");
    let ada = app.client(ADA).await;
    act(&ada, &bergamo, "omit", cause.clone()).await.refused(403, "denied");

    app.at("2027-03-16 09:00");
    let why = json!({ "reason": "Senza referente" });
    act(&desk, &bergamo, "waive", why).await.refused(409, "chapter_late");
    act(&desk, &bergamo, "omit", json!({ "cause": "Tardi" })).await.refused(422, "reason_too_short");
    let missing = act(&desk, &bergamo, "omit", cause.clone()).await.expect(200);
    assert_eq!((&missing["state"], &missing["reason"]), (&json!("missing"), &json!(CAUSE)));
    app.advance(QUIET);
    let told: Vec<String> = app.mails().await.into_iter().map(|mail| format!("{mail:?}")).collect();
    assert_eq!(told.len(), 2, "referent and manager: {told:#?}");
    assert!(told.iter().all(|mail| mail.contains("senza il capitolo di Bergamo")), "{told:#?}");

    let anyone = app.anonymous();
    let public = anyone.get(&release).send().await.expect(200);
    let chapter = &public["missing_chapters"][0];
    assert_eq!((&chapter["observatory"], &chapter["cause"]), (&json!("bergamo"), &json!(CAUSE)));
    assert_eq!((&public["progress"]["missing"], &public["progress"]["waived"]), (&json!(1), &json!(0)));
    assert!(read(&anyone, PAGE).await.contains(CAUSE));
    let feed = anyone.get("/calendar.json").send().await.expect(200);
    assert_eq!(feed["releases"][0]["missing_chapters"][0]["place"], "Bergamo");
    let calendar = anyone.get("/calendar.ics").send().await.text().replace("\r\n ", "");
    assert!(calendar.contains("Capitolo mancante\\, Bergamo"), "{calendar}");
    let due = desk.get("/api/v1/tasks?observatory=bergamo&due=true").send().await.expect(200);
    assert_eq!(due["items"], json!([]), "its steps are not due any more");

    let again = act(&desk, &bergamo, "reinstate", Value::Null).await.expect(200);
    assert_eq!((&again["state"], again.get("reason")), (&json!("planned"), None));
    app.advance(QUIET);
    assert_eq!(app.mails().await.len(), 2, "referent and manager");
    assert_eq!(anyone.get(&release).send().await.expect(200)["missing_chapters"], json!([]));
    act(&desk, &bergamo, "omit", cause).await.expect(200);

    portal.show("/relazione", "<title>Relazione territoriale sul mercato del lavoro 2026</title>");
    accepted(&app, &desk, "lodi", Some(portal.url("/relazione"))).await;
    sql(&app, "UPDATE deliverable SET state = 'waived', reason = 'x' WHERE state = 'planned'").await;
    let chapters = desk.get(&format!("{release}/chapters")).send().await.expect(200);
    assert_eq!(chapters.get("blocking"), None, "nothing blocks it any more");
    comes_out(&app).await;
    assert_eq!(anyone.get(&release).send().await.expect(200)["state"], "published");
    assert!(read(&anyone, PAGE).await.contains(CAUSE));
    let news = anyone.get("/calendar.atom").send().await.text();
    assert!(news.contains("Capitolo mancante, Bergamo"), "{news}");
    act(&desk, &bergamo, "reinstate", Value::Null).await.refused(409, "release_over");
    let page = read(&app.browser(SECRETARIAT).await, &bergamo.replace("/api/v1", "")).await;
    assert!(page.contains("si pubblica con una rettifica") && links(&page).iter().any(|to| to.ends_with("/amend")));
}

async fn a_chapter_is_left_out_and_awaited_again_on_pages(engine: Engine) {
    let app = TestApp::new(engine).await;
    let desk = app.client(SECRETARIAT).await;
    joint(&app, &desk).await;
    let page = contribution(&desk, "bergamo", 0).await.replace("/api/v1", "");
    let (omit, waive) = (format!("{page}/omit"), format!("{page}/waive"));
    let browser = app.browser(SECRETARIAT).await;
    let early = read(&browser, &page).await;
    assert!(early.contains("Dal 16 marzo 2027, 3 giorni lavorativi prima dell’uscita"), "{early}");
    assert!(links(&early).contains(&waive) && !links(&early).contains(&omit), "{:?}", links(&early));
    app.at("2027-03-16 09:00");
    let browser = app.browser(SECRETARIAT).await;
    let late = read(&browser, &page).await;
    assert!(links(&late).contains(&omit) && !links(&late).contains(&waive), "{:?}", links(&late));
    let left = form(&read(&browser, &omit).await, &omit).with(&[("reason", CAUSE)]).send(&browser).await;
    assert_eq!((left.status.as_u16(), left.header("location")), (303, Some(&*page)));
    let shown = read(&browser, &page).await;
    assert!(shown.contains(CAUSE) && shown.contains("capitolo mancante"), "{shown}");
    let reinstate = form(&shown, &format!("{page}/reinstate")).send(&browser).await;
    assert_eq!((reinstate.status.as_u16(), reinstate.header("location")), (303, Some(&*page)));
    assert!(!read(&browser, &page).await.contains(CAUSE));
}

async fn only_chapters_of_joint_releases_are_left_out(engine: Engine) {
    let app = TestApp::new(engine).await;
    let desk = app.client(SECRETARIAT).await;
    confirmed(&desk, "2026", "2027-03-19").await;
    app.at("2027-03-18 09:00");
    let desk = app.client(SECRETARIAT).await;
    let bergamo = contribution(&desk, "bergamo", 0).await;
    assert_eq!(desk.get(&bergamo).send().await.expect(200).get("missing_from"), None);
    act(&desk, &bergamo, "omit", json!({ "cause": CAUSE })).await.refused(409, "not_a_chapter");
    act(&desk, &bergamo, "waive", json!({ "reason": "Accorpata" })).await.expect(200);
}

async fn a_missing_chapter_follows_its_release(engine: Engine) {
    let app = TestApp::new(engine).await;
    let desk = app.client(SECRETARIAT).await;
    let release = joint(&app, &desk).await;
    app.at("2027-03-16 09:00");
    let desk = app.client(SECRETARIAT).await;
    let bergamo = contribution(&desk, "bergamo", 0).await;
    act(&desk, &bergamo, "omit", json!({ "cause": CAUSE })).await.expect(200);
    let later =
        json!({ "day": "2027-04-16", "reason_code": "source_late", "reason_text": "I dati Istat arrivano tardi" });
    act(&desk, &release, "move", later).await.expect(200);
    let again = act(&desk, &bergamo, "reinstate", Value::Null).await.expect(200);
    assert_eq!(again["day"], "2027-04-09", "it is due for the new date");
    act(&desk, &bergamo, "omit", json!({ "cause": CAUSE })).await.refused(409, "chapter_not_late");
}

async fn a_joint_release_is_kept_back_until_nothing_blocks_it(engine: Engine) {
    let (app, desk, portal) = with_portal(engine).await;
    let release = joint(&app, &desk).await;
    accepted(&app, &desk, "lodi", None).await;
    sql(&app, "UPDATE deliverable SET state = 'waived', reason = 'x' WHERE state = 'planned'").await;
    sql(&app, "UPDATE deliverable SET state = 'planned', reason = NULL WHERE observatory_id IN (SELECT id FROM observatory WHERE code = 'como')").await;
    let sheet = json!({ "text_it": "Ora con ATECO 2025.", "lists": [], "from_period": "2027" });
    desk.post("/api/v1/products/relazione-territoriale/sheets").json(sheet).send().await.expect(201);
    let como = contribution(&desk, "como", 0).await;
    let list = desk.get(&format!("{release}/checklist")).send().await.expect(200);
    let found: Vec<&str> =
        list["blocking"].as_array().expect("a list").iter().filter_map(|one| one["finding"].as_str()).collect();
    assert_eq!(found, ["not_accepted", "address_missing", "sheet_lapsed"]);
    assert!(text(&list["blocking"][0], "page").ends_with(&como.replace("/api/v1", "")));
    assert!(text(&list["blocking"][1], "page").contains("/publications/"));
    assert!(text(&list["blocking"][2], "page").ends_with("/products/relazione-territoriale"));

    app.at("2027-03-19 09:59");
    let desk = app.client(SECRETARIAT).await;
    act(&desk, &release, "publish", Value::Null).await.refused(409, "wrong_transition");
    app.at("2027-03-19 10:00");
    app.tick("publish").await;
    assert_eq!(desk.get(&release).send().await.expect(200)["state"], "confirmed", "it is kept back");
    let refused = text(&act(&desk, &release, "publish", Value::Null).await.refused(409, "release_blocked"), "detail");
    for said in [": Osservatorio del mercato del lavoro di Como", "L’indirizzo della pagina", "scheda di metodo"] {
        assert!(refused.contains(said), "{refused}");
    }
    let browser = app.browser(SECRETARIAT).await;
    let page = read(&browser, PAGE).await;
    assert!(page.contains("Prima dell’uscita") && page.contains("L’indirizzo della pagina"), "{page}");
    assert!(read(&browser, "/monday").await.contains("L’indirizzo della pagina"));
    assert!(!read(&app.anonymous(), PAGE).await.contains("Prima dell’uscita"));

    act(&desk, &como, "omit", json!({ "cause": "Il testo di Como non è arrivato." })).await.expect(200);
    portal.show("/relazione", "<title>Relazione territoriale sul mercato del lavoro 2026</title>");
    let lodi = contribution(&desk, "lodi", 0).await.replace("/api/v1/deliverables", "/api/v1/publications");
    let declare =
        desk.post(&format!("{lodi}/declare")).if_match(0).json(json!({ "address": portal.url("/relazione") }));
    declare.send().await.expect(200);
    sql(&app, "DELETE FROM product_sheet").await;
    let sheet = json!({ "text_it": "Ora con ATECO 2025.", "lists": [], "from_period": "2026" });
    desk.post("/api/v1/products/relazione-territoriale/sheets").json(sheet).send().await.expect(201);
    let list = desk.get(&format!("{release}/checklist")).send().await.expect(200);
    assert_eq!(list["blocking"], json!([]), "{list:#}");
    let published = form(&read(&browser, PAGE).await, &format!("{}/publish", release.replace("/api/v1", "")));
    assert_eq!(published.send(&browser).await.status.as_u16(), 303);
    assert_eq!(desk.get(&release).send().await.expect(200)["state"], "published");
}

async fn a_remark_of_the_edition_before_is_taken_over_once(engine: Engine) {
    let app = TestApp::new(engine).await;
    app.at("2027-02-01 09:00");
    let desk = app.client(SECRETARIAT).await;
    designate(&desk).await;
    confirmed(&desk, "2026", "2027-03-19").await;
    let first = contribution(&desk, "bergamo", 0).await;
    let ada = app.client(ADA).await;
    act(&ada, &first, "submit", json!({ "link": "https://ente.example/testo.pdf" })).await.expect(200);
    let mut left = Vec::new();
    for said in ["Confrontare con il Ticino", "Citare le fonti", "Una tavola per settore"] {
        let remark = desk.post(&format!("{first}/remarks")).json(json!({ "part": "Capitolo 2", "text": said }));
        let remark = text(&remark.send().await.expect(201), "id");
        act(&desk, &format!("/api/v1/remarks/{remark}"), "carry", Value::Null).await.expect(200);
        left.push(remark);
    }
    act(&desk, &first, "approve", Value::Null).await.expect(200);
    confirmed(&desk, "2027", "2028-03-21").await;
    let next = contribution(&desk, "bergamo", 1).await;
    let take = async |who: &Client, body: Value| who.post(&format!("{next}/take-over-remarks")).json(body).send().await;
    take(&ada, json!({})).await.refused(403, "denied");
    let one = take(&desk, json!({ "remark_id": left[0] })).await.expect(200);
    let made = &one["items"][0];
    assert_eq!((&made["text"], &made["copied_from_id"]), (&json!("Confrontare con il Ticino"), &json!(left[0])));
    assert_eq!((&made["state"], &made["due_day"]), (&json!("open"), &json!("2027-02-08")), "a week of work");
    take(&desk, json!({ "remark_id": left[0] })).await.refused(409, "remark_taken_over");
    let browser = app.browser(SECRETARIAT).await;
    let page = next.replace("/api/v1", "");
    let shown = read(&browser, &page).await;
    assert!(shown.contains("Già riportata in questo contributo."), "{shown}");
    let all = form(&shown, &format!("{page}/left-remarks/take-over")).send(&browser).await;
    assert_eq!(all.status.as_u16(), 303, "{}", all.text());
    let review = desk.get(&format!("{next}/review")).send().await.expect(200);
    assert_eq!(review["remarks"].as_array().map(Vec::len), Some(3));
    take(&desk, json!({})).await.refused(409, "remark_taken_over");
    let foreign = json!({ "remark_id": review["remarks"][0]["id"] });
    take(&desk, foreign).await.refused(404, "not_found");
}

async fn late_work_after_requested_changes_is_measured_against_the_day_of_the_remarks(engine: Engine) {
    let app = TestApp::new(engine).await;
    app.at("2027-02-01 09:00");
    let desk = app.client(SECRETARIAT).await;
    designate(&desk).await;
    confirmed(&desk, "2026", "2027-03-19").await;
    let own = contribution(&desk, "bergamo", 0).await;
    let ada = app.client(ADA).await;
    act(&ada, &own, "submit", json!({ "link": "https://ente.example/testo.pdf" })).await.expect(200);
    act(&desk, &own, "request-changes", json!({ "remarks": "Manca la tavola 3" })).await.expect(200);
    let late = |day: &str| json!({ "day": day, "reason": "Aspettiamo la tavola dall’Istat" });
    act(&ada, &own, "late", late("2027-02-08")).await.refused(422, "not_later");
    act(&ada, &own, "late", late("2027-02-12")).await.expect(200);
    let upto = Asked::UpTo("2027-02-28".parse().expect("a day"));
    let owed = due::obligations(&app.system(), app.services.db.reader(), upto).await.expect("read");
    assert_eq!(owed[0].due_day.to_string(), "2027-02-08");
    let upto = DueUpTo("2027-02-28".parse().expect("a day"));
    let all = upto.answer(&app.system(), app.services.db.reader()).await.expect("read");
    let changes = all.iter().find(|one| one.id == owed[0].id).expect("the requested changes");
    let expected = changes.expected.as_ref().map(|expected| expected.day.to_string());
    assert_eq!(expected.as_deref(), Some("2027-02-12"), "the reminders are quiet until then");
    let page = read(&app.browser(ADA).await, &own.replace("/api/v1", "")).await;
    assert!(page.contains("12 febbraio 2027"), "{page}");
}
