//! The description of the API: the committed file is the served one, matches the routes, and follows the
//! recommendations for Italian administrations (`ModI`, codes `RAC_*`) that the official profile names but cannot
//! check. `web/openapi-rules.yml` has the same rules for Spectral.

use crate::support::source;
use raccordo::error::Code;
use raccordo::http::{codes, openapi};
use raccordo::texts::Lang;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt::Write;

fn document() -> &'static Value {
    openapi::document()
}

/// Lists all operations as `(path, method, operation)`.
pub fn operations() -> Vec<(&'static str, &'static str, &'static Value)> {
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

/// Follows a `$ref`; returns any other value itself.
pub fn resolved(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(reference) => {
            document().pointer(reference.trim_start_matches('#')).unwrap_or_else(|| panic!("{reference} leads nowhere"))
        }
        None => value,
    }
}

/// Calls `see` with every object of the document and its place.
fn visit(value: &'static Value, place: &str, see: &mut dyn FnMut(&str, &'static Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            see(place, members);
            for (name, member) in members {
                visit(member, &format!("{place}/{name}"), see);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| visit(item, &format!("{place}/{index}"), see));
        }
        _ => {}
    }
}

#[track_caller]
fn assert_none(what: &str, found: BTreeSet<String>) {
    assert!(found.is_empty(), "{what}:\n  {}", found.into_iter().collect::<Vec<_>>().join("\n  "));
}

fn is_snake(name: &str) -> bool {
    let name = name.strip_prefix('_').unwrap_or(name);
    name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && name.split('_').all(|part| {
            !part.is_empty() && part.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
        })
}

#[test]
fn the_committed_document_is_the_served_one() {
    let path = source::root().join("openapi/openapi.json");
    #[expect(clippy::disallowed_methods, reason = "how generated files are asked to be written anew")]
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
        std::fs::write(&path, openapi::serialised()).expect("the document is written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == openapi::serialised(), "openapi/openapi.json is not what the handlers say: make openapi");
}

#[test]
fn it_is_openapi_3_with_kebab_paths_and_pascal_schemas() {
    let version = document()["openapi"].as_str().expect("a version");
    assert!(version.starts_with("3.0.") || version.starts_with("3.1."), "{version}");
    let mut found = BTreeSet::new();
    for path in document()["paths"].as_object().expect("paths").keys() {
        let is_kebab = |part: &str| {
            part.split(['-', '.']).all(|word| {
                !word.is_empty() && word.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
            })
        };
        let is_segment = |part: &str| {
            part.strip_prefix('{').and_then(|part| part.strip_suffix('}')).map_or_else(|| is_kebab(part), is_snake)
        };
        if !path.trim_start_matches('/').split('/').all(is_segment) {
            found.insert(path.clone());
        }
    }
    for name in document()["components"]["schemas"].as_object().expect("schemas").keys() {
        if !name.starts_with(|letter: char| letter.is_ascii_uppercase())
            || !name.chars().all(|letter| letter.is_ascii_alphanumeric())
        {
            found.insert(name.clone());
        }
    }
    assert_none("RAC_REST_NAME_002", found);
}

/// Objects in requests refuse unknown members, because a typing error must not look like success.
#[test]
fn no_request_body_takes_members_that_it_does_not_know() {
    let mut bodies = BTreeSet::new();
    let mut tolerant = BTreeSet::new();
    for file in source::files("src").iter().filter(|file| file.path.contains("/api")) {
        let items = file.text.split("\n}\n").filter_map(|item| item.split_once("pub struct "));
        for (attributes, name) in items {
            let name: String = name.chars().take_while(char::is_ascii_alphanumeric).collect();
            let is_body = ["In", "Patch", "Change"].iter().any(|ending| name.ends_with(ending));
            if is_body && attributes.contains("Deserialize") {
                bodies.insert(name.clone());
                if !attributes.contains("deny_unknown_fields") {
                    tolerant.insert(format!("{}: {name}", file.path));
                }
            }
        }
    }
    assert!(bodies.len() > 25, "only {} were found", bodies.len());
    assert_none("unknown members are ignored", tolerant);
}

#[test]
fn members_and_filters_are_snake_case() {
    const NOT_OURS: &[&str] = &[
        "page",
        "page_size",
        "per_page",
        "size",
        "order",
        "order_by",
        "orderby",
        "search",
        "query",
        "expand",
        "select",
    ];
    let mut found = BTreeSet::new();
    visit(&document()["components"]["schemas"], "", &mut |place, object| {
        if let Some(properties) =
            object.get("properties").and_then(Value::as_object).filter(|_| !place.ends_with("/properties"))
        {
            found.extend(properties.keys().filter(|name| !is_snake(name)).map(|name| format!("{place}: {name}")));
        }
    });
    for (path, method, operation) in operations() {
        for parameter in
            operation["parameters"].as_array().into_iter().flatten().filter(|parameter| parameter["in"] == "query")
        {
            let name = parameter["name"].as_str().expect("a name");
            if !is_snake(name) || NOT_OURS.contains(&name) {
                found.insert(format!("{method} {path}: {name}"));
            }
        }
    }
    assert_none("RAC_GEN_NAME_002, RAC_REST_NAME_005", found);
}

#[test]
fn every_answer_declares_its_limits_and_whether_it_may_be_kept() {
    let mut found = BTreeSet::new();
    for (path, method, operation) in operations() {
        for (status, response) in operation["responses"].as_object().expect("responses") {
            let headers = &resolved(response)["headers"];
            let mut needed = vec!["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Cache-Control"];
            needed.extend(["429", "503"].contains(&status.as_str()).then_some("Retry-After"));
            found.extend(
                needed
                    .iter()
                    .filter(|name| headers[**name].is_null())
                    .map(|name| format!("{method} {path} {status}: {name}")),
            );
        }
    }
    assert_none("RAC_REST_RATELIMIT, RAC_ROBUSTEZZA", found);
}

#[test]
fn every_operation_describes_its_problems_and_its_security() {
    let mut found = BTreeSet::new();
    for (path, method, operation) in operations() {
        let responses = operation["responses"].as_object().expect("responses");
        let failures: Vec<_> = responses.iter().filter(|(status, _)| status.starts_with(['4', '5'])).collect();
        if !failures.iter().any(|(status, _)| status.starts_with('4')) {
            found.insert(format!("{method} {path}: no way to fail"));
        }
        for (status, response) in failures {
            let schema = resolved(&resolved(response)["content"]["application/problem+json"]["schema"]);
            if ["type", "title", "status", "detail"].iter().any(|member| schema["properties"][*member].is_null()) {
                found.insert(format!("{method} {path} {status}: not a problem"));
            }
        }
        let needs = operation["security"].as_array();
        if method != "get"
            && !needs.is_some_and(|needs| {
                !needs.is_empty() && needs.iter().all(|need| need.as_object().is_some_and(|need| !need.is_empty()))
            })
        {
            found.insert(format!("{method} {path}: no key is needed"));
        }
    }
    assert_none("failures and keys", found);
}

#[test]
fn every_text_has_a_bound() {
    let mut found = BTreeSet::new();
    visit(document(), "", &mut |place, object| {
        let is_text = match object.get("type") {
            Some(Value::String(kind)) => kind == "string",
            Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "string"),
            _ => false,
        };
        if is_text
            && !["maxLength", "enum", "format", "const", "pattern"].iter().any(|bound| object.contains_key(*bound))
        {
            found.insert(place.to_owned());
        }
    });
    assert_none("texts without maxLength, enum or format", found);
}

