//! Publication on time and the check of the portal: missing pages are requested, and only the portal is ever fetched.

use crate::support::app::{Client, SECRETARIAT, TestApp};
use crate::support::db::Engine;
use crate::support::portal::Portal;
use crate::{both_engines, on_sqlite};
use futures_util::future::BoxFuture;
use raccordo::config;
use raccordo::portal::fetch::{self, Answer, Names, Problem};
use raccordo::portal::service::{Limits, verify_within};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::Instant;

both_engines! {
    a_release_comes_out_at_its_instant_and_its_page_is_seen_or_asked_for,
    a_joint_product_has_one_page_for_all_and_it_can_be_missing,
    one_page_that_cannot_be_kept_stops_no_other,
    a_title_is_stored_without_characters_that_a_database_refuses,
    pages_left_over_wait_behind_those_that_come_due,
    one_release_that_cannot_come_out_stops_no_other,
}

on_sqlite! {
    a_page_that_says_something_else_is_seen_and_a_changed_one_is_altered,
    a_page_that_stays_unrecognised_for_an_hour_creates_a_task,
    a_contribution_accepted_after_its_release_is_awaited_from_then_on,
    no_page_is_checked_on_request_before_its_release,
    the_task_about_a_wrong_page_ends_when_the_page_is_right,
    only_pages_of_the_portal_are_declared_and_only_by_authorised_callers,
    a_file_is_told_when_it_is_declared,
    clocks_counters_and_the_frame_alter_nothing,
    a_page_whose_days_are_over_is_not_looked_at_after_a_standstill,
    a_verified_report_is_on_the_page_of_its_observatory_for_everybody,
}

pub fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value:#}"))
}

/// Confirms the yearly report for Friday 19 March 2027 at 10.
pub async fn confirmed(secretariat: &Client) -> String {
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

/// Submits and accepts the observatory's deliverable.
pub async fn accepted(app: &TestApp, secretariat: &Client, observatory: &str) -> String {
    let path = format!("/api/v1/deliverables?observatory={observatory}");
    let own = secretariat.get(&path).send().await.expect(200)["items"][0].clone();
    let path = format!("/api/v1/deliverables/{}", text(&own, "id"));
    let started = secretariat.post(&format!("{path}/start")).if_match(&own["version"]).send().await.expect(200);
    secretariat
        .post(&format!("{path}/submit"))
        .if_match(&started["version"])
        .json(json!({ "link": "https://provincia.example/relazione.pdf" }))
        .send()
        .await
        .expect(200);
    app.accept(&path).await;
    text(&own, "id").to_owned()
}

pub fn path(deliverable: &str, verb: &str) -> String {
    format!("/api/v1/publications/{deliverable}{verb}")
}

pub async fn publication(secretariat: &Client, deliverable: &str) -> Value {
    secretariat.get(&path(deliverable, "")).send().await.expect(200)
}

async fn missing_pages(secretariat: &Client) -> usize {
    let tasks = secretariat.get("/api/v1/tasks?limit=200").send().await.expect(200);
    tasks["items"].as_array().expect("a list").iter().filter(|task| task["origin"] == "missing_page").count()
}

/// Lists the tasks raised for pages, finished ones first.
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

pub const REPORT: &str =
    "<title>Relazione territoriale sul mercato del lavoro 2026</title><h1>Provincia di Bergamo</h1>";

async fn a_release_comes_out_at_its_instant_and_its_page_is_seen_or_asked_for(engine: Engine) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    let secretariat = app.client(SECRETARIAT).await;
    let release = confirmed(&secretariat).await;
    let (bergamo, brescia) =
        (accepted(&app, &secretariat, "bergamo").await, accepted(&app, &secretariat, "brescia").await);
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
    let bergamo = accepted(&app, &secretariat, "bergamo").await;
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

async fn a_page_that_stays_unrecognised_for_an_hour_creates_a_task(engine: Engine) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    let secretariat = app.client(SECRETARIAT).await;
    confirmed(&secretariat).await;
    let bergamo = accepted(&app, &secretariat, "bergamo").await;
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
    accepted(&app, &secretariat, "bergamo").await;
    app.at("2027-03-19 10:00");
    app.tick("publish").await;
    app.at("2027-03-22 10:00");
    let brescia = accepted(&app, &secretariat, "brescia").await;
    let state = async |deliverable: &str| publication(&secretariat, deliverable).await["state"].clone();
    app.tick("verify").await;
    assert_eq!(state(&brescia).await, "expected", "nobody could have published it yet");
    app.at("2027-03-22 11:00");
    app.tick("verify").await;
    assert_eq!(state(&brescia).await, "missing");

    app.at("2027-07-01 10:00");
    let como = accepted(&app, &secretariat, "como").await;
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

async fn no_page_is_checked_on_request_before_its_release(engine: Engine) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    let secretariat = app.client(SECRETARIAT).await;
    let release = confirmed(&secretariat).await;
    let bergamo = accepted(&app, &secretariat, "bergamo").await;
    portal.show("/bergamo", REPORT);
    let address = json!({ "address": portal.url("/bergamo") });
    secretariat.post(&path(&bergamo, "/declare")).if_match(0).json(address).send().await.expect(200);
    let offers_it = async || {
        let page = app.browser(SECRETARIAT).await.get(&format!("/publications/{bergamo}")).send().await;
        page.text().contains(&format!("/publications/{bergamo}/check"))
    };
    let look = async || secretariat.post(&path(&bergamo, "/check")).send().await;
    look().await.refused(409, "nothing_published");
    assert!(!offers_it().await);
    assert_eq!(portal.visits(), 0, "under embargo nobody asks for it");
    app.at("2027-03-19 10:00");
    app.tick("publish").await;
    assert!(offers_it().await);
    assert_eq!(look().await.expect(200)["state"], "verified");
    let out = secretariat.get(&format!("/api/v1/releases/{release}")).send().await.expect(200);
    assert_eq!(out["state"], "published");
}

