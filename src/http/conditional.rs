//! Answers to conditional requests (RFC 9110 §13): a client that has the present content gets 304 instead of the
//! content.
//!
//! A strong tag identifies bytes, and compressed bytes are different ones: each coding has its own tag, which is the
//! tag of the content with the name of the coding appended (`"a1b2"`, `"a1b2-gzip"`). Handlers only know the content's
//! tag. The suffix is added to outgoing answers ([`tell_codings_apart`]) and removed from tags in requests
//! ([`content_of`]).

use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, ETAG, EntityTag, Header, HeaderMap, HeaderValue, HttpDate,
    IF_NONE_MATCH, IfModifiedSince, IfNoneMatch, LAST_MODIFIED, VARY,
};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use chrono::{DateTime, Utc};
use std::time::{Duration, SystemTime};

/// Content codings of answers, named as in `Content-Encoding`.
const CODINGS: [&str; 3] = ["br", "gzip", "deflate"];

/// Properties by which a client's copy of one content is compared with the present content.
pub struct Validators {
    /// Strong tag without quotes: equal for equal bytes only.
    pub tag: String,
    /// Instant of the last change, if known.
    pub modified: Option<DateTime<Utc>>,
}

/// Caching properties of one content.
pub struct Content {
    pub validators: Validators,
    /// Value of `Cache-Control`.
    pub cache_control: &'static str,
}

impl Content {
    /// Answers a request for the content: 304 if the client has it, otherwise the result of `full`.
    pub fn answer(
        &self,
        request: &HttpRequest,
        full: impl FnOnce(&mut HttpResponseBuilder) -> HttpResponse,
    ) -> HttpResponse {
        let held = self.validators.held_by(request);
        let mut answer = if held.is_some() { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        answer
            .insert_header((CACHE_CONTROL, self.cache_control))
            .insert_header((VARY, HeaderValue::from_static("Accept-Encoding")))
            .insert_header((ETAG, self.validators.header(held.as_deref())));
        if let Some(modified) = self.validators.modified {
            answer.insert_header((LAST_MODIFIED, http_date(modified)));
        }
        if held.is_some() { answer.finish() } else { full(&mut answer) }
    }
}

impl Validators {
    /// Returns the value of `ETag`: the tag that the client holds, or the tag of the content.
    pub(super) fn header(&self, held: Option<&str>) -> HeaderValue {
        let tag = EntityTag::new_strong(held.unwrap_or(&self.tag).to_owned());
        HeaderValue::from_str(&tag.to_string()).unwrap_or_else(|error| unreachable!("a tag is ASCII: {error}"))
    }

    /// Reads the instant of a `Last-Modified` header.
    pub(super) fn instant_of(header: &HeaderValue) -> Option<DateTime<Utc>> {
        let date: HttpDate = header.to_str().ok()?.parse().ok()?;
        Some(SystemTime::from(date).into())
    }

    /// Returns the tag under which the client has the content; `None` if it needs the content. Tags are compared
    /// weakly; the date counts only if the request names no tag (RFC 9110 §13.1.2, §13.1.3).
    pub(super) fn held_by(&self, request: &HttpRequest) -> Option<String> {
        if request.headers().contains_key(IF_NONE_MATCH) {
            return match IfNoneMatch::parse(request).ok()? {
                IfNoneMatch::Any => Some(self.tag.clone()),
                IfNoneMatch::Items(known) => {
                    self.tags(request).find(|tag| known.iter().any(|known| known.tag() == tag))
                }
            };
        }
        let since: SystemTime = IfModifiedSince::parse(request).ok()?.0.into();
        (SystemTime::from(http_date(self.modified?)) <= since).then(|| self.tag.clone())
    }

