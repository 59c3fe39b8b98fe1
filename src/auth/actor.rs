//! Who acts: pure. Nobody "has a role": rights are the seats a person holds at the instant (rule 1 of the domain).

use crate::error::Error;
use entity::ids::{BodyId, DesignationId, ObservatoryId, PersonId, SeatId};
use entity::kinds::SeatKind;

/// Who asks for a use case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub identity: Identity,
    /// The seats held at the instant of the request; empty for somebody whose designations have ended.
    pub seats: Vec<HeldSeat>,
    /// What the key allows: a browser session allows all its person may do, an API token may allow reading only.
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
    /// A job of the service, by its name.
    System(&'static str),
    /// An operator at the command line.
    Operator,
}

/// How much of its person's rights a key carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Full,
    ReadOnly,
}

/// One seat held, and by which designation.
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

    /// What somebody is told who may not: a caller without a name is asked for one, a caller with a name is told no.
    pub fn refusal(&self) -> Error {
        if self.identity == Identity::Anonymous { Error::Unauthenticated } else { Error::Denied }
    }

    pub fn person_id(&self) -> Option<PersonId> {
        match self.identity {
            Identity::Person { id, .. } => Some(id),
            Identity::Anonymous | Identity::System(_) | Identity::Operator => None,
        }
    }

    /// Whether the person holds a seat that belongs to the network: partners only see what they were invited to.
    pub fn sits_at_the_table(&self) -> bool {
        self.seats.iter().any(|seat| seat.kind != SeatKind::Partner)
    }

    /// Whether the service itself acts: a job or an operator's command.
    pub fn is_ourselves(&self) -> bool {
        matches!(self.identity, Identity::System(_) | Identity::Operator)
    }

    pub fn holds(&self, kind: SeatKind) -> bool {
        self.seats.iter().any(|seat| seat.kind == kind)
    }

    pub fn is_secretariat(&self) -> bool {
        self.holds(SeatKind::Secretariat)
    }

    /// Whether the caller works for the observatory: its referent or deputy.
    pub fn works_for(&self, observatory: ObservatoryId) -> bool {
        self.seats.iter().any(|seat| {
            matches!(seat.kind, SeatKind::Referent | SeatKind::Deputy) && seat.observatory_id == Some(observatory)
        })
    }

    /// Whether the caller is the manager of the body.
    pub fn manages(&self, body: BodyId) -> bool {
        self.seats.iter().any(|seat| seat.kind == SeatKind::BodyManager && seat.body_id == body)
    }

    /// Whether the caller looks at the whole network: the secretariat, which runs it, and the direction.
    pub fn sees_the_whole(&self) -> bool {
        self.is_secretariat() || self.holds(SeatKind::Direction)
    }

    /// The bodies whose people and register the caller shares. A partner sees what it was given, not the body beside which
    /// it sits.
    pub fn bodies(&self) -> impl Iterator<Item = BodyId> {
        self.seats.iter().filter(|seat| seat.kind != SeatKind::Partner).map(|seat| seat.body_id)
    }

    /// Whether the caller holds a seat of a signatory, not just a partner's.
    pub fn is_colleague(&self) -> bool {
        self.bodies().next().is_some()
    }

    /// Whether the caller holds any seat at all: a participant of the network.
    pub fn is_participant(&self) -> bool {
        !self.seats.is_empty()
    }

    /// Whether the key lets its holder change anything.
    pub fn may_write(&self) -> bool {
        self.scope == Scope::Full
    }
}
