//! Reviews as read by other slices, pages and REST.

use super::model::checklist::Checklist;
use super::model::turn::Holder;
use super::model::{Reading, Remark};
use crate::catalogue::model::Sheet;
use crate::deliverables::model::Submission;
use crate::deliverables::view::DeliverableView;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{BodyId, DeliverableId, PersonId};
use std::collections::HashMap;

/// The holder of the ball of a contribution: whose turn it is, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ball {
    pub holder: Holder,
    /// Name of the holder, for an observatory.
    pub name: Option<String>,
    pub since: DateTime<Utc>,
    /// Working days of the holder's territory since then.
    pub working_days: i32,
}

/// A chapter of a release: whose turn it is, and what is missing before the release.
#[derive(Clone, Debug)]
pub struct ChapterView {
    pub view: DeliverableView,
    pub ball: Ball,
    pub missing: Checklist,
}

/// The chapters of a release.
#[derive(Clone, Debug, Default)]
pub struct Chapters {
    pub items: Vec<ChapterView>,
    /// The chapter that is furthest back; `None` if all are accepted or waived.
    pub blocking: Option<DeliverableId>,
}

impl Chapters {
    /// Returns the chapter of a contribution.
    pub fn of(&self, id: DeliverableId) -> Option<&ChapterView> {
        self.items.iter().find(|chapter| chapter.view.deliverable.id == id)
    }

    /// Returns the chapter that blocks the publication.
    pub fn blocker(&self) -> Option<&ChapterView> {
        self.of(self.blocking?)
    }
}

/// The working days that one holder had the ball, in the calendar of the contribution's territory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub holder: Holder,
    /// Name of the holder, for an observatory.
    pub name: Option<String>,
    pub working_days: i32,
}

/// A remark with the contribution it is about.
#[derive(Clone, Debug)]
pub struct RemarkView {
    pub remark: Remark,
    pub about: DeliverableView,
}

/// A peer reading with the contribution that is read.
#[derive(Clone, Debug)]
pub struct ReadingView {
    pub reading: Reading,
    /// Code and name of the observatory that reads.
    pub reader_code: String,
    pub reader_name: String,
    pub about: DeliverableView,
}

/// The same chapter in the edition before: what was left, how it was made, how long it took.
#[derive(Clone, Debug)]
pub struct LastTime {
    pub view: DeliverableView,
    /// Remarks left for the next edition.
    pub carried: Vec<Remark>,
    /// The methodology sheet that applied then.
    pub sheet: Option<Sheet>,
    /// Working days from the plan to the acceptance; `None` if it was never accepted.
    pub working_days: Option<i32>,
}

/// Names of the people and bodies in the trace of a review.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub people: HashMap<PersonId, String>,
    pub bodies: HashMap<BodyId, String>,
}

impl Names {
    /// Returns the name of a person; `None` for the service itself.
    pub fn person(&self, id: Option<PersonId>) -> Option<&str> {
        self.people.get(&id?).map(String::as_str)
    }

    /// Returns the name of a body on whose behalf an entry was made.
    pub fn body(&self, id: Option<BodyId>) -> Option<&str> {
        self.bodies.get(&id?).map(String::as_str)
    }
}

/// The whole review of one contribution.
#[derive(Clone, Debug)]
pub struct Review {
    pub view: DeliverableView,
    pub submissions: Vec<Submission>,
    /// By number.
    pub remarks: Vec<Remark>,
    /// Day by which it is due: that of its earliest open remark once it was sent back, otherwise its own.
    pub due_day: NaiveDate,
    /// Oldest first.
    pub readings: Vec<ReadingView>,
    pub ball: Ball,
    pub held: Vec<Held>,
    /// Working days of all holders.
    pub elapsed: i32,
    pub acceptance: Checklist,
    pub release: Checklist,
    /// Whether the reader is the only holder of a seat of the secretariat.
    pub is_alone: bool,
    /// The methodology sheet that applies now.
    pub sheet: Option<Sheet>,
    pub last_time: Option<LastTime>,
    pub names: Names,
}
