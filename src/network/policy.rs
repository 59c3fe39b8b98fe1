//! Permissions to see and change people, and to enter the data that the data file leaves open. Everything else is
//! public. Pure.

use crate::auth::actor::Actor;
use entity::ids::{BodyId, PersonId};
use entity::kinds::SeatKind;

/// Actions on the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read the agreement, bodies, observatories and territories.
    View,
    /// Enter the data that the data file leaves open: certified mailboxes, the day of signature.
    EditFrame,
    /// Read the list of all people.
    ListPeople,
    /// Note a permanent delivery failure of a person's address.
    MarkBounced,
    /// Read the record of at least one person; [`may_see`] decides for each person.
    ViewPerson,
    /// Change the record of at least one person; [`reach`] decides for each person and member.
    ChangePerson,
}

impl Action {
    pub const ALL: &'static [Self] =
        &[Self::View, Self::EditFrame, Self::ListPeople, Self::MarkBounced, Self::ViewPerson, Self::ChangePerson];
}

/// Decides permissions. The network is public; the service and the secretariat maintain it.
pub fn may(actor: &Actor, action: Action) -> bool {
    match action {
        Action::View => true,
        Action::ListPeople => runs_the_network(actor),
        // Everybody may read and change at least their own record.
        Action::ViewPerson => actor.is_ourselves() || actor.is_participant(),
        Action::ChangePerson => actor.may_write() && (actor.is_ourselves() || actor.is_participant()),
        Action::EditFrame | Action::MarkBounced => actor.may_write() && runs_the_network(actor),
    }
}

fn runs_the_network(actor: &Actor) -> bool {
    actor.is_ourselves() || actor.is_secretariat()
}

/// A person as the rules see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub person: PersonId,
    /// Seats held or announced.
    pub seats: Vec<(SeatKind, BodyId)>,
}

impl Subject {
    /// Tells whether all seats of the person are in these bodies; `false` for a person without a seat.
    fn is_only_of(&self, bodies: impl Fn(BodyId) -> bool) -> bool {
        !self.seats.is_empty() && self.seats.iter().all(|(_, of)| bodies(*of))
    }

    /// Tells whether the person works only in these bodies. Partner seats are ignored unless the person has no other
    /// seat, because a body could otherwise hide a person from the person's own body by naming them as a partner.
    fn works_only_in(&self, bodies: impl Fn(BodyId) -> bool) -> bool {
        let (as_partner, at_work): (Vec<_>, Vec<_>) =
            self.seats.iter().partition(|(kind, _)| *kind == SeatKind::Partner);
        let counted = if at_work.is_empty() { as_partner } else { at_work };
        !counted.is_empty() && counted.iter().all(|(_, of)| bodies(*of))
    }

    /// Tells whether the person holds a seat of the secretariat or the direction, which decide for the whole network.
    fn stands_above_bodies(&self) -> bool {
        self.seats.iter().any(|(kind, _)| matches!(kind, SeatKind::Secretariat | SeatKind::Direction))
    }
}

/// Members of a person that an actor may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    Nothing,
    /// Phone and language.
    Contact,
    /// Names as well.
    Names,
    /// The address as well. It is reserved because a reader of its mail can sign in.
    Address,
}

/// Tells whether the actor may see a person's record, with phone, language and delivery failures of the address.
///
/// A seat in one body shows nothing of another body. A manager who designates a person from elsewhere sees only the
/// name and address that the designation needs, in the register (`designations/policy.rs`). A partner's seat elsewhere
/// does not hide the person from the body in which the person works.
pub fn may_see(actor: &Actor, subject: &Subject) -> bool {
    actor.is_ourselves()
        || actor.sees_the_whole()
        || actor.person_id() == Some(subject.person)
        || subject.works_only_in(|body| actor.bodies().any(|own| own == body))
}

