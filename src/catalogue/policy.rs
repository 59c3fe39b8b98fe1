//! Permissions on the catalogue. Pure; `tests/it/authz_matrix.rs` prints them as a golden matrix.

use crate::auth::actor::Actor;

/// Actions on the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    View,
    Create,
    Edit,
    /// Retire a product, or take it into use again.
    Retire,
    ChangeSteps,
    /// Publish a version of the methodology sheet.
    PublishSheet,
}

impl Action {
    pub const ALL: &'static [Self] =
        &[Self::View, Self::Create, Self::Edit, Self::Retire, Self::ChangeSteps, Self::PublishSheet];
}

/// Decides permissions. The catalogue is public; the secretariat maintains it.
pub fn may(actor: &Actor, action: Action) -> bool {
    match action {
        Action::View => true,
        Action::Create | Action::Edit | Action::Retire | Action::ChangeSteps | Action::PublishSheet => {
            actor.is_ourselves() || (actor.is_secretariat() && actor.may_write())
        }
    }
}
