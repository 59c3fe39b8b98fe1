//! Rights on deliverables. Pure; printed as a golden matrix by `tests/it/authz_matrix.rs`.

use crate::auth::actor::{Actor, HeldSeat};
use entity::ids::{BodyId, ObservatoryId};
use entity::kinds::SeatKind;
use uuid::Uuid;

/// Actions on a deliverable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    View,
    Start,
    Submit,
    /// Take a submission back before the review has answered.
    Withdraw,
    /// Declare its address on the portal.
    DeclareAddress,
    Block,
    Unblock,
    RequestChanges,
    Approve,
    Waive,
    /// Set a day by hand.
    Reschedule,
    /// Record the result of a check on the portal.
    RecordAppearance,
}

impl Action {
    pub const ALL: &'static [Self] = &[
        Self::View,
        Self::Start,
        Self::Submit,
        Self::Withdraw,
        Self::DeclareAddress,
        Self::Block,
        Self::Unblock,
        Self::RequestChanges,
        Self::Approve,
        Self::Waive,
        Self::Reschedule,
        Self::RecordAppearance,
    ];
}

/// Owner of a deliverable.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    pub observatory: ObservatoryId,
    pub body: BodyId,
}

/// Returns whether the actor may.
///
/// The observatory does the work and reports its state; the secretariat may report for it (rule 7 of the domain),
/// reviews, and alone may waive. Results of checks on the portal are recorded only by the service itself (rule 10).
pub fn may(actor: &Actor, action: Action, subject: Subject) -> bool {
    if actor.is_ourselves() {
        return true;
    }
    if action != Action::View && !actor.may_write() {
        return false;
    }
    match action {
        Action::View => may_see(actor, subject),
        Action::Start
        | Action::Submit
        | Action::Withdraw
        | Action::DeclareAddress
        | Action::Block
        | Action::Unblock => actor.works_for(subject.observatory) || actor.is_secretariat(),
        Action::RequestChanges | Action::Approve | Action::Waive | Action::Reschedule => actor.is_secretariat(),
        Action::RecordAppearance => false,
    }
}

/// Tells whether the policy permits the actor this action on at least one deliverable, one of an observatory or a body
/// of the actor's seats.
pub fn may_ever(actor: &Actor, action: Action) -> bool {
    // A seat without an observatory is compared with an observatory that does not exist.
    let own = |held: &HeldSeat| Subject {
        observatory: held.observatory_id.unwrap_or(ObservatoryId(Uuid::nil())),
        body: held.body_id,
    };
    actor.is_ourselves() || actor.seats.iter().any(|held| may(actor, action, own(held)))
}

fn may_see(actor: &Actor, subject: Subject) -> bool {
    actor.sees_the_whole() || actor.works_for(subject.observatory) || actor.manages(subject.body)
}

/// Deliverables that a list may show. The store requires it as an argument, so that a list cannot forget it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visibility {
    Everything,
    /// Deliverables of the observatories for which the caller works, and of the bodies that the caller manages.
    Own {
        observatories: Vec<ObservatoryId>,
        bodies: Vec<BodyId>,
    },
}

/// Returns the deliverables that the actor sees; `None` for an actor who neither works for an observatory nor manages a body.
pub fn visibility(actor: &Actor) -> Option<Visibility> {
    if actor.is_ourselves() || actor.sees_the_whole() {
        return Some(Visibility::Everything);
    }
    let works = |kind| matches!(kind, SeatKind::Referent | SeatKind::Deputy);
    let observatories: Vec<ObservatoryId> =
        actor.seats.iter().filter(|seat| works(seat.kind)).filter_map(|seat| seat.observatory_id).collect();
    let bodies: Vec<BodyId> =
        actor.seats.iter().filter(|seat| seat.kind == SeatKind::BodyManager).map(|seat| seat.body_id).collect();
    let is_nobody = observatories.is_empty() && bodies.is_empty();
    (!is_nobody).then_some(Visibility::Own { observatories, bodies })
}
