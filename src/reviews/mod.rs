//! Reviews: how a contribution is examined, round by round, and whose turn it is.
//!
//! *Invariants.* A round is the review of one submission; it is derived from the submission and never stored. A remark
//! keeps its text; the answers to it and the verdicts on them are steps, which are only added. A contribution is accepted
//! when its checklist has no blocking error: every remark is settled, and another person than the one who handed it in
//! accepts it. At most one peer reading of a contribution is open. The holder of the ball is derived from the facts, so
//! there is exactly one, and the times of all holders add up to the time elapsed (`model/turn.rs`, ADR 26).
//!
//! A remark that the edition before has left is taken over at most once. What keeps a release back is one list, read by its
//! publication, the pages and the API (`model/release.rs`, ADR 38).
//!
//! *Who may.* The secretariat writes remarks, judges the answers, asks for a peer reading, sends back and accepts; the
//! observatory answers, or the secretariat on its behalf. A peer reading is accepted, refused and delivered by the
//! observatory that was asked (`policy.rs`); the rights on remarks are those of the deliverable.
//!
//! *Mails.* A peer reading was asked, to its reader; a peer reading was delivered, to referent, deputy and secretariat
//! (`mail.rs`). Sending back and accepting are told by `deliverables`. The reminders query `due.rs`.

pub mod api;
pub mod due;
mod labels;
pub mod mail;
pub mod model;
pub mod policy;
pub mod questions;
pub mod service;
mod store;
pub mod verb;
pub mod view;
pub mod web;
