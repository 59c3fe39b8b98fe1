//! The layers around every route, tested on routes of their own and on the real application.

use crate::support::app::{SECRETARIAT, TestApp};
use crate::support::db::Engine;
use actix_web::body::MessageBody;
use actix_web::cookie::Cookie;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, LOCATION, RETRY_AFTER, SET_COOKIE,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::from_fn;
use actix_web::test::{self, TestRequest};
use actix_web::{App, HttpRequest, HttpResponse, web};
use chrono::{TimeZone, Utc};
use entity::ids::PersonId;
use migration::{Migrator, MigratorTrait};
use raccordo::auth::actor::{Actor, Identity};
use raccordo::clock::FixedClock;
use raccordo::config::Config;
use raccordo::ctx::{Ctx, Services};
use raccordo::db::{Db, Location};
use raccordo::error::Code;
use raccordo::http::form::{Form, OnlyButton};
use raccordo::http::idempotency::{Created, once};
use raccordo::http::page::{self, FlashKind, Shell};
use raccordo::http::site::Site;
use raccordo::http::{Failure, edge};
use raccordo::texts::Lang;
use serde_json::Value;
use std::sync::Arc;
use tempfile::TempDir;
use uuid::Uuid;

struct House {
    site: web::Data<Site>,
    _folder: TempDir,
}

async fn house(change: impl FnOnce(&mut Config)) -> House {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = Config::for_tests();
    change(&mut config);
    let db = Db::open(&Location::Sqlite(folder.path().join("http.sqlite"))).await.expect("a database");
    Migrator::up(db.writer(), None).await.expect("migrated");
    let clock = Arc::new(FixedClock::at(Utc.with_ymd_and_hms(2027, 3, 30, 7, 30, 0).single().expect("an instant")));
    let services = Services::new(db, clock, config);
    House { site: web::Data::new(Site::new(Arc::new(services))), _folder: folder }
}

/// Returns an answer of the real application.
async fn ask(house: &House, request: TestRequest) -> ServiceResponse {
    let app = test::init_service(raccordo::app::build(&house.site)).await;
    app.call(request.to_request()).await.unwrap_or_else(|error| panic!("no answer: {error}"))
}

fn header<B>(answer: &ServiceResponse<B>, name: &str) -> String {
    answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

async fn text<B: MessageBody>(answer: ServiceResponse<B>) -> String {
    String::from_utf8(test::read_body(answer).await.into()).expect("text")
}

async fn problem<B: MessageBody>(answer: ServiceResponse<B>) -> Value {
    assert_eq!(header(&answer, "content-type"), "application/problem+json");
    let number = answer.status().as_u16();
    let problem: Value = serde_json::from_str(&text(answer).await).expect("a problem");
    assert_eq!(problem["status"], number);
    problem
}

#[actix_web::test]
async fn every_answer_carries_the_standard_headers() {
    let house = house(|config| config.server.public_base_url = "https://raccordo.test".into()).await;
    for path in ["/status", "/nowhere", "/api/v1/nowhere"] {
        let answer = ask(&house, TestRequest::with_uri(path)).await;
        assert_eq!(header(&answer, CACHE_CONTROL.as_str()), "no-store", "{path}");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header(&answer, "ratelimit-limit"), "1000000", "{path}");
        assert!(header(&answer, "strict-transport-security").starts_with("max-age="), "{path}");
        assert!(header(&answer, "content-security-policy").contains("default-src 'none'"), "{path}");
        assert!(Uuid::parse_str(&header(&answer, "request-id")).is_ok_and(|id| id.get_version_num() == 7), "{path}");
    }
}

#[actix_web::test]
async fn the_service_ignores_request_ids_of_callers() {
    let house = house(|_| ()).await;
    let claimed = "01936f3c-0000-7000-8000-000000000000";
    let answer = ask(&house, TestRequest::with_uri("/status").insert_header(("Request-Id", claimed))).await;
    assert_ne!(header(&answer, "request-id"), claimed);
}

#[actix_web::test]
async fn an_error_is_a_problem_for_programs_and_a_page_for_people() {
    let house = house(|_| ()).await;
    let told =
        problem(ask(&house, TestRequest::with_uri("/api/v1/nowhere").insert_header(("Accept-Language", "en"))).await)
            .await;
    assert_eq!((&told["code"], &told["type"]), (&"not_found".into(), &"about:blank".into()));
    assert_eq!(told["detail"], Lang::En.t("errors.not_found"));

    let shown = ask(&house, TestRequest::with_uri("/nowhere").insert_header(("Accept", "text/html"))).await;
    assert_eq!(shown.status(), StatusCode::NOT_FOUND);
    assert_eq!(header(&shown, CONTENT_TYPE.as_str()), "text/html; charset=utf-8");
    assert!(text(shown).await.contains(Lang::It.t("common.error_404_title")));
}

