//! Rights of identity that follow from held seats: pure. Rights in other slices are decided by their policies.

use crate::auth::actor::{Actor, HeldSeat, Identity, Scope};
use crate::error::{Error, Result};
use entity::ids::PersonId;
use entity::kinds::SeatKind;
use std::collections::HashMap;
use std::convert::Infallible;
use uuid::Uuid;

/// Returns whether a person with these seats may sign in: at least one designation must be in force today (rule 1 of
/// the domain).
pub fn may_sign_in(seats: &[HeldSeat]) -> bool {
    !seats.is_empty()
}

/// Returns the text keys of the holder's capacities, each once, in the order of the glossary.
pub fn capacities(seats: &[HeldSeat]) -> Vec<&'static str> {
    SeatKind::ALL
        .iter()
        .filter(|kind| seats.iter().any(|seat| seat.kind == **kind))
        .map(|kind| capacity(*kind))
        .collect()
}

/// Returns the text key that names a capacity.
pub const fn capacity(kind: SeatKind) -> &'static str {
    match kind {
        SeatKind::Referent => "auth.capacity_referent",
        SeatKind::Deputy => "auth.capacity_deputy",
        SeatKind::BodyManager => "auth.capacity_body_manager",
        SeatKind::Secretariat => "auth.capacity_secretariat",
        SeatKind::Direction => "auth.capacity_direction",
        SeatKind::Partner => "auth.capacity_partner",
    }
}

/// Right that an operation of the API requires of its caller before the request is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right<Action> {
    /// No right: the operation is public.
    Anybody,
    /// A key, even after the last seat has ended: the operation is about the caller's own affairs.
    SignedIn,
    /// The slice's policy permits the caller this action on at least one possible subject.
    Ever(Action),
}

/// The policy's answer to whether an actor may do something about some subject.
type Policy = Box<dyn Fn(&Actor) -> bool + Send + Sync>;

/// Requirement of one operation, with the slice's policy.
pub enum Need {
    Nothing,
    Key,
    Policy(Policy),
}

impl Need {
    /// Refuses a caller without the required right: 401 for an anonymous caller, 403 for any other.
    pub fn demand(&self, actor: &Actor, is_change: bool) -> Result<()> {
        if matches!(self, Self::Nothing) {
            return Ok(());
        }
        let may = actor.person_id().is_some() && self.is_met_by(actor) && (!is_change || actor.may_write());
        if may { Ok(()) } else { Err(actor.refusal()) }
    }

    fn is_met_by(&self, actor: &Actor) -> bool {
        match self {
            Self::Nothing | Self::Key => true,
            Self::Policy(may) => may(actor),
        }
    }

    /// Returns the kinds of seat that satisfy the requirement, found by evaluating the policy for the holder of one
    /// seat of each kind; `None` if no seat is needed.
    pub fn seats(&self) -> Option<Vec<SeatKind>> {
        let is_let_in = |kind: &SeatKind| self.is_met_by(&holder_of_one(*kind));
        matches!(self, Self::Policy(_)).then(|| SeatKind::ALL.iter().copied().filter(is_let_in).collect())
    }
}

/// Makes an actor whose only seat is of this kind.
fn holder_of_one(kind: SeatKind) -> Actor {
    let of_an_observatory = matches!(kind, SeatKind::Referent | SeatKind::Deputy | SeatKind::Partner);
    let seat = HeldSeat {
        designation_id: Uuid::from_u128(1).into(),
        seat_id: Uuid::from_u128(2).into(),
        kind,
        body_id: Uuid::from_u128(3).into(),
        observatory_id: of_an_observatory.then(|| Uuid::from_u128(4).into()),
    };
    let identity = Identity::Person { id: Uuid::from_u128(5).into(), name: String::new() };
    Actor { identity, seats: vec![seat], scope: Scope::Full }
}

/// Requirements of the operations of the API, by the names of their handlers.
#[derive(Default)]
pub struct Rights(HashMap<&'static str, Need>);

impl Rights {
    /// Adds the operations of a slice; `may_ever` is its policy.
    #[must_use]
    pub fn with<A: Copy + Send + Sync + 'static>(
        mut self,
        operations: &'static [(&'static str, Right<A>)],
        may_ever: fn(&Actor, A) -> bool,
    ) -> Self {
        let need = |right| match right {
            Right::Anybody => Need::Nothing,
            Right::SignedIn => Need::Key,
            Right::Ever(action) => Need::Policy(Box::new(move |actor: &Actor| may_ever(actor, action))),
        };
        self.0.extend(operations.iter().map(|(name, right)| (*name, need(*right))));
        self
    }

    /// Adds operations without a policy.
    #[must_use]
    pub fn without_policy(self, operations: &'static [(&'static str, Right<Infallible>)]) -> Self {
        self.with(operations, |_, action| match action {})
    }

    /// Returns the requirement of an operation.
    pub fn of(&self, operation: &str) -> Option<&Need> {
        self.0.get(operation)
    }

    /// Lists the names of all operations in the table.
    pub fn operations(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }
}

/// Returns the caller's own person id. An anonymous caller has to sign in first; the service itself is denied.
pub fn myself(actor: &Actor) -> Result<PersonId> {
    match actor.identity {
        Identity::Person { id, .. } => Ok(id),
        Identity::Anonymous => Err(Error::Unauthenticated),
        Identity::System(_) | Identity::Operator => Err(Error::Denied),
    }
}

/// Like [`myself`], for a change: a read-only key is denied.
pub fn myself_changing(actor: &Actor) -> Result<PersonId> {
    let person = myself(actor)?;
    if actor.may_write() { Ok(person) } else { Err(Error::Denied) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(kind: SeatKind) -> HeldSeat {
        HeldSeat {
            designation_id: Uuid::nil().into(),
            seat_id: Uuid::nil().into(),
            kind,
            body_id: Uuid::nil().into(),
            observatory_id: None,
        }
    }

    fn person(scope: Scope) -> Actor {
        let identity = Identity::Person { id: Uuid::nil().into(), name: "Anna Riva".to_owned() };
        Actor { identity, seats: vec![seat(SeatKind::Referent)], scope }
    }

    #[test]
    fn a_person_without_a_seat_may_not_sign_in() {
        assert!(!may_sign_in(&[]));
        assert!(SeatKind::ALL.iter().all(|kind| may_sign_in(&[seat(*kind)])));
    }

    #[test]
    fn a_capacity_held_twice_is_named_once_and_in_the_order_of_the_glossary() {
        let seats = [seat(SeatKind::Secretariat), seat(SeatKind::Referent), seat(SeatKind::Referent)];
        assert_eq!(capacities(&seats), ["auth.capacity_referent", "auth.capacity_secretariat"]);
    }

    #[test]
    fn only_a_person_has_a_profile_and_a_reading_key_changes_nothing() {
        assert!(matches!(myself(&Actor::anonymous()), Err(Error::Unauthenticated)));
        assert!(matches!(myself(&Actor::system("outbox")), Err(Error::Denied)));
        assert!(matches!(myself(&Actor::operator()), Err(Error::Denied)));
        assert!(myself(&person(Scope::ReadOnly)).is_ok());
        assert!(matches!(myself_changing(&person(Scope::ReadOnly)), Err(Error::Denied)));
        assert!(myself_changing(&person(Scope::Full)).is_ok());
    }
}
