//! Forms whose sign-in has ended: returns the typed values to the sender (WCAG 2.2.5, ADR 14).
//!
//! The answer is a page with all values in hidden fields. The service stores nothing, because it does not know the
//! caller, and the sender's own browser is the only place that others cannot read. The page stays open; the reader
//! signs in in another tab and presses *resume*, which posts the fields to the form's address again with the field
//! [`RESUME`]. This shows the form filled in and does nothing else (`form::answer`), so it needs no token.

use crate::auth::local_path::LocalPath;
use crate::error::{Code, Error};
use crate::http::page::{Shell, see_other, with_status};
use crate::http::{codes, csrf};
use actix_web::http::header::CONTENT_TYPE;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use askama::Template;

/// Field of a form that is only to be shown again.
pub const RESUME: &str = "resume";

/// A form as it was sent; stored with the request by the form extractors.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    action: String,
    /// All fields except the token and [`RESUME`].
    fields: Vec<(String, String)>,
    is_multipart: bool,
    /// Name of the file sent with it; a file cannot be returned.
    file: Option<String>,
}

impl Kept {
    pub(super) fn of(request: &HttpRequest, fields: &[(String, String)], file: Option<&str>) -> Self {
        let is_typed = |name: &str| name != csrf::FIELD && name != RESUME;
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        Self {
            action: request.path().to_owned(),
            fields: fields.iter().filter(|(name, _)| is_typed(name)).cloned().collect(),
            is_multipart: kind.to_ascii_lowercase().starts_with("multipart/"),
            file: file.map(str::to_owned),
        }
    }

    /// Returns whether the form has any value besides a version. If not, the reader simply presses the button again.
    fn holds_anything(&self) -> bool {
        self.file.is_some() || self.fields.iter().any(|(name, value)| name != "version" && !value.trim().is_empty())
    }
}

#[derive(Template)]
#[template(path = "kept.html")]
struct KeptPage {
    shell: Shell,
    kept: Kept,
    /// Address for signing in beside this page; `None` if the reader is signed in already.
    sign_in: Option<String>,
}

#[derive(Template)]
#[template(path = "expired.html")]
struct ExpiredPage {
    shell: Shell,
    back: String,
}

/// Answers an error that concerns the reader's sign-in, with a link to it and the typed values; `None` for other
/// errors.
///
/// A page redirects to the sign-in and back; a form that is only a button leads back to its page. Fragments fetched by
/// htmx are not pages and get the error itself.
pub(super) fn answer(
    error: &Error,
    request: &HttpRequest,
    shell: impl FnOnce() -> Shell,
) -> Option<Result<HttpResponse, Error>> {
    let is_expired = error.code() == Code::FormExpired;
    if !(is_expired || matches!(error, Error::Unauthenticated)) || request.headers().contains_key("hx-request") {
        return None;
    }
    let shell = shell();
    let kept = request.extensions_mut().remove::<Kept>();
    let kept = kept.filter(|kept| *request.method() == Method::POST && kept.holds_anything());
    let page = match kept {
        Some(kept) if shell.user.is_some() => {
            kept_page(codes::status(Code::FormExpired), titled(shell, "common.kept_other_title"), kept, None)
        }
        Some(kept) => {
            let beside = format!("/sign-in?{}", LocalPath::or_home(SIGNED_IN).as_query());
            kept_page(StatusCode::UNAUTHORIZED, titled(shell, "common.kept_title"), kept, Some(beside))
        }
        None if is_expired => {
            let back = shell.path.clone();
            with_status(
                codes::status(Code::FormExpired),
                &ExpiredPage { shell: titled(shell, "common.expired_title"), back },
            )
        }
        None => Ok(see_other(&shell.sign_in_path())),
    };
    Some(page.map_err(|failure| failure.0))
}

/// The page at the end of a sign-in beside a kept form; served by `auth/web.rs`.
pub const SIGNED_IN: &str = "/signed-in";

fn kept_page(status: StatusCode, shell: Shell, kept: Kept, sign_in: Option<String>) -> crate::http::Answer {
    with_status(status, &KeptPage { shell, kept, sign_in })
}

fn titled(mut shell: Shell, key: &str) -> Shell {
    shell.title = shell.t(key).to_owned();
    shell
}
