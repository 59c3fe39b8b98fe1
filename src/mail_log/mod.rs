//! The mail log: the secretariat's view of the outbox. It lists mails with recipient, time and state, sends a mail
//! again, withdraws it, and pauses all sending.
//!
//! *Rows and use cases* belong to the outbox (`mail/outbox/desk.rs`); this slice has the pages and the operations.
//!
//! *Who was told what* about a meeting or a release, by party, is a part of their pages (`told.rs`).
//!
//! *Permissions.* The secretariat.
//!
//! *Keys in mails.* A mail may contain a link by which its recipient signs in or answers with one press. The reader of
//! the log is not that recipient, so the log shows the words with the keys masked, as they are stored, and in production
//! it does not offer the raw message. In development the raw message replaces a mailbox.

pub mod api;
mod labels;
pub mod told;
pub mod web;
pub mod words;
