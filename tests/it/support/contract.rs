//! Checks of every API answer in a test against the OpenAPI document: its status must be described, and its body must
//! match the schema.

use super::app::Answer;
use crate::openapi::resolved;
use actix_web::http::Method;
use jsonschema::{Draft, Validator};
use raccordo::http::openapi;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex};

/// Returns the described answers of the operation at a pattern; `None` if there is no such operation.
fn answers_of(method: &Method, pattern: &str) -> Option<&'static Value> {
    let name = if method == Method::HEAD { "get".to_owned() } else { method.as_str().to_lowercase() };
    let operation = openapi::document()["paths"].get(pattern)?.get(name)?;
    Some(&operation["responses"])
}

/// Panics if an answer does not match the description of its operation.
#[track_caller]
pub fn hold(method: &Method, pattern: Option<&str>, answer: &Answer) {
    let Some((pattern, known)) = pattern.and_then(|pattern| Some((pattern, answers_of(method, pattern)?))) else {
        return;
    };
    let (status, text) = (answer.status.as_str(), answer.text());
    let place = format!("{method} {pattern} {status}");
    let said = known.get(status).unwrap_or_else(|| panic!("{place} is no answer of its description:\n{text}"));
    let said = resolved(said);
    let media_type = answer.header("content-type").and_then(|kind| kind.split(';').next()).unwrap_or_default();
    if media_type.is_empty() || method == Method::HEAD {
        return;
    }
    // A file of any type is described as bytes.
    let content = said["content"].get(media_type).or_else(|| said["content"].get("application/octet-stream"));
    let content = content.unwrap_or_else(|| panic!("{place} is {media_type}, of which its description says nothing"));
    if media_type.ends_with("json") {
        let body = serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{place}: {error}\n{text}"));
        let wrong: Vec<String> = validator(&place, &content["schema"])
            .iter_errors(&body)
            .map(|error| format!("{}: {error}", error.instance_path))
            .collect();
        assert!(wrong.is_empty(), "{place} is not what its description says:\n  {}\n{body:#}", wrong.join("\n  "));
    }
}

/// Returns the validator of a schema, made once; many operations share one, such as that of problems.
fn validator(place: &str, schema: &'static Value) -> Arc<Validator> {
    static MADE: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let mut made = MADE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let make = || {
        let mut used = BTreeMap::new();
        use_components(schema, &mut used);
        let whole = json!({ "allOf": [schema], "components": { "schemas": used } });
        let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true).build(&whole);
        Arc::new(options.unwrap_or_else(|error| panic!("{place}: no schema: {error}")))
    };
    Arc::clone(made.entry(schema.to_string()).or_insert_with(make))
}

/// Adds the schemas to which a schema refers, and those to which they refer: a validator of the whole document takes
/// fifty times as long to make.
fn use_components(schema: &'static Value, used: &mut BTreeMap<&'static str, &'static Value>) {
    match schema {
        Value::Object(members) => {
            if let Some(name) = schema["$ref"].as_str().and_then(|to| to.strip_prefix("#/components/schemas/"))
                && used.insert(name, resolved(schema)).is_none()
            {
                use_components(resolved(schema), used);
            }
            members.values().for_each(|member| use_components(member, used));
        }
        Value::Array(items) => items.iter().for_each(|item| use_components(item, used)),
        _ => {}
    }
}
