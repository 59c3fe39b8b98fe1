//! Attacks: every route and every method, with hostile values in every part of the request. The answer must be a
//! refusal with a code of the service, never a server error, and nothing may change.

mod bodies;
mod mails;
mod paths;
mod people;
mod texts;

use crate::on_sqlite;
use crate::openapi::operations;
use crate::support::app::{Answer, Asking, Client, SECRETARIAT, TestApp};
use crate::support::db::Engine;
use crate::support::source;
use actix_web::http::Method;
use raccordo::http::openapi;
use serde_json::Value;
use std::sync::LazyLock;

on_sqlite! {
    every_route_answers_every_method,
    a_route_of_the_api_tells_which_methods_it_takes,
}

/// A method and a pattern: `POST /api/v1/designations/{id}/end`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Route {
    method: &'static str,
    pattern: String,
    /// Address with texts that fit the shapes of the placeholders.
    address: String,
}

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
/// An id that nothing has.
const NOBODY: &str = "019a0000-0000-7000-8000-000000000000";
/// Methods that no route accepts, besides those of the routes.
const OTHERS: [&str; 6] = ["HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW"];

/// Returns every route of the source, so that a new one is attacked as soon as it is written.
fn routes() -> Vec<Route> {
    static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(read_routes);
    ROUTES.clone()
}

fn read_routes() -> Vec<Route> {
    let mut found: Vec<Route> = source::routes().iter().map(Route::of).collect();
    found.retain(|route| route.pattern != "/metrics");
    found.sort();
    found.dedup();
    let (described, attacked) = (operations().len(), found.iter().filter(|route| operation(route).is_object()).count());
    assert_eq!(attacked, described, "every operation of the document is attacked");
    found
}

/// Returns the API description of a route; null for a page.
fn operation(route: &Route) -> &'static Value {
    &openapi::document()["paths"][&route.pattern][route.method]
}

impl Route {
    /// Returns a declared route under its address: operations state their path below the scope that `src/api.rs` gives them.
    fn of(declared: &source::Route) -> Self {
        let method = METHODS.into_iter().find(|method| declared.method.eq_ignore_ascii_case(method)).expect("a method");
        // A shape that takes no slash has one in it.
        let pattern = declared.pattern.replace("[^/]", ".");
        let address = pattern.split('/').map(fitting).collect::<Vec<_>>().join("/");
        assert!(declared.takes(&address), "{address} does not fit {}", declared.pattern);
        let in_api = |path: &str| format!("/api/v1{path}");
        let page = Self { method, pattern: declared.path.clone(), address };
        let in_api = Self { method, pattern: in_api(&page.pattern), address: in_api(&page.address) };
        if declared.described && operation(&in_api).is_object() { in_api } else { page }
    }

    /// Returns the path with every placeholder filled with the same text.
    fn filled(&self, with: &str) -> String {
        let mut path = String::new();
        for part in self.pattern.split('{') {
            match part.split_once('}') {
                Some((_, rest)) => path.extend([with, rest]),
                None => path.push_str(part),
            }
        }
        path
    }

    fn is_api(&self) -> bool {
        self.pattern.starts_with("/api/")
    }
}

/// Returns a part of a pattern; for a placeholder a text of its shape.
fn fitting(part: &str) -> &str {
    let Some(placeholder) = part.strip_prefix('{') else { return part };
    match placeholder.split_once(':').map(|(_, shape)| shape.trim_end_matches('}')) {
        Some("[0-9]+") => "1",
        Some(one_of) if one_of.contains('|') => one_of.split('|').next().unwrap_or_default(),
        _ => NOBODY,
    }
}

/// Makes a request of a browser that is on one of our pages.
fn ask(client: &Client, method: &str, path: &str) -> Asking {
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
    client.request(method, path).header("sec-fetch-site", "same-origin")
}

/// Asserts that the answer is no server error and, where it refuses a program, a problem without internals.
#[track_caller]
fn in_order(answer: &Answer, what: &str) {
    let status = answer.status.as_u16();
    assert!(status < 500, "{what}: {status} {}", answer.text());
    let kind = answer.header("content-type").unwrap_or_default();
    if (400..500).contains(&status) && kind.contains("json") {
        assert_eq!(kind, "application/problem+json", "{what}");
    }
    if status >= 400 {
        for inside in ["sqlx", "sea_orm", "SQLite", "postgres", "panicked", ".rs:", "StoreError", "SELECT "] {
            assert!(!answer.contains(inside), "{what} tells {inside}: {}", answer.text());
        }
    }
    assert!(answer.header("content-security-policy").is_some_and(|policy| !policy.contains("unsafe")), "{what}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{what}");
}

async fn every_route_answers_every_method(engine: Engine) {
    let app = TestApp::new(engine).await;
    for client in [app.anonymous(), app.client(SECRETARIAT).await] {
        for route in routes() {
            let path = &route.address;
            for method in METHODS.into_iter().chain(OTHERS) {
                let answer = ask(&client, method, path).send().await;
                in_order(&answer, &format!("{method} {path}"));
                if ["TRACE", "CONNECT", "PROPFIND", "BREW"].contains(&method) {
                    assert!(answer.status.is_client_error(), "{method} {path}: {}", answer.status);
                }
                if method == "HEAD" {
                    assert!(
                        !answer.status.is_server_error()
                            && answer.header("location").is_none_or(|to| to.starts_with('/'))
                    );
                }
            }
        }
    }
}

async fn a_route_of_the_api_tells_which_methods_it_takes(engine: Engine) {
    let app = TestApp::new(engine).await;
    for route in routes().into_iter().filter(Route::is_api) {
        let answer = ask(&app.anonymous(), "TRACE", &route.address).send().await;
        let allowed = answer.header("allow").unwrap_or_default().to_owned();
        assert!(allowed.contains(&route.method.to_uppercase()), "{route:?}: {allowed:?} {}", answer.status);
    }
}
