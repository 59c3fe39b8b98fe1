//! Verbs of the outbox's desk in the audit trail.

use crate::audit::verbs;

verbs! {
    /// Verbs of the outbox's desk in the audit trail.
    Mail {
        Retry = "retry",
        Cancel = "cancel",
        Pause = "pause",
        Resume = "resume",
    }
}
