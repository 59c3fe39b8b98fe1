//! Unauthorised calls: every operation of the API and every page, called by those who must be refused. Short lists name
//! what is public. The test fails for a route that is in no list and lets a caller in, for a route it does not know,
//! and for an entry that is no longer needed.

use crate::openapi::{operations, resolved};
use crate::support::app::{Answer, Client, SECRETARIAT};
use crate::support::builders::Designation;
use crate::support::db::Engine;
use crate::support::source::{self, Route};
use crate::support::world::{FOREIGN, FORMER, World};
use actix_web::http::Method;
use chrono::TimeDelta;
use entity::api_token;
use raccordo::secret;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Operations for everybody, without a key: the agenda, the network, the state of the service.
const PUBLIC: &[&str] = &[
    "GET /api/v1/agenda/editions",
    "GET /api/v1/agenda/editions/{number}",
    "GET /api/v1/agenda/editions/{number}/differences",
    "GET /api/v1/agenda/measures",
    "GET /api/v1/agreement",
    "GET /api/v1/bodies",
    "GET /api/v1/bodies/{code}",
    "GET /api/v1/early-access",
    "GET /api/v1/observatories",
    "GET /api/v1/observatories/{code}",
    "GET /api/v1/products",
    "GET /api/v1/products/{code}",
    "GET /api/v1/products/{code}/documents/{sheet_document_id}",
    "GET /api/v1/releases",
    "GET /api/v1/releases/{id}",
    "GET /api/v1/territories",
    "GET /api/v1/territories/{code}/working-days",
    "GET /status",
];

/// Paths below which every record of this world is invisible to the referent of another body, because it is Bergamo's
/// or a draft.
const INVISIBLE: &[&str] = &[
    "/api/v1/deliverables/{id}",
    "/api/v1/designations/{id}",
    "/api/v1/early-access/{id}/texts",
    "/api/v1/meetings/{id}/agenda-items/{item_id}",
    "/api/v1/people/{id}",
    "/api/v1/peer-readings/{id}",
    "/api/v1/publications/{deliverable_id}",
    "/api/v1/remarks/{id}",
    "/api/v1/tasks/{id}",
];

/// Operations on records of this world that the referent of another body sees and may not change.
const NOT_OWN: &[&str] = &["/api/v1/releases/{id}/amend"];

/// Pages for everybody.
const PUBLIC_PAGES: &[&str] = &[
    "GET /",
    "GET /about",
    "GET /agenda/editions",
    "GET /agenda/editions/{number}",
    "GET /api",
    "GET /api/v1/openapi.json",
    "GET /calendar",
    "GET /calendar.atom",
    "GET /calendar.csv",
    "GET /calendar.ics",
    "GET /calendar.json",
    "GET /calendar.schema.json",
    "GET /catalogue.jsonld",
    "GET /catalogue.ttl",
    "GET /calendar/changes",
    "GET /calendar/subscribe",
    "GET /early-access",
    "GET /health/live",
    "GET /health/ready",
    "GET /network",
    "GET /network/bodies/{code}",
    "GET /network/observatories/{code}",
    // The link of a reminder, which is a key itself.
    "GET /p/{token}",
    "GET /p/{token}/delivered",
    "GET /p/{token}/problem",
    "GET /privacy",
    "GET /products",
    "GET /products/{code}",
    "GET /products/{code}/documents/{sheet_document_id}",
    "GET /releases/{id}",
    "GET /rilasci/{slug}",
    "GET /rilasci/{slug}/event.jsonld",
    "GET /robots.txt",
    "GET /sign-in",
    "GET /sign-in/sent",
    // Shows a button; the link is a key by itself.
    "GET /sign-in/{token}",
    "GET /sitemap.xml",
    "GET /static/{name}",
];

/// Forms without a token of the service: the secret in their address replaces it, or the form stands on public pages and
/// only concerns the reader's browser.
const WITHOUT_FORM_TOKEN: &[&str] = &[
    "POST /p/{token}/in-progress",
    "POST /p/{token}/delivered",
    "POST /p/{token}/problem",
    "POST /p/{token}/resumed",
    "POST /language",
];

/// Routes of a server of their own, not of the application.
const ELSEWHERE: &[&str] = &["GET /metrics"];

