//! Forms as received: the origin is checked before the content is read.

use crate::error::{Code, Error};
use crate::http::idempotency::Press;
use crate::http::kept::{self, Kept};
use crate::http::{Failure, csrf, limits};
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Query};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::future::LocalBoxFuture;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Largest form in bytes; a larger one is refused as `body_too_large`. Files are sent as `multipart`.
pub const MAX_BYTES: usize = 32 * 1024;

/// A posted form of buttons and hidden fields. One with a foreign or expired token is refused with
/// [`Code::FormExpired`] before the handler runs.
#[derive(Debug)]
pub struct Form<T>(pub T, pub Press);

/// A posted form that stands on public pages, which are the same for all readers and so contain no token. It may only
/// change how the sender's own browser shows the service; the origin of the request is checked as for every form.
#[derive(Debug)]
pub struct PublicForm<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for PublicForm<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move { Ok(Self(parse(&read(&request, payload).await?)?)) })
    }
}

/// Fields of a form that consists only of its button.
#[derive(Clone, Debug, Default, Deserialize)]
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

/// A posted form with typed fields. Only [`super::answer`] can read them.
///
/// A form whose session has ended is kept for its sender (see [`kept`]). When it returns after the sign-in, it is shown
/// filled in and not executed; the fields are private so that no handler can forget this.
#[derive(Debug)]
pub struct Sent<T> {
    pub(super) typed: T,
    pub(super) press: Press,
    /// Whether the form returns after its sender has signed in again.
    pub(super) is_resumed: bool,
    /// Error of a step before the use case.
    pub(super) refused: Option<Error>,
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
    /// Makes a form from these fields, with the name and the digest of the uploaded file.
    ///
    /// Errors: [`Code::FormExpired`] unless the token is valid. A resumed form executes nothing and needs no token.
    pub(in crate::http) fn of(
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
    /// Executes a step before the use case, such as storing a file. If it fails, [`super::answer`] shows the form with
    /// the error.
    #[must_use]
    pub async fn after(mut self, step: impl AsyncFnOnce(&mut T) -> Result<(), Error>) -> Self {
        if !self.is_resumed {
            self.refused = step(&mut self.typed).await.err();
        }
        self
    }

    /// Reads a field on which the page depends, such as a seat chosen before.
    pub fn peek<V>(&self, field: impl FnOnce(&T) -> V) -> V {
        field(&self.typed)
    }
}

async fn read(request: &HttpRequest, payload: Payload) -> Result<Vec<(String, String)>, Failure> {
    if !is_urlencoded(request) {
        return Err(Failure::of(Code::UnsupportedMediaType));
    }
    fields_of(&limits::read(payload, MAX_BYTES).await?)
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

/// Parses fields into a form struct.
pub(in crate::http) fn parse<T: DeserializeOwned>(fields: &[(String, String)]) -> Result<T, Failure> {
    let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Ok(Query::<T>::from_query(&text).map_err(|error| Failure::because(Code::UnexpectedShape, error))?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
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
}