#[actix_web::test]
async fn a_known_path_says_which_methods_it_takes() {
    let house = house(|_| ()).await;
    let answer =
        ask(&house, TestRequest::delete().uri("/status").insert_header(("Origin", "http://raccordo.test"))).await;
    assert_eq!(header(&answer, ALLOW.as_str()), "GET, HEAD");
    assert_eq!(problem(answer).await["code"], "method_not_allowed");
}

#[actix_web::test]
async fn every_get_route_answers_head() {
    let house = house(|_| ()).await;
    assert_eq!(ask(&house, TestRequest::with_uri("/status").method(Method::HEAD)).await.status(), StatusCode::OK);
}

#[actix_web::test]
async fn a_panic_is_answered_as_an_internal_error() {
    let house = house(|_| ()).await;
    let app =
        App::new().app_data(house.site.clone()).route("/api/panic", web::get().to(panics)).wrap(from_fn(edge::edge));
    let app = test::init_service(app).await;
    let error = app
        .call(TestRequest::with_uri("/api/panic").to_request())
        .await
        .expect_err("an answer made without the request");
    let answer = error.error_response();
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.headers().contains_key("request-id"));
    assert_eq!(answer.headers().get(CONTENT_TYPE).expect("a type"), "application/problem+json");
}

async fn panics() -> HttpResponse {
    panic!("on purpose")
}

#[actix_web::test]
async fn a_caller_over_the_limit_is_told_when_to_retry() {
    let house = house(|config| config.limits.requests_per_minute = 1).await;
    assert_eq!(ask(&house, TestRequest::with_uri("/status")).await.status(), StatusCode::OK);
    let refused = ask(&house, TestRequest::with_uri("/status")).await;
    assert_eq!(header(&refused, "ratelimit-remaining"), "0");
    let wait = header(&refused, RETRY_AFTER.as_str());
    assert!(wait.parse::<u64>().is_ok_and(|seconds| (1..=61).contains(&seconds)), "{wait:?}");
    assert_eq!(problem(refused).await["code"], "too_many_requests");
}

#[actix_web::test]
async fn an_attempt_is_counted_as_one_however_its_address_is_spelt() {
    let house = house(|config| config.limits.attempts_per_minute = 1).await;
    for (address, limit) in [("/%73ign-in", "1"), ("/sign%2Din", "1"), ("/%70/key/delivered", "1")] {
        let answer = ask(&house, TestRequest::post().uri(address)).await;
        assert_eq!(header(&answer, "ratelimit-limit"), limit, "{address}");
    }
}

#[actix_web::test]
async fn the_service_is_ready_until_it_drains() {
    let house = house(|_| ()).await;
    assert_eq!(ask(&house, TestRequest::with_uri("/health/ready")).await.status(), StatusCode::NO_CONTENT);
    house.site.drain();
    let answer = ask(&house, TestRequest::with_uri("/health/ready")).await;
    assert!(answer.headers().contains_key(RETRY_AFTER));
    assert_eq!(problem(answer).await["code"], "busy");
    assert_eq!(ask(&house, TestRequest::with_uri("/health/live")).await.status(), StatusCode::NO_CONTENT);
}