/// Sends the operation with everything it requires: a body of the described shape, a version, an idempotency key.
async fn attempt(world: &World, client: &Client, path: &str, method: &str, operation: &'static Value) -> Answer {
    let name = format!("{} {path}", method.to_uppercase());
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
    let parameters: Vec<&'static Value> =
        operation["parameters"].as_array().into_iter().flatten().map(resolved).collect();
    let demanded = parameters.iter().filter(|parameter| parameter["in"] == "query" && parameter["required"] == true);
    let query: Vec<String> = demanded
        .map(|parameter| {
            let value = sample(&parameter["schema"]);
            format!(
                "{}={}",
                parameter["name"].as_str().unwrap_or_default(),
                value.as_str().map_or(value.to_string(), str::to_owned)
            )
        })
        .collect();
    let mut asking = client.request(method, &format!("{}?{}", world.fill(path), query.join("&")));
    for parameter in &parameters {
        match parameter["name"].as_str() {
            Some("If-Match") => asking = asking.if_match(1),
            Some("Idempotency-Key") => asking = asking.header("idempotency-key", &secret::new_token()),
            _ => {}
        }
    }
    let content = resolved(&operation["requestBody"])["content"].as_object();
    if let Some((media_type, described)) = content.and_then(|content| content.iter().next()) {
        asking = match media_type.as_str() {
            "multipart/form-data" => asking.body("multipart/form-data; boundary=x", multipart(&[])),
            media_type => asking.body(media_type, body_of(&name, &described["schema"]).to_string()),
        };
    }
    asking.send().await
}

/// Returns a body that would be accepted: of the described shape, or written out if members depend on each other.
pub(crate) fn body_of(name: &str, schema: &'static Value) -> Value {
    let day = json!({ "precision": "day", "day": "2027-05-11" });
    match name {
        "POST /api/v1/designations" => Designation::of("deputy:bergamo").json(),
        "POST /api/v1/designations/{id}/correct" => {
            let mut correction = Designation::of("referent:bergamo").statement();
            correction["reason"] = "Errore di trascrizione".into();
            correction
        }
        "POST /api/v1/releases" => json!({ "product": "relazione-territoriale", "period": "2028", "date": day }),
        "POST /api/v1/releases/{id}/improve" => json!({ "date": day }),
        _ => sample(schema),
    }
}

fn multipart(fields: &[(&str, &str)]) -> String {
    let file = "--x\r\nContent-Disposition: form-data; name=\"document\"; filename=\"atto.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.7 the act\r\n";
    let field = |(name, value): &(&str, &str)| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    fields.iter().map(field).chain([file.to_owned(), "--x--\r\n".to_owned()]).collect()
}

/// Returns a value of the described shape, with its required members only.
fn sample(schema: &'static Value) -> Value {
    let schema = resolved(schema);
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
        return first.clone();
    }
    if let Some(one) =
        ["oneOf", "anyOf"].iter().find_map(|name| schema[*name].as_array()?.iter().find(|one| one["type"] != "null"))
    {
        return sample(one);
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let members: Map<String, Value> =
            parts.iter().filter_map(|part| sample(part).as_object().cloned()).flatten().collect();
        return Value::Object(members);
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"].as_array()?.first()?.as_str());
    match (kind, schema["format"].as_str()) {
        (Some("object"), _) => {
            let required: BTreeSet<&str> =
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let members = schema["properties"]
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(name, _)| required.contains(name.as_str()));
            Value::Object(members.map(|(name, member)| (name.clone(), sample(member))).collect())
        }
        (Some("array"), _) => json!([]),
        (Some("integer" | "number"), _) => schema.get("minimum").cloned().unwrap_or(json!(1)),
        (Some("boolean"), _) => json!(false),
        (_, Some("date")) => json!("2027-03-16"),
        (_, Some("date-time")) => json!("2027-03-16T09:00:00Z"),
        (_, Some("time")) => json!("09:30:00"),
        (_, Some("uuid")) => json!("01890000-0000-7000-8000-000000000001"),
        (_, Some("email")) => json!("qualcuno@ente.example"),
        (_, Some("uri" | "url")) => json!("https://portale.example/relazione"),
        // Wall time is a text of eight characters.
        _ if schema["maxLength"] == 8 => json!("09:30:00"),
        _ => json!("testo"),
    }
}

/// Makes a client with a revoked or expired key.
async fn dead_key(world: &World, how: api_token::Column) -> Client {
    let token = world.app.token_of(SECRETARIAT).await;
    api_token::Entity::update_many()
        .col_expr(how, Expr::value(1_i64))
        .filter(api_token::Column::TokenHash.eq(secret::hash_token(&token)))
        .exec(world.app.services.db.writer())
        .await
        .expect("the key is changed");
    world.app.bearer(token)
}

async fn reading_key(world: &World, email: &str) -> Client {
    let token = world.app.token_of(email).await;
    api_token::Entity::update_many()
        .col_expr(api_token::Column::Scopes, Expr::value(raccordo::auth::actor::Scope::ReadOnly.as_str()))
        .filter(api_token::Column::TokenHash.eq(secret::hash_token(&token)))
        .exec(world.app.services.db.writer())
        .await
        .expect("the key is changed");
    world.app.bearer(token)
}