async fn the_task_about_a_wrong_page_ends_when_the_page_is_right(engine: Engine) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    let secretariat = app.client(SECRETARIAT).await;
    let release = confirmed(&secretariat).await;
    let bergamo = accepted(&app, &secretariat, "bergamo").await;
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
    let again = secretariat.post(&path(&bergamo, "/declare")).if_match(version).json(address).send().await;
    again.refused(409, "amendment_needed");
    let of_release = format!("/api/v1/releases/{release}");
    let version = secretariat.get(&of_release).send().await.expect(200)["version"].clone();
    let said = json!({ "kind": "routine", "explanation": "Seconda edizione con i dati di dicembre.", "observatory": "bergamo" });
    secretariat.post(&format!("{of_release}/amend")).if_match(version).json(said).send().await.expect(200);
    assert_eq!(look().await, "verified", "the change is explained");
    assert_eq!(states(&pages().await), ["done", "done", "done"]);
}

async fn a_joint_product_has_one_page_for_all_and_it_can_be_missing(engine: Engine) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    let secretariat = app.client(SECRETARIAT).await;
    let sql = async |statement: &str| app.services.db.writer().execute_unprepared(statement).await.expect("written");
    sql("UPDATE product SET scope = 'joint'").await;
    confirmed(&secretariat).await;
    let (bergamo, brescia) =
        (accepted(&app, &secretariat, "bergamo").await, accepted(&app, &secretariat, "brescia").await);
    sql("UPDATE deliverable SET state = 'waived', reason = 'x' WHERE state = 'planned'").await;
    let address = json!({ "address": portal.url("/relazione") });
    secretariat.post(&path(&brescia, "/declare")).if_match(0).json(address).send().await.expect(200);
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
    app.at("2027-03-19 12:00");
    app.tick("verify").await;
    assert_eq!(publication(&secretariat, &brescia).await["state"], "verified");
    assert_eq!(publication(&secretariat, &bergamo).await["state"], "expected");
    assert_eq!(states(&of_pages(&secretariat).await), ["done"]);
    for chapter in [&bergamo, &brescia] {
        let deliverable = secretariat.get(&format!("/api/v1/deliverables/{chapter}")).send().await.expect(200);
        assert_eq!(deliverable["state"], "verified", "the chapters of a joint product appear together");
    }
    secretariat.post(&path(&bergamo, "/check")).send().await.expect(200);
    assert_eq!(states(&of_pages(&secretariat).await), ["done"], "a chapter without an address misses nothing");
}

