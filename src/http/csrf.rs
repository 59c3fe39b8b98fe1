//! Protection against forged requests, in which a foreign page makes the reader's browser send a form with the reader's
//! cookies.
//!
//! There are two independent checks. [`check_origin`], called by `edge` for every request that may change something,
//! relies on what browsers say about the origin of a request (`Sec-Fetch-Site`, otherwise `Origin`). [`check_token`],
//! called by every form, requires a token that only our own pages can contain: an HMAC of a fresh nonce under the key
//! in the reader's cookie. It is bound to the session, needs no table, and differs in every answer, so that an attack
//! through compression (BREACH) has nothing to measure. Before sign-in a separate cookie replaces the session.

use crate::error::{Code, Error};
use crate::http::cookies::{PRE_SESSION, SESSION};
use crate::secret;
use actix_web::http::Method;
use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue, ORIGIN};
use actix_web::{HttpMessage, HttpRequest};

/// The name of the hidden field.
pub const FIELD: &str = "csrf";

/// A new pre-session key, which `edge` sends as a cookie.
#[derive(Clone)]
pub(super) struct NewPreSession(pub(super) String);

/// Makes a token for the forms of one answer.
pub fn token(request: &HttpRequest) -> String {
    let nonce = secret::new_token();
    let proof = prove(&key(request), &nonce);
    format!("{nonce}.{proof}")
}

/// Checks that the token of a form was made for this reader; [`Code::FormExpired`] if not, which also happens if the
/// reader's session has ended meanwhile.
pub fn check_token(request: &HttpRequest, presented: &str) -> Result<(), Error> {
    let expired = || Error::refused(Code::FormExpired);
    let (nonce, proof) = presented.split_once('.').ok_or_else(expired)?;
    let is_ours = keys(request).any(|key| secret::same(proof, &prove(&key, nonce)));
    if is_ours { Ok(()) } else { Err(expired()) }
}

/// Returns the keys to which the reader's forms may be bound.
///
/// A sign-in form was made before there was a session. If its button is pressed twice, the second press may arrive with
/// the session that the first one opened.
fn keys(request: &HttpRequest) -> impl Iterator<Item = String> {
    let session = SESSION.read(request);
    let is_way_in = request.path().starts_with("/sign-in");
    let pre_session = PRE_SESSION.read(request).filter(|_| session.is_none() || is_way_in);
    session.into_iter().chain(pre_session)
}

fn prove(key: &str, nonce: &str) -> String {
    secret::hmac_hex(key.as_bytes(), format!("form {nonce}").as_bytes())
}

/// Returns the key in the reader's cookie, or a new one that the answer will set.
fn key(request: &HttpRequest) -> String {
    if let Some(known) = SESSION.read(request).or_else(|| PRE_SESSION.read(request)) {
        return known;
    }
    let mut extensions = request.extensions_mut();
    if let Some(NewPreSession(key)) = extensions.get::<NewPreSession>() {
        return key.clone();
    }
    let key = secret::new_token();
    extensions.insert(NewPreSession(key.clone()));
    key
}

/// Checks that a request that may change something comes from our own pages; [`Code::CrossSiteRequest`] if not.
///
/// API requests without a cookie pass, because a foreign page has nothing to misuse in them. Forms are checked even
/// without a cookie, because signing a person in as another one is a forgery too.
pub fn check_origin(method: &Method, path: &str, headers: &HeaderMap, own_origin: &str) -> Result<(), Error> {
    if method.is_safe() || (path.starts_with("/api/") && !headers.contains_key(COOKIE)) {
        return Ok(());
    }
    let from_us = match headers.get("sec-fetch-site").map(HeaderValue::as_bytes) {
        // `none` is a request started outside any page (a reloaded form); its token still has to be right.
        Some(b"none") => !path.starts_with("/api/"),
        Some(site) => site == b"same-origin",
        None => headers.get(ORIGIN).is_some_and(|origin| origin.as_bytes() == own_origin.as_bytes()),
    };
    if from_us { Ok(()) } else { Err(Error::refused(Code::CrossSiteRequest)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::cookie::Cookie;
    use actix_web::http::header::HeaderName;
    use actix_web::test::TestRequest;

    const OURS: &str = "https://raccordo.example";

    fn with_session(key: &'static str) -> HttpRequest {
        TestRequest::default().cookie(Cookie::new("sid", key)).to_http_request()
    }

    #[test]
    fn a_token_is_good_for_its_session_only_and_never_twice_the_same() {
        let request = with_session("one");
        let (first, second) = (token(&request), token(&request));
        assert_ne!(first, second);
        assert!(check_token(&request, &first).is_ok() && check_token(&request, &second).is_ok());
        assert!(check_token(&with_session("other"), &first).is_err());
        assert!(check_token(&TestRequest::default().to_http_request(), &first).is_err());
        assert!(check_token(&request, "").is_err());
    }

    #[test]
    fn an_anonymous_page_makes_one_key_for_all_its_forms() {
        let request = TestRequest::default().to_http_request();
        let made = token(&request);
        let NewPreSession(key) = request.extensions().get::<NewPreSession>().cloned().expect("a new key");
        let _ = token(&request);
        let next = TestRequest::default().cookie(Cookie::new("pre", key)).to_http_request();
        assert!(check_token(&next, &made).is_ok());
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn unsafe_requests_are_accepted_only_from_our_own_pages() {
        let check = |path: &str, pairs: &[_]| check_origin(&Method::POST, path, &headers(pairs), OURS).is_ok();
        for path in ["/designations", "/api/v1/designations"] {
            let cookie = ("cookie", "__Host-sid=x");
            assert!(check(path, &[cookie, ("sec-fetch-site", "same-origin")]), "{path}");
            assert!(check(path, &[cookie, ("origin", OURS)]), "{path}");
            assert!(!check(path, &[cookie]), "{path}");
            assert!(!check(path, &[cookie, ("sec-fetch-site", "cross-site"), ("origin", OURS)]), "{path}");
            assert!(!check(path, &[cookie, ("sec-fetch-site", "same-site")]), "{path}");
            assert!(!check(path, &[cookie, ("origin", "https://raccordo.example.evil.test")]), "{path}");
            assert!(!check(path, &[cookie, ("origin", "null")]), "{path}");
            assert!(!check(path, &[cookie, ("authorization", "Bearer x")]), "{path}");
        }
        assert!(check("/api/v1/designations", &[("authorization", "Bearer x")]));
        assert!(!check("/sign-in", &[]));
    }

    #[test]
    fn safe_methods_need_no_origin() {
        assert!(
            check_origin(&Method::GET, "/", &headers(&[("sec-fetch-site", "cross-site"), ("cookie", "a=b")]), OURS)
                .is_ok()
        );
    }
}
