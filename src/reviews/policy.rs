//! Rights on peer readings. Pure; printed as a golden matrix by `tests/it/authz_matrix.rs`. The rights on remarks are those
//! of the deliverable.

use crate::auth::actor::{Actor, HeldSeat};
use entity::ids::{BodyId, ObservatoryId};
use uuid::Uuid;

/// Readings that a list may show: those by the observatories for which the caller works, and of what these or the caller's
/// bodies owe.
pub use crate::deliverables::policy::{Visibility, visibility};

/// Actions on a peer reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    View,
    /// Accept or refuse it.
    Answer,
    /// Deliver remarks, or that there are none.
    Deliver,
    /// Do without it.
    Withdraw,
}

impl Action {
    pub const ALL: &'static [Self] = &[Self::View, Self::Answer, Self::Deliver, Self::Withdraw];
}

/// The observatory that reads, and the owner of what it reads.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    pub reader: ObservatoryId,
    pub observatory: ObservatoryId,
    pub body: BodyId,
}

/// Returns whether the actor may.
///
/// The reader answers and delivers, or the secretariat on its behalf (rule 7 of the domain); the author sees who reads.
pub fn may(actor: &Actor, action: Action, subject: Subject) -> bool {
    if actor.is_ourselves() {
        return true;
    }
    let is_reader = actor.works_for(subject.reader);
    match action {
        Action::View => {
            is_reader || actor.sees_the_whole() || actor.works_for(subject.observatory) || actor.manages(subject.body)
        }
        Action::Answer | Action::Deliver => actor.may_write() && (is_reader || actor.is_secretariat()),
        Action::Withdraw => actor.may_write() && actor.is_secretariat(),
    }
}

/// Tells whether the policy permits the actor this action on at least one reading.
pub fn may_ever(actor: &Actor, action: Action) -> bool {
    let own = |held: &HeldSeat| {
        let observatory = held.observatory_id.unwrap_or(ObservatoryId(Uuid::nil()));
        Subject { reader: observatory, observatory, body: held.body_id }
    };
    actor.is_ourselves() || actor.seats.iter().any(|held| may(actor, action, own(held)))
}