async fn only_pages_of_the_portal_are_declared_and_only_by_authorised_callers(engine: Engine) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    let secretariat = app.client(SECRETARIAT).await;
    confirmed(&secretariat).await;
    let bergamo = accepted(&app, &secretariat, "bergamo").await;
    let declare = async |client: Client, version: i32, address: &str| {
        client.post(&path(&bergamo, "/declare")).if_match(version).json(json!({ "address": address })).send().await
    };
    declare(secretariat.clone(), 0, "http://other.example/x").await.refused(422, "host_not_allowed");
    declare(secretariat.clone(), 0, "ftp://127.0.0.1/x").await.refused(422, "not_a_url");
    declare(secretariat.clone(), 1, &portal.url("/x")).await.refused(412, "stale");
    declare(app.anonymous(), 0, &portal.url("/x")).await.refused(401, "unauthenticated");
    app.anonymous().post(&path(&bergamo, "/check")).send().await.refused(401, "unauthenticated");
}

/// A resolver that returns the next of its addresses each time.
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
    // The port is the portal's, the address another machine's: only a listener of the victim could count a packet.
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

async fn fetch(address: &str, settings: &config::Portal, names: Arc<dyn Names>) -> Result<Answer, Problem> {
    fetch::fetch(address, settings, names, Duration::from_secs(10)).await
}

#[actix_web::test]
async fn redirects_are_followed_within_the_portal_and_nowhere_else() {
    let (portal, stranger) = (Portal::start().await, Portal::start().await);
    let settings = portal.config().portal;
    let nobody = || names(&[&[]]);
    let lead = |from: &str, status: &str, to: &str| portal.answer(from, status, &format!("location: {to}\r\n"), b"");
    portal.show("/page", REPORT);
    lead("/moved", "301 Moved Permanently", "/page");
    lead("/twice", "302 Found", &portal.url("/moved"));
    for (from, visits) in [("/page", 1), ("/moved", 2), ("/twice", 3)] {
        let before = portal.visits();
        let came = fetch(&portal.url(from), &settings, nobody()).await.expect("a page");
        assert_eq!((came.status, came.address), (200, portal.url("/page")), "{from}");
        assert_eq!(portal.visits() - before, visits, "{from}");
    }
    lead("/away", "302 Found", &stranger.url("/page"));
    lead("/name", "302 Found", "http://altrove.example/");
    lead("/file", "302 Found", "file:///etc/passwd");
    lead("/metadata", "307 Temporary Redirect", "http://169.254.169.254/latest/");
    lead("/user", "308 Permanent Redirect", &portal.url("/page").replace("http://", "http://user@"));
    for from in ["/away", "/name", "/file", "/metadata", "/user"] {
        assert_eq!(fetch(&portal.url(from), &settings, nobody()).await, Err(Problem::LedElsewhere), "{from}");
    }
    assert_eq!(stranger.visits(), 0);
    let named = |host: &str| format!("http://{host}:{}/page", portal.address.port());
    lead("/inside", "302 Found", &named("portale.example"));
    let inside = fetch(&portal.url("/inside"), &settings, names(&[&["10.0.0.1"]])).await;
    assert_eq!(inside, Err(Problem::NotPublic), "each step is asked of the resolver that is connected through");
    lead("/loop", "302 Found", "/loop");
    let before = portal.visits();
    assert_eq!(fetch(&portal.url("/loop"), &settings, nobody()).await, Err(Problem::TooManyRedirects));
    assert_eq!(portal.visits() - before, 6);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(bytes).expect("packed");
    packed.finish().expect("packed")
}

