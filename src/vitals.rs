//! Signs of life of the background parts, so that a part that stops is noticed.
//!
//! A part is watched from its start and gives a sign after each round. A part without a sign for longer than its
//! patience is *silent*: `/health/ready` answers 503, the metric `raccordo_silence_seconds` grows, one line is logged,
//! and the Monday page names the part. Signs belong to one process: a replica with a stopped background is reported
//! even if another replica does its work.
//!
//! This module neither waits nor asks the database, so it answers even when everything else is blocked. [`pulse`] is
//! the part that tests writing.

pub mod pulse;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The part that commits a write to the database.
pub const WRITING: &str = "writing";
/// The dispatcher, which looks for due mails.
pub const DISPATCHER: &str = "dispatcher";
/// The outbox: due mails do leave.
pub const OUTBOX: &str = "outbox";

/// Watched parts of one process. Times come from the monotonic clock, so that setting the machine's clock makes no part
/// silent.
#[derive(Default)]
pub struct Vitals(Mutex<BTreeMap<&'static str, Part>>);

struct Part {
    last_sign: Instant,
    patience: Duration,
    /// Whether the part has reported a failure since its last sign.
    is_failing: bool,
}

impl Part {
    fn silence(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.last_sign)
    }
}

/// State of one part: the time since its last sign, and whether that exceeds its patience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign {
    /// One of the constants of this module, or the name of a job.
    pub part: &'static str,
    /// Time since the last sign, or since the part was first watched.
    pub silence: Duration,
    pub is_silent: bool,
}

impl Vitals {
    /// Watches a part from now on; it has to give a sign at least once within each `patience`.
    pub fn watch(&self, part: &'static str, patience: Duration) {
        self.watch_from(Instant::now(), part, patience);
    }

    /// Notes that a part works. Does nothing for a part that is not watched.
    pub fn beat(&self, part: &'static str) {
        self.beat_at(Instant::now(), part);
    }

    /// Notes that a part cannot work at present, which makes it silent until its next sign. Returns whether it was
    /// working before.
    pub fn fail(&self, part: &'static str) -> bool {
        self.parts().get_mut(part).is_some_and(|part| !std::mem::replace(&mut part.is_failing, true))
    }

    /// Returns every watched part, by name.
    pub fn signs(&self) -> Vec<Sign> {
        self.signs_at(Instant::now())
    }

    /// Returns the parts that have given no sign for longer than their patience, by name.
    pub fn silent(&self) -> Vec<Sign> {
        self.signs().into_iter().filter(|sign| sign.is_silent).collect()
    }

    fn watch_from(&self, now: Instant, part: &'static str, patience: Duration) {
        self.parts().insert(part, Part { last_sign: now, patience, is_failing: false });
    }

    fn beat_at(&self, now: Instant, part: &'static str) {
        if let Some(part) = self.parts().get_mut(part) {
            *part = Part { last_sign: now, patience: part.patience, is_failing: false };
        }
    }

    fn signs_at(&self, now: Instant) -> Vec<Sign> {
        let sign = |(&name, part): (&&'static str, &Part)| Sign {
            part: name,
            silence: part.silence(now),
            is_silent: part.is_failing || part.silence(now) > part.patience,
        };
        self.parts().iter().map(sign).collect()
    }

    fn parts(&self) -> MutexGuard<'_, BTreeMap<&'static str, Part>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    fn silent_at(vitals: &Vitals, now: Instant) -> Vec<&'static str> {
        vitals.signs_at(now).into_iter().filter(|sign| sign.is_silent).map(|sign| sign.part).collect()
    }

    #[test]
    fn a_part_is_silent_beyond_its_patience_until_its_next_sign() {
        let (vitals, begun) = (Vitals::default(), Instant::now());
        vitals.watch_from(begun, WRITING, PATIENCE);
        vitals.watch_from(begun, OUTBOX, 2 * PATIENCE);
        assert!(silent_at(&vitals, begun + PATIENCE).is_empty(), "at its patience and not beyond");
        let beyond = begun + PATIENCE + Duration::from_millis(1);
        assert_eq!(silent_at(&vitals, beyond), [WRITING]);
        vitals.beat_at(beyond, WRITING);
        assert!(silent_at(&vitals, beyond).is_empty());
        assert_eq!(silent_at(&vitals, beyond + 2 * PATIENCE), [OUTBOX, WRITING]);
    }

    #[test]
    fn a_part_that_fails_is_silent_at_once_and_only_a_sign_ends_it() {
        let (vitals, begun) = (Vitals::default(), Instant::now());
        vitals.watch_from(begun, WRITING, PATIENCE);
        assert!(vitals.fail(WRITING), "news");
        assert!(!vitals.fail(WRITING), "known");
        assert_eq!(silent_at(&vitals, begun), [WRITING]);
        vitals.beat_at(begun, WRITING);
        assert!(silent_at(&vitals, begun).is_empty());
    }

    #[test]
    fn a_part_that_is_not_watched_is_never_silent() {
        let vitals = Vitals::default();
        vitals.beat(DISPATCHER);
        vitals.fail(DISPATCHER);
        assert!(vitals.signs().is_empty());
    }
}
