//! The closed list of the slices.
//!
//! A slice that changes something cannot stay out of it: a use case records what it did by a verb, and a verb belongs to a slice of
//! this list. `slices.rs` does not compile until it says for each of them what it contributes.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// A slice that changes something, or contributes to what others show. Its name is the first part of an action in the trail, so
    /// it is never renamed.
    Slice {
        Auth = "auth",
        Network = "network",
        Designations = "designations",
        Tasks = "tasks",
        Deliverables = "deliverables",
        Releases = "releases",
        Meetings = "meetings",
        Portal = "portal",
        /// The outbox and its desk.
        Mail = "mail",
        Reminders = "reminders",
    }
}

impl Slice {
    /// Returns the slice that an action of the trail names, `designations` of `designations.end`.
    pub fn of_action(action: &str) -> Option<Self> {
        let (name, _) = action.split_once('.')?;
        Self::ALL.iter().copied().find(|slice| slice.as_str() == name)
    }
}
