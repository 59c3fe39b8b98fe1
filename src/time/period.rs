//! Reference periods: the span of time a release reports on (not the day on which it is published).

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike as _, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// Length of a product's reference period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Frequency {
    Year,
    Half,
    /// Four months (Italian *quadrimestre*), used by some observatories' newsletters.
    FourMonth,
    Quarter,
    Month,
}

impl Frequency {
    pub const ALL: [Self; 5] = [Self::Year, Self::Half, Self::FourMonth, Self::Quarter, Self::Month];

    /// Returns the length of one period in months.
    pub fn months(self) -> u32 {
        match self {
            Self::Year => 12,
            Self::Half => 6,
            Self::FourMonth => 4,
            Self::Quarter => 3,
            Self::Month => 1,
        }
    }

    /// Returns the number of these periods in a year.
    pub fn in_a_year(self) -> u32 {
        12 / self.months()
    }
}

/// Years in which a period may lie, the same as for [`super::Day`]. All have four digits, so that labels of one
/// frequency sort as text.
const YEARS: std::ops::RangeInclusive<i32> = super::day::YEARS;

/// One reference period, such as the third quarter of 2026. Ordered by frequency, then by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    frequency: Frequency,
    year: i32,
    /// Position in the year, from 1.
    number: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    #[error("`{0}` is not a period; write 2026, 2026-S1, 2026-T1, 2026-Q3 or 2026-09")]
    Unreadable(String),
    #[error("a year has no such period: number {number} of {in_a_year}")]
    NoSuchNumber { number: u32, in_a_year: u32 },
    #[error("no period lies in the year {0}; those from 1900 to 2199 do")]
    YearOutOfRange(i32),
}

impl Period {
    /// Makes the `number`-th period of `year`, counted from 1.
    pub fn new(frequency: Frequency, year: i32, number: u32) -> Result<Self, PeriodError> {
        let in_a_year = frequency.in_a_year();
        if !YEARS.contains(&year) {
            return Err(PeriodError::YearOutOfRange(year));
        }
        if !(1..=in_a_year).contains(&number) {
            return Err(PeriodError::NoSuchNumber { number, in_a_year });
        }
        Ok(Self { frequency, year, number })
    }

    /// Returns the period of this frequency that contains `day`.
    pub fn containing(frequency: Frequency, day: NaiveDate) -> Result<Self, PeriodError> {
        Self::new(frequency, day.year(), day.month0() / frequency.months() + 1)
    }

    pub fn frequency(self) -> Frequency {
        self.frequency
    }

    pub fn year(self) -> i32 {
        self.year
    }

    /// Returns the position in the year, from 1.
    pub fn number(self) -> u32 {
        self.number
    }

    /// Returns the first day of the period.
    pub fn first_day(self) -> NaiveDate {
        let month = (self.number - 1) * self.frequency.months() + 1;
        NaiveDate::from_ymd_opt(self.year, month, 1).expect("Period::new admits only months of four-digit years")
    }

    /// Returns the last day of the period. Timeliness of a release is counted from this day.
    pub fn last_day(self) -> NaiveDate {
        let day_after = self.first_day() + Months::new(self.frequency.months());
        day_after.pred_opt().expect("a four-digit year is far from the first day chrono knows")
    }

    /// Returns the following period; `None` after the year 2199.
    pub fn next(self) -> Option<Self> {
        Self::containing(self.frequency, self.last_day().succ_opt()?).ok()
    }

    /// Returns the preceding period; `None` before the year 1900.
    pub fn previous(self) -> Option<Self> {
        Self::containing(self.frequency, self.first_day().pred_opt()?).ok()
    }
}

/// Writes the label: `2026`, `2026-S1`, `2026-T1` (four months), `2026-Q3`, `2026-09`.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, number) = (self.year, self.number);
        match self.frequency {
            Frequency::Year => write!(f, "{year}"),
            Frequency::Half => write!(f, "{year}-S{number}"),
            Frequency::FourMonth => write!(f, "{year}-T{number}"),
            Frequency::Quarter => write!(f, "{year}-Q{number}"),
            Frequency::Month => write!(f, "{year}-{number:02}"),
        }
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    /// Reads exactly the labels that [`Display`](fmt::Display) writes, because one period must have one label only.
    fn from_str(label: &str) -> Result<Self, PeriodError> {
        let unreadable = || PeriodError::Unreadable(label.to_owned());
        let (year, part) = label.split_once('-').unwrap_or((label, ""));
        let (frequency, number) = match (part.get(..1), part.get(1..)) {
            (None, _) if !label.contains('-') => (Frequency::Year, "1"),
            (Some("S"), Some(number)) => (Frequency::Half, number),
            (Some("T"), Some(number)) => (Frequency::FourMonth, number),
            (Some("Q"), Some(number)) => (Frequency::Quarter, number),
            _ => (Frequency::Month, part),
        };
        let year = year.parse().map_err(|_| unreadable())?;
        let number = number.parse().map_err(|_| unreadable())?;
        let period = Self::new(frequency, year, number)?;
        if period.to_string() == label { Ok(period) } else { Err(unreadable()) }
    }
}

