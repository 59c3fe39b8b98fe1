//! Verbs of the meetings in the audit trail.

use crate::audit::verbs;

verbs! {
    /// Verbs of the meetings in the audit trail.
    Meetings {
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
        EditItem = "edit_item",
        OrderItems = "order_items",
        CopyItems = "copy_items",
        RemoveItem = "remove_item",
        Hold = "hold",
        Attend = "attend",
        Close = "close",
    }
}
