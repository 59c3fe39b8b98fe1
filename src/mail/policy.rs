//! Permissions to see and control the outbox. Pure; `tests/it/authz_matrix.rs` prints them as a golden matrix.

use crate::auth::actor::Actor;

/// The actions that the outbox knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read the mails and what became of them.
    View,
    /// Send again, settle, stop and start.
    Steer,
}

impl Action {
    pub const ALL: &'static [Self] = &[Self::View, Self::Steer];
}

/// Tells whether the actor may do this about any mail.
pub fn may(actor: &Actor, action: Action) -> bool {
    let runs_the_mail = actor.is_ourselves() || actor.is_secretariat();
    match action {
        Action::View => runs_the_mail,
        Action::Steer => runs_the_mail && actor.may_write(),
    }
}
