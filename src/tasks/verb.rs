//! Verbs of the tasks in the audit trail.

use crate::audit::verbs;

verbs! {
    /// Verbs of the tasks in the audit trail.
    Tasks {
        Create = "create",
        Give = "give",
        Edit = "edit",
        Wait = "wait",
        CreateTemplate = "create_template",
        EditTemplate = "edit_template",
        RetireTemplate = "retire_template",
        RestoreTemplate = "restore_template",
        Accept = "accept",
        Refuse = "refuse",
        Insist = "insist",
        HandOn = "hand_on",
        DeclareLate = "declare_late",
        ProposeDay = "propose_day",
        AcceptDay = "accept_day",
        DeclineDay = "decline_day",
        WithdrawDay = "withdraw_day",
        Settle = "settle",
        Start = "start",
        Complete = "complete",
        Reopen = "reopen",
        Block = "block",
        Unblock = "unblock",
        Cancel = "cancel",
        Reschedule = "reschedule",
    }
}

impl Verb {
    /// Tells whether the verb reports on a task and therefore answers a mail about it. Decisions of the secretariat,
    /// such as another day, and actions of the service are no answers of the party.
    const fn is_answer(self) -> bool {
        match self {
            Self::Accept
            | Self::Refuse
            | Self::DeclareLate
            | Self::ProposeDay
            | Self::WithdrawDay
            | Self::Start
            | Self::Complete
            | Self::Reopen
            | Self::Block
            | Self::Unblock => true,
            Self::Create
            | Self::Give
            | Self::Edit
            | Self::Wait
            | Self::CreateTemplate
            | Self::EditTemplate
            | Self::RetireTemplate
            | Self::RestoreTemplate
            | Self::AcceptDay
            | Self::DeclineDay
            | Self::Insist
            | Self::HandOn
            | Self::Settle
            | Self::Cancel
            | Self::Reschedule => false,
        }
    }

    /// Returns the verbs that answer a mail.
    pub fn answers() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|verb| verb.is_answer())
    }
}
