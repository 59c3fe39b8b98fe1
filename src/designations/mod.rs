//! The register of designations: holders of seats, with the act, the term, and the time at which the service knew of
//! it.
//!
//! *Invariants.* A referent's seat and a body manager's have at most one holder on any day. History is append-only: an
//! end, a correction or an annulment is a new record that supersedes the previous one, and only `superseded_at` is ever
//! set on an existing record. The standing (announced, in force, ended) is derived from days, never stored. Every
//! permission in the service is derived from this register at the instant of the request.
//!
//! *Permissions.* The secretariat enters designations for any body and records the channel of the communication; a
//! body's manager enters them for the body's own seats. Participants of other bodies find name and office address of the
//! referents, deputies and managers; see `policy.rs`.
//!
//! *Mails.* Registered, welcome, ending soon, ended, farewell, designation requested; see `mail.rs`. When a designation
//! ends, the unsent mails, sessions, links and tokens of the former holder end in the same transaction, and the
//! farewell is the last mail to that address. An unsent mail is checked again before it is sent, and dropped if the
//! register no longer confirms it.
//!
//! *Rejected.* A mutable row with a history table beside it, because the two would drift apart. Exclusion constraints
//! of `PostgreSQL`, because `SQLite` has none and use cases write one after the other on both engines (ADR 10).

pub mod api;
mod labels;
pub mod mail;
pub mod model;
pub mod policy;
pub mod questions;
pub mod risks;
pub mod seats;
pub mod service;
pub mod silence;
mod store;
pub mod verb;
pub mod view;
pub mod web;
pub mod words;