impl TryFrom<String> for Period {
    type Error = PeriodError;

    fn try_from(label: String) -> Result<Self, PeriodError> {
        label.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a day of the test")
    }

    fn period(label: &str) -> Period {
        label.parse().expect("a label of the test")
    }

    #[test]
    fn labels_name_first_and_last_days() {
        let table = [
            ("2026", day(2026, 1, 1), day(2026, 12, 31)),
            ("2026-S1", day(2026, 1, 1), day(2026, 6, 30)),
            ("2026-S2", day(2026, 7, 1), day(2026, 12, 31)),
            ("2026-T1", day(2026, 1, 1), day(2026, 4, 30)),
            ("2026-T3", day(2026, 9, 1), day(2026, 12, 31)),
            ("2026-Q3", day(2026, 7, 1), day(2026, 9, 30)),
            ("2026-09", day(2026, 9, 1), day(2026, 9, 30)),
            ("2027-02", day(2027, 2, 1), day(2027, 2, 28)),
            ("2028-02", day(2028, 2, 1), day(2028, 2, 29)),
        ];
        for (label, first, last) in table {
            let period = period(label);
            assert_eq!((period.first_day(), period.last_day()), (first, last), "{label}");
            assert_eq!(period.to_string(), label);
        }
    }

    #[test]
    fn the_last_period_of_a_year_is_followed_by_the_first_of_the_next() {
        for (last, first) in [
            ("2026", "2027"),
            ("2026-S2", "2027-S1"),
            ("2026-T3", "2027-T1"),
            ("2026-Q4", "2027-Q1"),
            ("2026-12", "2027-01"),
        ] {
            assert_eq!(period(last).next(), Some(period(first)));
            assert_eq!(period(first).previous(), Some(period(last)));
        }
        assert_eq!(period("2199-12").next(), None);
        assert_eq!(period("1900").previous(), None);
    }

    #[test]
    fn an_inexact_period_label_is_refused() {
        for label in [
            "",
            "-",
            "26",
            "2026-",
            "2026-S",
            "2026-S0",
            "2026-S3",
            "2026-T4",
            "2026-Q5",
            "2026-Q01",
            "2026-13",
            "2026-00",
            "2026-9",
            "2026-009",
            "2026-X1",
            "2026-q3",
            " 2026",
            "2026 ",
            "+2026",
            "02026",
            "12026",
            "2026-+9",
            "2026-Q3-1",
            "2026-é",
            "1899",
            "1899-Q4",
            "2200",
            "2200-01",
            "9999",
        ] {
            assert!(label.parse::<Period>().is_err(), "`{label}` was read");
        }
        let beyond = Period::new(Frequency::Quarter, 2026, 5);
        assert_eq!(beyond, Err(PeriodError::NoSuchNumber { number: 5, in_a_year: 4 }));
    }

    #[test]
    fn periods_travel_as_their_labels() {
        let written = serde_json::to_string(&period("2026-T2")).expect("a period is a string");
        assert_eq!(written, "\"2026-T2\"");
        assert_eq!(serde_json::from_str::<Period>(&written).expect("reads its own label"), period("2026-T2"));
        assert!(serde_json::from_str::<Period>("\"2026-T4\"").is_err());
    }

    proptest! {
        #[test]
        fn periods_tile_time(days in 0_u64..80_000, which in 0_usize..5) {
            let day = day(1900, 1, 1) + chrono::Days::new(days);
            let period = Period::containing(Frequency::ALL[which], day).expect("a four-digit year");
            prop_assert!(period.first_day() <= day && day <= period.last_day());
            let next = period.next().expect("not the last year");
            prop_assert_eq!(Some(next.first_day()), period.last_day().succ_opt());
            prop_assert_eq!(next.previous(), Some(period));
            prop_assert!(period < next && period.to_string() < next.to_string());
            prop_assert_eq!(period.to_string().parse(), Ok(period));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,12}") {
            if let Ok(period) = text.parse::<Period>() {
                prop_assert_eq!(period.to_string(), text);
            }
        }
    }
}
