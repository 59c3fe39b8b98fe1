//! Facts about a request, found by `edge` before anything else: small and copied, so that later layers need not read
//! the headers again.

use crate::texts::Lang;
use actix_web::http::header::{ACCEPT, ACCEPT_LANGUAGE, HeaderMap};
use actix_web::{HttpMessage, HttpRequest};
use std::net::{IpAddr, Ipv4Addr};
use uuid::Uuid;

/// The facts of one request.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Id of the request, never taken from the caller, who could otherwise write into our logs.
    pub request_id: Uuid,
    pub lang: Lang,
    /// Address of the client: the peer, or the one named by a trusted proxy.
    pub client: IpAddr,
    pub face: Face,
    /// Whether the service is reached over https; decides names and flags of cookies.
    pub https: bool,
}

/// Form in which errors are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// A program: problem+json.
    Problem,
    /// A person: a page.
    Page,
}

impl Facts {
    /// Returns the facts set by `edge`; without `edge` (a test of one handler) those of an Italian reader on this
    /// machine.
    pub fn of(request: &HttpRequest) -> Self {
        request.extensions().get::<Self>().copied().unwrap_or(Self {
            request_id: Uuid::nil(),
            lang: Lang::It,
            client: IpAddr::V4(Ipv4Addr::LOCALHOST),
            face: Face::Page,
            https: false,
        })
    }
}

/// Endings of addresses that programs read, so that a refusal is for programs too.
const FILES: [&str; 6] = ["atom", "csv", "ics", "json", "jsonld", "ttl"];

/// Returns the form of errors. Programs get problems: under `/api/`, for calendars and service checks, and if the
/// request asks for JSON by name.
pub fn face(path: &str, headers: &HeaderMap) -> Face {
    let for_programs = path.starts_with("/api/")
        || path.starts_with("/health")
        || path == "/status"
        || path.rsplit_once('.').is_some_and(|(_, ending)| FILES.contains(&ending));
    if for_programs || asks_for_json(headers) { Face::Problem } else { Face::Page }
}

fn asks_for_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    !accept.contains("text/html") && (accept.contains("application/json") || accept.contains("+json"))
}

/// Returns the language of the answer: the one chosen on a page, otherwise the browser's preference, otherwise Italian.
pub fn language(chosen: Option<&str>, headers: &HeaderMap) -> Lang {
    if let Some(code) = chosen {
        return Lang::of(code);
    }
    headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).and_then(preferred).unwrap_or_default()
}

/// Returns the best of our languages in an `Accept-Language` list (RFC 9110 §12.5.4); the first one wins among equals.
fn preferred(list: &str) -> Option<Lang> {
    let mut best: Option<(f32, Lang)> = None;
    for item in list.split(',') {
        let (range, weight) =
            item.split_once(";q=").map_or((item, 1.0), |(range, q)| (range, q.trim().parse().unwrap_or(0.0)));
        let primary = range.trim().split('-').next().unwrap_or_default();
        let Some(lang) = Lang::ALL.into_iter().find(|lang| primary.eq_ignore_ascii_case(lang.code())) else { continue };
        if weight > best.map_or(0.0, |(known, _)| known) {
            best = Some((weight, lang));
        }
    }
    best.map(|(_, lang)| lang)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        headers
    }

    #[test]
    fn the_chosen_language_wins_over_the_browser_s() {
        let english = headers(ACCEPT_LANGUAGE, "en-GB,en;q=0.9,it;q=0.8");
        assert_eq!(language(None, &english), Lang::En);
        assert_eq!(language(Some("it"), &english), Lang::It);
    }

    #[test]
    fn the_language_weight_decides_and_unknown_languages_get_italian() {
        assert_eq!(language(None, &headers(ACCEPT_LANGUAGE, "en;q=0.4, it-IT;q=0.8")), Lang::It);
        assert_eq!(language(None, &headers(ACCEPT_LANGUAGE, "de, en;q=0")), Lang::It);
        assert_eq!(language(None, &HeaderMap::new()), Lang::It);
    }

    #[test]
    fn programs_get_problems_and_people_get_pages() {
        let browser = headers(ACCEPT, "text/html,application/xhtml+xml,application/json;q=0.1");
        assert_eq!(face("/designations", &browser), Face::Page);
        assert_eq!(face("/api/v1/designations", &browser), Face::Problem);
        assert_eq!(face("/calendar.ics", &browser), Face::Problem);
        assert_eq!(face("/designations", &headers(ACCEPT, "application/json")), Face::Problem);
    }
}
