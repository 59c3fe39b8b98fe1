//! Errors for people: a page in the usual frame that says what happened and where to go from here.

use crate::ctx::Ctx;
use crate::error::Error;
use crate::http::codes;
use crate::http::page::{Shell, with_status};
use crate::http::problem;
use crate::http::request::Facts;
use crate::http::site::Site;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use askama::Template;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    shell: Shell,
    status: u16,
    /// What was refused; left out where the page's own words say the same.
    detail: Option<String>,
    request_id: String,
}

pub(super) fn answer(error: &Error, site: &Site, facts: Facts, request: Option<&HttpRequest>) -> HttpResponse {
    let status = codes::status(error.code());
    let page = ErrorPage {
        shell: shell(site, facts, request),
        status: status.as_u16(),
        detail: matches!(error, Error::Refused(_)).then(|| problem::detail(error, facts.lang)),
        request_id: facts.request_id.to_string(),
    };
    with_status(status, &page).unwrap_or_else(|failure| {
        tracing::error!(request_id = %facts.request_id, error = %failure, "the error page was not rendered");
        problem::answer(error, facts)
    })
}

/// The frame with its reader, if the request got as far as finding out who that is.
fn shell(site: &Site, facts: Facts, request: Option<&HttpRequest>) -> Shell {
    let known = request.and_then(|request| request.extensions().get::<Ctx>().cloned());
    match (request, known) {
        (Some(request), Some(ctx)) => Shell::titled(&ctx, request, String::new()),
        _ => Shell::anonymous(site, facts.lang, request),
    }
}
