//! Obligations: the one shape in which every slice says what a seat still has to do. `slices.rs` asks them all.

use crate::texts::Lang;
use chrono::NaiveDate;
use entity::ids::SeatId;
use entity::kinds::ObligationKind;
use uuid::Uuid;

/// The obligations that a slice is asked for.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'a> {
    /// All obligations whose day is not after this one.
    UpTo(NaiveDate),
    /// The obligations with these ids, whatever their day. One that is not owed any more is left out of the answer.
    Named(&'a [Uuid]),
}

impl Asked<'_> {
    /// Returns the last day asked for, where there is one.
    pub const fn upto(self) -> Option<NaiveDate> {
        match self {
            Self::UpTo(day) => Some(day),
            Self::Named(_) => None,
        }
    }

    /// Returns the ids asked for, where only those are, as the slice's own type.
    pub fn ids<I: From<Uuid>>(self) -> Option<Vec<I>> {
        match self {
            Self::UpTo(_) => None,
            Self::Named(ids) => Some(ids.iter().copied().map(I::from).collect()),
        }
    }
}

/// An obligation of a seat by a day. It belongs to the seat: its holder is looked up when it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obligation {
    /// With the id, its name in the reminders' log.
    pub kind: ObligationKind,
    pub id: Uuid,
    pub seat_id: SeatId,
    pub title_it: String,
    pub title_en: String,
    /// The day it is due, in the calendar of the seat's territory.
    pub due_day: NaiveDate,
    pub estimated_minutes: i32,
    /// The page where it is answered.
    pub path: String,
}

impl Obligation {
    pub fn title(&self, lang: Lang) -> &str {
        match lang {
            Lang::It => &self.title_it,
            Lang::En => &self.title_en,
        }
    }
}
