//! Recipient of a reminder: work belongs to a seat, and its holder is looked up on the day (rule 2 of the domain).
//! Pure.

use crate::designations::model::Seat;
use crate::designations::view::Designation;
use entity::ids::{DesignationId, SeatId};
use entity::kinds::SeatKind;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Reason why the reminder does not go to the holder of the seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// The seat has no holder.
    Vacant,
    /// The holder is absent, and the work is to be reassigned.
    Away,
}

/// Recipient of the reminders of a seat.
#[derive(Clone, Copy, Debug)]
pub struct Addressee<'a> {
    /// Seat that has the obligation.
    pub seat: &'a Seat,
    /// Designation of the recipient: the seat's own, its deputy's, or the secretariat's.
    pub designation: &'a Designation,
    /// Reason why it is not the seat's own holder; `None` if it is.
    pub gap: Option<Gap>,
}

/// Seats, holders and absences of one day.
#[derive(Debug)]
pub struct Roll {
    seats: HashMap<SeatId, Arc<Seat>>,
    /// Longest in their seat first, so that the recipient stays the same as long as the holders do.
    holders: Vec<Designation>,
    away: BTreeSet<DesignationId>,
}

impl Roll {
    /// Makes the roll. `holders` are in force on the day; `away` are those whose work is to be reassigned that day. A
    /// holder who is absent but can finish running work still gets the reminders.
    pub fn new(seats: &[Arc<Seat>], mut holders: Vec<Designation>, away: BTreeSet<DesignationId>) -> Self {
        holders.sort_by_key(|holder| (holder.record.statement.term.from, holder.id));
        Self { seats: seats.iter().map(|seat| (seat.id, Arc::clone(seat))).collect(), holders, away }
    }

    pub fn seat(&self, id: SeatId) -> Option<&Arc<Seat>> {
        self.seats.get(&id)
    }

    /// Returns the recipient of a reminder that the secretariat sends; `None` if that would be the secretariat itself in place
    /// of a missing holder.
    pub fn to_urge(&self, seat: SeatId) -> Option<Addressee<'_>> {
        let who = self.addressee(seat)?;
        (who.gap.is_none() || who.designation.seat.kind != SeatKind::Secretariat).then_some(who)
    }

    /// Returns the holder of a seat, also an absent one.
    pub fn holder(&self, seat: SeatId) -> Option<&Designation> {
        self.holders.iter().find(|holder| holder.seat.id == seat)
    }

    /// Returns a present manager of the seat's body; `None` if there is none.
    pub fn manager(&self, seat: SeatId) -> Option<&Designation> {
        let body = self.seat(seat)?.body_id;
        self.present(|held| held.kind == SeatKind::BodyManager && held.body_id == body)
    }

    /// Returns the recipient for a seat: its holder; for a referent's seat otherwise the deputy of the same
    /// observatory; otherwise the secretariat, which has to find a holder. `None` if there is no secretariat or no such
    /// seat.
    ///
    /// Of several holders the longest in the seat is chosen, so that each obligation has exactly one recipient.
    pub fn addressee(&self, seat: SeatId) -> Option<Addressee<'_>> {
        let seat = self.seat(seat)?;
        if let Some(holder) = self.present(|held| held.id == seat.id) {
            return Some(Addressee { seat, designation: holder, gap: None });
        }
        let is_held = self.holders.iter().any(|holder| holder.seat.id == seat.id);
        let gap = Some(if is_held { Gap::Away } else { Gap::Vacant });
        let deputy = || self.present(|held| is_deputy_of(held, seat));
        let secretariat = || self.present(|held| held.kind == SeatKind::Secretariat);
        Some(Addressee { seat, designation: deputy().or_else(secretariat)?, gap })
    }

    fn present(&self, is_meant: impl Fn(&Seat) -> bool) -> Option<&Designation> {
        self.holders.iter().find(|holder| is_meant(&holder.seat) && !self.away.contains(&holder.id))
    }
}

fn is_deputy_of(held: &Seat, seat: &Seat) -> bool {
    seat.kind == SeatKind::Referent
        && held.kind == SeatKind::Deputy
        && held.observatory_id.is_some()
        && held.observatory_id == seat.observatory_id
}
