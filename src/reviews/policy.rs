//! Rights on peer readings. Pure; printed as a golden matrix by `tests/it/authz_matrix.rs`. The rights on remarks are those
//! of the deliverable.

use crate::auth::actor::{Actor, HeldSeat};
use entity::ids::{BodyId, ObservatoryId};
use entity::kinds::SeatKind;
use uuid::Uuid;

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

/// Readings that a list may show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visibility {
    Everything,
    /// Readings by the observatories for which the caller works, and of what they or the caller's bodies owe.
    Own {
        observatories: Vec<ObservatoryId>,
        bodies: Vec<BodyId>,
    },
}

/// Returns the readings that the actor sees; `None` for an actor who neither works for an observatory nor manages a body.
pub fn visibility(actor: &Actor) -> Option<Visibility> {
    if actor.is_ourselves() || actor.sees_the_whole() {
        return Some(Visibility::Everything);
    }
    let works = |kind| matches!(kind, SeatKind::Referent | SeatKind::Deputy);
    let observatories: Vec<ObservatoryId> =
        actor.seats.iter().filter(|seat| works(seat.kind)).filter_map(|seat| seat.observatory_id).collect();
    let bodies: Vec<BodyId> =
        actor.seats.iter().filter(|seat| seat.kind == SeatKind::BodyManager).map(|seat| seat.body_id).collect();
    let has_none = observatories.is_empty() && bodies.is_empty();
    (!has_none).then_some(Visibility::Own { observatories, bodies })
}
