//! HTTP: layers between the network and the slices.
//!
//! `edge` is the outermost layer and the only one that knows all the others: it sets the request's id, calls `limits`
//! and `csrf`, catches panics, renders errors (`problem` for programs, `page_error` for people), sets the standard
//! headers and writes the access log. Slices use few functions of this folder: they extract [`json::Json`] or
//! [`form::Form`], answer through `page`, `version`, `paging` or `idempotency`, and return [`Failure`] with `?`. They
//! never build an error answer themselves.

mod answers;
pub mod assets;
pub mod codes;
pub mod compress;
pub mod conditional;
pub mod connections;
pub mod cookies;
pub mod csrf;
pub mod csv;
pub mod download;
pub mod edge;
pub mod exporter;
pub mod form;
pub mod gate;
pub mod headers;
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
pub mod plot;
pub mod problem;
pub mod request;
pub mod route;
pub mod shared;
pub mod sheet;
pub mod site;
pub mod unmatched;
pub mod uploads;
pub mod version;
pub mod wording;
pub mod year;

use crate::error::{Code, Error, Refused};
use crate::typed;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

/// Longest reason of a refusal by the framework, in characters; a longer one is cut.
const REASON_CHARACTERS: usize = 300;

/// An error of a use case, returned by a handler with `?`.
///
/// Its own answer has no body, because only `edge` knows the caller's language, the request's id and whether the caller
/// is a program or a person.
#[derive(Debug)]
pub struct Failure(pub Error);

/// Result of a handler.
pub type Answer = Result<HttpResponse, Failure>;

impl Failure {
    /// Makes a failure that needs only its code.
    pub fn of(code: Code) -> Self {
        Self(Error::refused(code))
    }

    /// Makes a failure with a reason: the fault in the caller's request. The reason is cut to [`REASON_CHARACTERS`].
    pub fn because(code: Code, why: impl ToString) -> Self {
        let why = typed::cut(&why.to_string(), REASON_CHARACTERS);
        Self(Error::Refused(Refused::of(code).with("why", why)))
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
