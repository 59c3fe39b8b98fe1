//! Obligations: the common type in which slices report open work of seats. `slices.rs` asks all slices.

use crate::texts::Lang;
use chrono::NaiveDate;
use entity::ids::{ReleaseId, SeatId};
use entity::kinds::ObligationKind;
use uuid::Uuid;

/// Selection of obligations that a slice is asked for.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'a> {
    /// Obligations due on or before this day.
    UpTo(NaiveDate),
    /// Obligations of these kinds and ids, whatever their day. Obligations that are no longer open are left out of the
    /// answer.
    Named(&'a [(ObligationKind, Uuid)]),
}

impl Asked<'_> {
    /// Returns the last day of the question, if it has one.
    pub const fn upto(self) -> Option<NaiveDate> {
        match self {
            Self::UpTo(day) => Some(day),
            Self::Named(_) => None,
        }
    }

    /// Returns the ids of a kind in the question, if it names ids, as the slice's own type.
    pub fn ids<I: From<Uuid>>(self, kind: ObligationKind) -> Option<Vec<I>> {
        match self {
            Self::UpTo(_) => None,
            Self::Named(names) => {
                Some(names.iter().filter(|(of, _)| *of == kind).map(|(_, id)| I::from(*id)).collect())
            }
        }
    }

    /// Tells whether an obligation of a kind can be in the answer.
    pub fn includes(self, kind: ObligationKind) -> bool {
        match self {
            Self::UpTo(_) => true,
            Self::Named(names) => names.iter().any(|(of, _)| *of == kind),
        }
    }
}

/// The day by which late work is expected, after its due day, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    pub day: NaiveDate,
    pub reason: String,
}

/// Open work of a seat, due by a day. It belongs to the seat; its holder is looked up when needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obligation {
    /// Kind; with the id, the obligation's name in the reminder log.
    pub kind: ObligationKind,
    pub id: Uuid,
    pub seat_id: SeatId,
    /// The release for which it is done, if it is for one.
    pub release_id: Option<ReleaseId>,
    pub title_it: String,
    pub title_en: String,
    /// The day it is due, in the calendar of the seat's territory.
    pub due_day: NaiveDate,
    /// Statement of those who do it that it will be late.
    pub expected: Option<Expected>,
    pub estimated_minutes: i32,
    /// Page on which it is answered.
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
