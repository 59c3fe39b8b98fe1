//! Drawings on pages: a time axis with the place of a day, the length of some days and the marks along it; rows of bars below
//! it; lengths of amounts.
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

/// Width of a drawing, of the axis in it, and the space left of the axis.
const WIDTH: i64 = 480;
const AXIS: i64 = 440;
const LEFT: i64 = 8;
/// Height of the head with the marks, of a row, and of the foot.
const HEAD: i64 = 26;
const ROW: i64 = 48;
const FOOT: i64 = 22;
/// Width of the label of a mark; a mark whose label would stand beyond the edge is left out.
const LABEL: i64 = 46;

/// The frame of a drawing: rows with a label and a bar below a time axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    pub width: i64,
    pub height: i64,
    /// Lower end of the lines.
    pub floor: i64,
    pub marks: Vec<Mark>,
    /// Place of the present day; `None` for one outside the axis.
    pub today: Option<i64>,
}

/// Heights of one row: of its label, and of the upper end, the middle and the text of its bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heights {
    pub label: i64,
    pub bar: i64,
    pub middle: i64,
    pub text: i64,
}

impl Rows {
    /// Makes the axis of a drawing.
    pub fn axis(from: NaiveDate, to: NaiveDate) -> TimeAxis {
        TimeAxis::new(from, to, LEFT, AXIS)
    }

    /// Makes the frame for a number of rows.
    pub fn of(axis: &TimeAxis, rows: usize, today: NaiveDate, lang: Lang) -> Self {
        let floor = HEAD + ROW * i64::try_from(rows).unwrap_or_default();
        Self {
            width: WIDTH,
            height: floor + FOOT,
            floor,
            marks: axis.marks(lang).into_iter().filter(|mark| mark.x + LABEL <= WIDTH).collect(),
            today: (axis.from <= today && today <= axis.to).then(|| axis.x(today)),
        }
    }

    /// Returns the heights of a row, counted from 0.
    pub fn heights(number: usize) -> Heights {
        let top = HEAD + ROW * i64::try_from(number).unwrap_or_default();
        Heights { label: top + 15, bar: top + 21, middle: top + 31, text: top + 35 }
    }
}

/// Returns the length of a bar for an amount, if the greatest amount has the whole length; at least one unit for any amount
/// at all.
pub fn length(amount: i64, most: i64, whole: i64) -> i64 {
    if amount <= 0 || most <= 0 { 0 } else { (whole * amount / most).clamp(1, whole) }
}

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
    fn a_drawing_grows_with_its_rows_and_marks_today_only_on_its_axis() {
        let axis = Rows::axis(day("2027-01-01"), day("2027-12-31"));
        let (two, three) =
            (Rows::of(&axis, 2, day("2027-07-02"), Lang::It), Rows::of(&axis, 3, day("2028-01-01"), Lang::It));
        assert_eq!(three.height - two.height, Rows::heights(1).bar - Rows::heights(0).bar);
        assert!(Rows::heights(1).bar + 20 < two.floor && two.floor < two.height);
        assert_eq!((two.today, three.today), (Some(axis.x(day("2027-07-02"))), None));
    }

    #[test]
    fn a_bar_is_as_long_as_its_share_and_never_vanishes() {
        assert_eq!(
            [length(0, 10, 400), length(1, 1000, 400), length(5, 10, 400), length(10, 10, 400)],
            [0, 1, 200, 400]
        );
        assert_eq!((length(0, 0, 400), length(3, 0, 400)), (0, 0));
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
