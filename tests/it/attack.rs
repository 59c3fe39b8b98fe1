//! Attacks: every route and every method, with hostile values in every part of the request. The answer must be a
//! refusal with a code of the service, never a server error, and nothing may change.

mod bodies;
mod mails;
mod paths;
mod people;
mod texts;

use crate::on_sqlite;
use crate::support::app::{Answer, Asking, Client, SECRETARIAT, TestApp};
use crate::support::db::Engine;
use actix_web::http::Method;
use raccordo::http::openapi;
use serde_json::Value;
use std::path::{Path, PathBuf};
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
}

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
/// Methods that no route accepts, besides those of the routes.
const OTHERS: [&str; 6] = ["HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW"];

/// Returns every route of the source, so that a new one is attacked as soon as it is written.
fn routes() -> Vec<Route> {
    static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(read_routes);
    ROUTES.clone()
}

fn read_routes() -> Vec<Route> {
    let mut found = Vec::new();
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = std::fs::read_to_string(&file).expect("a source file");
        for method in METHODS {
            for rest in text.split(&format!("#[{method}(\"")).skip(1) {
                let pattern = rest.split('"').next().expect("a pattern");
                // Handlers of the API state their path below the scope that `app.rs` gives them.
                let in_api = format!("/api/v1{pattern}");
                let is_api =
                    file.ends_with("api.rs") && operation(&Route { method, pattern: in_api.clone() }).is_object();
                found.push(Route { method, pattern: if is_api { in_api } else { pattern.to_owned() } });
            }
        }
    }
    found.retain(|route| route.pattern != "/metrics");
    found.sort();
    found.dedup();
    assert!(found.len() > 40, "the routes were found: {}", found.len());
    found
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let files = entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|ending| ending == "rs")).collect()
}

/// Returns the API description of a route; null for a page.
fn operation(route: &Route) -> &'static Value {
    &openapi::document()["paths"][&route.pattern][route.method]
}

impl Route {
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
        let text = answer.text();
        for inside in ["sqlx", "sea_orm", "SQLite", "postgres", "panicked", ".rs:", "StoreError", "SELECT "] {
            assert!(!text.contains(inside), "{what} tells {inside}: {text}");
        }
    }
    assert!(answer.header("content-security-policy").is_some_and(|policy| !policy.contains("unsafe")), "{what}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{what}");
}

async fn every_route_answers_every_method(engine: Engine) {
    let app = TestApp::new(engine).await;
    for client in [app.anonymous(), app.client(SECRETARIAT).await] {
        for route in routes() {
            let path = route.filled("019a0000-0000-7000-8000-000000000000");
            for method in METHODS.into_iter().chain(OTHERS) {
                let answer = ask(&client, method, &path).send().await;
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
        let answer = ask(&app.anonymous(), "TRACE", &route.filled("019a0000-0000-7000-8000-000000000000")).send().await;
        let allowed = answer.header("allow").unwrap_or_default().to_owned();
        assert!(allowed.contains(&route.method.to_uppercase()), "{route:?}: {allowed:?} {}", answer.status);
    }
}
