//! The check of authentication and rights of an operation of the API, before anything of the request is read.
//!
//! The framework reads path, query and body before the handler's first line, so a caller without rights would be told what is
//! wrong with a body instead of that they may not send it. This layer asks first: for a key, for a caller who may ever do it as
//! the slice's policy says ([`Need`](crate::auth::rights::Need)), for a key that may change things. An operation that is in no
//! slice's table of rights is closed to everybody. Whether this caller may do it to this very thing is asked of the policy
//! again, once the thing is found.
//!
//! Then a query that names something the operation does not know is refused, before a list ignores it and shows everything, and
//! one that is longer than the description allows. Pages and feeds are asked the same: what they know stands in [`PAGES`].

use crate::auth::rights::Need;
use crate::ctx::Ctx;
use crate::error::Code;
use crate::http::openapi::{self, Operation};
use crate::http::{Failure, assets};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use std::borrow::Cow;

/// The layer; `app.rs` puts it before the routes.
pub async fn gate(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    match admit(&mut request).await {
        Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
        Err(failure) => Ok(request.error_response(failure)),
    }
}

async fn admit(request: &mut ServiceRequest) -> Result<(), Failure> {
    // The path as routes see it, its letters decoded.
    let path = request.match_info().as_str();
    // Nothing is served there: that is no secret.
    let Some(pattern) = request.resource_map().match_pattern(path) else { return Ok(()) };
    if !path.starts_with("/api/v") {
        return if asks_nothing(path) { Ok(()) } else { demand_known(&names_of(&pattern), request.query_string()) };
    }
    // Or not with this method.
    let Some(Operation { need, query }) = openapi::operation(&pattern, request.method()) else { return Ok(()) };
    if !matches!(need, Need::Nothing) {
        let is_change = *request.method() != Method::GET;
        let ctx = request.extract::<Ctx>().await?;
        need.demand(&ctx.actor, is_change)?;
    }
    demand_known(query, request.query_string())
}

/// The names that a query may hold.
pub(super) struct Parameter<'n> {
    pub(super) name: Cow<'n, str>,
    /// Its longest value, in characters, where it is bounded.
    pub(super) longest: Option<usize>,
}

/// The names that the queries of pages and feeds may hold, by the pattern of their address. One that is not here knows nothing.
pub const PAGES: &[(&str, &[&str])] = &[
    ("/calendar", &["cursor", "limit", "since"]),
    ("/calendar.ics", &["lang"]),
    ("/designations", &["body", "observatory", "seat", "as_of", "known_on", "with_annulled", "cursor", "limit"]),
    ("/designations/new", &["seat"]),
    ("/mail", &["state", "kind", "recipient", "cursor", "limit"]),
    ("/meetings", &["cursor", "limit"]),
    ("/radar", &["on"]),
    ("/sign-in", &["next"]),
    ("/sign-in/{token}", &["next"]),
    ("/tasks", &["cursor", "limit"]),
];

fn names_of(pattern: &str) -> Vec<Parameter<'static>> {
    let names = PAGES.iter().find(|(page, _)| *page == pattern).map_or(&[][..], |(_, names)| names);
    names.iter().map(|name| Parameter { name: Cow::Borrowed(name), longest: None }).collect()
}

/// Files and the looks of a monitor, whose makers put numbers behind an address to get past caches.
fn asks_nothing(path: &str) -> bool {
    assets::is_file(path) || path.starts_with("/health/")
}

/// A filter that is misspelt must not look like one that lets everything through.
fn demand_known(known: &[Parameter<'_>], query: &str) -> Result<(), Failure> {
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let Some(parameter) = known.iter().find(|parameter| parameter.name == name) else {
            let name: String = name.chars().take(60).collect();
            return Err(Failure::because(Code::BadRequest, format!("no parameter is called «{name}»")));
        };
        if let Some(longest) = parameter.longest.filter(|longest| value.chars().count() > *longest) {
            return Err(Failure::because(Code::BadRequest, format!("«{name}» is longer than {longest} characters")));
        }
    }
    Ok(())
}
