//! Verbs of the reminders in the audit trail.

use crate::audit::verbs;

verbs! {
    /// Verbs of the reminders in the audit trail.
    Reminders {
        Urge = "urge",
    }
}