#[actix_web::test]
async fn a_database_with_an_unknown_schema_is_not_ready() {
    let house = house(|_| ()).await;
    Migrator::down(house.site.services.db.writer(), Some(1)).await.expect("taken back");
    assert_eq!(ask(&house, TestRequest::with_uri("/health/ready")).await.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[actix_web::test]
async fn large_answers_are_compressed_and_small_ones_are_not() {
    let house = house(|_| ()).await;
    let gzip = |path| TestRequest::with_uri(path).insert_header((ACCEPT_ENCODING, "gzip"));
    assert_eq!(header(&ask(&house, gzip("/api/v1/openapi.json")).await, CONTENT_ENCODING.as_str()), "gzip");
    assert!(!ask(&house, gzip("/status")).await.headers().contains_key(CONTENT_ENCODING));
}

#[actix_web::test]
async fn the_language_is_chosen_by_a_form_of_our_own_page() {
    let house = house(|_| ()).await;
    let choose = |site: &'static str| {
        TestRequest::post()
            .uri("/language")
            .insert_header(("Sec-Fetch-Site", site))
            .set_form([("lang", "en"), ("back", "//evil.example/")])
    };
    let chosen = ask(&house, choose("same-origin")).await;
    assert_eq!(chosen.status(), StatusCode::SEE_OTHER);
    assert_eq!(header(&chosen, LOCATION.as_str()), "/");
    assert!(header(&chosen, SET_COOKIE.as_str()).starts_with("lang=en;"));
    assert_eq!(ask(&house, choose("cross-site")).await.status(), StatusCode::FORBIDDEN);
}

async fn press(_: Form<OnlyButton>) -> Result<HttpResponse, Failure> {
    Ok(page::done("/look", FlashKind::Success, "common.save"))
}

async fn look(ctx: Ctx, request: HttpRequest) -> HttpResponse {
    let shell = Shell::new(&ctx, &request, "common.home_link");
    HttpResponse::Ok().body(format!("{} {}", shell.csrf(), shell.flash.map_or_else(String::new, |flash| flash.text)))
}

#[actix_web::test]
async fn a_message_survives_one_redirect_and_no_more() {
    let house = house(|_| ()).await;
    let app = App::new()
        .app_data(house.site.clone())
        .app_data(web::Data::from(house.site.services.clone()))
        .route("/press", web::post().to(press))
        .route("/look", web::get().to(look))
        .wrap(from_fn(edge::edge));
    let app = test::init_service(app).await;
    let first = app.call(TestRequest::with_uri("/look").to_request()).await.expect("an answer");
    let pre = Cookie::parse(header(&first, SET_COOKIE.as_str())).expect("a cookie").into_owned();
    let token = text(first).await.trim().to_owned();

    let pressed = TestRequest::post().uri("/press").cookie(pre).insert_header(("Sec-Fetch-Site", "same-origin"));
    let pressed = app.call(pressed.set_form([("csrf", token)]).to_request()).await.expect("an answer");
    let flash = Cookie::parse(header(&pressed, SET_COOKIE.as_str())).expect("a cookie").into_owned();
    assert_eq!(flash.value(), "success:common.save");

    let shown = app.call(TestRequest::with_uri("/look").cookie(flash).to_request()).await.expect("an answer");
    let cookies: Vec<_> =
        shown.headers().get_all(SET_COOKIE).filter_map(|value| value.to_str().ok()).map(str::to_owned).collect();
    assert!(cookies.iter().any(|cookie| cookie.starts_with("flash=;") && cookie.contains("Max-Age=0")), "{cookies:?}");
    assert!(text(shown).await.ends_with(Lang::It.t("common.save")));
}

fn somebody(house: &House) -> Ctx {
    let identity = Identity::Person { id: PersonId(Uuid::from_u128(7)), name: "Ada".into() };
    Ctx {
        services: Arc::clone(&house.site.services),
        actor: Actor { identity, ..Actor::anonymous() },
        lang: Lang::It,
        request_id: None,
        generation: None,
    }
}

async fn create(ctx: &Ctx, key: &str, digest: &str, made: u32) -> Result<(StatusCode, String), Code> {
    let request = TestRequest::post().uri("/api/v1/things").insert_header(("Idempotency-Key", key)).to_http_request();
    let work = async |_: &raccordo::db::Txn| {
        Ok(Created { location: format!("/api/v1/things/{made}"), version: Some(1), body: made })
    };
    let answer = once(ctx, &request, digest, work).await.map_err(|failure| failure.0.code())?;
    let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    Ok((answer.status(), location))
}

#[actix_web::test]
async fn a_repeated_creation_gets_the_first_answer_and_makes_nothing() {
    let house = house(|_| ()).await;
    let ctx = somebody(&house);
    let first = create(&ctx, "k", "input", 1).await;
    assert_eq!(first, Ok((StatusCode::CREATED, "/api/v1/things/1".to_owned())));
    assert_eq!(create(&ctx, "k", "input", 2).await, first);
    assert_eq!(create(&ctx, "k", "other input", 3).await, Err(Code::IdempotencyKeyReused));
    assert_eq!(
        create(&ctx, "another", "input", 4).await.map(|(_, location)| location),
        Ok("/api/v1/things/4".to_owned())
    );
}

#[actix_web::test]
async fn a_refused_creation_may_be_tried_again() {
    let house = house(|_| ()).await;
    let ctx = somebody(&house);
    let request = TestRequest::post().uri("/api/v1/things").insert_header(("Idempotency-Key", "k")).to_http_request();
    let refuse = async |_: &raccordo::db::Txn| Err::<Created<u32>, _>(raccordo::error::Error::Denied);
    assert!(once(&ctx, &request, "input", refuse).await.is_err());
    assert!(create(&ctx, "k", "input", 1).await.is_ok());
}

#[actix_web::test]
async fn two_of_the_same_at_once_make_one() {
    let house = house(|_| ()).await;
    let (one, other) = (somebody(&house), somebody(&house));
    let (first, second) = tokio::join!(create(&one, "k", "input", 1), create(&other, "k", "input", 2));
    assert_eq!(first, second);
}

#[actix_web::test]
async fn an_invalid_key_is_refused() {
    let house = house(|_| ()).await;
    assert_eq!(create(&somebody(&house), &"k".repeat(256), "input", 1).await, Err(Code::IdempotencyKeyInvalid));
}

#[actix_web::test]
async fn headers_set_by_a_page_are_not_replaced() {
    let house = house(|_| ()).await;
    let link = ask(&house, TestRequest::with_uri("/sign-in/no-such-key")).await;
    assert_eq!(link.status(), StatusCode::GONE);
    assert_eq!(header(&link, "referrer-policy"), "strict-origin", "its address is a key");
    assert_eq!(header(&link, CACHE_CONTROL.as_str()), "no-store");
    assert_eq!(header(&ask(&house, TestRequest::with_uri("/sign-in")).await, "referrer-policy"), "same-origin");
}

#[actix_web::test]
async fn pages_and_feeds_refuse_a_name_they_do_not_know() {
    let house = house(|_| {}).await;
    for path in [
        "/calendar?sinse=2027-01-01",
        "/calendar.ics?language=en",
        "/privacy?utm_source=mail",
        "/sign-in?nxt=/tasks",
        "/?x",
        "/status?x=1",
        "/api/v1/openapi.json?v=1",
        "/tasks?cursor=&fbclid=1",
    ] {
        let answer = ask(&house, TestRequest::with_uri(path)).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{path}");
    }
    for path in [
        "/calendar?since=2027-01-01&limit=5",
        "/calendar.ics?lang=en&state=",
        "/sign-in?next=%2Ftasks",
        "/health/live?x=1",
    ] {
        let answer = ask(&house, TestRequest::with_uri(path)).await;
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
    }
    assert_eq!(ask(&house, TestRequest::with_uri("/nowhere?x=1")).await.status(), StatusCode::NOT_FOUND);
}

/// A query value beyond its described length must be refused, not treated as a filter without results.
#[actix_web::test]
async fn a_query_value_beyond_its_described_length_is_refused() {
    let app = TestApp::new(Engine::Sqlite).await;
    let secretariat = app.client(SECRETARIAT).await;
    for (path, longest) in
        [("mails?subject_id", 36), ("mails?kind", 60), ("mails?recipient", 254), ("people?cursor", 1000)]
    {
        let ask = |length: usize| secretariat.get(&format!("/api/v1/{path}={}", "a".repeat(length))).send();
        ask(longest + 1).await.refused(400, "bad_request");
        if !path.ends_with("cursor") {
            ask(longest).await.expect(200);
        }
    }
}

/// Compares the members of the structs into which pages parse their queries with the parameters that the gate accepts.
#[test]
fn the_gate_knows_the_names_that_pages_read() {
    let files = crate::support::source::files("src");
    let fields = |name: &str, path: &str| -> Vec<String> {
        let head = format!("struct {name} {{");
        let beside = files.iter().filter(|file| file.path == path).chain(files.iter());
        let found = beside.filter_map(|file| file.text.split_once(&head)).map(|(_, rest)| rest).next();
        let (body, _) = found.and_then(|rest| rest.split_once("\n}")).unwrap_or_else(|| panic!("no struct {name}"));
        let members = body.lines().map(str::trim).filter(|line| !line.starts_with(['/', '#']));
        members
            .filter_map(|line| line.split_once(": "))
            .map(|(name, _)| name.trim_start_matches("pub ").to_owned())
            .collect()
    };
    let mut read = std::collections::BTreeMap::new();
    for file in files.iter().filter(|file| file.path.ends_with(".rs")) {
        for item in file.text.split("#[get(\"").skip(1) {
            let (pattern, rest) = item.split_once('"').expect("a pattern");
            let signature = rest.split("-> Answer").next().unwrap_or_default();
            // Operations of the API are described; pages are not.
            let is_page = !file.path.ends_with("/api.rs");
            let structs = signature.split("Query<").skip(1).filter_map(|rest| rest.split('>').next());
            let names: Vec<String> = structs.flat_map(|name| fields(name, &file.path)).collect();
            if is_page && !names.is_empty() {
                read.insert(
                    raccordo::http::route::documented(pattern),
                    names.into_iter().collect::<std::collections::BTreeSet<_>>(),
                );
            }
        }
    }
    let known = raccordo::http::gate::PAGES.iter();
    let known = known.map(|(page, names)| ((*page).to_owned(), names.iter().map(|name| (*name).to_owned()).collect()));
    assert_eq!(read, known.collect());
}