/// Vocabularies are described by their values in JSON, not by their names in the code.
#[test]
fn vocabularies_are_described_by_their_values_in_json() {
    let mut found = BTreeSet::new();
    visit(document(), "", &mut |place, object| {
        let values = object.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        found.extend(values.filter(|value| !is_snake(value)).map(|value| format!("{place}: {value}")));
    });
    assert_none("names of the code", found);
}

#[test]
fn operations_have_unique_names_and_descriptions() {
    let mut names = BTreeSet::new();
    for (path, method, operation) in operations() {
        let name = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no name"));
        assert!(names.insert(name), "{name} twice");
        assert!(is_snake(name), "{name}");
        let first = name.split('_').next().unwrap_or_default();
        assert!(!["get", "put", "post", "patch", "delete"].contains(&first), "{name} begins with a method");
        assert!(
            operation["summary"].as_str().is_some_and(|text| !text.is_empty()),
            "{method} {path} does not say what it does"
        );
        assert!(
            operation["tags"].as_array().is_some_and(|tags| tags.len() == 1),
            "{method} {path} belongs to one part"
        );
    }
}

/// `docs/errors.md`, with every code that a client may get, is written from the code.
#[test]
fn every_code_is_documented() {
    let mut text = String::from(
        "# Error codes\n\nEvery refusal is a problem (RFC 9457) with a stable `code`. Programs decide by `status` and `code`; the text is for people and\ncomes in the language asked for. Placeholders stand for values of the occasion. Written by a test from `src/error.rs`\nand `src/texts/`: do not edit by hand.\n\n| Code | Status | Meaning |\n| --- | --- | --- |\n",
    );
    for code in Code::ALL {
        let words = Lang::En.t(&format!("errors.{}", code.as_str())).replace('|', "\\|");
        let _ = writeln!(text, "| `{}` | {} | {words} |", code.as_str(), codes::status(*code).as_u16());
    }
    let path = source::root().join("docs/errors.md");
    #[expect(clippy::disallowed_methods, reason = "how generated files are asked to be written anew")]
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).expect("the list is written");
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == text,
        "docs/errors.md is not what the code says: UPDATE_GOLDEN=1 make test"
    );
}

/// Every code named in the description of an operation exists in the code.
#[test]
fn descriptions_name_codes_that_exist() {
    let known: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let mut found = BTreeSet::new();
    for (path, method, operation) in operations() {
        let description = operation["description"].as_str().unwrap_or_default();
        let Some((_, errors)) = description.split_once("Errors:") else { continue };
        let named = errors.split('`').skip(1).step_by(2);
        found.extend(
            named.filter(|name| is_snake(name) && !known.contains(name)).map(|name| format!("{method} {path}: {name}")),
        );
    }
    assert_none("codes nobody gives", found);
}
