//! Addresses as people type and paste them, and their stored form. Pure.

use super::message::parse_address;
use crate::letters;

/// Returns whether mail can be sent to an address: it must be one that the message builder accepts, with a dot in its
/// domain.
pub fn is_address(text: &str) -> bool {
    let has_a_dot = |domain: &str| domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
    parse_address("address", text).is_ok_and(|address| has_a_dot(address.domain()))
}

/// Returns the stored form of a typed address: without invisible characters around it, in lower case, with its domain
/// in ASCII (RFC 5891, *A-label*). A text that is not an address is only trimmed and lowered.
pub fn meant(text: &str) -> String {
    let lower = text.trim_matches(letters::is_unseen).to_lowercase();
    match lower.rsplit_once('@') {
        Some((user, domain)) if !domain.is_ascii() => {
            idna::domain_to_ascii(domain).map_or(lower.clone(), |ascii| format!("{user}@{ascii}"))
        }
        _ => lower,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_as_it_was_meant() {
        for (typed, kept) in [
            ("Ada.Rossi@Provincia.Example ", "ada.rossi@provincia.example"),
            ("\u{202a}\u{feff}ada@ente.example\u{200b}\u{202c}", "ada@ente.example"),
            ("ada@CITT\u{c0}.example", "ada@xn--citt-3na.example"),
            ("ada@citta\u{300}.example", "ada@xn--citt-3na.example"),
            ("no address", "no address"),
        ] {
            assert_eq!(meant(typed), kept);
            assert_eq!(meant(kept), kept, "what is kept stays");
        }
    }

    #[test]
    fn an_address_needs_a_dot_and_no_letter_that_a_relay_would_refuse() {
        for text in ["ada@ente.example", "a+b@x.it", "ada@xn--citt-3na.example"] {
            assert!(is_address(text), "{text}");
        }
        for text in [
            "",
            "ada",
            "ada@localhost",
            "ada@ente.",
            "ada@.ente",
            "ada@ente..it",
            "ad\u{e0}@ente.it",
            "ada@citt\u{e0}.it",
        ] {
            assert!(!is_address(text), "{text}");
        }
    }
}
