//! Published on time and seen on the portal, or asked for; and nothing but the portal is ever fetched.

use crate::both_engines;
use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::db::Engine;
use crate::support::portal::Portal;
use futures_util::future::BoxFuture;
use raccordo::portal::fetch::{Names, Problem, fetch};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

both_engines! {
    a_release_comes_out_at_its_instant_and_its_page_is_seen_or_asked_for,
    a_page_that_says_something_else_is_seen_and_a_changed_one_is_altered,
    a_page_that_goes_on_saying_something_else_is_somebodys_task_after_an_hour,
    a_contribution_accepted_after_its_release_is_awaited_from_then_on,
    nothing_is_looked_at_by_will_before_its_release_is_out,
    a_page_that_is_not_as_it_should_be_is_somebodys_task_until_it_is,
    a_joint_product_has_one_page_for_all_and_it_can_be_missing,
    only_pages_of_the_portal_are_declared_and_only_by_whoever_may,
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value:#}"))
}

/// The yearly report confirmed for Friday 19 March 2027 at 10.
async fn confirmed(secretariat: &Client) -> String {
    let planned = secretariat
        .post("/api/v1/releases")
        .json(json!({ "product": "relazione-territoriale", "period": "2026", "date": { "precision": "month", "day": "2027-03-10" } }))
        .send()
        .await
        .expect(201);
    let id = text(&planned, "id").to_owned();
    let path = format!("/api/v1/releases/{id}/confirm");
    secretariat.post(&path).if_match(&planned["version"]).json(json!({ "day": "2027-03-19" })).send().await.expect(200);
    id
}

/// The observatory's deliverable, handed in and accepted.
async fn accepted(secretariat: &Client, observatory: &str) -> String {
    let path = format!("/api/v1/deliverables?observatory={observatory}");
    let own = secretariat.get(&path).send().await.expect(200)["items"][0].clone();
    let path = format!("/api/v1/deliverables/{}", text(&own, "id"));
    let started = secretariat.post(&format!("{path}/start")).if_match(&own["version"]).send().await.expect(200);
    let submitted = secretariat
        .post(&format!("{path}/submit"))
        .if_match(&started["version"])
        .json(json!({}))
        .send()
        .await
        .expect(200);
    secretariat.post(&format!("{path}/approve")).if_match(&submitted["version"]).send().await.expect(200);
    text(&own, "id").to_owned()
}

fn path(deliverable: &str, verb: &str) -> String {
    format!("/api/v1/publications/{deliverable}{verb}")
}

async fn publication(secretariat: &Client, deliverable: &str) -> Value {
    secretariat.get(&path(deliverable, "")).send().await.expect(200)
}

async fn missing_pages(secretariat: &Client) -> usize {
    let tasks = secretariat.get("/api/v1/tasks?limit=200").send().await.expect(200);
    tasks["items"].as_array().expect("a list").iter().filter(|task| task["origin"] == "missing_page").count()
}

/// The tasks that a page has raised, what is done first.
async fn of_pages(secretariat: &Client) -> Vec<Value> {
    let tasks = secretariat.get("/api/v1/tasks?limit=200").send().await.expect(200);
    let mut tasks: Vec<Value> = tasks["items"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|task| task["origin"] == "missing_page")
        .cloned()
        .collect();
    tasks.sort_by_key(|task| text(task, "state").to_owned());
    tasks
}

fn states(tasks: &[Value]) -> Vec<&str> {
    tasks.iter().map(|task| text(task, "state")).collect()
}

const REPORT: &str = "<title>Relazione territoriale sul mercato del lavoro 2026</title><h1>Provincia di Bergamo</h1>";