fn deflate(bytes: &[u8], bare: bool) -> Vec<u8> {
    use std::io::Read;
    let (mut packed, best) = (Vec::new(), flate2::Compression::best());
    let read = if bare {
        flate2::read::DeflateEncoder::new(bytes, best).read_to_end(&mut packed)
    } else {
        flate2::read::ZlibEncoder::new(bytes, best).read_to_end(&mut packed)
    };
    read.expect("packed");
    packed
}

/// "hello\n" packed by the reference encoder, and therefore different from `REPORT`.
const BROTLI: &[u8] = &[0x8b, 0x02, 0x80, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x0a, 0x03];

#[actix_web::test]
async fn a_body_packed_unasked_is_unpacked_and_a_flood_is_cut_off() {
    let portal = Portal::start().await;
    let settings = portal.config().portal;
    let page = REPORT.as_bytes();
    let coded = |path: &str, coding: &str, body: &[u8]| {
        portal.answer(path, "200 OK", &format!("content-type: text/html\r\ncontent-encoding: {coding}\r\n"), body);
    };
    coded("/gzip", "gzip", &gzip(page));
    coded("/x-gzip", "X-GZIP", &gzip(page));
    coded("/deflate", "deflate", &deflate(page, false));
    coded("/bare", "deflate", &deflate(page, true));
    coded("/both", "deflate, gzip", &gzip(&deflate(page, false)));
    coded("/identity", "identity", page);
    coded("/br", "br", BROTLI);
    let body = async |path: &str| {
        fetch(&portal.url(path), &settings, names(&[&[]]))
            .await
            .map(|answer| String::from_utf8_lossy(&answer.body).into_owned())
    };
    for path in ["/gzip", "/x-gzip", "/deflate", "/bare", "/both", "/identity"] {
        assert_eq!(body(path).await.as_deref(), Ok(REPORT), "{path}");
    }
    assert_eq!(body("/br").await.as_deref(), Ok("hello\n"));
    let flood = vec![b'x'; 3 * 1024 * 1024];
    portal.answer("/flood", "200 OK", "", &flood);
    coded("/bomb", "gzip", &gzip(&vec![b'x'; 64 * 1024 * 1024]));
    coded("/bomb-in-bomb", "gzip, gzip", &gzip(&gzip(&flood)));
    for path in ["/flood", "/bomb", "/bomb-in-bomb"] {
        assert_eq!(body(path).await, Err(Problem::TooLarge), "{path}");
    }
    coded("/zstd", "zstd", page);
    coded("/thrice", "gzip, gzip, gzip", &gzip(&gzip(&gzip(page))));
    assert_eq!(
        (body("/zstd").await, body("/thrice").await),
        (Err(Problem::UnknownCoding), Err(Problem::UnknownCoding))
    );
    coded("/broken", "gzip", &gzip(page)[..20]);
    assert_eq!(body("/broken").await, Err(Problem::BrokenOff));
}

/// Declares the page of each accepted report at an address of its own and publishes the release.
async fn declared_at(app: &TestApp, address_of: impl Fn(&str) -> String) -> Vec<(String, String)> {
    let secretariat = app.client(SECRETARIAT).await;
    confirmed(&secretariat).await;
    let mut ids = Vec::new();
    for observatory in ["bergamo", "brescia", "como"] {
        let id = accepted(app, &secretariat, observatory).await;
        let address = json!({ "address": address_of(observatory) });
        secretariat.post(&path(&id, "/declare")).if_match(0).json(address).send().await.expect(200);
        ids.push((observatory.to_owned(), id));
    }
    app.at("2027-03-19 10:00");
    app.tick("publish").await;
    ids
}

