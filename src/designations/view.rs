//! What the register shows: a designation with the names of its person, seat and body, ready for pages, mails and REST.

use super::model::{Record, Seat, Standing, Unavailability};
use crate::letters;
use crate::texts::Lang;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DesignationId, DocumentId, PersonId};
use entity::kinds::RecordChange;

/// The holder of a seat, with what is needed to write to them.
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

/// One designation as a list shows it: its record known at the instant asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Designation {
    pub id: DesignationId,
    /// The optimistic lock: rises with every record.
    pub version: i32,
    /// When its first record was written.
    pub entered_at: DateTime<Utc>,
    /// When the effects of its end were carried out; empty while it holds.
    pub handed_over_at: Option<DateTime<Utc>>,
    pub seat: Seat,
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

/// One designation with everything kept of it.
#[derive(Clone, Debug)]
pub struct Dossier {
    pub designation: Designation,
    /// Every record, the first one first.
    pub history: Vec<Record>,
    pub documents: Vec<Document>,
    pub unavailabilities: Vec<Unavailability>,
}

/// An attached file, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub id: DocumentId,
    pub name: String,
    pub media_type: String,
    pub size: i64,
    pub sha256: String,
    pub created_at: DateTime<Utc>,
}
