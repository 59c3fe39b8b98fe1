//! The only place that reads the machine's clock.
//!
//! Instants are UTC, cut to milliseconds because that is the precision of the database: a value read back equals the
//! one written.

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use std::sync::Mutex;

/// Source of the time: the machine's clock, or a clock that a test moves.
pub trait Clock: Send + Sync {
    /// Returns the present instant, UTC, in whole milliseconds.
    fn now(&self) -> DateTime<Utc>;

    /// Returns the present day in Europe/Rome, by which designations begin and end.
    fn today(&self) -> NaiveDate {
        crate::time::zone::day_of(self.now())
    }

    /// Returns whether the clock shows a chosen time. A clock that does not is compared with the times that other
    /// machines report.
    fn is_set_by_hand(&self) -> bool {
        false
    }
}

/// The clock of the machine.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the home of the wall clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(3)
    }
}

/// A clock that stands still until it is moved, for tests and for `raccordo tick --at`.
pub struct FixedClock(Mutex<DateTime<Utc>>);

impl FixedClock {
    /// Makes a clock that shows `instant`.
    pub fn at(instant: DateTime<Utc>) -> Self {
        Self(Mutex::new(instant.trunc_subsecs(3)))
    }

    /// Moves the clock to `instant`, forward or back.
    pub fn set(&self, instant: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = instant.trunc_subsecs(3);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn is_set_by_hand(&self) -> bool {
        true
    }
}
