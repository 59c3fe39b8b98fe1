//! Verbs of the releases in the audit trail.

use crate::audit;
use crate::slice::Slice;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Verbs of the releases in the audit trail.
    Verb {
        Correct = "correct",
        Plan = "plan",
        Improve = "improve",
        Confirm = "confirm",
        Move = "move",
        Cancel = "cancel",
        Publish = "publish",
    }
}

impl audit::Verb for Verb {
    const SLICE: Slice = Slice::Releases;
    const ALL: &'static [Self] = Self::ALL;

    fn name(self) -> &'static str {
        self.as_str()
    }
}