async fn a_release_comes_out_at_its_instant_and_its_page_is_seen_or_asked_for(engine: Engine) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    let secretariat = app.client(SECRETARIAT).await;
    let release = confirmed(&secretariat).await;
    let (bergamo, brescia) = (accepted(&secretariat, "bergamo").await, accepted(&secretariat, "brescia").await);
    portal.show("/bergamo", REPORT);
    let expected = publication(&secretariat, &bergamo).await;
    assert_eq!((&expected["state"], &expected["version"]), (&json!("expected"), &json!(0)));
    let declared = secretariat
        .post(&path(&bergamo, "/declare"))
        .if_match(0)
        .json(json!({ "address": portal.url("/bergamo") }))
        .send()
        .await
        .expect(200);
    assert_eq!(declared["state"], "declared");

    app.at("2027-03-19 09:59");
    app.tick("publish").await;
    app.tick("verify").await;
    assert_eq!(portal.visits(), 0, "nothing is looked for before it is out");
    app.at("2027-03-19 10:00");
    app.tick("publish").await;
    let out = secretariat.get(&format!("/api/v1/releases/{release}")).send().await.expect(200);
    assert_eq!(out["state"], "published");
    app.tick("verify").await;
    let seen = publication(&secretariat, &bergamo).await;
    assert_eq!(seen["state"], "verified", "{seen:#}");
    assert_eq!(seen["first_seen_at"], "2027-03-19T09:00:00Z");
    assert_eq!(seen["evidence"][0]["title"], "Relazione territoriale sul mercato del lavoro 2026");
    let deliverable = secretariat.get(&format!("/api/v1/deliverables/{bergamo}")).send().await.expect(200);
    assert_eq!(deliverable["state"], "verified");

    assert_eq!(missing_pages(&secretariat).await, 0);
    app.at("2027-03-19 11:00");
    app.tick("verify").await;
    assert_eq!(publication(&secretariat, &brescia).await["state"], "missing");
    assert_eq!(missing_pages(&secretariat).await, 1);
    app.at("2027-03-19 13:00");
    app.tick("verify").await;
    assert_eq!(missing_pages(&secretariat).await, 1, "asked for once");
    portal.show("/brescia", &REPORT.replace("Bergamo", "Brescia"));
    let version = publication(&secretariat, &brescia).await["version"].clone();
    secretariat
        .post(&path(&brescia, "/declare"))
        .if_match(version)
        .json(json!({ "address": portal.url("/brescia") }))
        .send()
        .await
        .expect(200);
    app.tick("verify").await;
    assert_eq!(publication(&secretariat, &brescia).await["state"], "verified");
}

async fn a_page_that_says_something_else_is_seen_and_a_changed_one_is_altered(engine: Engine) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    let secretariat = app.client(SECRETARIAT).await;
    confirmed(&secretariat).await;
    let bergamo = accepted(&secretariat, "bergamo").await;
    portal.show("/bergamo", &REPORT.replace("Bergamo", "Como"));
    secretariat
        .post(&path(&bergamo, "/declare"))
        .if_match(0)
        .json(json!({ "address": portal.url("/bergamo") }))
        .send()
        .await
        .expect(200);
    app.at("2027-03-19 10:00");
    app.tick("publish").await;
    let look = async || secretariat.post(&path(&bergamo, "/check")).send().await.expect(200)["state"].clone();
    assert_eq!(look().await, "seen");
    portal.show("/bergamo", REPORT);
    assert_eq!(look().await, "verified");
    portal.show("/bergamo", &format!("{REPORT}<p>Errata corrige</p>"));
    assert_eq!(look().await, "altered");
}

async fn a_page_that_goes_on_saying_something_else_is_somebodys_task_after_an_hour(engine: Engine) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    let secretariat = app.client(SECRETARIAT).await;
    confirmed(&secretariat).await;
    let bergamo = accepted(&secretariat, "bergamo").await;
    portal.show("/bergamo", &REPORT.replace("Bergamo", "Como"));
    let address = json!({ "address": portal.url("/bergamo") });
    secretariat.post(&path(&bergamo, "/declare")).if_match(0).json(address).send().await.expect(200);
    let look = async || secretariat.post(&path(&bergamo, "/check")).send().await.expect(200)["state"].clone();
    app.at("2027-03-19 10:00");
    app.tick("publish").await;
    app.at("2027-03-19 10:59");
    assert_eq!(
        (look().await, of_pages(&secretariat).await),
        (json!("seen"), Vec::new()),
        "portals are updated by people"
    );
    app.at("2027-03-19 11:00");
    assert_eq!((look().await, look().await), (json!("seen"), json!("seen")));
    let asked = of_pages(&secretariat).await;
    assert_eq!(states(&asked), ["open"], "asked for once");
    assert!(text(&asked[0], "title_it").contains("non è riconosciuta"), "{asked:#?}");

    portal.answer("/bergamo", "404 Not Found", "", b"");
    app.at("2027-03-19 12:00");
    assert_eq!(look().await, "missing");
    let asked = of_pages(&secretariat).await;
    assert_eq!(states(&asked), ["done", "open"]);
    assert!(text(&asked[1], "title_it").contains("non si trova"), "what is asked now is another thing: {asked:#?}");
    portal.show("/bergamo", REPORT);
    assert_eq!(look().await, "verified");
    assert_eq!(states(&of_pages(&secretariat).await), ["done", "done"]);
}

