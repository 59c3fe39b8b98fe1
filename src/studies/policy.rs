//! Permissions on studies. Pure; `tests/it/authz_matrix.rs` prints them as a golden matrix.

use crate::auth::actor::Actor;
use entity::ids::ObservatoryId;
use entity::kinds::SeatKind;

/// Actions on a study of an observatory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    View,
    Declare,
    Edit,
    Withdraw,
}

impl Action {
    pub const ALL: &'static [Self] = &[Self::View, Self::Declare, Self::Edit, Self::Withdraw];
}

/// Decides permissions. An observatory decides about its own studies; the secretariat enters them on its behalf (rule 7 of
/// the domain).
pub fn may(actor: &Actor, action: Action, observatory: ObservatoryId) -> bool {
    match action {
        Action::View => actor.is_ourselves() || actor.is_colleague(),
        Action::Declare | Action::Edit | Action::Withdraw => {
            actor.is_ourselves() || (actor.may_write() && (actor.works_for(observatory) || actor.is_secretariat()))
        }
    }
}

/// Tells whether the policy permits the actor this action on at least one study.
pub fn may_ever(actor: &Actor, action: Action) -> bool {
    match action {
        Action::View => actor.is_ourselves() || actor.is_colleague(),
        Action::Declare | Action::Edit | Action::Withdraw => {
            let works = actor.holds(SeatKind::Referent) || actor.holds(SeatKind::Deputy);
            actor.is_ourselves() || (actor.may_write() && (works || actor.is_secretariat()))
        }
    }
}
