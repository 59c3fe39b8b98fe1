//! Forms: one extractor that checks where a form comes from before it looks at it, and the state a page needs to show a
//! refused form again, with everything that was typed and what was wrong with it.
//!
//! A slice's form struct has a `String` for every field, each with `#[serde(default)]`: what people type is text until
//! a use case has understood it, and only text can be shown again unchanged.

use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Code, Error};
use crate::http::idempotency::{self, Press};
use crate::http::kept::{self, Kept};
use crate::http::page::{page, with_status};
use crate::http::wording::text;
use crate::http::{Answer, Failure, csrf};
use crate::texts::Lang;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Query};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use askama::Template;
use futures_util::future::LocalBoxFuture;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::ops::Deref;

/// No form of ours comes near this; a file travels in `multipart`.
pub const MAX_BYTES: usize = 32 * 1024;

/// A posted form of buttons and hidden fields. Foreign or stale ones end as [`Code::FormExpired`] before a handler runs.
#[derive(Debug)]
pub struct Form<T>(pub T, pub Press);

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
            let fields = read(&request, payload).await?;
            csrf::check_token(&request, field(&fields, csrf::FIELD))?;
            Ok(Self(parse(&fields)?, Press::of(&request, &fields, "")))
        })
    }
}

/// A posted form that somebody typed into, on its way to [`answer`], which alone looks inside.
///
/// A form whose sign-in has ended is kept for its sender (see [`kept`]). When it comes back, it is shown filled in and
/// does nothing else: for that reason nobody but [`answer`] gets what was typed.
#[derive(Debug)]
pub struct Sent<T> {
    typed: T,
    press: Press,
    /// Whether it comes back after its sender has signed in again.
    is_resumed: bool,
    /// Why a step before the use case refused it.
    refused: Option<Error>,
}

impl<T: DeserializeOwned + 'static> FromRequest for Sent<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            let fields = read(&request, payload).await?;
            Self::of(&request, fields, None)
        })
    }
}

impl<T: DeserializeOwned> Sent<T> {
    /// The form of these fields, with the name and the digest of the file that came with them.
    ///
    /// Errors: [`Code::FormExpired`] unless the token is good; a form that is resumed does nothing and needs none.
    pub(super) fn of(
        request: &HttpRequest,
        fields: Vec<(String, String)>,
        file: Option<(&str, &str)>,
    ) -> Result<Self, Failure> {
        let kept = Kept::of(request, &fields, file.map(|(name, _)| name));
        request.extensions_mut().insert(kept);
        let is_resumed = !field(&fields, kept::RESUME).is_empty();
        if !is_resumed {
            csrf::check_token(request, field(&fields, csrf::FIELD))?;
        }
        let digest = file.map(|(_, digest)| digest).unwrap_or_default();
        Ok(Self { typed: parse(&fields)?, press: Press::of(request, &fields, digest), is_resumed, refused: None })
    }
}

impl<T> Sent<T> {
    /// Does what must be done before the use case, such as keeping a file. If it fails, [`answer`] shows the form with why.
    #[must_use]
    pub async fn after(mut self, step: impl AsyncFnOnce(&mut T) -> Result<(), Error>) -> Self {
        if !self.is_resumed {
            self.refused = step(&mut self.typed).await.err();
        }
        self
    }

    /// Reads a field on which the page depends, such as the seat that was chosen before.
    pub fn peek<V>(&self, field: impl FnOnce(&T) -> V) -> V {
        field(&self.typed)
    }
}

async fn read(request: &HttpRequest, payload: Payload) -> Result<Vec<(String, String)>, Failure> {
    if !is_urlencoded(request) {
        return Err(Failure::of(Code::UnsupportedMediaType));
    }
    fields_of(&super::limits::read(payload, MAX_BYTES).await?)
}

fn fields_of(body: &Bytes) -> Result<Vec<(String, String)>, Failure> {
    let text = std::str::from_utf8(body).map_err(|error| Failure::because(Code::MalformedBody, error))?;
    if text.contains('\0') || text.contains("%00") {
        return Err(Failure::because(Code::MalformedBody, "a field holds U+0000, which no database of ours keeps"));
    }
    Ok(url::form_urlencoded::parse(text.as_bytes()).into_owned().collect())
}

fn field<'f>(fields: &'f [(String, String)], name: &str) -> &'f str {
    fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

fn is_urlencoded(request: &HttpRequest) -> bool {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type
        .split(';')
        .next()
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

/// Fields as a form struct.
pub(super) fn parse<T: DeserializeOwned>(fields: &[(String, String)]) -> Result<T, Failure> {
    let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Ok(Query::<T>::from_query(&text).map_err(|error| Failure::because(Code::UnexpectedShape, error))?.into_inner())
}

/// What was wrong with a form, in the reader's language, in the order found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors {
    found: Vec<FormError>,
    /// Whether somebody else was there first.
    is_stale: bool,
    /// Whether nothing is wrong, but the form comes back to be checked and sent.
    is_resumed: bool,
}

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
        let found = match error {
            Error::Invalid(fields) => fields
                .into_iter()
                .map(|wrong| FormError { field: wrong.field, text: text(lang, wrong.code, &wrong.params) })
                .collect(),
            Error::Refused(refused) if refused.code != Code::FormExpired => vec![FormError {
                field: refused.field.unwrap_or_default(),
                text: text(lang, refused.code, &refused.params),
            }],
            Error::Spent { code, field, .. } => vec![FormError { field, text: text(lang, code, &[]) }],
            stale if stale.code() == Code::Stale => {
                let said = FormError { field: "", text: lang.t("common.form_stale").to_owned() };
                return Ok(Self { found: vec![said], is_stale: true, is_resumed: false });
            }
            other => return Err(Failure(other)),
        };
        Ok(Self { found, ..Self::default() })
    }

    /// The same said of a part of the form that has fields of its own, by its name.
    #[must_use]
    pub fn of_part(mut self, name: &str) -> Self {
        for error in &mut self.found {
            *error = FormError { field: "", text: format!("{name}: {}", error.text) };
        }
        self
    }

    pub fn extend(&mut self, others: Self) {
        self.found.extend(others.found);
    }

    /// Whether somebody else was there first: then nothing has to be put right, and what is shown is to be read anew.
    pub const fn is_stale(&self) -> bool {
        self.is_stale
    }

    /// Whether the form comes back after its sender has signed in again, to be checked and sent.
    pub const fn is_resumed(&self) -> bool {
        self.is_resumed
    }

    /// The first thing wrong with a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.found.iter().find(|error| error.field == field).map(|error| error.text.as_str())
    }

    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, FormError> {
        self.found.iter()
    }
}