/// The kinds of caller of the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    Anonymous,
    /// A key that was revoked, has expired or was invented.
    DeadKey,
    /// A person whose last seat has ended.
    WithoutSeat,
    /// The referent of another body.
    ForeignReferent,
}

impl Caller {
    /// Returns the expected status for the caller, derived from the required rights in the operation's description; 200
    /// stands for any success.
    fn expected(self, path: &str, operation: &Value) -> u16 {
        let is_public = operation["security"].as_array().is_some_and(Vec::is_empty);
        if self == Self::DeadKey {
            // Only the state of the service is answered without a check of the key.
            return if path == "/status" { 200 } else { 401 };
        }
        if is_public {
            return 200;
        }
        if self == Self::Anonymous {
            return 401;
        }
        let Some(seats) = operation["x-seats"].as_array() else {
            // The caller's own data; the sessions and keys of this world belong to another person.
            return if path.contains('{') { 404 } else { 200 };
        };
        if self == Self::WithoutSeat || !seats.contains(&json!("referent")) {
            return 403;
        }
        if NOT_OWN.contains(&path) {
            return 403;
        }
        if INVISIBLE.iter().any(|below| path.starts_with(below)) { 404 } else { 200 }
    }
}

#[test]
fn the_operations_without_a_key_are_the_listed_ones() {
    let open: BTreeSet<String> = operations()
        .into_iter()
        .filter(|(_, _, operation)| operation["security"].as_array().is_some_and(Vec::is_empty))
        .map(|(path, method, _)| format!("{} {path}", method.to_uppercase()))
        .collect();
    assert_eq!(open, PUBLIC.iter().map(|name| (*name).to_owned()).collect());
}

