//! Permissions on sources. Pure; `tests/it/authz_matrix.rs` prints them as a golden matrix.

use crate::auth::actor::Actor;

/// Actions on sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    View,
    /// Name a new source.
    Create,
    Edit,
    /// Enter a date, or change one.
    Enter,
    /// Compare a file with the dates that are known, and take it over.
    Import,
}

impl Action {
    pub const ALL: &'static [Self] = &[Self::View, Self::Create, Self::Edit, Self::Enter, Self::Import];
}

/// Decides permissions.
pub fn may(actor: &Actor, action: Action) -> bool {
    match action {
        Action::View => actor.is_ourselves() || actor.is_colleague(),
        Action::Create | Action::Edit | Action::Enter | Action::Import => {
            actor.is_ourselves() || (actor.is_secretariat() && actor.may_write())
        }
    }
}
