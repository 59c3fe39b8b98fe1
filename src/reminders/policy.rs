//! Permissions on reminders. Pure; `tests/it/authz_matrix.rs` prints it as a golden matrix.

use crate::auth::actor::Actor;

/// Actions on reminders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read which reminders were sent and which were skipped.
    ViewLog,
    /// Remind the holder of a seat of one obligation, now.
    Urge,
}

impl Action {
    pub const ALL: &'static [Self] = &[Self::ViewLog, Self::Urge];
}

/// Decides permissions.
pub fn may(actor: &Actor, action: Action) -> bool {
    match action {
        Action::ViewLog => actor.is_ourselves() || actor.is_secretariat(),
        Action::Urge => actor.is_secretariat() && actor.may_write(),
    }
}
