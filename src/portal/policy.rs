//! Permission to request a check of a page of the portal. Seeing a publication and declaring its address are actions of
//! `deliverables/policy.rs`. Pure; `tests/it/authz_matrix.rs` prints it as a golden matrix.

use crate::auth::actor::Actor;

/// Actions on publications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Request a check of a page now, before the next check of the service.
    CheckNow,
    /// Store an answer as if it had been fetched.
    KeepAnswer,
}

impl Action {
    pub const ALL: &'static [Self] = &[Self::CheckNow, Self::KeepAnswer];
}

/// Decides permissions on all publications. Only the service records the results of checks (rule 10 of the domain).
pub fn may(actor: &Actor, action: Action) -> bool {
    match action {
        Action::CheckNow => actor.is_secretariat() && actor.may_write(),
        Action::KeepAnswer => actor.is_ourselves(),
    }
}
