//! Jobs: what the service does by itself, and when.
//!
//! [`schedule`] is the one page that lists them. Every job asks "what is due and not yet done?", so an outage heals at the next run,
//! a second run does no harm, and replicas need no leader: each planned run is taken by whoever inserts its row in `job_slot` first.
//!
//! [`runner`] takes the slot, keeps a job from overlapping itself, gives it a deadline, survives its panic and writes `job_status`.
//! [`ticker`] only says when: UTC, at most a dozen entries, nothing kept in it. [`status`] reads how the jobs stand; [`web`] and
//! [`api`] show it to the secretariat.

pub mod api;
mod housekeeping;
mod mail;
mod outbox_sweep;
mod retention;
pub mod runner;
pub mod schedule;
pub mod status;
pub mod ticker;
pub mod web;
pub mod words;

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many things were done; nought is a good answer.
    pub done: u64,
    /// For operators; no personal data.
    pub note: String,
}

impl Report {
    pub fn new(done: u64, note: impl Into<String>) -> Self {
        Self { done, note: note.into() }
    }
}
