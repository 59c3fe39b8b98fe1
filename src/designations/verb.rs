//! Verbs of the designations in the audit trail.

use crate::audit;
use crate::slice::Slice;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Verbs of the designations in the audit trail.
    Verb {
        Designate = "designate",
        End = "end",
        Correct = "correct",
        Annul = "annul",
        DeclareUnavailable = "declare_unavailable",
        WithdrawUnavailability = "withdraw_unavailability",
        RequestDesignation = "request_designation",
        KeepDocument = "keep_document",
        HandOver = "hand_over",
    }
}

impl audit::Verb for Verb {
    const SLICE: Slice = Slice::Designations;
    const ALL: &'static [Self] = Self::ALL;

    fn name(self) -> &'static str {
        self.as_str()
    }
}
