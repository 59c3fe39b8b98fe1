//! Verbs of the designations in the audit trail.

use crate::audit::verbs;

verbs! {
    /// Verbs of the designations in the audit trail.
    Designations {
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
