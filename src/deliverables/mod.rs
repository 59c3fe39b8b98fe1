//! Deliverables: what each observatory owes to a release, from planned to verified.
//!
//! *Invariants.* One deliverable per release and observatory. Its day derives from the release in the calendar of its
//! territory; a day set by hand is kept apart and survives every derivation. The lifecycle is the table in `model.rs`;
//! blocked returns where it was, or to submitted if its last step was done meanwhile; nothing leaves verified or waived.
//! What was handed in, and what the review answered, is append-only.
//!
//! *Who may.* The observatory starts, hands in, blocks and declares the address, or the secretariat on its behalf; only the
//! secretariat reviews and waives; only the service records what was seen on the portal. A foreign observatory's
//! deliverable is not found. See `policy.rs`.
//!
//! *Mails.* None of its own: the reminders ask `due.rs` and the tasks.
//!
//! *Neighbours.* `releases` plans and re-derives them, `tasks` reports the work of their steps, `portal` what it saw.
//! This slice calls none of these.

pub mod api;
pub mod due;
pub mod model;
pub mod policy;
pub mod service;
mod store;
pub mod verb;
pub mod view;
pub mod web;
