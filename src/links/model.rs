//! A one-press link as pure data.

use chrono::{DateTime, Utc};
use entity::ids::{DesignationId, PersonId, TaskId};

/// What a link is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub task_id: TaskId,
    pub person_id: PersonId,
    /// By which designation the person was told: when it ends, so does the link.
    pub designation_id: DesignationId,
    pub expires_at: DateTime<Utc>,
}