impl<'e> IntoIterator for &'e Errors {
    type Item = &'e FormError;
    type IntoIter = std::slice::Iter<'e, FormError>;

    fn into_iter(self) -> Self::IntoIter {
        self.found.iter()
    }
}

/// One entry of a list, or of a group of radio buttons, to choose from.
#[derive(Clone, Debug)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

impl Choice {
    pub fn new(value: impl ToString, label: impl Into<String>) -> Self {
        Self { value: value.to_string(), label: label.into() }
    }
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

    /// The form as it was typed before its sender had to sign in again.
    fn resumed(values: T) -> Self {
        Self { values, errors: Errors { is_resumed: true, ..Errors::default() } }
    }

    /// What was typed, with why it was refused; the failure itself where no correction could help.
    pub fn refused(values: T, lang: Lang, error: Error) -> Result<Self, Failure> {
        Ok(Self { values, errors: Errors::from_error(lang, error)? })
    }
}

/// A form about something that has a version.
pub trait Versioned {
    /// The version it was made of, as its hidden field has it.
    fn version_mut(&mut self) -> &mut String;
}

impl<T: Versioned> FormState<T> {
    /// The form as it goes on beside what is now: whoever is told that somebody was there first may press again knowing it.
    #[must_use]
    pub fn beside(mut self, version: i32) -> Self {
        if self.errors.is_stale() {
            *self.values.version_mut() = version.to_string();
        }
        self
    }
}

/// The version a form was made of; a form without one was not ours.
pub fn version(typed: &str) -> Result<i32, Error> {
    typed.parse().map_err(|_| Error::Stale)
}

/// Does in one transaction what a form asks for, and leads on; the same form sent again leads where it led the first time.
///
/// If it is refused, `again` shows the form with what was typed and why: 409 where somebody was there first, 422 where
/// something must be put right. A form that is resumed is shown and does nothing.
pub async fn answer<F, T, P: Template>(
    ctx: &Ctx,
    sent: Sent<F>,
    work: impl AsyncFnOnce(&Txn, &F) -> Result<T, Error>,
    leads_on: impl FnOnce(T) -> HttpResponse,
    again: impl AsyncFnOnce(FormState<F>) -> Result<P, Failure>,
) -> Answer {
    let lead = async |press: &Press, typed: &F| {
        idempotency::lead_once(ctx, press, async |txn| Ok(leads_on(work(txn, typed).await?))).await
    };
    answer_by(ctx, sent, lead, again).await
}

/// As [`answer`], for what is answered otherwise than by leading on; `work` makes its own transaction and knows a repetition
/// by the press.
pub async fn answer_by<F, P: Template>(
    ctx: &Ctx,
    sent: Sent<F>,
    work: impl AsyncFnOnce(&Press, &F) -> Result<HttpResponse, Error>,
    again: impl AsyncFnOnce(FormState<F>) -> Result<P, Failure>,
) -> Answer {
    // Before anything is said of what was typed: whoever is not signed in gets it back to send it later.
    ctx.actor.person_id().ok_or(Error::Unauthenticated)?;
    let Sent { typed, press, is_resumed, refused } = sent;
    if is_resumed {
        return page(&again(FormState::resumed(typed)).await?);
    }
    let done = match refused {
        Some(error) => Err(error),
        None => work(&press, &typed).await,
    };
    match done {
        Ok(done) => Ok(done),
        Err(error) => {
            let form = FormState::refused(typed, ctx.lang, error)?;
            let status = if form.errors.is_stale() { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
            with_status(status, &again(form).await?)
        }
    }
}

/// Does in one transaction what a button asks for, and leads on; the same press sent again leads where the first one led.
pub async fn press<T>(
    ctx: &Ctx,
    press: &Press,
    work: impl AsyncFnOnce(&Txn) -> Result<T, Error>,
    leads_on: impl FnOnce(T) -> HttpResponse,
) -> Answer {
    Ok(idempotency::lead_once(ctx, press, async |txn| Ok(leads_on(work(txn).await?))).await?)
}

impl<T> FormState<T> {
    /// The form on a page that says by itself what somebody else did meanwhile.
    #[must_use]
    pub fn told_by_the_page(mut self) -> Self {
        if self.errors.is_stale() {
            self.errors.found.clear();
        }
        self
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
    async fn a_form_is_read_without_its_token_field() {
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
    fn an_error_the_user_cannot_correct_is_not_shown_in_the_form() {
        assert!(FormState::refused((), Lang::It, Error::Denied).is_err());
    }
}
