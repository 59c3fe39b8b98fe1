//! Checks authentication and seats of a caller for an API operation before its request is parsed.
//!
//! The framework parses path, query and body before the handler's first line, so without this layer an unauthorised
//! caller would learn what is wrong with the body. It checks for a key, for a seat, for one of the seats that can ever
//! use the operation, and for a key that may write. The accepted seats are those under `security` in the operation's
//! description (`OpenAPI` 3.1: the names beside a scheme are the required roles); an operation without `security` needs
//! any seat. The gate is a coarse check: rights on the single thing are decided by the slice's policy.
//!
//! It also refuses query parameters that the operation does not know, because a list that ignored a misspelt filter
//! would show everything, and values longer than described. For pages and feeds the known names are in [`PAGES`].

use crate::auth::actor::Actor;
use crate::ctx::Ctx;
use crate::error::{Code, Error};
use crate::http::openapi::{self, Operation};
use crate::http::{Failure, assets, route};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use entity::kinds::SeatKind;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Name under `security` for a holder of any seat.
pub const PARTICIPANT: &str = "participant";

/// Requirement of an operation on its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    Nothing,
    /// A key, even after the last seat has ended, for the caller's own profile.
    Key,
    /// Any seat.
    Seat,
    OneOf(Vec<SeatKind>),
}

impl Need {
    /// Reads `security`: a list of alternatives, one of which suffices.
    pub fn of(security: &Value) -> Self {
        let alternatives: Vec<&Map<String, Value>> =
            security.as_array().into_iter().flatten().filter_map(Value::as_object).collect();
        if alternatives.iter().any(|one| one.is_empty()) {
            return Self::Nothing;
        }
        let lists = alternatives.iter().flat_map(|one| one.values()).filter_map(Value::as_array);
        if lists.clone().any(Vec::is_empty) {
            return Self::Key;
        }
        let names: Vec<&str> = lists.flatten().filter_map(Value::as_str).collect();
        if names.is_empty() || names.contains(&PARTICIPANT) {
            return Self::Seat;
        }
        Self::OneOf(SeatKind::ALL.iter().copied().filter(|kind| names.contains(&kind.as_str())).collect())
    }

    /// Checks the requirement. A caller without a key is asked to sign in; a caller with one is denied.
    fn met_by(&self, actor: &Actor, is_change: bool) -> Result<(), Error> {
        if *self == Self::Nothing {
            return Ok(());
        }
        if actor.person_id().is_none() {
            return Err(Error::Unauthenticated);
        }
        let is_of_them = match self {
            Self::Nothing | Self::Key => true,
            Self::Seat => actor.is_participant(),
            Self::OneOf(kinds) => kinds.iter().any(|kind| actor.holds(*kind)),
        };
        if is_of_them && (!is_change || actor.may_write()) { Ok(()) } else { Err(Error::Denied) }
    }
}

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
    let Some(pattern) = request.resource_map().match_pattern(path) else { return Ok(()) };
    let pattern = route::documented(&pattern);
    if !path.starts_with("/api/v") {
        return if asks_nothing(path) { Ok(()) } else { demand_known(&names_of(&pattern), request.query_string()) };
    }
    // No operation with this method.
    let Some(Operation { need, query }) = openapi::operation(&pattern, request.method()) else { return Ok(()) };
    if *need != Need::Nothing {
        let is_change = *request.method() != Method::GET;
        let ctx = request.extract::<Ctx>().await?;
        need.met_by(&ctx.actor, is_change)?;
    }
    demand_known(query, request.query_string())
}

/// The names that a query may hold.
pub(super) struct Parameter<'n> {
    pub(super) name: Cow<'n, str>,
    /// Longest value, in characters, if it is bounded.
    pub(super) longest: Option<usize>,
}

/// Query parameters of pages and feeds by the pattern of their address. An address not listed here accepts none.
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_operation_accepts_the_seats_in_its_description() {
        assert_eq!(Need::of(&json!([{}])), Need::Nothing);
        assert_eq!(Need::of(&json!([{ "api_token": [] }])), Need::Key);
        assert_eq!(Need::of(&json!([{ "api_token": ["participant"] }])), Need::Seat);
        assert_eq!(
            Need::of(&json!([{ "api_token": ["secretariat"] }, { "api_token": ["body_manager"] }])),
            Need::OneOf(vec![SeatKind::BodyManager, SeatKind::Secretariat])
        );
    }

    #[test]
    fn an_operation_without_security_is_closed() {
        for nothing in [json!(null), json!([])] {
            assert_eq!(Need::of(&nothing), Need::Seat, "{nothing}");
        }
        assert_eq!(Need::of(&json!([{ "api_token": ["nobody knows"] }])), Need::OneOf(Vec::new()));
    }
}
