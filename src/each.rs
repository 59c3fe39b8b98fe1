//! Things done one after the other, each for itself: one that fails is noted and the others go on.

use crate::db::StoreError;
use crate::error::{Error, Result};
use std::fmt;
use tracing::warn;

/// Failures told one by one; a longer list only counts.
const TOLD: usize = 5;

/// The failures of a run in which the rest went on. For operators: names and reasons, no personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    count: usize,
    told: Vec<String>,
}

impl Failures {
    /// Notes that a thing failed, in the log too. A database that is busy is no thing's own fault: the error comes back, and the
    /// run ends with it.
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

/// Nothing where nothing failed, else `; failed 2: … ; …`: the end of a job's note.
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
    fn what_failed_is_told_and_a_busy_database_is_nobodys_fault() {
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
