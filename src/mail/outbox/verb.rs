//! Verbs of the outbox's desk in the audit trail.

use crate::audit;
use crate::slice::Slice;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Verbs of the outbox's desk in the audit trail.
    Verb {
        Retry = "retry",
        Cancel = "cancel",
        Pause = "pause",
        Resume = "resume",
    }
}

impl audit::Verb for Verb {
    const SLICE: Slice = Slice::Mail;
    const ALL: &'static [Self] = Self::ALL;

    fn name(self) -> &'static str {
        self.as_str()
    }
}
