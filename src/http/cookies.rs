//! Cookies of the service, all technical: names, flags and lifetimes in one place.
//!
//! Over https every name has the `__Host-` prefix, so that browsers refuse a cookie set by a neighbouring host or over
//! a plain connection. Development without https cannot use the prefix, so only there the bare name is used.

use crate::http::request::Facts;
use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

/// A cookie's two names.
pub struct Name {
    plain: &'static str,
    https: &'static str,
}

/// The key of a session; see `auth/extract.rs`.
pub const SESSION: Name = Name { plain: "sid", https: "__Host-sid" };
/// Key of anonymous forms before there is a session; see `csrf.rs`.
pub const PRE_SESSION: Name = Name { plain: "pre", https: "__Host-pre" };
/// The language chosen on a page: `it` or `en`.
pub const LANGUAGE: Name = Name { plain: "lang", https: "__Host-lang" };
/// Message for the next page: kind and text key, never a text.
pub const FLASH: Name = Name { plain: "flash", https: "__Host-flash" };

impl Name {
    /// Returns the value that the browser sent.
    pub fn read(&self, request: &HttpRequest) -> Option<String> {
        request.cookie(self.of(Facts::of(request).https)).map(|cookie| cookie.value().to_owned())
    }

    /// Makes the cookie to send; without a lifetime it ends with the browser's session.
    pub fn set(&self, request: &HttpRequest, value: String, lasts: Option<Duration>) -> Cookie<'static> {
        let https = Facts::of(request).https;
        let mut cookie = Cookie::build(self.of(https), value)
            .path("/")
            .http_only(true)
            .secure(https)
            .same_site(SameSite::Lax)
            .finish();
        cookie.set_max_age(lasts);
        cookie
    }

    /// Makes the cookie that deletes this one in the browser.
    pub fn removal(&self, request: &HttpRequest) -> Cookie<'static> {
        self.set(request, String::new(), Some(Duration::ZERO))
    }

    pub(super) const fn of(&self, https: bool) -> &'static str {
        if https { self.https } else { self.plain }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::HttpMessage;
    use actix_web::test::TestRequest;

    #[test]
    fn over_https_cookies_are_bound_to_the_host_and_hidden_from_scripts() {
        let request = TestRequest::default().to_http_request();
        let facts = Facts { https: true, ..Facts::of(&request) };
        request.extensions_mut().insert(facts);
        let cookie = SESSION.set(&request, "key".into(), None).to_string();
        assert_eq!(cookie, "__Host-sid=key; HttpOnly; SameSite=Lax; Secure; Path=/");
    }

    #[test]
    fn in_development_the_prefix_that_needs_https_is_left_out() {
        let request = TestRequest::default().to_http_request();
        assert_eq!(FLASH.removal(&request).to_string(), "flash=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0");
    }
}
