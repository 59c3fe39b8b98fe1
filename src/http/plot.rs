//! A time axis for drawings on pages: the place of a day, the length of some days, and the marks along it.
//!
//! The drawings are SVG made by the server: they need no script, no inline style, and can be printed. Each has a title and
//! a description, and its page says the same in a table. All measures are units of the drawing's `viewBox`, in whole
//! numbers.

use crate::texts::Lang;
use crate::time::words;
use chrono::{Datelike as _, Days, Months, NaiveDate};

/// Most marks of an axis; their distance is chosen so that there are not more.
const MOST_MARKS: usize = 8;
/// Distances between two marks, in months.
const DISTANCES: [u32; 6] = [1, 3, 6, 12, 24, 60];

/// The days from one to another, both included, on a line of a given width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeAxis {
    pub from: NaiveDate,
    pub to: NaiveDate,
    left: i64,
    width: i64,
}

/// A span of days on an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    pub x: i64,
    pub width: i64,
}

/// A mark on an axis: the first day of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub x: i64,
    pub label: String,
}

impl TimeAxis {
    /// Makes an axis; an end before the beginning counts as the beginning.
    pub fn new(from: NaiveDate, to: NaiveDate, left: i64, width: i64) -> Self {
        Self { from, to: to.max(from), left, width }
    }

    /// Returns the place at which a day begins; a day outside the axis stands at its edge.
    pub fn x(&self, day: NaiveDate) -> i64 {
        let days = self.days();
        self.left + self.width * (day - self.from).num_days().clamp(0, days) / days
    }

    /// Returns the span from a day to another, both included, as far as it lies on the axis; at least one unit wide, so
    /// that a single day shows. `None` for a span outside the axis.
    pub fn bar(&self, from: NaiveDate, to: NaiveDate) -> Option<Bar> {
        if to < self.from || from > self.to || to < from {
            return None;
        }
        let x = self.x(from);
        Some(Bar { x, width: (self.x(to.min(self.to) + Days::new(1)) - x).max(1) })
    }

    /// Returns the marks: first days of months at the shortest distance that does not crowd them.
    pub fn marks(&self, lang: Lang) -> Vec<Mark> {
        let distance = DISTANCES.into_iter().find(|months| self.firsts(*months).count() <= MOST_MARKS);
        let distance = distance.unwrap_or(120);
        let label = |day: NaiveDate| {
            if distance >= 12 {
                day.year().to_string()
            } else {
                format!("{} {}", words::short_month(day, lang), day.year())
            }
        };
        self.firsts(distance).map(|day| Mark { x: self.x(day), label: label(day) }).collect()
    }

    /// Lists the first days on the axis of every `months`-th month, counted from January of year 0.
    fn firsts(&self, months: u32) -> impl Iterator<Item = NaiveDate> {
        let first = self.from.with_day(1).unwrap_or(self.from);
        let (from, to) = (self.from, self.to);
        let is_marked = move |day: &NaiveDate| {
            let months_since = i64::from(day.year()) * 12 + i64::from(day.month0());
            *day >= from && months_since % i64::from(months) == 0
        };
        (0..)
            .map_while(move |ahead| first.checked_add_months(Months::new(ahead)))
            .take_while(move |day| *day <= to)
            .filter(is_marked)
    }

    fn days(&self) -> i64 {
        (self.to - self.from).num_days() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn days_stand_in_proportion_and_outside_at_the_edge() {
        let axis = TimeAxis::new(day("2027-01-01"), day("2027-01-10"), 20, 100);
        assert_eq!((axis.x(day("2027-01-01")), axis.x(day("2027-01-06")), axis.x(day("2027-01-11"))), (20, 70, 120));
        assert_eq!((axis.x(day("2020-01-01")), axis.x(day("2030-01-01"))), (20, 120));
        assert_eq!(axis.bar(day("2027-01-06"), day("2027-01-06")), Some(Bar { x: 70, width: 10 }));
        assert_eq!(axis.bar(day("2026-01-01"), day("2028-01-01")), Some(Bar { x: 20, width: 100 }));
        assert_eq!(axis.bar(day("2026-01-01"), day("2026-12-31")), None);
        assert_eq!(axis.bar(day("2027-01-03"), day("2027-01-02")), None);
    }

    #[test]
    fn an_axis_of_one_day_has_a_place_for_it() {
        let axis = TimeAxis::new(day("2027-01-05"), day("2027-01-01"), 0, 100);
        assert_eq!(axis.bar(day("2027-01-05"), day("2027-01-05")), Some(Bar { x: 0, width: 100 }));
    }

    #[test]
    fn marks_never_crowd() {
        for (from, to, expected) in [
            ("2027-01-01", "2027-04-30", vec!["gen 2027", "feb 2027", "mar 2027", "apr 2027"]),
            ("2026-11-24", "2027-12-31", vec!["gen 2027", "apr 2027", "lug 2027", "ott 2027"]),
            ("2024-02-01", "2030-06-30", vec!["2025", "2026", "2027", "2028", "2029", "2030"]),
        ] {
            let marks = TimeAxis::new(day(from), day(to), 0, 500).marks(Lang::It);
            assert_eq!(marks.into_iter().map(|mark| mark.label).collect::<Vec<_>>(), expected, "{from} {to}");
        }
        let centuries = TimeAxis::new(day("1900-01-01"), day("2030-01-01"), 0, 500).marks(Lang::It);
        assert!(centuries.len() <= 14, "{centuries:?}");
    }
}
