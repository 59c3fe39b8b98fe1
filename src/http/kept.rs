//! Forms whose sign-in has ended: gives what was typed back to its sender instead of losing it (WCAG 2.2.5, ADR 14).
//!
//! The answer to such a form is a page that carries everything typed in hidden fields. The service keeps nothing: it does
//! not know yet who is asking, and the sender's own browser is the one place that nobody else can read. The page stays
//! open; its reader signs in beside it and presses *resume*, which posts the fields to the form's address again with the
//! field [`RESUME`]. That shows the form filled in and does nothing else (`form::answer`), so it needs no token.

use crate::auth::local_path::LocalPath;
use crate::error::{Code, Error};
use crate::http::page::{Shell, see_other, with_status};
use crate::http::{codes, csrf};
use actix_web::http::header::CONTENT_TYPE;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use askama::Template;

/// The field by which a form says that it only comes back to be shown.
pub const RESUME: &str = "resume";

/// A form as it was sent; left with the request by those who read forms.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    action: String,
    /// Everything typed, without the token and without [`RESUME`].
    fields: Vec<(String, String)>,
    is_multipart: bool,
    /// The name of the file that came with it: a file cannot be given back.
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

    /// Whether its sender has typed or chosen anything: a button that only names a version is pressed again instead.
    fn holds_anything(&self) -> bool {
        self.file.is_some() || self.fields.iter().any(|(name, value)| name != "version" && !value.trim().is_empty())
    }
}

#[derive(Template)]
#[template(path = "kept.html")]
struct KeptPage {
    shell: Shell,
    kept: Kept,
    /// Where to sign in beside this page; nothing where the reader has signed in already.
    sign_in: Option<String>,
}

#[derive(Template)]
#[template(path = "expired.html")]
struct ExpiredPage {
    shell: Shell,
    back: String,
}

/// The answer to an error that concerns the reader's sign-in: the way to it, and what was typed. Nothing for other errors.
///
/// A page is led to signing in and back; so is a form of nothing but a button, back to where the button stood. Parts that
/// htmx fetches are not pages: they get the error itself.
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

/// The page on which a sign-in beside a kept form ends; `auth/web.rs` serves it.
pub const SIGNED_IN: &str = "/signed-in";

fn kept_page(status: StatusCode, shell: Shell, kept: Kept, sign_in: Option<String>) -> crate::http::Answer {
    with_status(status, &KeptPage { shell, kept, sign_in })
}

fn titled(shell: Shell, key: &str) -> Shell {
    Shell { title: shell.t(key).to_owned(), ..shell }
}
