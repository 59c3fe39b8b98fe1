//! Errors for programs: problem details (RFC 9457) with a stable code, the request's id and the wrong fields.

use crate::error::{Code, Error, FieldError, Params, RowError, Value};
use crate::http::codes;
use crate::http::request::Facts;
use crate::http::wording::{field_text, text};
use crate::lifecycle;
use crate::texts::Lang;
use actix_web::HttpResponse;
use chrono::NaiveDate;
use serde::Serialize;
use std::borrow::Cow;

pub const MEDIA_TYPE: &str = "application/problem+json";

/// A problem (RFC 9457). Programs decide by `status` and `code`; `detail` is for people.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the meaning is that of the status, refined by `code`.
    #[serde(rename = "type")]
    #[schema(value_type = String, format = "uri-reference", example = "about:blank", max_length = 200)]
    pub kind: &'static str,
    /// Name of the status.
    #[schema(value_type = String, example = "Conflict", max_length = 60)]
    pub title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 100, maximum = 599, example = 409)]
    pub status: u16,
    /// Description of the problem, in the requested language.
    #[schema(max_length = 4000, example = "Il seggio ha già un titolare in quei giorni.")]
    pub detail: String,
    /// Identifier of this occurrence.
    #[schema(format = "uri-reference", max_length = 60, example = "urn:uuid:01936f3c-0000-7000-8000-000000000000")]
    pub instance: String,
    /// Stable code of the refusal.
    #[schema(value_type = String, pattern = "^[a-z0-9_]+$", max_length = 60, example = "seat_held")]
    pub code: &'static str,
    /// Id of the request, to quote when asking for help.
    #[schema(format = Uuid)]
    pub request_id: String,
    /// Wrong members of the input, if there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub errors: Vec<FieldProblem>,
    /// Names of the steps that the present state allows, if `code` is `wrong_transition`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20, example = json!(["move", "cancel"]))]
    pub possible: Vec<String>,
}

/// One wrong member of the input.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FieldProblem {
    /// The member's name.
    #[schema(value_type = String, max_length = 60, example = "seat_id")]
    pub field: Cow<'static, str>,
    /// Stable code of its error.
    #[schema(value_type = String, pattern = "^[a-z0-9_]+$", max_length = 60, example = "required")]
    pub code: &'static str,
    /// Description of its error, in the requested language.
    #[schema(max_length = 1000, example = "Scriva il cognome.")]
    pub detail: String,
    /// Least value or day, if the member was outside its limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20, example = "1")]
    pub minimum: Option<String>,
    /// Greatest value or day, or most characters, if the member was outside its limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20, example = "480")]
    pub maximum: Option<String>,
    /// Nearest days before and after that all concerned work, if the day is not one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>, format = Date, max_items = 2, example = json!(["2027-03-17", "2027-03-19"]))]
    pub nearest: Vec<NaiveDate>,
}

impl Problem {
    /// Makes the problem for the caller of this request.
    pub fn new(error: &Error, facts: Facts) -> Self {
        let code = error.code();
        let status = codes::status(code);
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail(error, facts.lang),
            instance: facts.request_id.urn().to_string(),
            code: code.as_str(),
            request_id: facts.request_id.to_string(),
            errors: fields(error, facts.lang),
            possible: possible(error),
        }
    }

    pub(super) fn respond(&self) -> HttpResponse {
        let status = actix_web::http::StatusCode::from_u16(self.status).unwrap_or_default();
        let mut answer = HttpResponse::build(status).json(self);
        answer.headers_mut().insert(
            actix_web::http::header::CONTENT_TYPE,
            actix_web::http::header::HeaderValue::from_static(MEDIA_TYPE),
        );
        answer
    }
}

pub(super) fn answer(error: &Error, facts: Facts) -> HttpResponse {
    Problem::new(error, facts).respond()
}

/// Returns the text of an error. Faults of the service have one text for all, because their cause is for the log.
pub(super) fn detail(error: &Error, lang: Lang) -> String {
    match error {
        Error::Refused(refused) => text(lang, refused.code, &refused.params),
        Error::TooMany { retry_after_seconds } => {
            text(lang, error.code(), &[("seconds", retry_after_seconds.to_string().into())])
        }
        _ => text(lang, error.code(), &[]),
    }
}

