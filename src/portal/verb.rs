//! Verbs of the portal in the audit trail.

use crate::audit;
use crate::slice::Slice;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Verbs of the portal in the audit trail.
    Verb {
        Declare = "declare",
        Check = "check",
        Look = "look",
    }
}

impl audit::Verb for Verb {
    const SLICE: Slice = Slice::Portal;
    const ALL: &'static [Self] = Self::ALL;

    fn name(self) -> &'static str {
        self.as_str()
    }
}
