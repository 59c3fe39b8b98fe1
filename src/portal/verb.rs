//! Verbs of the portal in the audit trail.

use crate::audit::verbs;

verbs! {
    /// Verbs of the portal in the audit trail.
    Portal {
        Declare = "declare",
        Check = "check",
        Look = "look",
    }
}
