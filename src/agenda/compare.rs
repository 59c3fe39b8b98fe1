//! Editions of the agenda, and the differences between two states of it. Pure.

use crate::releases::model::When;
use crate::texts::Lang;
use crate::time::{Period, words};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{EditionId, MeetingId, OutcomeId, PersonId, ReleaseId};
use entity::kinds::ReleaseState;

/// An adopted edition, without its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    pub id: EditionId,
    /// 1 for the first.
    pub number: i32,
    pub title: String,
    /// First and last day of its span.
    pub days: (NaiveDate, NaiveDate),
    pub adopted_at: DateTime<Utc>,
    pub adopted_by: Option<PersonId>,
    /// The decision of the table by which it was adopted.
    pub decided: Option<EditionDecision>,
}

/// The decision of the table that adopted an edition, with its meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditionDecision {
    pub outcome: OutcomeId,
    pub meeting: MeetingId,
    /// Day of the meeting.
    pub day: NaiveDate,
}

/// A release as an edition holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub release: ReleaseId,
    pub product_name_it: String,
    pub product_name_en: String,
    pub observatory_name: Option<String>,
    pub period: Period,
    pub state: ReleaseState,
    pub when: When,
}

impl Entry {
    /// «Relazione territoriale sul mercato del lavoro, anno 2026», followed by the observatory if the release belongs to
    /// one.
    pub fn title(&self, lang: Lang) -> String {
        let product = match lang {
            Lang::It => &self.product_name_it,
            Lang::En => &self.product_name_en,
        };
        let title = format!("{product}, {}", words::period(self.period, lang));
        match &self.observatory_name {
            Some(name) => format!("{title} ({name})"),
            None => title,
        }
    }
}

/// A difference between two states of the agenda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    Added(Entry),
    /// Not in the later state: its day has left the span.
    Removed(Entry),
    /// Another day, or another precision of it.
    Moved {
        before: Entry,
        after: Entry,
    },
    /// The same day in another state: confirmed, published, cancelled.
    State {
        before: Entry,
        after: Entry,
    },
}

impl Difference {
    /// Returns the entry that it is about, as it is later if it still is.
    pub const fn entry(&self) -> &Entry {
        match self {
            Self::Added(entry) | Self::Removed(entry) => entry,
            Self::Moved { after, .. } | Self::State { after, .. } => after,
        }
    }
}

/// Returns the differences from one state of the agenda to another, by day.
pub fn differences(before: &[Entry], after: &[Entry]) -> Vec<Difference> {
    let find = |among: &[Entry], id: ReleaseId| among.iter().find(|entry| entry.release == id).cloned();
    let mut found: Vec<Difference> = Vec::new();
    for later in after {
        match find(before, later.release) {
            None => found.push(Difference::Added(later.clone())),
            Some(before) if before.state != ReleaseState::Cancelled && later.state == ReleaseState::Cancelled => {
                found.push(Difference::State { before, after: later.clone() });
            }
            Some(before) if before.when != later.when => {
                found.push(Difference::Moved { before, after: later.clone() });
            }
            Some(before) if before.state != later.state => {
                found.push(Difference::State { before, after: later.clone() });
            }
            Some(_) => {}
        }
    }
    let is_gone = |entry: &&Entry| find(after, entry.release).is_none();
    found.extend(before.iter().filter(is_gone).cloned().map(Difference::Removed));
    found.sort_by_key(|difference| (difference.entry().when.first_day(), difference.entry().release));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::ids::ReleaseId;
    use uuid::Uuid;

    fn entry(number: u128, day: &str, state: ReleaseState) -> Entry {
        Entry {
            release: ReleaseId::from(Uuid::from_u128(number)),
            product_name_it: "Nota congiunturale".to_owned(),
            product_name_en: "Quarterly note".to_owned(),
            observatory_name: None,
            period: "2026-Q4".parse().expect("a period"),
            state,
            when: When::On(day.parse().expect("a day")),
        }
    }

    #[test]
    fn what_was_added_removed_moved_and_confirmed_is_told_apart() {
        use ReleaseState::{Cancelled, Confirmed, Provisional};
        let before = [
            entry(1, "2027-01-11", Provisional),
            entry(2, "2027-02-11", Provisional),
            entry(3, "2027-03-11", Provisional),
            entry(4, "2027-04-12", Confirmed),
            entry(5, "2027-05-12", Confirmed),
        ];
        let after = [
            entry(1, "2027-01-11", Confirmed),
            entry(2, "2027-02-12", Provisional),
            entry(4, "2027-04-13", Cancelled),
            entry(5, "2027-05-12", Confirmed),
            entry(6, "2027-06-11", Provisional),
        ];
        let found = differences(&before, &after);
        let kinds: Vec<&str> = found
            .iter()
            .map(|one| match one {
                Difference::Added(_) => "added",
                Difference::Removed(_) => "removed",
                Difference::Moved { .. } => "moved",
                Difference::State { .. } => "state",
            })
            .collect();
        assert_eq!(kinds, ["state", "moved", "removed", "state", "added"]);
        assert_eq!(differences(&before, &before), []);
        assert_eq!(found[0].entry().title(Lang::En), "Quarterly note, 4th quarter of 2026");
    }
}
