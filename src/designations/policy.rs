//! Permissions on designations. Pure; `tests/it/authz_matrix.rs` prints them as a golden matrix.

use crate::auth::actor::Actor;
use entity::ids::{BodyId, PersonId};
use entity::kinds::SeatKind;

/// Actions on the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read a designation with its act and history.
    View,
    /// Enter, replace or end a designation.
    Designate,
    /// Correct a mistake with a superseding record.
    Correct,
    /// Annul an entry that should never have been made.
    Annul,
    /// Record days of absence of the holder.
    DeclareUnavailable,
    /// Ask a body by mail to fill a seat.
    RequestDesignation,
    /// Read the list of the seats of the network.
    ViewSeats,
    /// Read name and office address of the holder of a seat.
    ViewContact,
}

impl Action {
    pub const ALL: &'static [Self] = &[
        Self::View,
        Self::Designate,
        Self::Correct,
        Self::Annul,
        Self::DeclareUnavailable,
        Self::RequestDesignation,
        Self::ViewSeats,
        Self::ViewContact,
    ];

    const fn only_reads(self) -> bool {
        matches!(self, Self::View | Self::ViewSeats | Self::ViewContact)
    }
}

/// Seat and holder to which an action applies.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    pub seat: SeatKind,
    pub body: BodyId,
    /// The holder, where there is one.
    pub holder: Option<PersonId>,
}

/// Decides permissions.
///
/// The secretariat enters designations for any body, as statements of that body made by PEC or phone (rule 7 of the
/// domain). A body's manager fills the seats of its observatory, but not the manager's own seat, which is filled from
/// above.
pub fn may(actor: &Actor, action: Action, subject: Subject) -> bool {
    if actor.is_ourselves() {
        return true;
    }
    if !action.only_reads() && !actor.may_write() {
        return false;
    }
    // A former holder who holds no other seat is no participant any more.
    let is_holder = actor.is_participant() && subject.holder.is_some() && subject.holder == actor.person_id();
    let manages_seat = actor.manages(subject.body) && speaks_for(subject.seat);
    match action {
        Action::View => actor.sees_the_whole() || is_holder || actor.bodies().any(|body| body == subject.body),
        Action::Designate | Action::Correct => actor.is_secretariat() || manages_seat,
        Action::Annul | Action::RequestDesignation => actor.is_secretariat(),
        Action::DeclareUnavailable => actor.is_secretariat() || manages_seat || is_holder,
        Action::ViewSeats => actor.is_participant(),
        Action::ViewContact => {
            may(actor, Action::View, subject) || (actor.sits_at_the_table() && is_contact(subject.seat))
        }
    }
}

/// Tells whether participants of other bodies may find the holder of such a seat, because the network works through it.
const fn is_contact(seat: SeatKind) -> bool {
    matches!(seat, SeatKind::Referent | SeatKind::Deputy | SeatKind::BodyManager)
}

/// Tells whether the policy permits the actor this action on at least one seat of the actor's bodies, held by the actor
/// or vacant.
pub fn may_ever(actor: &Actor, action: Action) -> bool {
    let about = |body, seat, holder| may(actor, action, Subject { seat, body, holder });
    let of_body =
        |body| SeatKind::ALL.iter().any(|seat| about(body, *seat, actor.person_id()) || about(body, *seat, None));
    actor.is_ourselves() || actor.seats.iter().any(|held| of_body(held.body_id))
}

/// Tells whether a body's manager fills seats of this kind.
const fn speaks_for(seat: SeatKind) -> bool {
    matches!(seat, SeatKind::Referent | SeatKind::Deputy | SeatKind::Partner)
}

/// Designations visible to a caller. The store requires this value, so that no list can forget it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visibility {
    Everything,
    /// Designations of these bodies, and the person's own.
    Bodies(Vec<BodyId>, PersonId),
    /// The person's own designations only.
    Own(PersonId),
}

/// Returns the designations that the actor sees; `None` for an actor without a seat.
pub fn visibility(actor: &Actor) -> Option<Visibility> {
    if actor.is_ourselves() || actor.sees_the_whole() {
        return Some(Visibility::Everything);
    }
    let person = actor.person_id().filter(|_| actor.is_participant())?;
    let bodies: Vec<BodyId> = actor.bodies().collect();
    Some(if bodies.is_empty() { Visibility::Own(person) } else { Visibility::Bodies(bodies, person) })
}
