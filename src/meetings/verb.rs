//! Verbs of the meetings in the audit trail.

use crate::audit;
use crate::slice::Slice;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Verbs of the meetings in the audit trail.
    Verb {
        RecordOutcome = "record_outcome",
        Convene = "convene",
        Move = "move",
        Cancel = "cancel",
        FollowMembers = "follow_members",
        SetParties = "set_parties",
        Invite = "invite",
        Create = "create",
        Edit = "edit",
        AddItem = "add_item",
        RemoveItem = "remove_item",
        Hold = "hold",
        Attend = "attend",
        Close = "close",
    }
}

impl audit::Verb for Verb {
    const SLICE: Slice = Slice::Meetings;
    const ALL: &'static [Self] = Self::ALL;

    fn name(self) -> &'static str {
        self.as_str()
    }
}
