//! The caller of a use case and its rights: pure. The service knows no roles: rights are the seats a person holds at
//! the instant (rule 1 of the domain).

use crate::error::Error;
use entity::ids::{BodyId, DesignationId, ObservatoryId, PersonId, SeatId};
use entity::kinds::SeatKind;

/// Caller of a use case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub identity: Identity,
    /// Seats held at the instant of the request; empty after the person's last designation has ended.
    pub seats: Vec<HeldSeat>,
    /// Rights of the key: a browser session always allows everything its person may do, an API token may be read-only.
    pub scope: Scope,
}

/// The kinds of caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    Anonymous,
    Person {
        id: PersonId,
        name: String,
    },
    /// A job of the service, with its name.
    System(&'static str),
    /// An operator at the command line.
    Operator,
}

/// Share of the person's rights that a key carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Full,
    ReadOnly,
}

/// One seat held, with its designation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldSeat {
    pub designation_id: DesignationId,
    pub seat_id: SeatId,
    pub kind: SeatKind,
    pub body_id: BodyId,
    pub observatory_id: Option<ObservatoryId>,
}

impl Actor {
    pub fn anonymous() -> Self {
        Self { identity: Identity::Anonymous, seats: Vec::new(), scope: Scope::Full }
    }

    pub fn system(name: &'static str) -> Self {
        Self { identity: Identity::System(name), seats: Vec::new(), scope: Scope::Full }
    }

    pub fn operator() -> Self {
        Self { identity: Identity::Operator, seats: Vec::new(), scope: Scope::Full }
    }

    /// Returns the error for a caller who may not: an anonymous caller is asked to sign in, any other is denied.
    pub fn refusal(&self) -> Error {
        if self.identity == Identity::Anonymous { Error::Unauthenticated } else { Error::Denied }
    }

    pub fn person_id(&self) -> Option<PersonId> {
        match self.identity {
            Identity::Person { id, .. } => Some(id),
            Identity::Anonymous | Identity::System(_) | Identity::Operator => None,
        }
    }

    /// Returns whether the caller holds a seat of the network. Partners do not, and see only the meetings they are
    /// invited to.
    pub fn sits_at_the_table(&self) -> bool {
        self.seats.iter().any(|seat| seat.kind != SeatKind::Partner)
    }

    /// Returns whether the caller is the service itself: a job or an operator's command.
    pub fn is_ourselves(&self) -> bool {
        matches!(self.identity, Identity::System(_) | Identity::Operator)
    }

    pub fn holds(&self, kind: SeatKind) -> bool {
        self.seats.iter().any(|seat| seat.kind == kind)
    }

    pub fn is_secretariat(&self) -> bool {
        self.holds(SeatKind::Secretariat)
    }

    /// Returns whether the caller is the referent or a deputy of the observatory.
    pub fn works_for(&self, observatory: ObservatoryId) -> bool {
        self.seats.iter().any(|seat| {
            matches!(seat.kind, SeatKind::Referent | SeatKind::Deputy) && seat.observatory_id == Some(observatory)
        })
    }

    /// Returns whether the caller is the manager of the body.
    pub fn manages(&self, body: BodyId) -> bool {
        self.seats.iter().any(|seat| seat.kind == SeatKind::BodyManager && seat.body_id == body)
    }

    /// Returns whether the caller sees the whole network: the secretariat and the direction.
    pub fn sees_the_whole(&self) -> bool {
        self.is_secretariat() || self.holds(SeatKind::Direction)
    }

    /// Returns the bodies whose people and register the caller may see. A partner's seat gives no access to the body it
    /// is attached to.
    pub fn bodies(&self) -> impl Iterator<Item = BodyId> {
        self.seats.iter().filter(|seat| seat.kind != SeatKind::Partner).map(|seat| seat.body_id)
    }

    /// Returns whether the caller holds a seat of a signatory (any seat but a partner's).
    pub fn is_colleague(&self) -> bool {
        self.bodies().next().is_some()
    }

    /// Returns whether the caller holds any seat.
    pub fn is_participant(&self) -> bool {
        !self.seats.is_empty()
    }

    /// Returns the body on whose behalf the caller makes an entry. An entry of the secretariat about a body in which it
    /// has no seat is a statement of that body (rule 7 of the domain).
    pub fn on_behalf_of(&self, body: BodyId) -> Option<BodyId> {
        (self.is_secretariat() && self.bodies().all(|own| own != body)).then_some(body)
    }

    /// Returns whether the key allows changes.
    pub fn may_write(&self) -> bool {
        self.scope == Scope::Full
    }
}
