//! Errors for people: a page in the usual frame that says what happened and how to continue.

use crate::ctx::Ctx;
use crate::error::{Code, Error};
use crate::http::page::{Shell, with_status};
use crate::http::problem;
use crate::http::request::Facts;
use crate::http::site::Site;
use crate::http::{codes, kept};
use actix_web::http::StatusCode;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use askama::Template;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    shell: Shell,
    status: u16,
    /// Text of the refusal; absent if the page's own text says the same.
    detail: Option<String>,
    request_id: String,
}

pub(super) fn answer(error: &Error, site: &Site, facts: Facts, request: Option<&HttpRequest>) -> HttpResponse {
    let of_sign_in = request.and_then(|asked| kept::answer(error, asked, || shell(site, facts, request)));
    let page = match of_sign_in {
        Some(page) => page,
        None => with_status(status(error), &error_page(error, site, facts, request)).map_err(|failure| failure.0),
    };
    page.unwrap_or_else(|failure| {
        tracing::error!(request_id = %facts.request_id, error = %failure, "the error page was not rendered");
        problem::answer(error, facts)
    })
}

fn error_page(error: &Error, site: &Site, facts: Facts, request: Option<&HttpRequest>) -> ErrorPage {
    let status = status(error);
    ErrorPage {
        shell: shell(site, facts, request),
        status: status.as_u16(),
        detail: is_for_people(error).then(|| problem::detail(error, facts.lang)),
        request_id: facts.request_id.to_string(),
    }
}

/// Tells whether the text of an error is for people. That of an unreadable request quotes a parser, in English.
fn is_for_people(error: &Error) -> bool {
    const FOR_PROGRAMS: [Code; 3] = [Code::BadRequest, Code::MalformedBody, Code::UnexpectedShape];
    matches!(error, Error::Refused(refused) if !FOR_PROGRAMS.contains(&refused.code))
}

/// Returns the status of an error page. A stale button is 409, because 412 answers the header `If-Match`, which no page
/// sends.
fn status(error: &Error) -> StatusCode {
    if error.code() == Code::Stale { StatusCode::CONFLICT } else { codes::status(error.code()) }
}

/// Returns the frame with its reader, if the request was identified.
fn shell(site: &Site, facts: Facts, request: Option<&HttpRequest>) -> Shell {
    let known = request.and_then(|request| request.extensions().get::<Ctx>().cloned());
    match (request, known) {
        (Some(request), Some(ctx)) => Shell::titled(&ctx, request, String::new()),
        _ => Shell::anonymous(site, facts.lang, request),
    }
}
