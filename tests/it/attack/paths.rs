//! Addresses: placeholders, queries, static files, and redirects of pages.

use super::{ask, in_order, routes};
use crate::support::app::{SECRETARIAT, TestApp};
use crate::support::db::Engine;
use crate::{both_engines, on_sqlite};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;

both_engines! {
    a_hostile_query_is_used_ignored_or_refused,
}

on_sqlite! {
    a_hostile_path_is_not_found_or_refused,
    a_day_outside_1900_to_2199_is_refused_in_every_query,
    five_thousand_or_repeated_parameters_are_no_fault,
    no_path_leads_out_of_the_static_files,
    no_page_sends_its_reader_to_another_site,
}

/// Hostile path segments, encoded as a client would send them.
const HOSTILE: [&str; 18] = [
    "%00",
    "a%00b",
    "%ff%fe",
    "%E2%80%AEcod.exe",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "%27%20OR%20%271%27%3D%271",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "-1",
    "99999999999999999999999999",
    "1e999",
    "%0d%0aSet-Cookie:%20sid=x",
    "%25%32%65",
    "0000-00-00",
    "%F0%9F%92%A9",
    "019a0000-0000-7000-8000-00000000000g",
    "%7B%7B7*7%7D%7D",
    "x%2Fy%5Cz",
];

/// Days that chrono parses but no user means.
const FAR_DAYS: [&str; 4] = ["+262142-12-31", "-262143-01-01", "-9999-01-01", "0027-03-30"];

/// Names of all query parameters that are days.
const DAYS: [&str; 9] = ["as_of", "known_on", "from", "to", "since", "on", "upto", "due_from", "due_to"];

/// Query parameters of all lists, and an unknown one.
const QUERIES: [&str; 16] = [
    "limit",
    "cursor",
    "as_of",
    "known_on",
    "from",
    "to",
    "seat",
    "body",
    "person",
    "observatory",
    "state",
    "kind",
    "next",
    "lang",
    "q",
    "unknown",
];

async fn a_hostile_path_is_not_found_or_refused(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let long = "a".repeat(4000);
    for route in routes().into_iter().filter(|route| route.pattern.contains('{')) {
        for text in HOSTILE.into_iter().chain([long.as_str()]) {
            let path = route.filled(text);
            let asking = ask(&secretariat, route.method, &path).header("if-match", "\"v1\"");
            let asking = if route.method == "get" { asking } else { asking.json(serde_json::json!({})) };
            let answer = asking.send().await;
            in_order(&answer, &format!("{} {path}", route.method));
            assert!(answer.status.is_client_error() || answer.status.is_redirection(), "{path}: {}", answer.status);
        }
    }
}

async fn a_hostile_query_is_used_ignored_or_refused(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    // Each parameter on each route, with a different text each time, because all combinations would take minutes.
    let mut texts = HOSTILE.into_iter().take(6).cycle();
    for route in routes().into_iter().filter(|route| route.method == "get") {
        let path = &route.address;
        for (name, text) in QUERIES.into_iter().zip(&mut texts) {
            let path = format!("{path}?{name}={text}");
            in_order(&ask(&secretariat, "get", &path).send().await, &path);
        }
        texts.next();
    }
}

async fn a_day_outside_1900_to_2199_is_refused_in_every_query(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let mut days = FAR_DAYS.into_iter().cycle();
    for route in routes().into_iter().filter(|route| route.method == "get") {
        let path = &route.address;
        for (name, day) in DAYS.into_iter().zip(&mut days) {
            let path = format!("{path}?{name}={}", day.replace('+', "%2B"));
            in_order(&ask(&secretariat, "get", &path).send().await, &path);
        }
        for day in FAR_DAYS {
            let cursor = URL_SAFE_NO_PAD.encode(format!("[\"{day}\",\"019a0000-0000-7000-8000-000000000000\"]"));
            in_order(&ask(&secretariat, "get", &format!("{path}?cursor={cursor}")).send().await, path);
        }
    }
    for (path, name) in [
        ("designations", "as_of"),
        ("designations", "known_on"),
        ("releases", "from"),
        ("tasks", "upto"),
        ("meetings", "from"),
        ("radar", "on"),
    ] {
        let answer = secretariat.get(&format!("/api/v1/{path}?{name}=-9999-01-01")).send().await;
        assert_eq!(answer.status.as_u16(), 400, "{path} {name}");
    }
}

