//! Verbs of the early access in the audit trail.

use crate::audit::verbs;

verbs! {
    /// Verbs of the early access in the audit trail.
    EarlyAccess {
        Grant = "grant",
        Renew = "renew",
        End = "end",
        View = "view",
    }
}