fn fields(error: &Error, lang: Lang) -> Vec<FieldProblem> {
    let problem = |field: &'static str, code: Code, params: &Params| FieldProblem {
        field: Cow::Borrowed(field),
        code: code.as_str(),
        detail: field_text(lang, field, code, params),
        minimum: limit(params, &["min"]),
        maximum: limit(params, &["max", "limit"]),
        nearest: nearest(code, params),
    };
    match error {
        Error::Invalid(wrong) => {
            wrong.iter().map(|FieldError { field, code, params }| problem(field, *code, params)).collect()
        }
        Error::Refused(refused) => {
            refused.field.map(|field| problem(field, refused.code, &refused.params)).into_iter().collect()
        }
        Error::Spent { code, field, .. } => vec![problem(field, *code, &Params::new())],
        Error::Rows(rows) => rows.iter().map(|row| of_row(row, lang)).collect(),
        _ => Vec::new(),
    }
}

/// Returns the names of the steps that the present state allows.
fn possible(error: &Error) -> Vec<String> {
    let Error::Refused(refused) = error else { return Vec::new() };
    lifecycle::possible(refused).map(str::to_owned).collect()
}

/// Returns the days that the text of a day not worked by all names as the nearest ones.
fn nearest(code: Code, params: &Params) -> Vec<NaiveDate> {
    let is_near = |name: &str| code == Code::NonWorkingDay && ["previous", "next"].contains(&name);
    let day = |(name, value): &(&str, Value)| match value {
        Value::Day(day) if is_near(name) => Some(*day),
        _ => None,
    };
    params.iter().filter_map(day).collect()
}

/// Describes the refusal of one row of a request: `items[3]`, with the code and the text that it has alone.
fn of_row(RowError { row, error }: &RowError, lang: Lang) -> FieldProblem {
    let field = Cow::Owned(format!("items[{row}]"));
    match fields(error, lang).into_iter().next() {
        Some(problem) => FieldProblem { field, ..problem },
        None => FieldProblem {
            field,
            code: error.code().as_str(),
            detail: detail(error, lang),
            minimum: None,
            maximum: None,
            nearest: Vec::new(),
        },
    }
}

/// Returns the text of the first wrong field of an error, or that of the error itself.
pub fn first_text(error: &Error, lang: Lang) -> String {
    fields(error, lang).into_iter().next().map_or_else(|| detail(error, lang), |problem| problem.detail)
}

/// Returns the limit that a text names, as data: a number, a day or an hour.
fn limit(params: &Params, names: &[&str]) -> Option<String> {
    let (_, value) = params.iter().find(|(name, _)| names.contains(name))?;
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Minutes(minutes) => Some(minutes.to_string()),
        Value::Day(day) => Some(day.to_string()),
        Value::Hour(hour) => Some(hour.to_string()),
        Value::Closed(_) | Value::Choice(_) | Value::Sentences(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn facts() -> Facts {
        Facts::of(&TestRequest::default().to_http_request())
    }

    #[test]
    fn a_problem_500_reveals_no_cause() {
        let problem = Problem::new(&Error::Internal("password of the relay".into()), facts());
        assert_eq!((problem.status, problem.code), (500, "internal"));
        assert!(!problem.detail.contains("relay"));
    }

    #[test]
    fn limits_are_data_too() {
        let wrong = Error::Invalid(vec![
            FieldError::out_of_range("minutes", 1, Value::Minutes(480)),
            FieldError::too_long("title", 200),
        ]);
        let problem = Problem::new(&wrong, facts());
        let limits = |at: usize| (problem.errors[at].minimum.as_deref(), problem.errors[at].maximum.as_deref());
        assert_eq!((limits(0), limits(1)), ((Some("1"), Some("480")), (None, Some("200"))));
        assert_eq!(problem.errors[0].detail, "Sono ammessi valori da 1 a 480 minuti.");
    }

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = Error::Invalid(vec![
            FieldError::new("given_name", Code::Required),
            FieldError::new("email", Code::NotAnAddress),
        ]);
        let problem = Problem::new(&wrong, facts());
        assert_eq!(problem.status, 422);
        assert_eq!(problem.errors.iter().map(|field| &*field.field).collect::<Vec<_>>(), ["given_name", "email"]);
    }

    #[test]
    fn every_code_has_words_in_both_languages() {
        for &code in Code::ALL {
            for lang in Lang::ALL {
                assert_ne!(lang.t(code.text_key()), "[?]", "{code:?} in {lang:?}");
            }
        }
    }
}
