//! Forms: one extractor that checks where a form comes from before it looks at it, and the state a page needs to show a
//! refused form again, with everything that was typed and what was wrong with it.
//!
//! A slice's form struct has a `String` for every field, each with `#[serde(default)]`: what people type is text until
//! a use case has understood it, and only text can be shown again unchanged.

use crate::error::{Code, Error};
use crate::http::{Failure, csrf};
use crate::texts::Lang;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Query};
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::ops::Deref;

/// No form of ours comes near this; a file travels in `multipart`.
pub const MAX_BYTES: usize = 32 * 1024;

/// A posted form of ours. Foreign or stale ones end as [`Code::FormExpired`] before a handler runs.
#[derive(Debug)]
pub struct Form<T>(pub T);

/// A form that consists of its button.
#[derive(Debug, Deserialize)]
pub struct OnlyButton {}

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            if !is_urlencoded(&request) {
                return Err(Failure::of(Code::UnsupportedMediaType));
            }
            let body = super::limits::read(payload, MAX_BYTES).await?;
            check_token(&request, &body)?;
            parse(&body).map(Form)
        })
    }
}

fn is_urlencoded(request: &HttpRequest) -> bool {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type
        .split(';')
        .next()
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

fn check_token(request: &HttpRequest, body: &Bytes) -> Result<(), Error> {
    let presented = url::form_urlencoded::parse(body).find(|(name, _)| name == csrf::FIELD).map(|(_, value)| value);
    csrf::check_token(request, presented.as_deref().unwrap_or_default())
}

fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, Failure> {
    let text = std::str::from_utf8(body).map_err(|error| Failure::because(Code::MalformedBody, error))?;
    if text.contains('\0') || text.contains("%00") {
        return Err(Failure::because(Code::MalformedBody, "a field holds U+0000, which no database of ours keeps"));
    }
    Ok(Query::<T>::from_query(text).map_err(|error| Failure::because(Code::UnexpectedShape, error))?.into_inner())
}

/// What was wrong with a form, in the reader's language, in the order found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors(Vec<FormError>);

/// One thing wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormError {
    /// The field's name; empty if it concerns the form as a whole.
    pub field: &'static str,
    pub text: String,
}

impl Errors {
    /// The words for a refusal, or the failure itself where no correction of the form could help (not allowed, not
    /// there, our own fault).
    pub fn from_error(lang: Lang, error: Error) -> Result<Self, Failure> {
        match error {
            Error::Invalid(fields) => Ok(Self(
                fields
                    .into_iter()
                    .map(|wrong| FormError { field: wrong.field, text: text(lang, wrong.code, &wrong.params) })
                    .collect(),
            )),
            Error::Refused(refused) if refused.code != Code::FormExpired => Ok(Self(vec![FormError {
                field: refused.field.unwrap_or_default(),
                text: text(lang, refused.code, &refused.params),
            }])),
            Error::Stale => Ok(Self(vec![FormError { field: "", text: text(lang, Code::Stale, &[]) }])),
            other => Err(Failure(other)),
        }
    }

    /// The first thing wrong with a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.text.as_str())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, FormError> {
        self.0.iter()
    }
}

impl<'e> IntoIterator for &'e Errors {
    type Item = &'e FormError;
    type IntoIter = std::slice::Iter<'e, FormError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// The text of a code with its values filled in.
pub(super) fn text(lang: Lang, code: Code, params: &[(&'static str, String)]) -> String {
    let values: Vec<(&str, &str)> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
    lang.f(&format!("errors.{}", code.as_str()), &values)
}

/// A form as a page shows it: the fields are reached through it (`form.given_name`), the errors beside them
/// (`form.errors.of("given_name")`).
#[derive(Clone, Debug, Default)]
pub struct FormState<T> {
    pub values: T,
    pub errors: Errors,
}

impl<T> FormState<T> {
    /// A form nobody has filled in yet, or filled in by us.
    pub fn fresh(values: T) -> Self {
        Self { values, errors: Errors::default() }
    }

    /// What was typed, with why it was refused; the failure itself where no correction could help.
    pub fn refused(values: T, lang: Lang, error: Error) -> Result<Self, Failure> {
        Ok(Self { values, errors: Errors::from_error(lang, error)? })
    }
}

impl<T> Deref for FormState<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::FieldError;
    use actix_web::cookie::Cookie;
    use actix_web::test::TestRequest;

    #[derive(Debug, Deserialize)]
    struct Typed {
        #[serde(default)]
        given_name: String,
    }

    async fn post(body: String, content_type: &str) -> Result<Form<Typed>, Failure> {
        let (request, mut payload) = TestRequest::post()
            .cookie(Cookie::new("sid", "key"))
            .insert_header((CONTENT_TYPE, content_type))
            .set_payload(body)
            .to_http_parts();
        Form::<Typed>::from_request(&request, &mut payload).await
    }

    fn token() -> String {
        csrf::token(&TestRequest::default().cookie(Cookie::new("sid", "key")).to_http_request())
    }

    const URLENCODED: &str = "application/x-www-form-urlencoded";

    #[actix_web::test]
    async fn a_form_of_ours_is_read_and_its_token_is_nobody_s_business() {
        let form = post(format!("given_name=Zo%C3%AB+A.&csrf={}", token()), URLENCODED).await.expect("accepted");
        assert_eq!(form.0.given_name, "Zoë A.");
    }

    #[actix_web::test]
    async fn a_form_without_its_token_is_refused_whatever_it_says() {
        let failure = post("given_name=A".into(), URLENCODED).await.expect_err("refused");
        assert_eq!(failure.0.code(), Code::FormExpired);
    }

    #[actix_web::test]
    async fn a_form_in_another_media_type_is_refused() {
        let failure = post(format!("csrf={}", token()), "text/plain").await.expect_err("refused");
        assert_eq!(failure.0.code(), Code::UnsupportedMediaType);
    }

    #[actix_web::test]
    async fn a_form_beyond_the_limit_is_refused() {
        let failure = post("a".repeat(MAX_BYTES + 1), URLENCODED).await.expect_err("refused");
        assert_eq!(failure.0.code(), Code::BodyTooLarge);
    }

    #[test]
    fn a_refused_form_keeps_what_was_typed_and_says_why() {
        let wrong = Error::Invalid(vec![FieldError::new("given_name", Code::Required)]);
        let form = FormState::refused(Typed { given_name: "  ".into() }, Lang::En, wrong).expect("correctable");
        assert_eq!(form.given_name, "  ");
        assert_eq!(form.errors.of("given_name"), Some(Lang::En.t("errors.required")));
        assert_eq!(form.errors.of("family_name"), None);
    }

    #[test]
    fn what_no_correction_can_heal_stays_a_failure() {
        assert!(FormState::refused((), Lang::It, Error::Denied).is_err());
    }
}