async fn one_page_that_cannot_be_kept_stops_no_other(engine: Engine) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    let pages = declared_at(&app, |observatory| portal.url(&format!("/{observatory}"))).await;
    for (observatory, _) in &pages {
        let name = format!("{}{}", observatory[..1].to_uppercase(), &observatory[1..]);
        portal.show(&format!("/{observatory}"), &REPORT.replace("Bergamo", &name));
    }
    portal.show("/bergamo", &REPORT.replace("2026", "2026 Veleno"));
    app.refuse("publication_check", "title", "%Veleno%").await;
    let secretariat = app.client(SECRETARIAT).await;
    let (bergamo, brescia) = (&pages[0].1, &pages[1].1);
    let note = app.tick_with_failures("verify").await;
    assert!(note.contains(&format!("failed 1: deliverable {bergamo}")), "{note}");
    assert_eq!(publication(&secretariat, brescia).await["state"], "verified");
    let noted = publication(&secretariat, bergamo).await;
    assert_eq!((&noted["state"], &noted["failed_looks"]), (&json!("declared"), &json!(1)), "{noted:#}");
    assert_eq!(noted["next_look_at"], "2027-03-19T09:05:00Z");
    let visits = portal.visits();
    app.tick("verify").await;
    assert_eq!(portal.visits(), visits, "it waits for its next look");
    app.at("2027-03-19 10:05");
    app.tick_with_failures("verify").await;
    let noted = publication(&secretariat, bergamo).await;
    assert_eq!((&noted["failed_looks"], &noted["next_look_at"]), (&json!(2), &json!("2027-03-19T09:15:00Z")));
    portal.show("/bergamo", REPORT);
    app.at("2027-03-19 10:15");
    app.tick("verify").await;
    let mended = publication(&secretariat, bergamo).await;
    assert_eq!((&mended["state"], &mended["failed_looks"]), (&json!("verified"), &json!(0)));
}

async fn a_title_is_stored_without_characters_that_a_database_refuses(engine: Engine) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    let pages = declared_at(&app, |observatory| portal.url(&format!("/{observatory}"))).await;
    portal.show("/bergamo", &REPORT.replace("Relazione", "&#0;\0\u{1}\u{202e}Relazione"));
    app.tick("verify").await;
    let secretariat = app.client(SECRETARIAT).await;
    let seen = publication(&secretariat, &pages[0].1).await;
    assert_eq!(seen["state"], "verified", "{seen:#}");
    assert_eq!(seen["evidence"][0]["title"], "\u{fffd}\u{fffd}Relazione territoriale sul mercato del lavoro 2026");
}

async fn a_file_is_told_when_it_is_declared(engine: Engine) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    let secretariat = app.client(SECRETARIAT).await;
    confirmed(&secretariat).await;
    let bergamo = accepted(&app, &secretariat, "bergamo").await;
    let declare = async |version: &Value, page: &str| {
        let address = json!({ "address": portal.url(page) });
        secretariat.post(&path(&bergamo, "/declare")).if_match(version).json(address).send().await
    };
    declare(&json!(0), "/relazione.pdf").await.refused(422, "address_of_a_file");
    portal.answer("/scarica", "200 OK", "content-type: application/pdf\r\n", b"%PDF-1.7");
    portal.show("/bergamo", REPORT);
    let declared = declare(&json!(0), "/scarica").await.expect(200);
    assert_eq!((&declared["state"], portal.visits()), (&json!("declared"), 0), "under embargo nobody asks for it");
    app.at("2027-03-19 10:00");
    app.tick("publish").await;
    let told = declare(&declared["version"], "/scarica").await.expect(200);
    assert_eq!((&told["state"], &told["evidence"][0]["problem"]), (&json!("seen"), &json!("not_a_page")), "{told:#}");
    let browser = app.browser(SECRETARIAT).await;
    let page = browser.get(&format!("/publications/{bergamo}")).send().await.text();
    assert!(page.contains("C’è un file, per esempio un PDF"), "{page}");
    let told = declare(&told["version"], "/bergamo").await.expect(200);
    assert_eq!(told["state"], "verified", "{told:#}");
}

