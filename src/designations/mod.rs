//! The register of designations: who holds which seat, by which act, since when, as known when.
//!
//! *Invariants.* A referent's seat and a body manager's have at most one holder on any day. History is append-only: an
//! end, a correction, an annulment is a new record that supersedes, and the only thing ever set on a record is
//! `superseded_at`. Standing (announced, in force, ended) is derived from days, never stored. Every right in the service
//! is derived from this register at the instant of the request.
//!
//! *Who may.* The secretariat enters for anybody, naming how the body told it; a body's manager for the body's own seats;
//! see `policy.rs`.
//!
//! *Mails.* Registered, welcome, ending soon, ended, farewell, designation requested; see `mail.rs`. When a
//! designation ends, pending mails, sessions, links and tokens of the former holder die in the same transaction, and the
//! farewell is the last thing sent to that address. What waits is looked at again: what the register says no more is not sent.
//!
//! *Rejected.* A mutable row with a history table beside it: two truths that drift. Exclusion constraints of
//! `PostgreSQL`: `SQLite` has none, and use cases write one after the other on both engines (ADR 10).

pub mod api;
mod labels;
pub mod mail;
pub mod model;
pub mod policy;
pub mod service;
mod store;
pub mod view;
pub mod web;
pub mod words;
