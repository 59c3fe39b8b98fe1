//! Headers of every answer.

use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY};

/// The headers of every answer, made once.
pub struct StandardHeaders(Vec<(HeaderName, HeaderValue)>);

/// Content policy of pages: no resources from elsewhere, no inline scripts, no frames.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Headers of answers whose handler has not set them.
const UNLESS_SAID: [(HeaderName, &str); 2] = [
    (CACHE_CONTROL, "no-store"),
    // Not `no-referrer`, because browsers then send `Origin: null` with forms of this site.
    (REFERRER_POLICY, "same-origin"),
];

impl StandardHeaders {
    /// Makes the headers of a site reached by https or http.
    pub fn new(https: bool) -> Self {
        let mut headers = vec![
            ("content-security-policy", CONTENT_SECURITY_POLICY),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ];
        if https {
            headers.push(("strict-transport-security", "max-age=63072000"));
        }
        Self(
            headers
                .into_iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
                .collect(),
        )
    }

    /// Sets all of them, and those of [`UNLESS_SAID`] that the handler has not set. A page with a key in its address
    /// sets a stricter referrer policy; a file with a hash in its name may be cached for a year.
    pub(super) fn set(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.0 {
            headers.insert(name.clone(), value.clone());
        }
        for (name, value) in UNLESS_SAID {
            if !headers.contains_key(&name) {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_site_does_not_demand_https_and_a_secure_one_does() {
        let demands = |https| StandardHeaders::new(https).0.iter().any(|(name, _)| name == "strict-transport-security");
        assert!(demands(true) && !demands(false));
    }

    #[test]
    fn the_policy_allows_nothing_inline() {
        assert!(!CONTENT_SECURITY_POLICY.contains("unsafe"));
        assert!(CONTENT_SECURITY_POLICY.contains("frame-ancestors 'none'"));
    }
}
