//! Who is told: work belongs to a seat, and the person is looked up on the day (rule 2 of the domain). Pure.

use crate::designations::model::Seat;
use crate::designations::view::Designation;
use entity::ids::{DesignationId, SeatId};
use entity::kinds::SeatKind;
use std::collections::{BTreeSet, HashMap};

/// Why somebody else is told than the holder of the seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// Nobody holds the seat.
    Vacant,
    /// Whoever holds it is away, and everything is to be reassigned meanwhile.
    Away,
}

/// Who is told about what a seat owes.
#[derive(Clone, Copy, Debug)]
pub struct Addressee<'a> {
    /// The seat that owes.
    pub seat: &'a Seat,
    /// By which designation the person is told: the seat's own, its deputy's, or the secretariat's.
    pub designation: &'a Designation,
    /// Why it is not the seat's own holder; empty where it is.
    pub gap: Option<Gap>,
}

/// Seats, holders and absences of one day.
#[derive(Debug)]
pub struct Roll {
    seats: HashMap<SeatId, Seat>,
    /// The longest in their seat first, so that the same person is told as long as nothing changes.
    holders: Vec<Designation>,
    away: BTreeSet<DesignationId>,
}

impl Roll {
    /// `holders` in force on the day; `away` are those absent that day whose work is to be reassigned altogether. Who is
    /// absent but can finish what is under way is told as ever.
    pub fn new(seats: Vec<Seat>, mut holders: Vec<Designation>, away: BTreeSet<DesignationId>) -> Self {
        holders.sort_by_key(|holder| (holder.record.statement.term.from, holder.id));
        Self { seats: seats.into_iter().map(|seat| (seat.id, seat)).collect(), holders, away }
    }

    pub fn seat(&self, id: SeatId) -> Option<&Seat> {
        self.seats.get(&id)
    }

    /// Who is told about what the seat owes: its holder; for a referent's seat else the deputy of the same observatory;
    /// else the secretariat, which has to find somebody. `None` if there is not even a secretariat, or no such seat.
    ///
    /// Of several holders of one seat the longest in it is told: one obligation, one person who feels meant.
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
