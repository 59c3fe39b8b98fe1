//! The API's description, generated from the handlers and completed here.
//!
//! A handler declares its own parameters and successful answers. Everything that holds for all operations, or follows
//! from their parameters, is added here: limit and caching headers, failures as problems, the required key. So the
//! description of a handler stays short and complete. The rules are `ModI`'s (recommendations `RAC_*`) and those of the
//! Italian administrations' checker.

use crate::auth::rights::{Need, Rights};
use crate::http::conditional::{Content, Validators};
use crate::http::{Answer, problem};
use crate::secret::sha256_hex;
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderValue, LINK};
use actix_web::{App, HttpRequest, get, web};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;
use utoipa::PartialSchema;
use utoipa_actix_web::AppExt;

/// Example address of the service; each installation has its own host.
const SERVER: &str = "https://raccordo.example";
const PROBLEM: &str = "#/components/schemas/Problem";

static DOCUMENT: LazyLock<Value> = LazyLock::new(complete);
static SERIALISED: LazyLock<String> = LazyLock::new(serialised);
static RIGHTS: LazyLock<Rights> = LazyLock::new(crate::api::rights);
/// Requirement of an operation that no slice's table of rights names: it is closed to every caller.
static CLOSED: LazyLock<Need> = LazyLock::new(|| Need::Policy(Box::new(|_| false)));
static METHODS: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| methods_by_path(&DOCUMENT));
static OPERATIONS: LazyLock<HashMap<(String, String), Operation>> = LazyLock::new(|| operations(&DOCUMENT));

/// The description of the API (OpenAPI 3.1).
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// Returns the text of `openapi/openapi.json`, members in alphabetical order, so that differences are readable.
pub fn serialised() -> String {
    format!("{:#}\n", *DOCUMENT)
}

/// Returns the methods of a documented path; empty for any other.
pub(super) fn methods(path: &str) -> &'static [String] {
    METHODS.get(path).map_or(&[], Vec::as_slice)
}

/// Requirements of a documented operation, which `gate.rs` checks.
pub(super) struct Operation {
    /// Requirement on the caller.
    pub(super) need: &'static Need,
    /// Query parameters.
    pub(super) query: Vec<Parameter<'static>>,
}

/// The names that a query may hold.
pub(super) struct Parameter<'n> {
    pub(super) name: Cow<'n, str>,
    /// Longest value, in characters, if it is bounded.
    pub(super) longest: Option<usize>,
}

pub(super) fn operation(path: &str, method: &Method) -> Option<&'static Operation> {
    OPERATIONS.get(&(path.to_owned(), method.as_str().to_owned()))
}

pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_document);
}

/// Address of the description.
pub const ADDRESS: &str = "/api/v1/openapi.json";

/// Links of every answer of the API: its description for programs and the page for people (RFC 8631).
const LINKS: &str = "</api/v1/openapi.json>; rel=\"service-desc\", </api>; rel=\"service-doc\"";

/// Adds to an answer of the API the links to its description.
pub(super) fn link_description(path: &str, headers: &mut HeaderMap) {
    if path.starts_with("/api/v") {
        headers.append(LINK, HeaderValue::from_static(LINKS));
    }
}

/// Lists path and summary of every operation that only reads and needs no key.
pub fn public_reads() -> Vec<(&'static str, &'static str)> {
    let paths = DOCUMENT["paths"].as_object().into_iter().flatten();
    let read = paths.filter_map(|(path, item)| Some((path.as_str(), item.get("get")?)));
    let public = read.filter(|(_, operation)| operation["security"] == json!([]));
    public.map(|(path, operation)| (path, operation["summary"].as_str().unwrap_or_default())).collect()
}

#[get("/api/v1/openapi.json")]
async fn show_document(request: HttpRequest) -> Answer {
    static TAG: LazyLock<String> = LazyLock::new(|| sha256_hex(SERIALISED.as_bytes()));
    let content =
        Content { validators: Validators { tag: TAG.clone(), modified: None }, cache_control: "public, max-age=3600" };
    Ok(content.answer(&request, |answer| answer.content_type("application/json").body(SERIALISED.as_str())))
}

fn methods_by_path(document: &Value) -> HashMap<String, Vec<String>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.map(|(path, item)| (path.clone(), methods_of(item))).collect()
}

