//! Jobs: background work at planned times.
//!
//! [`schedule`] lists them. Every job queries what is due and not done yet, so that an outage is made up by the next
//! run, a second run does no harm, and replicas need no leader: each planned run belongs to the replica that inserts
//! its row in `job_slot` first.
//!
//! [`runner`] takes the slot, keeps a job from overlapping itself, sets a deadline, survives its panic and writes
//! `job_status`. [`ticker`] only starts runs: UTC, at most a dozen entries, no state. [`status`] is shown by pages and
//! the API.

mod housekeeping;
pub mod mail;
mod outbox_sweep;
mod retention;
pub mod runner;
pub mod schedule;
pub mod status;
pub mod ticker;

/// Result of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Number of things done; zero is a good result.
    pub done: u64,
    /// For operators; no personal data.
    pub note: String,
}

impl Report {
    pub fn new(done: u64, note: impl Into<String>) -> Self {
        Self { done, note: note.into() }
    }
}
