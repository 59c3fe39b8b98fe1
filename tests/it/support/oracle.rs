//! Working days from `tests/data/non-working-days-oracle.csv`, which shares no code with the service.

use chrono::{Datelike, NaiveDate, Weekday};
use std::collections::{BTreeMap, BTreeSet};

/// Territories of the observatories that owe something.
pub const TERRITORIES: [(&str, &str); 12] = [
    ("bergamo", "BG"),
    ("brescia", "BS"),
    ("como", "CO"),
    ("cremona", "CR"),
    ("lecco", "LC"),
    ("lodi", "LO"),
    ("mantova", "MN"),
    ("milano", "MI"),
    ("monza-brianza", "MB"),
    ("pavia", "PV"),
    ("sondrio", "SO"),
    ("varese", "VA"),
];

/// Days off by territory, from another source than the service's.
pub struct Oracle(BTreeMap<&'static str, BTreeSet<NaiveDate>>);

impl Oracle {
    pub fn read() -> Self {
        let mut days: BTreeMap<&'static str, BTreeSet<NaiveDate>> = BTreeMap::new();
        for row in include_str!("../../data/non-working-days-oracle.csv").lines().skip(1) {
            let mut cells = row.split(',');
            let (territory, date) = (cells.next().expect("a territory"), cells.next().expect("a day"));
            days.entry(territory).or_default().insert(date.parse().expect("a day"));
        }
        Self(days)
    }

    pub fn works(&self, territory: &str, date: NaiveDate) -> bool {
        let is_off = |code: &str| self.0.get(code).is_some_and(|days| days.contains(&date));
        !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !is_off("IT") && !is_off(territory)
    }

    pub fn all_work(&self, date: NaiveDate) -> bool {
        TERRITORIES.iter().all(|(_, code)| self.works(code, date))
    }

    /// Returns the first day on which all work, from a day on.
    pub fn from(&self, date: NaiveDate) -> NaiveDate {
        date.iter_days().find(|date| self.all_work(*date)).expect("a day worked by all")
    }

    /// Counts working days of a territory back from a day.
    pub fn before(&self, territory: &str, date: NaiveDate, days: i32) -> NaiveDate {
        let back = std::iter::successors(date.pred_opt(), NaiveDate::pred_opt);
        let count = usize::try_from(-days).expect("days before");
        if count == 0 { date } else { back.filter(|date| self.works(territory, *date)).nth(count - 1).expect("a day") }
    }
}
