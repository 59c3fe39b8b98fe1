//! Permissions on the yearly agenda. Pure; `tests/it/authz_matrix.rs` prints them as a golden matrix.

use crate::auth::actor::Actor;

/// Actions on proposals and editions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Reads an edition.
    View,
    /// Reads what the rules propose.
    Propose,
    /// Accepts lines of a proposal.
    Accept,
    /// Adopts the agenda as an edition.
    Adopt,
    /// Compares a spreadsheet with the agenda, and takes it over.
    Import,
}

impl Action {
    pub const ALL: &'static [Self] = &[Self::View, Self::Propose, Self::Accept, Self::Adopt, Self::Import];
}

/// Decides permissions. The agenda is public; the secretariat plans it.
pub fn may(actor: &Actor, action: Action) -> bool {
    match action {
        Action::View => true,
        Action::Propose => actor.is_ourselves() || actor.is_secretariat(),
        Action::Accept | Action::Adopt | Action::Import => {
            actor.is_ourselves() || (actor.is_secretariat() && actor.may_write())
        }
    }
}
