//! Sources, their dates, and the comparison of a file with the dates that are known. Pure.

use crate::error::{Code, Refusal as DomainRefusal, Refused};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{PersonId, SourceChangeId, SourceId, SourceOccurrenceId};
use entity::kinds::OccurrenceState as State;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

pub const CODE_CHARACTERS: usize = 60;
pub const NAME_CHARACTERS: usize = 200;
pub const PUBLISHER_CHARACTERS: usize = 200;
pub const ADDRESS_CHARACTERS: usize = 500;
pub const LABEL_CHARACTERS: usize = 200;
pub const NOTE_CHARACTERS: usize = 500;
/// Longest identity of a date in a calendar file, in characters; the end of a longer one is ignored.
pub const MARK_CHARACTERS: usize = 255;
/// Most dates of one file; a file with more is refused.
pub const MOST_ROWS: usize = 2000;

/// The calendar of another publisher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub id: SourceId,
    /// Name by which date rules mean it; never changed.
    pub code: String,
    pub details: Details,
    pub version: i32,
}

/// Properties of a source that may be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    pub name: String,
    pub publisher: String,
    /// Address of the calendar.
    pub address: Option<String>,
}

/// Returns the name of the source with a code, or the code of an unknown one.
pub fn source_name<'s>(sources: &'s [Source], code: &'s str) -> &'s str {
    sources.iter().find(|source| source.code == code).map_or(code, |source| &source.details.name)
}

/// A date of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    pub id: SourceOccurrenceId,
    pub source_id: SourceId,
    /// Identity inside the source: the UID of a calendar file, or the label.
    pub mark: String,
    pub entry: Entry,
    pub version: i32,
}

/// Statement of a source about a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Period or name, as the publisher writes it.
    pub label: String,
    pub day: NaiveDate,
    pub state: State,
    pub note: Option<String>,
}

/// A change of a date, as its history keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub id: SourceChangeId,
    pub occurrence: SourceOccurrenceId,
    /// Day before the change; none for a new date.
    pub before: Option<NaiveDate>,
    pub day: NaiveDate,
    pub state: State,
    pub at: DateTime<Utc>,
    pub by: Option<PersonId>,
}

/// The days of all sources that count, by code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dates(BTreeMap<String, BTreeSet<NaiveDate>>);

impl Dates {
    /// Adds a date of a source.
    pub fn add(&mut self, source: &str, day: NaiveDate) {
        self.0.entry(source.to_owned()).or_default().insert(day);
    }

    /// Returns the first day of a source after another day.
    pub fn first_after(&self, source: &str, end: NaiveDate) -> Option<NaiveDate> {
        self.0.get(source)?.range(end.succ_opt()?..).next().copied()
    }
}

/// A date as a file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Row of a table, or position of an entry in a calendar file.
    pub row: usize,
    pub mark: String,
    pub label: String,
    pub day: NaiveDate,
    /// None: the known one stays, and a new date is expected.
    pub state: Option<State>,
    /// None: the known one stays.
    pub note: Option<String>,
}

/// Result of comparing a date of a file with those that are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    New { mark: String, entry: Entry },
    Changed { before: Occurrence, entry: Entry },
}

impl Difference {
    pub const fn entry(&self) -> &Entry {
        match self {
            Self::New { entry, .. } | Self::Changed { entry, .. } => entry,
        }
    }

    /// Returns the day before, if the day changes.
    pub fn moved_from(&self) -> Option<NaiveDate> {
        match self {
            Self::New { .. } => None,
            Self::Changed { before, entry } => Some(before.entry.day).filter(|day| *day != entry.day),
        }
    }
}

/// Differences between a file and the dates that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// In the order of the file.
    pub differences: Vec<Difference>,
    /// Dates that are equal.
    pub same: usize,
    /// Known dates that the file does not have; they stay.
    pub others: usize,
}