fn operations(document: &Value) -> HashMap<(String, String), Operation> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(path, item)| {
        item.as_object().into_iter().flatten().map(move |(method, operation)| (path, method, operation))
    });
    let known = |said: &Value| {
        let parameters = said["parameters"].as_array().into_iter().flatten();
        let of_query = parameters.filter(|one| one["in"] == "query");
        let parameter = |one: &Value| {
            let longest = one["schema"]["maxLength"].as_u64().and_then(|longest| usize::try_from(longest).ok());
            Some(Parameter { name: Cow::Owned(one["name"].as_str()?.to_owned()), longest })
        };
        let query = of_query.filter_map(parameter).collect();
        let name = said["operationId"].as_str().unwrap_or_default();
        Operation { need: RIGHTS.of(name).unwrap_or(&CLOSED), query }
    };
    operations.map(|(path, method, said)| ((path.clone(), method.to_uppercase()), known(said))).collect()
}

fn methods_of(item: &Value) -> Vec<String> {
    let mut methods: Vec<String> =
        item.as_object().into_iter().flatten().map(|(method, _)| method.to_uppercase()).collect();
    if methods.iter().any(|method| method == "GET") {
        methods.push("HEAD".to_owned());
    }
    methods
}

/// Generates the description and completes it.
fn complete() -> Value {
    let (_, said) = App::new().into_utoipa_app().configure(crate::api::configure).split_for_parts();
    let said = serde_json::to_string(&said).unwrap_or_else(|error| unreachable!("a description is JSON: {error}"));
    // The generator calls lists `Page_Something`; our schema names are one word.
    let mut document: Value = serde_json::from_str(&said.replace("Page_", "PageOf"))
        .unwrap_or_else(|error| unreachable!("a description is JSON: {error}"));

    document["info"] = info();
    document["servers"] = json!([{ "url": SERVER, "description": "An installation; each has its own host." }]);
    document["components"]["securitySchemes"] = json!({
        "api_token": {
            "type": "http",
            "scheme": "bearer",
            "description": "A key that a person makes on the page of their profile; it carries their rights, or reading only. \
                `x-seats` of an operation names the seats of which its holder needs one; an operation without it needs none.",
        }
    });
    for (name, schema) in [
        ("Problem", serde_json::to_value(problem::Problem::schema())),
        ("FieldProblem", serde_json::to_value(problem::FieldProblem::schema())),
    ] {
        document["components"]["schemas"][name] = schema.unwrap_or_default();
    }
    document["components"]["responses"] = failures();
    document["tags"] = tags(&document["paths"]);
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            complete_operation(path, method, operation);
        }
    }
    bound_texts(&mut document);
    document
}

/// Longest text stored, in characters; the bound of every text without a narrower one.
const LONGEST_TEXT: u32 = 4_000;
/// Longest text file, in characters: a calendar feed of a whole year.
const LONGEST_FILE: u32 = 1_000_000;

/// Gives every text a bound (`RAC_*` requires it).
fn bound_texts(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(bound_texts),
        Value::Object(members) => {
            let is_text = match members.get("type") {
                Some(Value::String(kind)) => kind == "string",
                Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "string"),
                _ => false,
            };
            if is_text && !["maxLength", "enum", "format", "pattern"].iter().any(|bound| members.contains_key(*bound)) {
                members.insert("maxLength".to_owned(), LONGEST_TEXT.into());
            }
            for (media_type, file) in members.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten() {
                match media_type.as_str() {
                    "application/octet-stream" => file["schema"]["format"] = "binary".into(),
                    "text/calendar" => file["schema"]["maxLength"] = LONGEST_FILE.into(),
                    _ => {}
                }
            }
            members.values_mut().for_each(bound_texts);
        }
        _ => {}
    }
}

fn info() -> Value {
    json!({
        "title": "Raccordo",
        "version": "1.0.0",
        "summary": "Coordination of the network of labour-market observatories of Lombardy",
        "x-summary": "Coordination of the network of labour-market observatories of Lombardy",
        "x-api-id": "raccordo",
        "description": "Who is designated, what is released when, who has been told, what was seen. Every page of the \
            service rests on the same operations. Instants are RFC 3339 in UTC, days are dates in Italy. Answers are not to \
            be kept unless they say so.",
        "termsOfService": format!("{SERVER}/privacy"),
        "contact": { "name": "Segreteria tecnica", "url": SERVER, "email": "segreteria@raccordo.example" },
        "license": { "name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later" },
    })
}

