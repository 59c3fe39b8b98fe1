//! Mail: built purely, promised in a transaction, sent by a dispatcher.
//!
//! A mail is a consequence in the database before it is a message on the wire. A use case calls [`outbox::enqueue`] in its
//! own transaction; the row holds the final bytes and the Message-ID, so that whatever happens later, every attempt sends
//! the same message and a twin can be recognised. After the commit the [`dispatcher`] takes the row under a lease, hands it to
//! the [`transport`], and writes down which of three things came of it: sent (our relay has it), not sent (it certainly has not),
//! unknown (the connection broke when it might have had it).
//!
//! Invariants: nothing promised is lost, for a row is only left as sent, cancelled, expired or dead, each visible; nothing
//! stale is sent, for a mail with an end is never begun after it; one recipient per mail; no address ever in a log line.
//!
//! [`content`] is what a slice says; [`message`] makes the bytes.

pub mod content;
pub mod dispatcher;
pub mod message;
pub mod outbox;
pub mod transport;

/// Whether a text is an e-mail address as RFC 5321 §4.1.2 writes it.
pub fn is_address(text: &str) -> bool {
    text.parse::<lettre::Address>().is_ok()
}
