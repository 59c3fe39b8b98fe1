//! Rights on meetings. Pure; printed as a golden matrix by `tests/it/authz_matrix.rs`.

use crate::auth::actor::Actor;
use entity::ids::{PersonId, SeatId};

/// Actions on meetings and tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read it with its agenda, presences and outcomes, and fetch its calendar entry.
    View,
    /// See the mails about it with recipient and time, and the partners who may be invited.
    ViewTold,
    /// Read the tables and their parties.
    ViewTables,
    /// Prepare a draft and its agenda.
    Prepare,
    /// Convene, move, cancel.
    Convene,
    /// Invite partners to it.
    Invite,
    /// Choose the parties of a working group.
    SetParties,
    /// Hold it, record presences and outcomes, close it.
    Record,
}

impl Action {
    pub const ALL: &'static [Self] = &[
        Self::View,
        Self::ViewTold,
        Self::ViewTables,
        Self::Prepare,
        Self::Convene,
        Self::Invite,
        Self::SetParties,
        Self::Record,
    ];
}

/// Facts about a meeting that the policy needs.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// Whether it was ever convened. A draft, even a cancelled one, is visible to the secretariat only.
    pub convened: bool,
    /// Whether the caller is a partner invited to it.
    pub invited: bool,
}

/// Decides permissions.
///
/// The secretariat manages the table; every participant of the network sees convened meetings; a partner sees the
/// meetings to which the partner was invited.
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
        Action::ViewTables => actor.is_participant(),
        Action::Prepare | Action::Convene | Action::Invite | Action::SetParties | Action::Record => {
            actor.is_secretariat() && actor.may_write()
        }
    }
}

/// Tells whether the policy permits the actor this action on at least one meeting, a convened one to which the actor is
/// invited.
pub fn may_ever(actor: &Actor, action: Action) -> bool {
    may(actor, action, Subject { convened: true, invited: true })
}

/// Meetings visible to a caller. The store requires this value, so that no list can forget it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visibility {
    Everything,
    /// Meetings that were convened.
    Convened,
    /// Convened meetings to which the partner is invited, in a seat still held.
    Guest(PersonId, Vec<SeatId>),
}

/// Returns the meetings that the actor sees; `None` for an actor without a seat.
pub fn visibility(actor: &Actor) -> Option<Visibility> {
    if actor.is_ourselves() || actor.is_secretariat() {
        return Some(Visibility::Everything);
    }
    if actor.is_colleague() {
        return Some(Visibility::Convened);
    }
    let person = actor.person_id().filter(|_| actor.is_participant())?;
    Some(Visibility::Guest(person, actor.seats.iter().map(|seat| seat.seat_id).collect()))
}