/// Failures to which a description may refer, by status.
const FAILURES: &[(&str, &str)] = &[
    ("400", "The request cannot be understood."),
    ("401", "No key was given, or it is not good any more."),
    ("403", "The caller may see this but not do it."),
    ("404", "There is no such thing, or the caller may not know of it."),
    ("409", "The present state does not allow it."),
    ("412", "The thing has changed since it was read: read it again."),
    ("413", "The body is too large."),
    ("415", "The body has another media type than the operation takes."),
    ("422", "The input was understood and is wrong; `errors` names the members."),
    ("428", "The request must name the version it is about, in `If-Match`."),
    ("429", "Too many requests: come back after the seconds of `Retry-After`."),
    ("503", "The service is busy or about to stop: come back after the seconds of `Retry-After`."),
    ("507", "The disk of the service is full: nothing was saved."),
];

fn failures() -> Value {
    let responses = FAILURES.iter().map(|(status, description)| {
        let mut response = json!({
            "description": description,
            "content": { problem::MEDIA_TYPE: { "schema": { "$ref": PROBLEM } } },
        });
        complete_headers(status, &mut response);
        (name_of_failure(status), response)
    });
    Value::Object(responses.collect())
}

/// Parts of the API, named as in the operations.
fn tags(paths: &Value) -> Value {
    let operations =
        paths.as_object().into_iter().flatten().flat_map(|(_, item)| item.as_object().into_iter().flatten());
    let tags = operations.flat_map(|(_, operation)| operation["tags"].as_array().into_iter().flatten());
    let names: BTreeSet<&str> = tags.filter_map(Value::as_str).collect();
    names.into_iter().map(|name| json!({ "name": name })).collect()
}

fn name_of_failure(status: &str) -> String {
    format!("Problem{status}")
}

fn complete_operation(path: &str, method: &str, operation: &mut Value) {
    let need = operation["operationId"].as_str().and_then(|name| RIGHTS.of(name)).unwrap_or(&CLOSED);
    let is_public = matches!(need, Need::Nothing);
    let takes_body = operation.get("requestBody").is_some();
    let changes = method != "get";
    let takes = |header: &str| {
        operation["parameters"].as_array().is_some_and(|all| all.iter().any(|parameter| parameter["name"] == header))
    };
    let takes_query =
        operation["parameters"].as_array().is_some_and(|all| all.iter().any(|parameter| parameter["in"] == "query"));
    // An invalid key is refused everywhere.
    let mut fails = vec!["400", "401", "429", "503"];
    fails.extend((!is_public).then_some("403"));
    // A thing named in the body may be missing, as well as one named in the path.
    fails.extend((path.contains('{') || takes_body).then_some("404"));
    fails.extend((changes && !is_public).then_some("409"));
    fails.extend(changes.then_some("507"));
    // A file that was kept before and is only read now may turn out to be no table.
    let reads_a_file = path.contains("/imports/");
    fails.extend((takes_body || takes("Idempotency-Key") || takes_query || reads_a_file).then_some("422"));
    fails.extend(takes_body.then_some(["413", "415"]).into_iter().flatten());
    fails.extend(takes("If-Match").then_some(["412", "428"]).into_iter().flatten());

    operation["security"] = if is_public { json!([]) } else { json!([{ "api_token": [] }]) };
    if let Some(seats) = need.seats() {
        operation["x-seats"] = seats.iter().map(|kind| kind.as_str()).collect();
    }
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for (status, response) in responses.iter_mut() {
        if response.get("description").is_none() {
            response["description"] = usual_outcome(status).into();
        }
        complete_headers(status, response);
    }
    for status in fails {
        let reference = json!({ "$ref": format!("#/components/responses/{}", name_of_failure(status)) });
        responses.entry(status).or_insert(reference);
    }
}

/// Returns the description of a success for which the handler gives none.
fn usual_outcome(status: &str) -> &'static str {
    match status {
        "201" => "It was created.",
        "204" => "It was done; there is nothing to add.",
        _ => "What was asked for.",
    }
}

