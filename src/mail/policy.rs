//! Permissions to see and control the outbox. Pure; `tests/it/authz_matrix.rs` prints them as a golden matrix.

use crate::auth::actor::Actor;

/// Actions on the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read the mails and their states.
    View,
    /// Send again, withdraw, pause and resume.
    Steer,
}

impl Action {
    pub const ALL: &'static [Self] = &[Self::View, Self::Steer];
}

/// Decides permissions on all mails.
pub fn may(actor: &Actor, action: Action) -> bool {
    let runs_the_mail = actor.is_ourselves() || actor.is_secretariat();
    match action {
        Action::View => runs_the_mail,
        Action::Steer => runs_the_mail && actor.may_write(),
    }
}
