//! Rights of identity that follow from held seats: pure. Rights in other slices are decided by their policies.

use crate::auth::actor::{Actor, HeldSeat, Identity};
use crate::error::{Error, Result};
use entity::ids::PersonId;
use entity::kinds::SeatKind;

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
    use crate::auth::actor::Scope;
    use uuid::Uuid;

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
