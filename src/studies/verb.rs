//! Verbs of the studies in the audit trail.

use crate::audit::verbs;

verbs! {
    /// Verbs of the studies in the audit trail.
    Studies {
        Declare = "declare",
        Edit = "edit",
        Withdraw = "withdraw",
    }
}
