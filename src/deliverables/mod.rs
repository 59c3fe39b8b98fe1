//! Deliverables: the contribution of each observatory to a release, from planned to verified.
//!
//! *Invariants.* One deliverable per release and observatory. Its day is derived from the release in the calendar of
//! its territory; a day set by hand is stored separately and survives every derivation. The lifecycle is the table in
//! `model.rs`: a blocked deliverable returns to its former state, or to submitted if its last step was done meanwhile;
//! a missing chapter returns to its former state until its release is out (ADR 38); verified and waived are final. A submission brings a text, by its address or as a file. Submissions and the
//! review's answers are append-only; until the answer the observatory may take a submission back.
//!
//! *Who may.* The observatory starts, submits, takes back, blocks and declares the address, or the secretariat on its behalf; only
//! the secretariat reviews, waives and leaves out; only the service records results of checks on the portal. A deliverable of
//! another observatory is not found, unless that one accepted to read it as a peer, or the network shares what is accepted.
//! See `policy.rs`.
//!
//! *Mails.* Handed in, to the secretariat; approved or sent back, to referent and deputy (`mail.rs`); a missing chapter, and one
//! that is awaited again, to the manager too (`mail/chapters.rs`).
//!
//! *Neighbours.* `releases` plans and re-derives them, `reviews` sends them back and accepts them, `tasks` reports finished
//! steps and takes submissions back, `portal` its results. This slice calls none of these. The page of a deliverable is in `overview`, because it shows them all.

pub mod api;
pub mod due;
mod labels;
pub mod mail;
pub mod model;
pub mod order;
pub mod policy;
pub mod service;
mod store;
pub mod verb;
pub mod view;
pub mod web;
