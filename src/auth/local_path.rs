//! Paths of this site for `next` and `back`, checked so that they cannot become an open redirect.

/// Longest path accepted, in bytes; a longer one becomes the home page.
const MAX_PATH: usize = 500;

/// A path on this site with its query, which a browser cannot read as an address of another site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPath(String);

impl LocalPath {
    /// Takes a path of this site; anything else becomes the home page.
    ///
    /// Browsers drop tabs and line breaks and read `\` as `/`, so `/\evil.example` and `/<TAB>/evil.example` lead to
    /// another site although they begin with a single slash (URL Standard §4.4). Only visible ASCII without `\` is
    /// accepted.
    pub fn or_home(text: &str) -> Self {
        let ours = text.starts_with('/')
            && !text.starts_with("//")
            && text.len() <= MAX_PATH
            && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        Self(if ours { text.to_owned() } else { "/".to_owned() })
    }

    /// Returns the page to show after signing in, which is never a page of signing in or out.
    pub fn after_sign_in(text: &str) -> Self {
        let path = Self::or_home(text);
        if path.0.starts_with("/sign-") { Self("/".to_owned()) } else { path }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_home(&self) -> bool {
        self.0 == "/"
    }

    /// Returns `next=…`, encoded for a query.
    pub fn as_query(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).append_pair("next", &self.0).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_path_keeps_its_query() {
        for path in ["/", "/designations?state=vacant&lang=it", "/releases/2027-1#dates"] {
            assert_eq!(LocalPath::or_home(path).as_str(), path);
        }
    }

    #[test]
    fn an_address_that_leads_to_another_site_becomes_the_home_page() {
        let hostile = [
            "",
            "designations",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            " /designations",
            "/a\r\nSet-Cookie: sid=x",
            "/perché",
        ];
        for text in hostile {
            assert_eq!(LocalPath::or_home(text).as_str(), "/", "{text:?}");
        }
        assert_eq!(LocalPath::or_home(&format!("/{}", "a".repeat(MAX_PATH))).as_str(), "/");
    }

    #[test]
    fn every_kept_path_stays_on_the_site_by_the_rules_of_the_url_standard() {
        let site = url::Url::parse("https://raccordo.example/sign-in").expect("an address");
        for text in
            ["/a", "/a//b", "/..//evil.example", "/%2f/evil.example", "/.//evil.example", "/@evil.example", "/:80"]
        {
            let target = site.join(LocalPath::or_home(text).as_str()).expect("a path");
            assert_eq!(target.origin(), site.origin(), "{text:?}");
        }
    }

    #[test]
    fn signing_in_never_returns_to_the_sign_in_pages() {
        assert_eq!(LocalPath::after_sign_in("/sign-in/sent").as_str(), "/");
        assert_eq!(LocalPath::after_sign_in("/me").as_str(), "/me");
    }

    #[test]
    fn the_query_form_survives_being_read_again() {
        let path = LocalPath::or_home("/designations?body=a&from=2027-01-01");
        let query = path.as_query();
        let read: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        assert_eq!(read, [("next".to_owned(), path.as_str().to_owned())]);
    }
}
