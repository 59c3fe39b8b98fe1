//! A month as the rows of a wall calendar, from Monday to Sunday. Pure.

use crate::time::Period;
use chrono::{Datelike, NaiveDate};

/// A day of the month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GridDay {
    pub day: NaiveDate,
    /// Name of the holiday, if it is one.
    pub closed: Option<String>,
}

/// One row, from Monday to Sunday; `None` for a day of another month.
pub type Week = [Option<GridDay>; 7];

/// Returns the weeks of a month. `holiday` returns the name of the holiday on a day.
pub fn weeks(month: Period, holiday: impl Fn(NaiveDate) -> Option<String>) -> Vec<Week> {
    let mut weeks: Vec<Week> = Vec::new();
    for day in month.first_day().iter_days().take_while(|day| *day <= month.last_day()) {
        let place = day.weekday().num_days_from_monday() as usize;
        if place == 0 || weeks.is_empty() {
            weeks.push(Week::default());
        }
        if let Some(cell) = weeks.last_mut().and_then(|week| week.get_mut(place)) {
            *cell = Some(GridDay { day, closed: holiday(day) });
        }
    }
    weeks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(label: &str, holiday: impl Fn(NaiveDate) -> Option<String>) -> Vec<Week> {
        weeks(label.parse().expect("a month of the test"), holiday)
    }

    fn numbers(week: &Week) -> [u32; 7] {
        week.each_ref().map(|cell| cell.as_ref().map_or(0, |cell| cell.day.day()))
    }

    #[test]
    fn a_month_begins_on_its_weekday_and_ends_on_its_last_day() {
        for (month, rows, first, last) in [
            ("2026-06", 5, [1, 2, 3, 4, 5, 6, 7], [29, 30, 0, 0, 0, 0, 0]),
            ("2026-12", 5, [0, 1, 2, 3, 4, 5, 6], [28, 29, 30, 31, 0, 0, 0]),
            ("2026-07", 5, [0, 0, 1, 2, 3, 4, 5], [27, 28, 29, 30, 31, 0, 0]),
            ("2026-10", 5, [0, 0, 0, 1, 2, 3, 4], [26, 27, 28, 29, 30, 31, 0]),
            ("2027-01", 5, [0, 0, 0, 0, 1, 2, 3], [25, 26, 27, 28, 29, 30, 31]),
            ("2026-08", 6, [0, 0, 0, 0, 0, 1, 2], [31, 0, 0, 0, 0, 0, 0]),
            ("2026-11", 6, [0, 0, 0, 0, 0, 0, 1], [30, 0, 0, 0, 0, 0, 0]),
            ("2027-02", 4, [1, 2, 3, 4, 5, 6, 7], [22, 23, 24, 25, 26, 27, 28]),
            ("2028-02", 5, [0, 1, 2, 3, 4, 5, 6], [28, 29, 0, 0, 0, 0, 0]),
        ] {
            let weeks = drawn(month, |_| None);
            let ends = [weeks.first(), weeks.last()].map(|week| week.map(numbers).unwrap_or_default());
            assert_eq!((weeks.len(), ends), (rows, [first, last]), "{month}");
        }
    }

    #[test]
    fn every_day_of_a_month_stands_in_it_once_and_in_order() {
        for month in ["2026-02", "2028-02", "2026-11", "2026-12"] {
            let days: Vec<u32> = drawn(month, |_| None).iter().flatten().flatten().map(|cell| cell.day.day()).collect();
            assert_eq!(days, (1..=u32::try_from(days.len()).expect("a few")).collect::<Vec<_>>(), "{month}");
        }
    }

    #[test]
    fn a_holiday_names_its_day_and_no_other() {
        let christmas = |day: NaiveDate| (day.day() == 25).then(|| "Natale".to_owned());
        let closed: Vec<(u32, String)> = drawn("2026-12", christmas)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|cell| Some((cell.day.day(), cell.closed?)))
            .collect();
        assert_eq!(closed, [(25, "Natale".to_owned())]);
    }
}
