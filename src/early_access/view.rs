//! Views of early access for pages and REST.

use super::model::EarlyAccess;
use crate::designations::view::Designation;
use crate::texts::Lang;
use chrono::{DateTime, Utc};
use entity::ids::{DeliverableId, DocumentId, EarlyAccessId, EarlyViewId, PersonId};
use entity::kinds::SeatKind;

/// An access with the names that the public list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessView {
    pub access: EarlyAccess,
    pub product_code: String,
    pub product_name_it: String,
    pub product_name_en: String,
    pub seat: SeatKind,
    /// Organisation of a partner, otherwise the observatory or the body of the seat.
    pub place: String,
    /// Whether the designation is in force today; an access without it opens nothing.
    pub is_held: bool,
}

impl AccessView {
    pub fn product_name(&self, lang: Lang) -> &str {
        match lang {
            Lang::It => &self.product_name_it,
            Lang::En => &self.product_name_en,
        }
    }
}

/// Names the organisation or the place of a designation.
pub fn place_of(designation: &Designation) -> String {
    let organisation = designation.record.statement.organisation.clone();
    organisation.unwrap_or_else(|| designation.seat.place().to_owned())
}

/// A text that an access of the caller opens now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenText {
    pub access_id: EarlyAccessId,
    pub deliverable_id: DeliverableId,
    pub product_name_it: String,
    pub product_name_en: String,
    pub period: String,
    pub observatory_name: String,
    /// Instant of the release.
    pub release: DateTime<Utc>,
}

/// The text that a view shows: an address, or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    At(String),
    File(DocumentId),
}

/// A line of the log of views.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    pub id: EarlyViewId,
    pub access_id: EarlyAccessId,
    pub deliverable_id: DeliverableId,
    pub person_id: PersonId,
    pub at: DateTime<Utc>,
}
