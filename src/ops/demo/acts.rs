//! Actions of the demonstration, a file per slice. Each calls real use cases as the person who would; `timeline.rs`
//! sets their times.

pub(super) mod auth;
pub(super) mod deliverables;
pub(super) mod designations;
pub(super) mod meetings;
pub(super) mod portal;
pub(super) mod releases;
pub(super) mod reviews;
pub(super) mod tasks;
