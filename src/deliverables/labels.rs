//! Displayed names of the states of a deliverable.

use crate::texts::Label;
use entity::kinds::DeliverableState;

impl Label for DeliverableState {
    fn label_key(self) -> &'static str {
        match self {
            Self::Planned => "deliverables.state_planned",
            Self::InProgress => "deliverables.state_in_progress",
            Self::Submitted => "deliverables.state_submitted",
            Self::ChangesRequested => "deliverables.state_changes_requested",
            Self::Approved => "deliverables.state_approved",
            Self::Published => "deliverables.state_published",
            Self::Verified => "deliverables.state_verified",
            Self::Blocked => "deliverables.state_blocked",
            Self::Waived => "deliverables.state_waived",
            Self::Missing => "deliverables.state_missing",
        }
    }
}