async fn a_contribution_accepted_after_its_release_is_awaited_from_then_on(engine: Engine) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    let secretariat = app.client(SECRETARIAT).await;
    confirmed(&secretariat).await;
    accepted(&secretariat, "bergamo").await;
    app.at("2027-03-19 10:00");
    app.tick("publish").await;
    app.at("2027-03-22 10:00");
    let brescia = accepted(&secretariat, "brescia").await;
    let state = async |deliverable: &str| publication(&secretariat, deliverable).await["state"].clone();
    app.tick("verify").await;
    assert_eq!(state(&brescia).await, "expected", "nobody could have published it yet");
    app.at("2027-03-22 11:00");
    app.tick("verify").await;
    assert_eq!(state(&brescia).await, "missing");

    app.at("2027-07-01 10:00");
    let como = accepted(&secretariat, "como").await;
    portal.show("/como", &REPORT.replace("Bergamo", "Como"));
    let address = json!({ "address": portal.url("/como") });
    secretariat.post(&path(&como, "/declare")).if_match(0).json(address).send().await.expect(200);
    app.tick("verify").await;
    assert_eq!(state(&como).await, "verified", "however long after the release");
    portal.show("/brescia", &REPORT.replace("Bergamo", "Brescia"));
    let (address, version) =
        (json!({ "address": portal.url("/brescia") }), publication(&secretariat, &brescia).await["version"].clone());
    secretariat.post(&path(&brescia, "/declare")).if_match(version).json(address).send().await.expect(200);
    app.tick("verify").await;
    assert_eq!(state(&brescia).await, "verified", "declared, it is looked at again");
}

async fn nothing_is_looked_at_by_will_before_its_release_is_out(engine: Engine) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    let secretariat = app.client(SECRETARIAT).await;
    let release = confirmed(&secretariat).await;
    let bergamo = accepted(&secretariat, "bergamo").await;
    portal.show("/bergamo", REPORT);
    let address = json!({ "address": portal.url("/bergamo") });
    secretariat.post(&path(&bergamo, "/declare")).if_match(0).json(address).send().await.expect(200);
    let offers_it = async || {
        let page = app.browser(SECRETARIAT).await.get(&format!("/publications/{bergamo}")).send().await;
        page.text().contains(&format!("/publications/{bergamo}/check"))
    };
    let look = async || secretariat.post(&path(&bergamo, "/check")).send().await;
    look().await.refused(409, "wrong_transition");
    assert!(!offers_it().await);
    assert_eq!(portal.visits(), 0, "under embargo nobody asks for it");
    app.at("2027-03-19 10:00");
    app.tick("publish").await;
    assert!(offers_it().await);
    assert_eq!(look().await.expect(200)["state"], "verified");
    let out = secretariat.get(&format!("/api/v1/releases/{release}")).send().await.expect(200);
    assert_eq!(out["state"], "published");
}

