//! The closed list of the slices.
//!
//! Every slice that changes data must be in it: a use case records its action with a verb, and a verb belongs to a
//! slice of this list. `slices.rs` does not compile until it states the contributions of each of them.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// A slice that changes data, or contributes to pages of others. Its name is the first part of an action in the
    /// audit trail, so it is never changed.
    Slice {
        Auth = "auth",
        Network = "network",
        Designations = "designations",
        Catalogue = "catalogue",
        Tasks = "tasks",
        Deliverables = "deliverables",
        /// Rounds, remarks and peer readings of deliverables.
        Reviews = "reviews",
        Releases = "releases",
        /// Proposals and editions of the agenda.
        Agenda = "agenda",
        Meetings = "meetings",
        /// Access of some people to products before their release.
        EarlyAccess = "early_access",
        Portal = "portal",
        /// The outbox and its desk.
        Mail = "mail",
        Reminders = "reminders",
    }
}

impl Slice {
    /// Returns the slice of an action in the audit trail: `designations` for `designations.end`.
    pub fn of_action(action: &str) -> Option<Self> {
        let (name, _) = action.split_once('.')?;
        Self::ALL.iter().copied().find(|slice| slice.as_str() == name)
    }
}
