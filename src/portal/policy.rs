//! Permission to request a check of a page of the portal. Seeing a publication and declaring its address are actions of
//! `deliverables/policy.rs`. Pure; `tests/it/authz_matrix.rs` prints it as a golden matrix.

use crate::auth::actor::Actor;

/// The actions that publications know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Have a page looked at now, without waiting for the next look of the service.
    CheckNow,
    /// Keep an answer as if it had been fetched.
    KeepAnswer,
}

impl Action {
    pub const ALL: &'static [Self] = &[Self::CheckNow, Self::KeepAnswer];
}

/// Tells whether the actor may do this about any publication. What was seen is recorded by the service, never by will (rule 10
/// of the domain).
pub fn may(actor: &Actor, action: Action) -> bool {
    match action {
        Action::CheckNow => actor.is_secretariat() && actor.may_write(),
        Action::KeepAnswer => actor.is_ourselves(),
    }
}
