//! Views of the register: a designation with the names of its person, seat and body, for pages, mails and REST.

use super::model::{Record, Seat, Standing, Unavailability};
use crate::documents::view::Document;
use crate::letters;
use crate::texts::Lang;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DesignationId, PersonId};
use entity::kinds::RecordChange;
use std::sync::Arc;

/// The holder of a seat, with contact data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    pub id: PersonId,
    pub given_name: String,
    pub family_name: String,
    pub email: String,
    pub lang: Lang,
    pub bounced_at: Option<DateTime<Utc>>,
}

impl Holder {
    pub fn name(&self) -> String {
        letters::full_name(&self.given_name, &self.family_name)
    }
}

/// One designation in a list, with its record as known at the requested instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Designation {
    pub id: DesignationId,
    /// The optimistic lock: rises with every record.
    pub version: i32,
    /// Instant of its first record.
    pub entered_at: DateTime<Utc>,
    /// Instant at which its end was carried out; `None` while it is in force.
    pub handed_over_at: Option<DateTime<Utc>>,
    pub seat: Arc<Seat>,
    pub holder: Holder,
    pub record: Record,
}

impl Designation {
    pub fn standing_on(&self, day: NaiveDate) -> Standing {
        self.record.standing_on(day)
    }

    pub fn is_annulled(&self) -> bool {
        self.record.change == RecordChange::Annulled
    }

    /// Checks that the last day in the seat is past; `false` for a term without an end.
    pub fn has_ended(&self, today: NaiveDate) -> bool {
        self.record.statement.term.to.is_some_and(|last| last < today)
    }
}

/// One designation with its history, documents and absences.
#[derive(Clone, Debug)]
pub struct Dossier {
    pub designation: Designation,
    /// Every record, the first one first.
    pub history: Vec<Record>,
    pub documents: Vec<Document>,
    pub unavailabilities: Vec<Unavailability>,
}
