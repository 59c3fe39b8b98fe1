//! Permissions on pages that combine several slices. Pure; `tests/it/authz_matrix.rs` prints them as a golden matrix.

use crate::auth::actor::Actor;

/// The actions that the overview knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// See vacancies and risks of the whole network.
    ViewRadar,
    /// See what is late, what is due and what does not work: the Monday page.
    ViewMonday,
    /// Read the dossiers of one's own seats.
    ViewDossiers,
}

impl Action {
    pub const ALL: &'static [Self] = &[Self::ViewRadar, Self::ViewMonday, Self::ViewDossiers];
}

/// Tells whether the actor may do this.
pub fn may(actor: &Actor, action: Action) -> bool {
    match action {
        Action::ViewRadar => actor.is_ourselves() || actor.sees_the_whole(),
        Action::ViewMonday => actor.is_ourselves() || actor.is_secretariat(),
        Action::ViewDossiers => actor.is_participant(),
    }
}