async fn clocks_counters_and_the_frame_alter_nothing(engine: Engine) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    let pages = declared_at(&app, |observatory| portal.url(&format!("/{observatory}"))).await;
    let show = |clock: &str, visits: u32, figure: &str| {
        let html = format!(
            "<nav>Menu {visits}</nav><main>{REPORT}<p>Occupati: {figure}</p><p>Visite: {visits}</p><p>{clock}</p>\
             <p>Ultimo aggiornamento: {clock}</p></main><footer>{clock}</footer>"
        );
        portal.show("/bergamo", &html);
    };
    let secretariat = app.client(SECRETARIAT).await;
    let look = async || secretariat.post(&path(&pages[0].1, "/check")).send().await.expect(200)["state"].clone();
    show("19/03/2027 10:00", 1, "450.000");
    assert_eq!(look().await, "verified");
    show("20/03/2027 11:32", 4711, "450.000");
    assert_eq!(look().await, "verified", "a clock and a counter");
    show("20/03/2027 11:32", 4711, "451.000");
    assert_eq!(look().await, "altered", "a figure");
    show("21/03/2027 9:00", 9, "450.000");
    assert_eq!(look().await, "verified", "it is what it was");
    let spoil = "UPDATE publication_check SET reading = 1, sha256 = 'x' WHERE state = 'verified'";
    app.services.db.writer().execute_unprepared(spoil).await.expect("written");
    assert_eq!(look().await, "verified", "a fingerprint taken by another rule is not compared");
}

async fn a_page_whose_days_are_over_is_not_looked_at_after_a_standstill(engine: Engine) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    let pages = declared_at(&app, |observatory| portal.url(&format!("/{observatory}"))).await;
    portal.show("/bergamo", REPORT);
    let secretariat = app.client(SECRETARIAT).await;
    let state = async || secretariat.get(&path(&pages[0].1, "")).send().await.expect(200)["state"].clone();
    app.tick("verify").await;
    assert_eq!(state().await, "verified");
    portal.show("/bergamo", "<h1>Pagina non trovata</h1>");
    app.at("2027-03-31 10:00");
    app.tick("verify").await;
    assert_eq!(state().await, "verified", "its last day passed while the service stood still");
}

async fn pages_left_over_wait_behind_those_that_come_due(engine: Engine) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    declared_at(&app, |observatory| portal.url(&format!("/{observatory}"))).await;
    let names = || Arc::new(fetch::SystemNames);
    let system = app.system();
    let none = Limits { per_page: Duration::from_secs(2), whole: Duration::from_secs(1), ..Limits::default() };
    let seen = verify_within(&system, names(), none).await.expect("a run");
    assert_eq!((seen.looked, seen.postponed, portal.visits()), (0, 3, 0), "no look begins that cannot end");
    let seen = verify_within(&system, names(), Limits::default()).await.expect("a run");
    assert_eq!((seen.looked, seen.postponed, portal.visits()), (3, 0, 3));
    let seen = verify_within(&system, names(), Limits::default()).await.expect("a run");
    assert_eq!((seen.looked, portal.visits()), (0, 3), "nothing is due");
}

async fn one_release_that_cannot_come_out_stops_no_other(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let spoilt = confirmed(&secretariat).await;
    let another = json!({ "product": "relazione-territoriale", "period": "2025", "date": { "precision": "month", "day": "2027-03-10" } });
    let planned = secretariat.post("/api/v1/releases").json(another).send().await.expect(201);
    let sound = format!("/api/v1/releases/{}", text(&planned, "id"));
    let day = json!({ "day": "2027-03-19" });
    secretariat.post(&format!("{sound}/confirm")).if_match(&planned["version"]).json(day).send().await.expect(200);
    app.services.db.writer().execute_unprepared("UPDATE deliverable SET state = 'approved'").await.expect("written");
    app.refuse("release_change", "release_id", &spoilt).await;
    app.at("2027-03-19 10:00");
    let note = app.tick_with_failures("publish").await;
    assert!(note.contains(&format!("failed 1: release {spoilt}: ")), "{note}");
    assert_eq!(secretariat.get(&sound).send().await.expect(200)["state"], "published");
}

