//! The mail log: the mails of the outbox as the secretariat sees and steers them. It shows who was told what and when, sends a mail
//! again, withdraws it, holds all mails back.
//!
//! *Rows and use cases* are the outbox's (`mail/outbox/desk.rs`); this slice has the pages and the operations.
//!
//! *Who may.* The secretariat.
//!
//! *Keys in mails.* A mail may hold a link by which its recipient signs in or answers with one press. The reader of the log is not
//! that recipient, so in production the log blots out long random marks and does not hand over the raw message. In development
//! the log is the mailbox and shows everything.

pub mod api;
mod labels;
pub mod web;
mod words;
