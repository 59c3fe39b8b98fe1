//! HTTP: what every request passes before it reaches a slice, and what every answer carries when it leaves.
//!
//! `edge` is the outermost layer and the only place that knows all the others: it names the request, asks `limits` and
//! `csrf`, catches panics, gives a failed answer its face (`problem` for programs, `page_error` for people), sets the
//! standard headers and writes the one line of the access log. Slices meet this folder through few words: they extract
//! [`json::Json`] or [`form::Form`], answer through `page`, `version`, `paging` or `idempotency`, and return
//! [`Failure`] with `?`. They never build an error answer themselves.

pub mod assets;
pub mod codes;
pub mod compress;
pub mod conditional;
pub mod connections;
pub mod cookies;
pub mod csrf;
pub mod download;
pub mod edge;
pub mod form;
pub mod gate;
pub mod health;
pub mod idempotency;
pub mod json;
pub mod kept;
pub mod language;
pub mod limits;
pub mod metrics;
pub mod multipart;
pub mod nav;
pub mod openapi;
pub mod page;
pub mod page_error;
pub mod paging;
pub mod patch;
pub mod problem;
pub mod request;
pub mod route;
pub mod site;
pub mod unmatched;
pub mod uploads;
pub mod version;

use crate::error::{Code, Error, Refused};
use crate::typed;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

/// Characters kept of the reason that the framework gives for a refusal.
const REASON_CHARACTERS: usize = 300;

/// A use case's error on its way out. Handlers return an [`Answer`], and `?` does the rest.
///
/// Its answer is bare on purpose: only `edge` knows the caller's language, the request's name and whether a program or a
/// person is asking, so only `edge` writes the body.
#[derive(Debug)]
pub struct Failure(pub Error);

/// What a handler answers.
pub type Answer = Result<HttpResponse, Failure>;

impl Failure {
    /// A failure that needs nothing but its code.
    pub fn of(code: Code) -> Self {
        Self(Error::refused(code))
    }

    /// A failure whose text has a place for the reason: what was wrong with the request, as far as the caller sent it. A reason
    /// that repeats what was sent is cut to [`REASON_CHARACTERS`].
    pub fn because(code: Code, why: impl ToString) -> Self {
        let why = typed::cut(&why.to_string(), REASON_CHARACTERS);
        Self(Error::Refused(Refused { code, field: None, params: vec![("why", why)] }))
    }
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        codes::status(self.0.code())
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}
