//! A one-press link as pure data.

use chrono::{DateTime, Utc};
use entity::ids::{DesignationId, PersonId, TaskId};

/// A one-press link: its task, its person and its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub task_id: TaskId,
    pub person_id: PersonId,
    /// Designation by which the person was told; the link ends with it.
    pub designation_id: DesignationId,
    pub expires_at: DateTime<Utc>,
}