#[actix_web::test]
async fn every_operation_gives_each_caller_the_exact_answer() {
    let world = World::new(Engine::Sqlite).await;
    let callers = [
        (Caller::Anonymous, world.app.anonymous()),
        (Caller::DeadKey, dead_key(&world, api_token::Column::RevokedAt).await),
        (Caller::DeadKey, dead_key(&world, api_token::Column::ExpiresAt).await),
        (Caller::DeadKey, world.app.bearer("rac_invented".to_owned())),
        (Caller::WithoutSeat, world.app.client(FORMER).await),
        (Caller::ForeignReferent, world.app.client(FOREIGN).await),
    ];
    let mut wrong = BTreeSet::new();
    for (caller, client) in &callers {
        for (path, method, operation) in operations() {
            let answer = attempt(&world, client, path, method, operation).await;
            let status = if answer.status.is_success() { 200 } else { answer.status.as_u16() };
            let expected = caller.expected(path, operation);
            if status != expected {
                let text: String = answer.text().chars().take(160).collect();
                wrong.insert(format!("{caller:?}: {method} {path} answers {status} instead of {expected}: {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "another answer:\n{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

/// Sends the operation malformed: in its query, its path, its body or its content type.
async fn attempt_badly(
    world: &World,
    client: &Client,
    path: &str,
    method: &str,
    operation: &'static Value,
) -> Vec<Answer> {
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
    let content = resolved(&operation["requestBody"])["content"].as_object();
    let media_type = content.and_then(|content| content.keys().next()).map_or("application/json", String::as_str);
    let address = world.fill(path);
    // `f-f` matches the pattern of an id without being one. A path that does not match belongs to no operation.
    let no_such = path.split('/').map(|part| match part.strip_prefix('{') {
        Some(parameter) if parameter.ends_with("id}") => "f-f",
        Some(_) => "no-such",
        None => part,
    });
    let requests = [
        (format!("{address}?limit=many&cursor=%21&on=never&from=never"), media_type, "{"),
        (address.clone(), media_type, r#"{"nobody_asked":["for this"]}"#),
        (address, "text/plain", "?"),
        (no_such.collect::<Vec<_>>().join("/"), media_type, "[]"),
    ];
    let mut answers = Vec::new();
    for (address, media_type, body) in requests {
        answers.push(client.request(method.clone(), &address).body(media_type, body).send().await);
    }
    answers
}

#[actix_web::test]
async fn unauthorised_callers_are_refused_before_the_request_is_parsed() {
    let world = World::new(Engine::Sqlite).await;
    let callers = [
        (Caller::Anonymous, world.app.anonymous()),
        (Caller::DeadKey, dead_key(&world, api_token::Column::RevokedAt).await),
        (Caller::DeadKey, dead_key(&world, api_token::Column::ExpiresAt).await),
        (Caller::DeadKey, world.app.bearer("rac_invented".to_owned())),
        (Caller::WithoutSeat, world.app.client(FORMER).await),
        (Caller::ForeignReferent, world.app.client(FOREIGN).await),
    ];
    let reading = reading_key(&world, SECRETARIAT).await;
    let mut wrong = BTreeSet::new();
    for (path, method, operation) in operations() {
        let is_public = operation["security"].as_array().is_some_and(Vec::is_empty);
        // Only the record tells whether it is the caller's own.
        let is_at_once = |caller: Caller| caller != Caller::ForeignReferent || !NOT_OWN.contains(&path);
        let at_once = callers.iter().filter(|(caller, _)| is_at_once(*caller));
        let refused = at_once.map(|(caller, client)| (client, caller.expected(path, operation)));
        let reader = (method != "get").then_some((&reading, 403));
        for (client, refusal) in refused.chain(reader).filter(|(_, status)| !is_public && matches!(status, 401 | 403)) {
            for answer in attempt_badly(&world, client, path, method, operation).await {
                if answer.status.as_u16() != refusal {
                    wrong.insert(format!("{method} {path} answers {} instead of {refusal}", answer.status));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "told something else first:\n{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

#[actix_web::test]
async fn a_misspelt_filter_is_refused_and_does_not_show_everything() {
    let world = World::new(Engine::Sqlite).await;
    let secretariat = world.app.client(SECRETARIAT).await;
    for (path, _, _) in operations().into_iter().filter(|(path, method, _)| *method == "get" && *path != "/status") {
        let address = format!("{}?sea=referent", world.fill(path));
        secretariat.get(&address).send().await.refused(400, "bad_request");
    }
}

#[actix_web::test]
async fn a_key_that_may_only_read_changes_nothing() {
    let world = World::new(Engine::Sqlite).await;
    let mut wrong = BTreeSet::new();
    for who in [SECRETARIAT, crate::support::world::OWN] {
        let client = reading_key(&world, who).await;
        client.get("/api/v1/me").send().await.expect(200);
        for (path, method, operation) in operations().into_iter().filter(|(_, method, _)| *method != "get") {
            let answer = attempt(&world, &client, path, method, operation).await;
            if answer.status.as_u16() != 403 {
                wrong.insert(format!(
                    "{who}: {method} {path} answers {} {}",
                    answer.status,
                    answer.text().chars().take(160).collect::<String>()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "not refused:\n{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

#[actix_web::test]
async fn a_foreign_page_cannot_make_a_browser_call_the_api() {
    let world = World::new(Engine::Sqlite).await;
    let cookie = world.app.browser(SECRETARIAT).await.cookie();
    for (path, method, operation) in operations().into_iter().filter(|(_, method, _)| *method != "get") {
        let content =
            resolved(&operation["requestBody"])["content"].as_object().and_then(|content| content.iter().next());
        for (header, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://altrove.example"),
            ("origin", "null"),
        ] {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            let mut asking = world
                .app
                .anonymous()
                .request(method, &world.fill(path))
                .header("cookie", &cookie)
                .header(header, value);
            if let Some((_, described)) = content {
                asking = asking.body("text/plain", sample(&described["schema"]).to_string());
            }
            asking.send().await.refused(403, "cross_site_request");
        }
    }
}

fn name_of(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

/// Lists the routes of the application that the API's document does not describe.
fn pages() -> Vec<Route> {
    source::routes()
        .into_iter()
        .filter(|route| !route.described && !ELSEWHERE.contains(&name_of(route).as_str()))
        .collect()
}

#[test]
fn the_document_describes_the_operations_there_are() {
    let described: BTreeSet<String> =
        operations().into_iter().map(|(path, method, _)| format!("{} {path}", method.to_uppercase())).collect();
    let declared: BTreeSet<String> =
        source::routes()
            .into_iter()
            .filter(|route| route.described)
            .map(|route| {
                if route.path == "/status" {
                    name_of(&route)
                } else {
                    format!("{} /api/v1{}", route.method, route.path)
                }
            })
            .collect();
    assert!(declared.len() > 40, "the test finds no routes");
    let difference: Vec<_> = described.symmetric_difference(&declared).collect();
    assert!(difference.is_empty(), "declared or described, not both: {difference:?}");
}

#[actix_web::test]
async fn every_declared_route_runs_and_none_is_declared_twice() {
    let world = World::new(Engine::Sqlite).await;
    let mut seen = BTreeSet::new();
    for route in source::routes() {
        let name = name_of(&route);
        if ELSEWHERE.contains(&name.as_str()) {
            continue;
        }
        let path = if route.described && route.path != "/status" {
            format!("/api/v1{}", route.path)
        } else {
            route.path.clone()
        };
        // An unknown method: 405 means that the address exists, 404 that it does not.
        let answer = world
            .app
            .anonymous()
            .request(Method::from_bytes(b"BREW").expect("a method"), &world.fill(&path))
            .header("sec-fetch-site", "same-origin")
            .send()
            .await;
        assert_eq!(answer.status.as_u16(), 405, "{} {path} is declared and not served", route.method);
        let is_new = seen.insert(format!("{} {path}", route.method));
        assert!(is_new, "{name} is declared twice");
    }
}

#[actix_web::test]
async fn every_page_refuses_anonymous_visitors() {
    let world = World::new(Engine::Sqlite).await;
    let (mut wrong, mut let_in) = (BTreeSet::new(), BTreeSet::new());
    for route in pages().iter().filter(|route| route.method == "GET") {
        let name = name_of(route);
        let answer = world.app.anonymous().get(&world.fill(&route.path)).header("accept", "text/html").send().await;
        let leads_to_sign_in =
            answer.status.as_u16() == 303 && answer.header("location").is_some_and(|to| to.starts_with("/sign-in"));
        // Files are fetched by programs, too.
        let is_refused_file = answer.status.as_u16() == 401 && route.path.ends_with(".ics");
        if leads_to_sign_in || is_refused_file {
            continue;
        }
        let is_shown = answer.status.is_success() || answer.status.as_u16() == 308;
        if PUBLIC_PAGES.contains(&name.as_str()) && is_shown {
            let_in.insert(name);
        } else {
            wrong.insert(format!("{name} answers {}", answer.status));
        }
    }
    assert!(wrong.is_empty(), "let in:\n{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
    let idle: Vec<_> = PUBLIC_PAGES.iter().filter(|name| !let_in.contains(**name)).collect();
    assert!(idle.is_empty(), "listed and let nobody in: {idle:?}");
}

#[actix_web::test]
async fn every_form_is_refused_without_its_token_and_from_elsewhere() {
    let world = World::new(Engine::Sqlite).await;
    let browser = world.app.browser(SECRETARIAT).await;
    let forms: Vec<Route> = pages().into_iter().filter(|route| route.method != "GET").collect();
    assert!(forms.len() > 10, "the test finds no forms");
    let mut wrong = BTreeSet::new();
    for route in &forms {
        let (name, path) = (name_of(route), world.fill(&route.path));
        let method = Method::from_bytes(route.method.as_bytes()).expect("a method");
        let urlencoded = "application/x-www-form-urlencoded";
        if !WITHOUT_FORM_TOKEN.contains(&name.as_str()) {
            for token in ["", "forged.token"] {
                let body = format!("csrf={token}&reason=x");
                let mut answer = browser.request(method.clone(), &path).body(urlencoded, body).send().await;
                if answer.status.as_u16() == 415 {
                    answer = browser
                        .request(method.clone(), &path)
                        .body("multipart/form-data; boundary=x", multipart(&[("csrf", token)]))
                        .send()
                        .await;
                }
                if answer.status.as_u16() != 409 {
                    wrong.insert(format!("{name} with the token «{token}» answers {}", answer.status));
                }
            }
        }
        for (header, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://altrove.example"),
            ("origin", "null"),
        ] {
            let body = format!("csrf={}", browser.form_token());
            let asking = world
                .app
                .anonymous()
                .request(method.clone(), &path)
                .header("cookie", &browser.cookie())
                .header(header, value);
            let answer = asking.body(urlencoded, body).send().await;
            if answer.status.as_u16() != 403 {
                wrong.insert(format!("{name} with {header}: {value} answers {}", answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "not refused:\n{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

/// No page that is only read writes to the audit trail or enqueues a mail.
#[actix_web::test]
async fn no_page_that_is_read_changes_anything() {
    let world = World::new(Engine::Sqlite).await;
    let browser = world.app.browser(SECRETARIAT).await;
    world.app.advance(TimeDelta::seconds(1));
    let count = async || {
        use sea_orm::PaginatorTrait;
        let reader = world.app.services.db.reader();
        let events = entity::audit_event::Entity::find().count(reader).await.expect("the trail can be read");
        (events, entity::outbox_mail::Entity::find().count(reader).await.expect("the outbox can be read"))
    };
    let before = count().await;
    for route in pages().iter().filter(|route| route.method == "GET") {
        browser.get(&world.fill(&route.path)).send().await;
    }
    assert_eq!(count().await, before);
}
