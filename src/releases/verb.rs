//! Verbs of the releases in the audit trail.

use crate::audit::verbs;

verbs! {
    /// Verbs of the releases in the audit trail.
    Releases {
        Correct = "correct",
        Plan = "plan",
        Improve = "improve",
        Confirm = "confirm",
        Move = "move",
        Cancel = "cancel",
        RenewSteps = "renew_steps",
        Publish = "publish",
        Amend = "amend",
        Withdraw = "withdraw",
    }
}
