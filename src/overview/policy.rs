//! Who may look at what several slices say together. Pure; printed as a golden matrix by `tests/it/authz_matrix.rs`.

use crate::auth::actor::Actor;

/// The actions that the overview knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// See vacancies and risks of the whole network.
    ViewRadar,
    /// See what is late, what is due and what does not work: the Monday page.
    ViewMonday,
    /// See how the jobs of the service stand.
    ViewJobs,
    /// Read the dossiers of one's own seats.
    ViewDossiers,
}

impl Action {
    pub const ALL: &'static [Self] = &[Self::ViewRadar, Self::ViewMonday, Self::ViewJobs, Self::ViewDossiers];
}

/// Tells whether the actor may do this.
pub fn may(actor: &Actor, action: Action) -> bool {
    match action {
        Action::ViewRadar => actor.is_ourselves() || actor.sees_the_whole(),
        Action::ViewMonday | Action::ViewJobs => actor.is_ourselves() || actor.is_secretariat(),
        Action::ViewDossiers => actor.is_participant(),
    }
}
