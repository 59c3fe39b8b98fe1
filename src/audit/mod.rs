//! The trail: what happened, who did it, on whose behalf, because of which document. Append-only and chained.
//!
//! Each event carries a key-dependent hash (HMAC-SHA-256) over all its columns and the hash of the event before it. Whoever
//! alters, removes, inserts or reorders events without the key breaks the chain at a row that [`verify`](verify::verify)
//! names. The key is configuration and never stands in the database.
//!
//! What a chain alone cannot show is that its end was cut off, or that somebody who has the key rebuilt it from some row on.
//! For that its head is kept outside: in the manifest of every backup, once a day in the log and in a mail to
//! `mail.operator_address`, and wherever an operator puts the line that `raccordo audit head` prints. `raccordo audit verify
//! --anchor SEQ:HASH` holds the chain against it.
//!
//! Invariants: an event is written in the transaction of the change it tells, so neither exists without the other; use cases
//! write one after the other and the one row of `audit_head` moves only from the event before, so there are no gaps and no forks
//! on either engine; events hold ids, never names or addresses, so that nothing in the trail ever needs to be erased.

mod chain;
mod record;
pub mod trail;
mod verb;
pub mod verify;

pub use chain::{GENESIS, Head};
pub use record::{Event, record};
pub use verb::{Action, Verb};