async fn a_page_that_is_not_as_it_should_be_is_somebodys_task_until_it_is(engine: Engine) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    let secretariat = app.client(SECRETARIAT).await;
    confirmed(&secretariat).await;
    let bergamo = accepted(&secretariat, "bergamo").await;
    let address = json!({ "address": portal.url("/bergamo") });
    secretariat.post(&path(&bergamo, "/declare")).if_match(0).json(address.clone()).send().await.expect(200);
    let look = async || secretariat.post(&path(&bergamo, "/check")).send().await.expect(200)["state"].clone();
    let pages = async || of_pages(&secretariat).await;
    app.at("2027-03-19 10:00");
    app.tick("publish").await;
    app.at("2027-03-19 11:00");
    assert_eq!(look().await, "missing");
    let asked = pages().await;
    assert_eq!(asked.len(), 1);
    assert_eq!((&asked[0]["seat"], &asked[0]["state"]), (&json!("referent:bergamo"), &json!("open")), "{asked:#?}");
    app.tick("reminders").await;
    let reminders: String =
        app.mails().await.into_iter().filter(|mail| mail.kind == "reminder").map(|mail| mail.text).collect();
    assert!(
        reminders.split_whitespace().collect::<Vec<_>>().join(" ").contains("non si trova sul portale"),
        "accepted or not, it is called for: {reminders}"
    );

    portal.show("/bergamo", REPORT);
    assert_eq!(look().await, "verified");
    assert_eq!(states(&pages().await), ["done"], "it appeared: nothing is left to do");

    portal.show("/bergamo", &format!("{REPORT}<p>Errata corrige</p>"));
    assert_eq!((look().await, look().await), (json!("altered"), json!("altered")));
    let asked = pages().await;
    assert_eq!(states(&asked), ["done", "open"], "asked for once");
    assert!(text(&asked[1], "title_it").contains("è cambiata"), "{asked:#?}");
    portal.show("/bergamo", REPORT);
    assert_eq!(look().await, "verified", "its words are back");
    assert_eq!(states(&pages().await), ["done", "done"]);

    portal.show("/bergamo", &format!("{REPORT}<p>Seconda edizione</p>"));
    assert_eq!(look().await, "altered");
    let version = publication(&secretariat, &bergamo).await["version"].clone();
    app.at("2027-03-19 11:10");
    secretariat.post(&path(&bergamo, "/declare")).if_match(version).json(address).send().await.expect(200);
    assert_eq!(look().await, "verified", "declared anew, the change is meant");
    assert_eq!(states(&pages().await), ["done", "done", "done"]);
}

async fn a_joint_product_has_one_page_for_all_and_it_can_be_missing(engine: Engine) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    let secretariat = app.client(SECRETARIAT).await;
    let sql = async |statement: &str| app.services.db.writer().execute_unprepared(statement).await.expect("written");
    sql("UPDATE product SET scope = 'joint'").await;
    confirmed(&secretariat).await;
    let (bergamo, brescia) = (accepted(&secretariat, "bergamo").await, accepted(&secretariat, "brescia").await);
    sql("UPDATE deliverable SET state = 'waived', reason = 'x' WHERE state = 'planned'").await;
    app.at("2027-03-19 10:00");
    app.tick("publish").await;
    app.tick("verify").await;
    assert!(of_pages(&secretariat).await.is_empty(), "not yet");
    app.at("2027-03-19 11:00");
    app.tick("verify").await;
    app.tick("verify").await;
    let asked = of_pages(&secretariat).await;
    assert_eq!(states(&asked), ["open"], "one page for all is missing once");
    assert_eq!(asked[0]["seat_kind"], "secretariat", "{asked:#?}");

    portal.show("/relazione", "<title>Relazione territoriale sul mercato del lavoro 2026</title>");
    let (with, without) = (publication(&secretariat, &brescia).await, publication(&secretariat, &bergamo).await);
    let address = json!({ "address": portal.url("/relazione") });
    secretariat.post(&path(&brescia, "/declare")).if_match(&with["version"]).json(address).send().await.expect(200);
    app.at("2027-03-19 12:00");
    app.tick("verify").await;
    assert_eq!(publication(&secretariat, &brescia).await["state"], "verified");
    assert_eq!(publication(&secretariat, &bergamo).await["state"], "expected", "before: {without:#}");
    assert_eq!(states(&of_pages(&secretariat).await), ["done"]);
    for chapter in [&bergamo, &brescia] {
        let deliverable = secretariat.get(&format!("/api/v1/deliverables/{chapter}")).send().await.expect(200);
        assert_eq!(deliverable["state"], "verified", "the chapters of a joint product appear together");
    }
    secretariat.post(&path(&bergamo, "/check")).send().await.expect(200);
    assert_eq!(states(&of_pages(&secretariat).await), ["done"], "a chapter without an address misses nothing");
}