/// Returns the members of a person that the actor may change.
///
/// A manager may correct the names of a person all of whose seats are in the manager's bodies, because the name is
/// shown in every body where the person holds a seat. Only the secretariat may change an address, because it gives
/// access to all present and future seats of its owner.
pub fn reach(actor: &Actor, subject: &Subject) -> Reach {
    if !actor.may_write() {
        return Reach::Nothing;
    }
    if runs_the_network(actor) {
        return Reach::Address;
    }
    if subject.is_only_of(|body| actor.manages(body)) && !subject.stands_above_bodies() {
        return Reach::Names;
    }
    if actor.person_id() == Some(subject.person) { Reach::Contact } else { Reach::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::actor::{HeldSeat, Identity, Scope};
    use entity::ids::{DesignationId, SeatId};
    use uuid::Uuid;

    fn body(number: u128) -> BodyId {
        BodyId(Uuid::from_u128(number))
    }

    fn person(number: u128) -> PersonId {
        PersonId(Uuid::from_u128(number))
    }

    fn holder(id: u128, kind: SeatKind, of: BodyId) -> Actor {
        let seat = HeldSeat {
            designation_id: DesignationId(Uuid::nil()),
            seat_id: SeatId(Uuid::nil()),
            kind,
            body_id: of,
            observatory_id: None,
        };
        let identity = Identity::Person { id: person(id), name: "A person".into() };
        Actor { identity, seats: vec![seat], scope: Scope::Full }
    }

    fn subject(id: u128, kind: SeatKind, of: BodyId) -> Subject {
        Subject { person: person(id), seats: vec![(kind, of)] }
    }

    #[test]
    fn people_are_visible_to_secretariat_direction_colleagues_and_themselves() {
        let (region, lodi, como) = (body(1), body(2), body(3));
        let referent = subject(9, SeatKind::Referent, lodi);
        assert!(may_see(&holder(1, SeatKind::Secretariat, region), &referent));
        assert!(may_see(&holder(2, SeatKind::Deputy, lodi), &referent));
        assert!(may_see(&holder(9, SeatKind::Partner, como), &referent));
        assert!(!may_see(&holder(2, SeatKind::BodyManager, como), &referent));
        assert!(may_see(&holder(2, SeatKind::Direction, region), &referent));
        assert!(!may_see(&holder(2, SeatKind::Partner, lodi), &referent));
        assert!(!may_see(&Actor::anonymous(), &referent));
    }

    #[test]
    fn only_the_secretariat_changes_an_address() {
        let (region, lodi, como) = (body(1), body(2), body(3));
        let referent = subject(9, SeatKind::Referent, lodi);
        assert_eq!(reach(&holder(1, SeatKind::Secretariat, region), &referent), Reach::Address);
        assert_eq!(reach(&holder(2, SeatKind::BodyManager, lodi), &referent), Reach::Names);
        assert_eq!(reach(&holder(9, SeatKind::Referent, lodi), &referent), Reach::Contact);
        assert_eq!(reach(&holder(2, SeatKind::BodyManager, como), &referent), Reach::Nothing);
        assert_eq!(reach(&Actor::anonymous(), &referent), Reach::Nothing);
    }

    #[test]
    fn a_seat_in_one_body_gives_no_access_to_another() {
        let (lodi, como) = (body(2), body(3));
        let both = Subject { person: person(9), seats: vec![(SeatKind::Referent, lodi), (SeatKind::Partner, como)] };
        for (of, sees) in [(lodi, true), (como, false)] {
            // The person works in Lodi. A partner's seat in Como gives Como no access and takes none from Lodi.
            assert_eq!(may_see(&holder(2, SeatKind::BodyManager, of), &both), sees);
            assert_eq!(reach(&holder(2, SeatKind::BodyManager, of), &both), Reach::Nothing);
        }
        let mut manager_of_both = holder(2, SeatKind::BodyManager, lodi);
        manager_of_both.seats.extend(holder(2, SeatKind::BodyManager, como).seats);
        assert!(may_see(&manager_of_both, &both));
        assert_eq!(reach(&manager_of_both, &both), Reach::Names);
        assert!(!may_see(&manager_of_both, &Subject { person: person(9), seats: Vec::new() }));
    }

    #[test]
    fn the_manager_of_the_region_does_not_rename_the_secretariat() {
        let region = body(1);
        let secretary = subject(9, SeatKind::Secretariat, region);
        assert_eq!(reach(&holder(2, SeatKind::BodyManager, region), &secretary), Reach::Nothing);
    }

    #[test]
    fn a_read_only_key_changes_nothing() {
        let mut secretary = holder(1, SeatKind::Secretariat, body(1));
        secretary.scope = Scope::ReadOnly;
        let referent = subject(9, SeatKind::Referent, body(2));
        assert_eq!(reach(&secretary, &referent), Reach::Nothing);
        assert!(may_see(&secretary, &referent) && !may(&secretary, Action::MarkBounced));
    }
}
