//! Permissions on the background jobs. Pure; `tests/it/authz_matrix.rs` prints them as a golden matrix.

use crate::auth::actor::Actor;

/// Actions on the jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read the state of the jobs.
    View,
}

impl Action {
    pub const ALL: &'static [Self] = &[Self::View];
}

/// Returns whether the actor may.
pub fn may(actor: &Actor, action: Action) -> bool {
    match action {
        Action::View => actor.is_ourselves() || actor.is_secretariat(),
    }
}