    /// Returns the tags of the content in each coding that the client accepts, and without coding.
    fn tags(&self, request: &HttpRequest) -> impl Iterator<Item = String> {
        let coded = CODINGS.iter().filter(|coding| accepts(request, coding)).map(|coding| coded(&self.tag, coding));
        std::iter::once(self.tag.clone()).chain(coded)
    }
}

/// Cuts an instant to whole seconds, the precision of HTTP dates.
fn http_date(instant: DateTime<Utc>) -> HttpDate {
    let seconds = u64::try_from(instant.timestamp()).unwrap_or(0);
    (SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).into()
}

fn coded(tag: &str, coding: &str) -> String {
    format!("{tag}-{coding}")
}

/// Returns the tag of the content, without the suffix of a coding.
pub fn content_of(tag: &str) -> &str {
    let coded = tag.rsplit_once('-').filter(|(_, coding)| CODINGS.contains(coding));
    coded.map_or(tag, |(content, _)| content)
}

/// Appends the coding to the tag of an answer, and sets `Vary`. For the outermost layer, because only there the coding
/// is known.
pub(super) fn tell_codings_apart(headers: &mut HeaderMap) {
    let Some(coding) = headers.get(CONTENT_ENCODING).cloned() else { return };
    // The compressing layer appends a value to the one that is there.
    let own = headers.get_all(VARY).find(|value| *value != "accept-encoding").cloned();
    headers.insert(VARY, own.unwrap_or(HeaderValue::from_static("Accept-Encoding")));
    let tag = headers.get(ETAG).and_then(|tag| tag.to_str().ok()).and_then(|tag| tag.parse::<EntityTag>().ok());
    let (Some(tag), Ok(coding)) = (tag, coding.to_str()) else { return };
    let tag = EntityTag::new(tag.weak, coded(tag.tag(), coding));
    if let Ok(tag) = HeaderValue::from_str(&tag.to_string()) {
        headers.insert(ETAG, tag);
    }
}

/// Returns whether the client accepts a coding: `Accept-Encoding` names it without `;q=0`.
pub fn accepts(request: &HttpRequest, coding: &str) -> bool {
    let list = request.headers().get(ACCEPT_ENCODING).and_then(|list| list.to_str().ok()).unwrap_or_default();
    list.split(',').any(|item| {
        let (name, weight) = item.split_once(';').unwrap_or((item, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0));
        name.trim().eq_ignore_ascii_case(coding) && weight > 0.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::StatusCode;
    use actix_web::test::TestRequest;

    fn content() -> Content {
        let modified = "2027-01-11T08:00:00.900Z".parse().ok();
        Content { validators: Validators { tag: "a1".to_owned(), modified }, cache_control: "no-cache" }
    }

    fn ask(headers: &[(&str, &str)]) -> HttpResponse {
        let request = headers.iter().fold(TestRequest::default(), |request, header| request.insert_header(*header));
        content().answer(&request.to_http_request(), |answer| answer.body("x"))
    }

    #[test]
    fn only_a_client_with_the_present_content_gets_304() {
        for (headers, status, tag) in [
            (&[][..], 200, "\"a1\""),
            (&[("if-none-match", "\"a1\"")], 304, "\"a1\""),
            (&[("if-none-match", "W/\"a1\"")], 304, "\"a1\""),
            (&[("if-none-match", "\"b2\", W/\"a1\"")], 304, "\"a1\""),
            (&[("if-none-match", "*")], 304, "\"a1\""),
            (&[("if-none-match", "\"b2\"")], 200, "\"a1\""),
            (&[("if-none-match", "a1")], 200, "\"a1\""),
            (&[("if-none-match", "\"a1-gzip\"")], 200, "\"a1\""),
            (&[("if-none-match", "\"a1-gzip\""), ("accept-encoding", "gzip;q=0, br")], 200, "\"a1\""),
            (&[("if-none-match", "\"a1-gzip\""), ("accept-encoding", "br, gzip;q=0.5")], 304, "\"a1-gzip\""),
            (&[("if-modified-since", "Mon, 11 Jan 2027 08:00:00 GMT")], 304, "\"a1\""),
            (&[("if-modified-since", "Mon, 11 Jan 2027 07:59:59 GMT")], 200, "\"a1\""),
            (&[("if-modified-since", "yesterday")], 200, "\"a1\""),
            (&[("if-modified-since", "Mon, 11 Jan 2027 08:00:00 GMT"), ("if-none-match", "\"b2\"")], 200, "\"a1\""),
        ] {
            let answer = ask(headers);
            assert_eq!(answer.status(), StatusCode::from_u16(status).expect("a status"), "{headers:?}");
            assert_eq!(answer.headers().get(ETAG).expect("a tag"), tag, "{headers:?}");
            assert_eq!(answer.headers().get(VARY).expect("what it depends on"), "Accept-Encoding", "{headers:?}");
            assert_eq!(answer.headers().get(LAST_MODIFIED).expect("a day"), "Mon, 11 Jan 2027 08:00:00 GMT");
        }
    }

    #[test]
    fn a_coding_has_a_tag_of_its_own_that_names_the_same_content() {
        let mut headers = HeaderMap::new();
        headers.insert(ETAG, HeaderValue::from_static("\"v3\""));
        tell_codings_apart(&mut headers);
        assert_eq!(headers.get(ETAG).expect("a tag"), "\"v3\"");
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        tell_codings_apart(&mut headers);
        assert_eq!(headers.get(ETAG).expect("a tag"), "\"v3-gzip\"");
        assert_eq!(headers.get(VARY).expect("what it depends on"), "Accept-Encoding");
        assert_eq!((content_of("v3-gzip"), content_of("v3"), content_of("a-b")), ("v3", "v3", "a-b"));
    }

    #[test]
    fn a_coding_ruled_out_is_not_accepted() {
        let accepts = |list: &str, coding| {
            super::accepts(&TestRequest::default().insert_header(("accept-encoding", list)).to_http_request(), coding)
        };
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("gzip;q=0.5", "gzip"));
        assert!(!accepts("gzip;q=0, br", "gzip"));
        assert!(!accepts("x-gzip", "gzip"));
    }
}
