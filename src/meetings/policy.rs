//! Who may do what with meetings. Pure; printed as a golden matrix by `tests/it/authz_matrix.rs`.

use crate::auth::actor::Actor;
use entity::ids::{PersonId, SeatId};

/// What can be asked of a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read it with its agenda, presences and outcomes, and fetch its calendar entry.
    View,
    /// See who was told what of it, and when.
    ViewTold,
    /// Prepare a draft and its agenda.
    Prepare,
    /// Convene, move, call off.
    Convene,
    /// Invite partners to it.
    Invite,
    /// Choose the parties of a working group.
    SetParties,
    /// Hold it, record presences and outcomes, close it.
    Record,
}

impl Action {
    pub const ALL: &'static [Self] =
        &[Self::View, Self::ViewTold, Self::Prepare, Self::Convene, Self::Invite, Self::SetParties, Self::Record];
}

/// What it is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// Whether it was ever convened: a draft, even a given-up one, is the secretariat's own.
    pub convened: bool,
    /// Whether the caller is a partner invited to it.
    pub invited: bool,
}

/// Whether the actor may.
///
/// The secretariat keeps the table; every participant of the network sees what has been convened; a partner sees the
/// meetings the partner was invited to.
pub fn may(actor: &Actor, action: Action, subject: Subject) -> bool {
    if actor.is_ourselves() {
        return true;
    }
    match action {
        Action::View => {
            actor.is_secretariat()
                || (subject.convened && (actor.is_colleague() || (actor.is_participant() && subject.invited)))
        }
        Action::ViewTold => actor.is_secretariat(),
        Action::Prepare | Action::Convene | Action::Invite | Action::SetParties | Action::Record => {
            actor.is_secretariat() && actor.may_write()
        }
    }
}

/// Which meetings a list may show: a store demands it, so a list cannot forget it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visibility {
    Everything,
    /// Whatever was convened.
    Convened,
    /// Whatever was convened and the partner is invited to, in a seat still held.
    Guest(PersonId, Vec<SeatId>),
    Nothing,
}

pub fn visibility(actor: &Actor) -> Visibility {
    if actor.is_ourselves() || actor.is_secretariat() {
        return Visibility::Everything;
    }
    if actor.is_colleague() {
        return Visibility::Convened;
    }
    match actor.person_id() {
        Some(person) if actor.is_participant() => {
            Visibility::Guest(person, actor.seats.iter().map(|seat| seat.seat_id).collect())
        }
        _ => Visibility::Nothing,
    }
}
