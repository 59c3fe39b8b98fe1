//! The outermost layer, which every request passes first and every answer last. For a request it sets id and facts,
//! applies limits and the check against forgery, and catches panics. For an answer it renders errors, sets the standard
//! headers and cookies, and writes one line to the access log. It is cheap: no rendering of pages, one reading of the
//! clock, headers made once.

use crate::ctx::Ctx;
use crate::error::{Code, Error};
use crate::http::connections::Turn;
use crate::http::cookies::{FLASH, LANGUAGE, PRE_SESSION};
use crate::http::csrf::NewPreSession;
use crate::http::limits::{self, AddressBlock, Class, Standing};
use crate::http::page::{FlashShown, NextFlash};
use crate::http::request::{self, Face, Facts};
use crate::http::route::Pattern;
use crate::http::site::Site;
use crate::http::{Failure, codes, conditional, csrf, openapi, page_error, problem};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::Cookie;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{
    ALLOW, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, web};
use futures_util::FutureExt;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use tokio::time::Instant;
use uuid::Uuid;

/// Seconds after which a caller may retry when the service was too busy.
const BUSY_SECONDS: u64 = 2;

/// The outermost layer; `app.rs` wraps it around all others.
pub async fn edge(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(site) = request.app_data::<web::Data<Site>>().cloned() else {
        return Err(Failure(Error::Internal("the application was built without its site".into())).into());
    };
    let started = Instant::now();
    let _ours = request.conn_data::<Rc<Turn>>().map(Turn::ours);
    let method = request.method().clone();
    let facts = facts(&request, &site);
    request.extensions_mut().insert(facts);
    if method == Method::HEAD {
        // HEAD is GET without its body (RFC 9110 §9.3.2); the server leaves the body out by itself.
        request.head_mut().method = Method::GET;
    }
    Pattern::find(request.request());
    let class = Class::of(&method, path(&request));
    let standing = class.map(|class| site.limiter.count(class, AddressBlock::from(facts.client)));

    let answer = if let Err(error) = admit(&request, &site, standing) {
        Some(request.error_response(Failure(error)))
    } else {
        guard_body(&mut request, &site);
        AssertUnwindSafe(next.call(request))
            .catch_unwind()
            .await
            .ok()
            .transpose()?
            .map(ServiceResponse::map_into_boxed_body)
    };
    let elapsed = started.elapsed();
    let Some(mut answer) = answer else {
        return Err(after_panic(&site, facts, &method, standing));
    };
    find_reader(&answer, facts).await;
    give_face(&mut answer, &site, facts);
    set_cookies(&mut answer);
    finish(answer.headers_mut(), &site, facts, standing);
    let address = answer.request().path().to_owned();
    openapi::link_description(&address, answer.headers_mut());

    let route = Pattern::of(answer.request());
    let route = route.as_deref().unwrap_or("-");
    site.metrics.answered(&method, route, answer.status(), elapsed);
    log(answer.request(), &method, route, answer.status(), elapsed.as_secs_f64() * 1000.0, facts);
    Ok(answer)
}

fn facts(request: &ServiceRequest, site: &Site) -> Facts {
    let headers = request.headers();
    let chosen = request.cookie(LANGUAGE.of(site.https));
    Facts {
        request_id: site.services.new_id(),
        lang: request::language(chosen.as_ref().map(Cookie::value), headers),
        client: limits::client(
            request.peer_addr().map(|peer| peer.ip()),
            headers,
            &site.services.config.server.trusted_proxies,
        ),
        face: request::face(path(request), headers),
        https: site.https,
    }
}

/// Checks whether the request may go on at all. An address with a NUL is refused, because `PostgreSQL` cannot store
/// one; bodies with one are refused where they are parsed.
fn admit(request: &ServiceRequest, site: &Site, standing: Option<Standing>) -> Result<(), Error> {
    if let Some(seconds) = standing.and_then(|standing| standing.retry_after) {
        return Err(Error::TooMany { retry_after_seconds: seconds });
    }
    if request.uri().path_and_query().is_some_and(|address| address.as_str().contains("%00")) {
        return Err(Error::refused(Code::BadRequest));
    }
    csrf::check_origin(request.method(), path(request), request.headers(), &site.origin)
}

/// Returns the decoded path, as routes match it, so that another spelling is not counted as another path.
fn path(request: &ServiceRequest) -> &str {
    request.match_info().as_str()
}

fn guard_body(request: &mut ServiceRequest, site: &Site) {
    if request.method().is_safe() {
        return;
    }
    let payload = request.take_payload();
    let guarded = limits::within_deadline(payload, request.headers(), site.services.config.limits.body_seconds);
    request.set_payload(guarded);
}

/// Identifies the reader for the page of a refusal that came before identification, so that a signed-in reader stays
/// signed in on a wrong address. Skipped for rate-limited requests and faults, which must not cost a database query.
async fn find_reader(answer: &ServiceResponse, facts: Facts) {
    let is_of_the_request = answer.status().is_client_error() && answer.status() != StatusCode::TOO_MANY_REQUESTS;
    if is_of_the_request && facts.face == Face::Page {
        // The result is kept with the request; on an error the page shows an anonymous reader.
        let _ = Ctx::extract(answer.request()).await;
    }
}

