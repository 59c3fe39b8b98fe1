//! Mail: built purely, promised in a transaction, sent by a dispatcher.

pub mod message;
pub mod transport;

/// Whether a text is an address that mail can be written to: what the message builder accepts, no more and no less.
pub fn is_address(text: &str) -> bool {
    message::parse_address("address", text).is_ok()
}
