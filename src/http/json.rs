//! Reads JSON bodies: checks the media type, limits the size and reports errors.
//!
//! The media type is part of the protection against forged requests, because a form of a foreign page can send text,
//! but not `application/json` without the service's permission (CORS). Nesting needs no check of its own, because
//! `serde_json` reads no more than 128 levels and reports deeper JSON as malformed.

use crate::error::Code;
use crate::http::{Failure, limits};
use crate::secret::sha256_hex;
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;

/// Largest body in bytes, far above any legitimate one; a larger one is refused with 413.
pub const MAX_BYTES: usize = 256 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A JSON body, with the digest that [`crate::http::idempotency`] needs.
#[derive(Debug)]
pub struct Json<T> {
    pub value: T,
    /// Body as a tree with its members in alphabetical order.
    said: Value,
}

/// An optional JSON body; without it every member has its default.
#[derive(Debug)]
pub struct OptionalJson<T>(pub T);

/// A JSON merge patch (RFC 7396); its fields are [`crate::http::patch::Patch`].
#[derive(Debug)]
pub struct MergePatch<T>(pub T);

impl<T> Json<T> {
    /// Returns the SHA-256 of the normalised body, because a client that tries again may write white space, the order
    /// of members and escaped characters differently (RFC 8259).
    pub fn digest(&self) -> String {
        sha256_hex(self.said.to_string().as_bytes())
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = body(request, payload, "application/json");
        Box::pin(async move {
            let bytes = body.await?;
            let value = parse(&bytes)?;
            let mut said: Value = parse(&bytes)?;
            said.sort_all_objects();
            Ok(Self { value, said })
        })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for MergePatch<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = body(request, payload, "application/merge-patch+json");
        Box::pin(async move { Ok(Self(parse(&body.await?)?)) })
    }
}

impl<T: DeserializeOwned + Default + 'static> FromRequest for OptionalJson<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if !is_sent(request) {
            return Box::pin(async { Ok(Self(T::default())) });
        }
        let body = body(request, payload, "application/json");
        Box::pin(async move { Ok(Self(parse(&body.await?)?)) })
    }
}

/// Tells whether the request has a body according to its headers (RFC 9112 §6.3).
fn is_sent(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let length = headers.get(CONTENT_LENGTH).map(|value| value.as_bytes() != b"0");
    headers.contains_key(CONTENT_TYPE) || headers.contains_key(TRANSFER_ENCODING) || length.unwrap_or(false)
}

fn body(
    request: &HttpRequest,
    payload: &mut Payload,
    media_type: &'static str,
) -> impl Future<Output = Result<Bytes, Failure>> + use<> {
    let is_right = is(request, media_type);
    let payload = payload.take();
    async move {
        if !is_right {
            return Err(Failure::of(Code::UnsupportedMediaType));
        }
        let bytes = limits::read(payload, MAX_BYTES).await?;
        Ok(without_mark(bytes))
    }
}

/// Removes the byte order mark that some programs put before UTF-8; a reader may ignore it (RFC 8259 §8.1).
fn without_mark(mut bytes: Bytes) -> Bytes {
    if bytes.starts_with(BYTE_ORDER_MARK) { bytes.split_off(BYTE_ORDER_MARK.len()) } else { bytes }
}

fn is(request: &HttpRequest, media_type: &str) -> bool {
    let sent = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    sent.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(media_type))
}

/// Parses a body. Invalid JSON is malformed (400); JSON of another shape is 422.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    if holds_nul(bytes) {
        return Err(Failure::because(Code::MalformedBody, "a text holds U+0000, which no database of ours keeps"));
    }
    serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        Category::Data => Failure::because(Code::UnexpectedShape, error),
        Category::Io | Category::Syntax | Category::Eof => Failure::because(Code::MalformedBody, error),
    })
}

/// Tells whether a text in the JSON contains U+0000, which can only be written as an escape. After an escaped
/// backslash, `u0000` is ordinary text.
fn holds_nul(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        if rest[at + 1..].starts_with(b"u0000") {
            return true;
        }
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        name: String,
        #[serde(default, rename = "at")]
        _at: Value,
    }

    async fn post(body: impl Into<Bytes>, content_type: &str) -> Result<Json<In>, Code> {
        let (request, mut payload) =
            TestRequest::post().insert_header((CONTENT_TYPE, content_type)).set_payload(body).to_http_parts();
        Json::<In>::from_request(&request, &mut payload).await.map_err(|failure| failure.0.code())
    }

    const JSON: &str = "application/json; charset=utf-8";

    #[actix_web::test]
    async fn equal_json_has_the_same_digest_and_different_json_has_not() {
        let digest = async |body: &'static str| post(body, JSON).await.expect("accepted").digest();
        let one = digest(r#"{"name":"A","at":{"x":1,"y":[1,2]}}"#).await;
        for same in [
            r#"{"at":{"y":[1,2],"x":1},"name":"A"}"#,
            "{ \"name\" : \"A\",\r\n\t\"at\": {\"x\": 1, \"y\": [ 1, 2 ]}}\n",
            r#"{"n\u0061me":"\u0041","at":{"x":1,"y":[1,2]}}"#,
            "\u{feff}{\"name\":\"A\",\"at\":{\"x\":1,\"y\":[1,2]}}",
        ] {
            assert_eq!(digest(same).await, one, "{same}");
        }
        for other in
            [r#"{"name":"B","at":{"x":1,"y":[1,2]}}"#, r#"{"name":"A","at":{"x":1,"y":[2,1]}}"#, r#"{"name":"A"}"#]
        {
            assert_ne!(digest(other).await, one, "{other}");
        }
    }

    #[actix_web::test]
    async fn a_byte_order_mark_before_the_body_is_no_part_of_it() {
        assert_eq!(post("\u{feff}{\"name\":\"A\"}", JSON).await.expect("accepted").value.name, "A");
        assert_eq!(post("\u{feff}\u{feff}{\"name\":\"A\"}", JSON).await.unwrap_err(), Code::MalformedBody);
    }

    #[actix_web::test]
    async fn each_kind_of_wrong_body_has_its_own_code() {
        assert_eq!(post(r#"{"name":"#, JSON).await.unwrap_err(), Code::MalformedBody);
        assert_eq!(post(r#"{"nome":"A"}"#, JSON).await.unwrap_err(), Code::UnexpectedShape);
        assert_eq!(post(r#"{"name":1}"#, JSON).await.unwrap_err(), Code::UnexpectedShape);
        assert_eq!(post(r#"{"name":"A\u0000"}"#, JSON).await.unwrap_err(), Code::MalformedBody);
        assert_eq!(post(r#"{"name":"A\\\u0000"}"#, JSON).await.unwrap_err(), Code::MalformedBody);
        assert_eq!(
            post(r#"{"name":"A\\u0000"}"#, JSON).await.expect("a backslash and five letters").value.name,
            "A\\u0000"
        );
        assert_eq!(post(r#"{"name":"A"}"#, "text/plain").await.unwrap_err(), Code::UnsupportedMediaType);
        let deep = format!(r#"{{"name":"A","at":{}{}}}"#, "[".repeat(50_000), "]".repeat(50_000));
        assert_eq!(post(deep, JSON).await.unwrap_err(), Code::MalformedBody);
        assert_eq!(post(" ".repeat(MAX_BYTES + 1), JSON).await.unwrap_err(), Code::BodyTooLarge);
    }
}
