//! What is due: the one shape in which every slice says what somebody still has to do.
//!
//! The ladder, the Monday page, the radar and the dossier of a newcomer read it; none of them knows the slices' tables.

use crate::texts::Lang;
use chrono::NaiveDate;
use entity::ids::SeatId;
use uuid::Uuid;

/// Something a seat still has to do by a day. It belongs to the seat: who holds it is looked up when it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obligation {
    /// What it is, for example `task`: with the id, its name in the reminders' log.
    pub kind: &'static str,
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
