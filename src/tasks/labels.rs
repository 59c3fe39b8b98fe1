//! Displayed names of the states of a task.

use crate::texts::Label;
use entity::kinds::TaskState;

impl Label for TaskState {
    fn label_key(self) -> &'static str {
        match self {
            Self::Given => "tasks.state_given",
            Self::Open => "tasks.state_open",
            Self::InProgress => "tasks.state_in_progress",
            Self::Done => "tasks.state_done",
            Self::Blocked => "tasks.state_blocked",
            Self::Refused => "tasks.state_refused",
            Self::Cancelled => "tasks.state_cancelled",
        }
    }
}