async fn only_pages_of_the_portal_are_declared_and_only_by_whoever_may(engine: Engine) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    let secretariat = app.client(SECRETARIAT).await;
    confirmed(&secretariat).await;
    let bergamo = accepted(&secretariat, "bergamo").await;
    let declare = async |client: Client, version: i32, address: &str| {
        client.post(&path(&bergamo, "/declare")).if_match(version).json(json!({ "address": address })).send().await
    };
    declare(secretariat.clone(), 0, "http://other.example/x").await.refused(422, "host_not_allowed");
    declare(secretariat.clone(), 0, "ftp://127.0.0.1/x").await.refused(422, "not_a_url");
    declare(secretariat.clone(), 1, &portal.url("/x")).await.refused(412, "stale");
    declare(app.anonymous(), 0, &portal.url("/x")).await.refused(401, "unauthenticated");
    app.anonymous().post(&path(&bergamo, "/check")).send().await.refused(401, "unauthenticated");
}

/// A resolver that answers the next of its addresses each time.
struct Lying {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Names for Lying {
    fn look_up(&self, _: String) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>> {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.answers[turn.min(self.answers.len() - 1)].clone();
        Box::pin(async move { Ok(answer) })
    }
}

fn names(answers: &[&[&str]]) -> Arc<Lying> {
    let read = |one: &&[&str]| one.iter().map(|address| address.parse().expect("an address")).collect();
    Arc::new(Lying { answers: answers.iter().map(read).collect(), asked: AtomicUsize::new(0) })
}

#[actix_web::test]
async fn no_packet_reaches_an_address_that_is_not_the_portals() {
    let victim = Portal::start().await;
    victim.show("/", "secret");
    let mut settings = victim.config().portal;
    let port = victim.address.port();
    // The port is the portal's, the address is another machine's: only the victim's own listener would count a packet.
    settings.allowed_private_addresses = vec![([127, 0, 0, 9], port).into()];
    let by_name = format!("http://portale.example:{port}/");
    for answers in [
        &["127.0.0.1"][..],
        &["::1"],
        &["::ffff:127.0.0.1"],
        &["127.0.0.9", "127.0.0.1"],
        &["10.0.0.1"],
        &["169.254.169.254"],
    ] {
        assert_eq!(fetch(&by_name, &settings, names(&[answers])).await, Err(Problem::NotPublic), "{answers:?}");
    }
    for literal in
        ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost"]
    {
        let address = format!("http://{literal}:{port}/");
        assert_eq!(
            fetch(&address, &settings, names(&[&["127.0.0.1"]])).await,
            Err(Problem::AddressRefused),
            "{literal}"
        );
    }
    assert_eq!(victim.visits(), 0);
}

#[actix_web::test]
async fn a_name_that_changes_its_answer_is_judged_by_the_answer_that_is_used() {
    let portal = Portal::start().await;
    portal.show("/", REPORT);
    let settings = portal.config().portal;
    let address = format!("http://portale.example:{}/", portal.address.port());
    let rebinding = names(&[&["127.0.0.1"], &["127.0.0.2"]]);
    assert!(fetch(&address, &settings, rebinding.clone()).await.is_ok());
    assert_eq!(fetch(&address, &settings, rebinding.clone()).await, Err(Problem::NotPublic));
    assert_eq!(
        (rebinding.asked.load(Ordering::SeqCst), portal.visits()),
        (2, 1),
        "one look-up and one connection for each fetch"
    );
}

#[actix_web::test]
async fn redirects_are_not_followed_and_a_flood_is_cut_off() {
    let portal = Portal::start().await;
    let settings = portal.config().portal;
    portal.answer("/moved", "302 Found", &format!("location: {}\r\n", portal.url("/secret")), b"");
    portal.answer("/flood", "200 OK", "", &vec![b'x'; 3 * 1024 * 1024]);
    let nobody = || names(&[&[]]);
    let moved = fetch(&portal.url("/moved"), &settings, nobody()).await.expect("an answer");
    assert_eq!((moved.status, portal.visits()), (302, 1));
    assert_eq!(fetch(&portal.url("/flood"), &settings, nobody()).await, Err(Problem::TooLarge));
}