/// Renders the body of a failed answer. Answers with a body of their own, such as a form shown again, stay as they are.
fn give_face(answer: &mut ServiceResponse, site: &Site, facts: Facts) {
    let status = answer.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return;
    }
    let face = match answer.response().error() {
        Some(error) => match error.as_error::<Failure>() {
            Some(Failure(error)) => show(error, site, facts, Some(answer.request())),
            None => show(&foreign(error, facts), site, facts, Some(answer.request())),
        },
        None if !answer.headers().contains_key(CONTENT_TYPE) => {
            show(&Error::refused(codes::of_status(status)), site, facts, Some(answer.request()))
        }
        None => return,
    };
    let allow = answer.headers().get(ALLOW).cloned();
    *answer.response_mut() = face;
    if let Some(allow) = allow {
        answer.headers_mut().insert(ALLOW, allow);
    }
}

/// Converts an error of the framework to ours.
fn foreign(error: &actix_web::Error, facts: Facts) -> Error {
    let status = error.as_response_error().status_code();
    match codes::of_status(status) {
        Code::Internal => Error::Internal(error.to_string()),
        code => {
            tracing::debug!(request_id = %facts.request_id, %error, "refused by the framework");
            Error::refused(code)
        }
    }
}

/// Renders an error for program or person. Faults are logged here and nowhere else.
fn show(error: &Error, site: &Site, facts: Facts, request: Option<&HttpRequest>) -> HttpResponse {
    if error.is_ours() {
        tracing::error!(request_id = %facts.request_id, %error, "a request failed through our own fault");
    }
    let mut answer = match facts.face {
        Face::Problem => problem::answer(error, facts),
        Face::Page => page_error::answer(error, site, facts, request),
    };
    let status = answer.status();
    let headers = answer.headers_mut();
    match error {
        Error::TooMany { retry_after_seconds } | Error::Spent { retry_after_seconds, .. } => {
            headers.insert(RETRY_AFTER, HeaderValue::from(*retry_after_seconds))
        }
        _ if error.code() == Code::Busy => headers.insert(RETRY_AFTER, HeaderValue::from(BUSY_SECONDS)),
        Error::Unauthenticated if status == StatusCode::UNAUTHORIZED => {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"raccordo\""))
        }
        _ => return answer,
    };
    answer
}

/// Answers after a panic in a handler, where the framework would drop the connection. The request is gone, so the page
/// knows neither reader nor route.
fn after_panic(site: &Site, facts: Facts, method: &Method, standing: Option<Standing>) -> actix_web::Error {
    site.metrics.panicked();
    let error = Error::Internal("a handler panicked; the panic's own text stands above".into());
    let mut answer = show(&error, site, facts, None);
    finish(answer.headers_mut(), site, facts, standing);
    tracing::info!(target: "raccordo::access", %method, route = "-", status = 500, request_id = %facts.request_id);
    InternalError::from_response("panic", answer).into()
}

/// Adds the cookies that pages requested, because pages do not set headers.
fn set_cookies(answer: &mut ServiceResponse) {
    let request = answer.request().clone();
    let new_key = request.extensions_mut().remove::<NewPreSession>();
    let mut cookies: Vec<_> =
        new_key.map(|NewPreSession(key)| PRE_SESSION.set(&request, key, None)).into_iter().collect();
    let shown = request.extensions_mut().remove::<FlashShown>().is_some();
    let next = answer.response_mut().extensions_mut().remove::<NextFlash>();
    match next {
        Some(NextFlash(message)) => {
            cookies.push(FLASH.set(&request, message, Some(actix_web::cookie::time::Duration::MINUTE)));
        }
        None if shown => cookies.push(FLASH.removal(&request)),
        None => {}
    }
    for cookie in cookies {
        if let Err(error) = answer.response_mut().add_cookie(&cookie) {
            tracing::error!(%error, "a cookie of ours is not one");
        }
    }
}

fn finish(headers: &mut HeaderMap, site: &Site, facts: Facts, standing: Option<Standing>) {
    site.headers.set(headers);
    if let Some(standing) = standing {
        standing.tell(headers);
    }
    if let Ok(id) = HeaderValue::from_str(facts.request_id.as_hyphenated().encode_lower(&mut Uuid::encode_buffer())) {
        headers.insert(HeaderName::from_static("request-id"), id);
    }
    // The mark was only for the compressing layer.
    if headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding == "identity") {
        headers.remove(CONTENT_ENCODING);
    }
    conditional::tell_codings_apart(headers);
}

/// Logs one line per request (`ModI` `RAC_GEN_LOG_01`): the route's pattern instead of the address, because addresses
/// may contain keys, and the network instead of the caller's address, because that is personal data.
fn log(request: &HttpRequest, method: &Method, route: &str, status: StatusCode, ms: f64, facts: Facts) {
    let extensions = request.extensions();
    let caller = extensions.get::<Ctx>().and_then(|ctx| ctx.actor.person_id());
    tracing::info!(
        target: "raccordo::access",
        %method,
        route,
        status = status.as_u16(),
        ms = (ms * 1000.0).round() / 1000.0,
        network = %network(facts.client),
        caller = caller.map(tracing::field::display),
        request_id = %facts.request_id,
    );
}

/// Returns the /24 of an IPv4 address or the /48 of an IPv6 one.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(v4) => IpAddr::V4((v4.to_bits() & 0xffff_ff00).into()),
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & (u128::MAX << 80)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_knows_the_network_and_not_the_address() {
        let network_of = |text: &str| network(text.parse().expect("an address")).to_string();
        assert_eq!(network_of("192.0.2.77"), "192.0.2.0");
        assert_eq!(network_of("2001:db8:1:2::77"), "2001:db8:1::");
    }
}
