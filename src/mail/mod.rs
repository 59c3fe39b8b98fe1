//! Mail: built purely, promised in a transaction, sent by a dispatcher.

pub mod content;
pub mod outbox;

/// Whether a text is an e-mail address as RFC 5321 §4.1.2 writes it.
pub fn is_address(text: &str) -> bool {
    text.parse::<lettre::Address>().is_ok()
}
