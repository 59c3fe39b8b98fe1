//! Who may do what with designations. Pure; printed as a golden matrix by `tests/it/authz_matrix.rs`.

use crate::auth::actor::Actor;
use entity::ids::{BodyId, PersonId};
use entity::kinds::SeatKind;

/// What can be asked of the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read a designation with its act and history.
    View,
    /// Enter, replace or end a designation.
    Designate,
    /// Put a mistake right by a superseding record.
    Correct,
    /// Declare that an entry should never have been made.
    Annul,
    /// Record days of absence of the holder.
    DeclareUnavailable,
    /// Ask a body by mail to fill a seat.
    RequestDesignation,
    /// See vacancies and risks of the whole network.
    ViewRadar,
}

impl Action {
    pub const ALL: &'static [Self] = &[
        Self::View,
        Self::Designate,
        Self::Correct,
        Self::Annul,
        Self::DeclareUnavailable,
        Self::RequestDesignation,
        Self::ViewRadar,
    ];
}

/// What it is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    pub seat: SeatKind,
    pub body: BodyId,
    /// The holder, where there is one.
    pub holder: Option<PersonId>,
}

/// Whether the actor may.
///
/// The secretariat enters for anybody: what a body says by PEC or phone is the body's own statement (rule 7 of the domain). A
/// body's manager speaks for its observatory's seats, not for the manager's own: that designation comes from above.
pub fn may(actor: &Actor, action: Action, subject: Subject) -> bool {
    if actor.is_ourselves() {
        return true;
    }
    if action != Action::View && action != Action::ViewRadar && !actor.may_write() {
        return false;
    }
    let is_holder = subject.holder.is_some() && subject.holder == actor.person_id();
    let manages_seat = actor.manages(subject.body) && speaks_for(subject.seat);
    match action {
        Action::View => actor.sees_the_whole() || is_holder || actor.bodies().any(|body| body == subject.body),
        Action::Designate | Action::Correct => actor.is_secretariat() || manages_seat,
        Action::Annul | Action::RequestDesignation => actor.is_secretariat(),
        Action::DeclareUnavailable => actor.is_secretariat() || manages_seat || is_holder,
        Action::ViewRadar => actor.sees_the_whole(),
    }
}

/// The seats a body's manager fills.
const fn speaks_for(seat: SeatKind) -> bool {
    matches!(seat, SeatKind::Referent | SeatKind::Deputy | SeatKind::Partner)
}

/// Which designations a list may show: a store demands it, so a list cannot forget it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visibility {
    Everything,
    /// Those of these bodies, and the person's own.
    Bodies(Vec<BodyId>, PersonId),
    /// The person's own only.
    Own(PersonId),
    Nothing,
}

pub fn visibility(actor: &Actor) -> Visibility {
    if actor.is_ourselves() || actor.sees_the_whole() {
        return Visibility::Everything;
    }
    let Some(person) = actor.person_id() else { return Visibility::Nothing };
    if !actor.is_participant() {
        return Visibility::Nothing;
    }
    let bodies: Vec<BodyId> = actor.bodies().collect();
    if bodies.is_empty() { Visibility::Own(person) } else { Visibility::Bodies(bodies, person) }
}
