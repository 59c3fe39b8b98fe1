//! Verbs of the deliverables in the audit trail.

use crate::audit::verbs;

verbs! {
    /// Verbs of the deliverables in the audit trail.
    Deliverables {
        Start = "start",
        Submit = "submit",
        Withdraw = "withdraw",
        KeepDocument = "keep_document",
        RequestChanges = "request_changes",
        Approve = "approve",
        Block = "block",
        Unblock = "unblock",
        Waive = "waive",
        Omit = "omit",
        Reinstate = "reinstate",
        Reschedule = "reschedule",
        Publish = "publish",
        Verify = "verify",
    }
}

impl Verb {
    /// Tells whether the verb reports on a deliverable and therefore answers a mail about it. Decisions of the
    /// secretariat, such as another day, and actions of the service are no answers of the party.
    const fn is_answer(self) -> bool {
        match self {
            Self::Start | Self::Submit | Self::Withdraw | Self::Block | Self::Unblock => true,
            Self::KeepDocument
            | Self::RequestChanges
            | Self::Approve
            | Self::Waive
            | Self::Omit
            | Self::Reinstate
            | Self::Reschedule
            | Self::Publish
            | Self::Verify => false,
        }
    }

    /// Returns the verbs that answer a mail.
    pub fn answers() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|verb| verb.is_answer())
    }
}
