//! Checks authentication and rights of a caller for an API operation before its request is parsed.
//!
//! The framework parses path, query and body before the handler's first line, so without this layer an unauthorised
//! caller would learn what is wrong with the body. It checks for a key, for a caller who may ever use the operation as the
//! slice's policy says ([`Need`](crate::auth::rights::Need)), and for a key that may write. An operation that no slice's
//! table of rights names is closed to everybody. The gate is a coarse check: rights on the single thing are decided by the
//! policy once the thing is found ([`open`](crate::open)).
//!
//! It also refuses query parameters that the operation does not know, because a list that ignored a misspelt filter
//! would show everything, and values longer than described. For pages and feeds the known names are in [`PAGES`].

use crate::auth::rights::Need;
use crate::ctx::Ctx;
use crate::error::Code;
use crate::http::openapi::{self, Operation, Parameter};
use crate::http::route::Pattern;
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
    // The decoded path, as routes match it.
    let path = request.match_info().as_str();
    // No route matches; the answer 404 reveals nothing.
    let Some(pattern) = Pattern::of(request.request()) else { return Ok(()) };
    if openapi::methods(&pattern).is_empty() {
        return if asks_nothing(path) { Ok(()) } else { demand_known(&names_of(&pattern), request.query_string()) };
    }
    // No operation with this method.
    let Some(Operation { need, query }) = openapi::operation(&pattern, request.method()) else { return Ok(()) };
    if !matches!(need, Need::Nothing) {
        let is_change = *request.method() != Method::GET;
        let ctx = request.extract::<Ctx>().await?;
        need.demand(&ctx.actor, is_change)?;
    }
    demand_known(query, request.query_string())
}

/// Query parameters of pages and feeds by the pattern of their address. An address not listed here accepts none.
pub const PAGES: &[(&str, &[&str])] = &[
    ("/", &["public"]),
    ("/agenda/editions/{number}", &["against"]),
    ("/agenda/proposal", &["from", "to"]),
    ("/agenda/year", &["year"]),
    ("/calendar", &["cursor", "limit", "month", "show", "since", "year", "observatory", "product", "theme", "state"]),
    ("/calendar/changes", &["cursor", "limit"]),
    ("/calendar/subscribe", &["observatory", "product", "theme", "state"]),
    ("/calendar.atom", &["lang", "observatory", "product", "theme", "state"]),
    ("/calendar.csv", &["lang", "observatory", "product", "theme", "state"]),
    ("/calendar.ics", &["lang", "observatory", "product", "theme", "state"]),
    ("/calendar.json", &["lang", "observatory", "product", "theme", "state"]),
    ("/designations/list", &["body", "observatory", "seat", "as_of", "known_on", "with_annulled", "cursor", "limit"]),
    ("/designations/new", &["seat", "replaces_holder"]),
    (
        "/exports/{list}",
        &[
            "format",
            "body",
            "observatory",
            "product",
            "theme",
            "release",
            "deliverable",
            "seat",
            "state",
            "text",
            "sort",
            "mine",
            "due",
            "overdue",
            "upto",
            "from",
            "to",
            "show",
            "year",
            "month",
            "since",
            "as_of",
            "known_on",
            "with_annulled",
        ],
    ),
    ("/mail", &["state", "kind", "recipient", "subject", "text", "from", "to", "cursor", "limit"]),
    ("/meetings", &["cursor", "limit"]),
    ("/meetings/{id}/hold", &["all"]),
    ("/meetings/{id}/outcomes/new", &["kind"]),
    ("/radar", &["on"]),
    ("/releases/{id}/amend", &["observatory"]),
    ("/sign-in", &["next"]),
    ("/sign-in/{token}", &["next"]),
    ("/tasks/load", &["year"]),
    ("/sources/{code}/import/{draft_id}", &["containing"]),
    ("/studies", &["cursor", "limit"]),
    ("/tasks/new", &["deliverable", "release", "template", "from"]),
    (
        "/tasks",
        &["observatory", "product", "release", "seat", "state", "overdue", "mine", "text", "sort", "cursor", "limit"],
    ),
];

fn names_of(pattern: &str) -> Vec<Parameter<'static>> {
    let names = PAGES.iter().find(|(page, _)| *page == pattern).map_or(&[][..], |(_, names)| names);
    names.iter().map(|name| Parameter { name: Cow::Borrowed(name), longest: None }).collect()
}

/// Returns whether any query is accepted: for static files and health checks, whose clients append numbers to avoid
/// caches.
fn asks_nothing(path: &str) -> bool {
    assets::is_file(path) || path.starts_with("/health/")
}

/// Refuses unknown parameters, because a misspelt filter must not show everything.
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
