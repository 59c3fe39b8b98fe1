//! The audit trail: each event with its actor, the body it was done for and the document it rests on. Append-only and
//! chained.
//!
//! Each event carries a keyed hash (HMAC-SHA-256) over all its columns and over the hash of the event before it.
//! Altering, removing, inserting or reordering events without the key breaks the chain at a row that
//! [`verify`](verify::verify) names. The key is configuration and is never stored in the database.
//!
//! The chain alone does not show that its end was cut off, or that a holder of the key rebuilt it. The head of the
//! chain is therefore also kept outside the database: in the manifest of every backup, once a day in the log and in a
//! mail to `mail.operator_address`, and wherever an operator stores the line printed by `raccordo audit head`.
//! `raccordo audit verify --anchor SEQ:HASH` compares the chain with it.
//!
//! Invariants:
//! - An event is written in the transaction of the change it records, so neither exists without the other.
//! - Use cases write one after the other, and the one row of `audit_head` is only updated from the previous event, so
//!   the chain has no gaps and no forks on either engine.
//! - Events hold ids and never names or addresses, so that personal data never has to be erased from the trail.

mod chain;
mod record;
pub mod trail;
mod verb;
pub mod verify;

pub use chain::{GENESIS, Head};
pub use record::{Event, record};
pub(crate) use verb::verbs;
pub use verb::{Action, Verb};
