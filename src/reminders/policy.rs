//! Permission to read the log of reminders. Pure; `tests/it/authz_matrix.rs` prints it as a golden matrix.

use crate::auth::actor::Actor;

/// Actions on reminders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read which reminders were sent and which were skipped.
    ViewLog,
}

impl Action {
    pub const ALL: &'static [Self] = &[Self::ViewLog];
}

/// Decides permissions.
pub fn may(actor: &Actor, action: Action) -> bool {
    match action {
        Action::ViewLog => actor.is_ourselves() || actor.is_secretariat(),
    }
}