/// On the real clock, with short limits: a portal that accepts every connection and does not answer.
#[actix_web::test]
async fn a_silent_portal_keeps_no_run_beyond_its_time_and_no_other_host_waiting() {
    let (portal, silent) = (Portal::start().await, Portal::silent().await);
    let mut config = portal.config();
    config.portal.allowed_hosts.push("127.0.0.1".into());
    config.portal.allowed_private_addresses.push(silent.address);
    let app = TestApp::with_config(Engine::Sqlite, config).await;
    let pages = declared_at(&app, |observatory| match observatory {
        "como" => portal.url("/como"),
        other => silent.url(&format!("/{other}")),
    })
    .await;
    portal.show("/como", &REPORT.replace("Bergamo", "Como"));
    // As many silent pages as three releases have, before the one that answers.
    let copies = (0..34).map(|number| {
        format!(
            "INSERT INTO deliverable (id, release_id, observatory_id, state, due_day, version, created_at, updated_at) \
             SELECT '00000000-0000-7000-8000-0000000000{number:02}', r.id, d.observatory_id, 'approved', d.due_day, 1, 0, 0 \
             FROM deliverable d, (SELECT id FROM release LIMIT 1) r WHERE d.id = '{0}'; \
             INSERT INTO publication (id, deliverable_id, state, address, declared_at, next_look_at, failed_looks, version, \
             created_at, updated_at) VALUES ('00000000-0000-7000-8000-0000000001{number:02}', \
             '00000000-0000-7000-8000-0000000000{number:02}', 'declared', '{1}', 0, 0, 0, 1, 0, 0);",
            pages[0].1,
            silent.url(&format!("/{number}")),
        )
    });
    let sql = format!("DROP INDEX IF EXISTS uq_deliverable_release_observatory; {}", copies.collect::<String>());
    app.services.db.writer().execute_unprepared(&sql).await.expect("written");
    let short = Limits {
        per_page: Duration::from_millis(400),
        per_host: Duration::from_millis(900),
        whole: Duration::from_millis(1500),
        ..Limits::default()
    };
    let begun = Instant::now();
    let seen = verify_within(&app.system(), Arc::new(fetch::SystemNames), short).await.expect("a run");
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!((seen.verified, seen.looked, seen.postponed), (1, 3, 34), "two silences are enough");
    assert_eq!(silent.visits(), 2);
}

async fn a_verified_report_is_on_the_page_of_its_observatory_for_everybody(engine: Engine) {
    let portal = Portal::start().await;
    let app = TestApp::with_config(engine, portal.config()).await;
    let secretariat = app.client(SECRETARIAT).await;
    let release = format!("/releases/{}", confirmed(&secretariat).await);
    let bergamo = accepted(&app, &secretariat, "bergamo").await;
    accepted(&app, &secretariat, "brescia").await;
    portal.show("/bergamo", REPORT);
    let address = portal.url("/bergamo");
    let declared = json!({ "address": address });
    secretariat.post(&path(&bergamo, "/declare")).if_match(0).json(declared).send().await.expect(200);
    let page_of = async |place: &str| {
        app.anonymous()
            .get(&format!("/network/observatories/{place}"))
            .header("accept", "text/html")
            .send()
            .await
            .text()
    };
    let (report, on_the_portal) = (format!("<a href=\"{release}\">"), format!("<a href=\"{address}\">"));
    let before = page_of("bergamo").await;
    assert!(before.contains("venerdì 19 marzo 2027, ore 10.00"), "the next date: {before}");
    assert!(before.contains("non ha ancora pubblicato rapporti") && !before.contains(&on_the_portal), "{before}");
    app.at("2027-03-19 10:00");
    app.tick("publish").await;
    app.tick("verify").await;
    let after = page_of("bergamo").await;
    assert!(after.contains(&report) && after.contains(&on_the_portal), "{after}");
    assert!(after.contains("Non ci sono uscite in calendario"), "{after}");
    let brescia = page_of("brescia").await;
    assert!(!brescia.contains(&report), "accepted, but nobody has seen it: {brescia}");
    let home = app.anonymous().get("/").header("accept", "text/html").send().await.text();
    assert!(home.contains(&report), "{home}");
}
