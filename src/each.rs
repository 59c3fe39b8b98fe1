//! Failures of a run over independent items, in which one failed item does not stop the others.

use crate::db::StoreError;
use crate::error::{Error, Result};
use std::fmt;
use tracing::warn;

/// Failures described one by one; beyond that they are only counted.
const TOLD: usize = 5;

/// Failures of a run that went on. For operators: names and reasons, no personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    count: usize,
    told: Vec<String>,
}

impl Failures {
    /// Notes and logs that an item failed. A busy database is not the item's fault: that error is returned, and the run
    /// ends with it.
    pub fn note(&mut self, what: impl fmt::Display, error: Error) -> Result<()> {
        if matches!(error, Error::Store(StoreError::Busy)) {
            return Err(error);
        }
        warn!(%what, %error, "one of many could not be done; the others go on");
        self.count += 1;
        if self.told.len() < TOLD {
            self.told.push(format!("{what}: {error}"));
        }
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// Writes `; failed 2: … ; …`, the end of a job's note, or an empty text if no item failed.
impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return Ok(());
        }
        write!(f, "; failed {}: {}", self.count, self.told.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_noted_and_a_busy_database_ends_the_run() {
        let mut failures = Failures::default();
        assert_eq!(failures.to_string(), "");
        for number in 1..=7 {
            failures.note(format_args!("thing {number}"), Error::NotFound).expect("its own fault");
        }
        let told = failures.to_string();
        assert!(told.starts_with("; failed 7: thing 1: not found; ") && !told.contains("thing 6"), "{told}");
        assert!(failures.note("thing", Error::Store(StoreError::Busy)).is_err());
    }
}
