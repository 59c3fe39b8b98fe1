//! Permissions on pages that combine several slices. Pure; `tests/it/authz_matrix.rs` prints them as a golden matrix.

use crate::auth::actor::Actor;

/// Actions on these pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// See vacancies and risks of the whole network.
    ViewRadar,
    /// See overdue and due work, and failures of the service: the Monday page.
    ViewMonday,
    /// Read the dossiers of the own seats.
    ViewDossiers,
}

impl Action {
    pub const ALL: &'static [Self] = &[Self::ViewRadar, Self::ViewMonday, Self::ViewDossiers];
}

/// Decides permissions.
pub fn may(actor: &Actor, action: Action) -> bool {
    match action {
        Action::ViewRadar => actor.is_ourselves() || actor.sees_the_whole(),
        Action::ViewMonday => actor.is_ourselves() || actor.is_secretariat(),
        Action::ViewDossiers => actor.is_participant(),
    }
}