async fn five_thousand_or_repeated_parameters_are_no_fault(engine: Engine) {
    let app = TestApp::new(engine).await;
    let secretariat = app.client(SECRETARIAT).await;
    let many: Vec<String> = (0..5000).map(|number| format!("p{number}={number}")).collect();
    let same = vec!["limit=1"; 5000];
    for route in routes().into_iter().filter(|route| route.method == "get") {
        let path = &route.address;
        for query in [many.join("&"), same.join("&"), "&".repeat(5000), "[]=".repeat(2000)] {
            in_order(&ask(&secretariat, "get", &format!("{path}?{query}")).send().await, path);
        }
    }
}

async fn no_path_leads_out_of_the_static_files(engine: Engine) {
    let app = TestApp::new(engine).await;
    let anybody = app.anonymous();
    for way in [
        "../Cargo.toml",
        "..%2fCargo.toml",
        "%2e%2e/Cargo.toml",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "....//Cargo.toml",
        "..\\Cargo.toml",
        "..%5cCargo.toml",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "./../../src/main.rs",
        "fonts/../../package.json",
        "manifest.json",
        "manifest.json%00.css",
        "%00",
        "x.css.br",
        "x.css.gz",
        "",
    ] {
        let answer = anybody.get(&format!("/static/{way}")).send().await;
        in_order(&answer, way);
        // A NUL in an address is refused before the file is looked up.
        let expected = if way.contains("%00") { 400 } else { 404 };
        assert_eq!(answer.status.as_u16(), expected, "{way}");
    }
}

async fn no_page_sends_its_reader_to_another_site(engine: Engine) {
    let app = TestApp::new(engine).await;
    for way in [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        " //evil.example",
        "/%09/evil.example",
        "/..//evil.example",
        "///evil.example",
        "/.//evil.example",
        "@evil.example",
        "/\u{2215}evil.example",
        "/sign-in?next=//evil.example",
        "%2f%2fevil.example",
    ] {
        let page = app.anonymous().get("/sign-in").send().await;
        let (cookie, token) = form_of(&page);
        for (action, field) in [("/language", "back"), ("/sign-in", "next")] {
            let form = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs([("csrf", token.as_str()), ("lang", "en"), ("email", SECRETARIAT), (field, way)])
                .finish();
            let answer = ask(&app.anonymous(), "post", action)
                .header("cookie", &cookie)
                .body("application/x-www-form-urlencoded", form)
                .send()
                .await;
            assert_eq!(answer.status.as_u16(), 303, "{action} {way:?}: {}", answer.text());
            stays_here(answer.header("location").expect("an address"), way);
        }
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let query = query.append_pair("next", way).finish();
        let page = app.anonymous().get(&format!("/sign-in?{query}")).send().await.text();
        let next = page.split("name=\"next\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("/");
        stays_here(next, way);
    }
    for mail in app.mails().await {
        assert!(!mail.text.contains("evil.example") || mail.text.contains("next=%2F"), "{}", mail.text);
    }
}

/// Asserts that a browser that follows `location` from a page of this site stays on this site.
#[track_caller]
fn stays_here(location: &str, way: &str) {
    let ours = Url::parse("https://raccordo.example/sign-in").expect("an address");
    let there = ours.join(location).expect("an address");
    assert_eq!(there.origin(), ours.origin(), "{way:?} leads to {there}");
}

/// Returns the cookie and the token of a form on this page.
fn form_of(page: &crate::support::app::Answer) -> (String, String) {
    let cookie = page.header("set-cookie").and_then(|cookie| cookie.split(';').next()).expect("a cookie").to_owned();
    let html = page.text();
    let token = html.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a form");
    (cookie, token.to_owned())
}