/// Adds the headers of every answer with this status.
fn complete_headers(status: &str, response: &mut Value) {
    let mut add = |name: &str, description: &str, schema: Value| {
        let header = json!({ "description": description, "schema": schema });
        if response["headers"].get(name).is_none() {
            response["headers"][name] = header;
        }
    };
    let count = || json!({ "type": "integer", "format": "int32", "minimum": 0, "maximum": i32::MAX });
    add("RateLimit-Limit", "Requests a minute from one network.", count());
    add("RateLimit-Remaining", "Requests left at present.", count());
    add("RateLimit-Reset", "Seconds until all of them are there again.", count());
    add(
        "Cache-Control",
        "Whether the answer may be kept; `no-store` unless told otherwise.",
        json!({ "type": "string", "maxLength": 100 }),
    );
    if matches!(status, "429" | "503") {
        add("Retry-After", "Seconds to wait.", count());
    }
    if status == "201" {
        add(
            "Location",
            "The address of the new thing.",
            json!({ "type": "string", "format": "uri-reference", "maxLength": 300 }),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every `(path, method, operation)`.
    fn operations() -> Vec<(&'static str, &'static str, &'static Value)> {
        let paths = document()["paths"].as_object().expect("paths");
        paths
            .iter()
            .flat_map(|(path, item)| {
                item.as_object()
                    .expect("operations")
                    .iter()
                    .map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
            })
            .collect()
    }

    fn resolved(response: &'static Value) -> &'static Value {
        match response["$ref"].as_str() {
            Some(reference) => document().pointer(&reference[1..]).expect("a response that is there"),
            None => response,
        }
    }

    #[test]
    fn every_answer_tells_its_limits_and_whether_it_may_be_kept() {
        for (path, method, operation) in operations() {
            for (status, response) in operation["responses"].as_object().expect("responses") {
                for header in ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Cache-Control"] {
                    assert!(
                        !resolved(response)["headers"][header].is_null(),
                        "{method} {path} {status} lacks {header}"
                    );
                }
                if matches!(status.as_str(), "429" | "503") {
                    assert!(!resolved(response)["headers"]["Retry-After"].is_null(), "{method} {path} {status}");
                }
            }
        }
    }

    #[test]
    fn every_operation_has_problems_and_security() {
        for (path, method, operation) in operations() {
            assert!(operation["responses"]["400"]["$ref"].is_string(), "{method} {path}");
            let needs = operation["security"].as_array().expect("security");
            assert!(method == "get" || !needs.is_empty(), "{method} {path}");
        }
    }

    #[test]
    fn every_operation_stands_in_a_table_of_rights_and_no_other_name_does() {
        let described: BTreeSet<&str> =
            operations().iter().filter_map(|(_, _, operation)| operation["operationId"].as_str()).collect();
        assert_eq!(RIGHTS.operations().collect::<BTreeSet<_>>(), described);
    }

    #[test]
    fn an_operation_without_a_right_is_closed_to_everybody() {
        assert!(CLOSED.seats().is_some_and(|seats| seats.is_empty()));
    }

    #[test]
    fn a_problem_describes_the_members_of_rfc_9457() {
        for member in ["type", "title", "status", "detail", "instance"] {
            assert!(
                document()
                    .pointer(PROBLEM.trim_start_matches('#'))
                    .is_some_and(|problem| problem["properties"][member].is_object()),
                "{member}"
            );
        }
    }

    #[test]
    fn the_names_of_schemas_are_one_word() {
        for name in document()["components"]["schemas"].as_object().expect("schemas").keys() {
            assert!(name.chars().all(|letter| letter.is_ascii_alphanumeric()), "{name}");
        }
    }

    #[test]
    fn every_response_has_a_description() {
        for (path, method, operation) in operations() {
            for (status, response) in operation["responses"].as_object().expect("responses") {
                assert!(
                    resolved(response)["description"].as_str().is_some_and(|text| !text.is_empty()),
                    "{method} {path} {status}"
                );
            }
        }
    }

    #[test]
    fn the_service_s_status_is_described() {
        assert!(document()["paths"]["/status"]["get"].is_object());
        assert_eq!(methods("/status"), ["GET", "HEAD"]);
    }
}
