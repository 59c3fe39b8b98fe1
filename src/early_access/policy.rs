//! Permissions on early access. Pure; `tests/it/authz_matrix.rs` prints them as a golden matrix.

use crate::auth::actor::Actor;

/// Actions on early access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read the list of the standing accesses.
    View,
    /// Grant, renew or end an access.
    Keep,
    /// Read who saw which text when.
    ViewLog,
    /// See the texts that the caller's own accesses open.
    SeeTexts,
}

impl Action {
    pub const ALL: &'static [Self] = &[Self::View, Self::Keep, Self::ViewLog, Self::SeeTexts];
}

/// Decides permissions. Which texts a caller sees is decided by the caller's accesses.
pub fn may(actor: &Actor, action: Action) -> bool {
    match action {
        Action::View => true,
        Action::Keep => actor.is_ourselves() || (actor.is_secretariat() && actor.may_write()),
        Action::ViewLog => actor.is_ourselves() || actor.sees_the_whole(),
        Action::SeeTexts => actor.is_participant() && actor.may_write(),
    }
}
