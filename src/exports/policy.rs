//! Permissions on exports. Pure; `tests/it/authz_matrix.rs` prints them as a golden matrix.

use crate::auth::actor::Actor;

/// Actions on lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Save a list as a table. The slice of the list decides about its rows.
    Export,
}

impl Action {
    pub const ALL: &'static [Self] = &[Self::Export];
}

/// Decides permissions: holders of seats of the network save the lists that they see.
pub fn may(actor: &Actor, action: Action) -> bool {
    match action {
        Action::Export => actor.is_ourselves() || actor.is_colleague(),
    }
}