/// Compares the dates of a file with those that are known. A date is known by its mark, else by a label that only it has.
pub fn compare(known: &[Occurrence], read: Vec<Read>) -> Comparison {
    let marks: HashMap<&str, &Occurrence> = known.iter().map(|one| (one.mark.as_str(), one)).collect();
    let mut labels: HashMap<&str, Vec<&Occurrence>> = HashMap::new();
    for one in known {
        labels.entry(one.entry.label.as_str()).or_default().push(one);
    }
    let read_marks: HashSet<String> = read.iter().map(|one| one.mark.clone()).collect();
    let mut met: HashSet<SourceOccurrenceId> = HashSet::new();
    let mut found = Comparison::default();
    for one in read {
        let by_label = || match labels.get(one.label.as_str()).map(Vec::as_slice) {
            // One that the file names by its mark is another.
            Some([only]) if !read_marks.contains(&only.mark) && !met.contains(&only.id) => Some(*only),
            _ => None,
        };
        let before = marks.get(one.mark.as_str()).copied().or_else(by_label);
        let entry = Entry {
            state: one.state.or(before.map(|before| before.entry.state)).unwrap_or(State::Expected),
            note: one.note.or_else(|| before?.entry.note.clone()),
            label: one.label,
            day: one.day,
        };
        let Some(before) = before else {
            found.differences.push(Difference::New { mark: one.mark, entry });
            continue;
        };
        met.insert(before.id);
        if before.entry == entry {
            found.same += 1;
        } else {
            found.differences.push(Difference::Changed { before: before.clone(), entry });
        }
    }
    found.others = known.iter().filter(|one| !met.contains(&one.id)).count();
    found
}

/// Refusals of changes to sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the code is another source's")]
    CodeTaken,
    #[error("the code has letters that no address of a page has")]
    CodeMalformed,
    #[error("the source has the date already")]
    LabelTaken,
    #[error("the date has everything already")]
    NothingChanges,
    #[error("the file has nothing new")]
    NothingNew,
    #[error("the file has the date twice")]
    Twice,
}

impl DomainRefusal for Refusal {
    fn said(&self) -> Refused {
        match self {
            Self::CodeTaken => Refused::at("code", Code::CodeTaken),
            Self::CodeMalformed => Refused::at("code", Code::CodeMalformed),
            Self::LabelTaken | Self::Twice => Refused::at("label", Code::LabelTaken),
            Self::NothingChanges => Refused::of(Code::NothingChanges),
            Self::NothingNew => Refused::at("document", Code::NothingChanges),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn known(number: u128, mark: &str, label: &str, on: &str) -> Occurrence {
        let entry = Entry { label: label.to_owned(), day: day(on), state: State::Confirmed, note: None };
        Occurrence {
            id: SourceOccurrenceId(Uuid::from_u128(number)),
            source_id: SourceId(Uuid::nil()),
            mark: mark.to_owned(),
            entry,
            version: 1,
        }
    }

    fn read(mark: &str, label: &str, on: &str) -> Read {
        Read { row: 2, mark: mark.to_owned(), label: label.to_owned(), day: day(on), state: None, note: None }
    }

    #[test]
    fn the_first_date_after_a_period_does_not_lie_in_it() {
        let mut dates = Dates::default();
        for on in ["2026-12-31", "2027-03-12", "2027-06-11"] {
            dates.add("istat", day(on));
        }
        assert_eq!(dates.first_after("istat", day("2026-12-31")), Some(day("2027-03-12")));
        assert_eq!(dates.first_after("istat", day("2027-06-11")), None);
        assert_eq!(dates.first_after("inps", day("2026-12-31")), None);
    }

    #[test]
    fn a_date_is_known_by_its_mark_and_else_by_a_label_that_only_it_has() {
        let dates = [
            known(1, "uid-1", "IV trimestre", "2027-03-12"),
            known(2, "I trimestre", "I trimestre", "2027-06-11"),
            known(3, "uid-3", "doppio", "2027-07-01"),
            known(4, "uid-4", "doppio", "2027-08-01"),
        ];
        let file = vec![
            read("uid-1", "IV trimestre 2026", "2027-03-12"),
            read("uid-2", "I trimestre", "2027-06-18"),
            read("uid-9", "doppio", "2027-09-01"),
        ];
        let found = compare(&dates, file);
        let said: Vec<(&str, Option<NaiveDate>, bool)> = found
            .differences
            .iter()
            .map(|one| (one.entry().label.as_str(), one.moved_from(), matches!(one, Difference::New { .. })))
            .collect();
        assert_eq!(
            said,
            [
                ("IV trimestre 2026", None, false),
                ("I trimestre", Some(day("2027-06-11")), false),
                ("doppio", None, true),
            ]
        );
        assert_eq!((found.same, found.others), (0, 2));
        assert_eq!(found.differences[0].entry().state, State::Confirmed, "a file without a state keeps the known one");
    }

    #[test]
    fn the_same_file_again_changes_nothing() {
        let dates = [known(1, "a", "a", "2027-03-12"), known(2, "b", "b", "2027-06-11")];
        let found = compare(&dates, vec![read("a", "a", "2027-03-12"), read("b", "b", "2027-06-11")]);
        assert_eq!(found, Comparison { differences: Vec::new(), same: 2, others: 0 });
    }
}
