//! Permissions on releases. Pure; `tests/it/authz_matrix.rs` prints them as a golden matrix.

use crate::auth::actor::Actor;

/// Actions on the agenda.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    View,
    Plan,
    Improve,
    Correct,
    Confirm,
    Move,
    Cancel,
    /// Give releases at work the present steps of their product.
    RenewSteps,
    Publish,
    /// Read what keeps a release from coming out.
    ViewChecklist,
    /// Take back what was published.
    Withdraw,
}

impl Action {
    pub const ALL: &'static [Self] = &[
        Self::View,
        Self::Plan,
        Self::Improve,
        Self::Correct,
        Self::Confirm,
        Self::Move,
        Self::Cancel,
        Self::RenewSteps,
        Self::Publish,
        Self::ViewChecklist,
        Self::Withdraw,
    ];
}

/// Decides permissions. The agenda is public; the secretariat maintains it. The service publishes at the instant of a release, or
/// the secretariat once nothing keeps back one that is due.
pub fn may(actor: &Actor, action: Action) -> bool {
    match action {
        Action::View => true,
        Action::Plan
        | Action::Improve
        | Action::Correct
        | Action::Confirm
        | Action::Move
        | Action::Cancel
        | Action::RenewSteps
        | Action::Publish
        | Action::Withdraw => actor.is_ourselves() || (actor.is_secretariat() && actor.may_write()),
        Action::ViewChecklist => actor.is_ourselves() || actor.sees_the_whole(),
    }
}
