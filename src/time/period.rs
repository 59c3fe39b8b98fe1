//! Reference periods: the span of time that a release speaks about, not the day on which it comes out.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike as _, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// How often a product repeats, as far as it has a reference period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Frequency {
    Year,
    Half,
    /// *Quadrimestre*: a third of a year, the rhythm of some observatories' newsletters.
    FourMonth,
    Quarter,
    Month,
}

impl Frequency {
    pub const ALL: [Self; 5] = [Self::Year, Self::Half, Self::FourMonth, Self::Quarter, Self::Month];

    /// Length of one period in months.
    pub fn months(self) -> u32 {
        match self {
            Self::Year => 12,
            Self::Half => 6,
            Self::FourMonth => 4,
            Self::Quarter => 3,
            Self::Month => 1,
        }
    }

    /// How many of these periods make a year.
    pub fn in_a_year(self) -> u32 {
        12 / self.months()
    }
}

/// Years with four digits, so that labels of one frequency sort as text.
const YEARS: std::ops::RangeInclusive<i32> = 1000..=9999;

/// One reference period, such as the third quarter of 2026. Ordered by frequency, then by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    frequency: Frequency,
    year: i32,
    /// First of the year is 1.
    number: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    #[error("`{0}` is not a period; write 2026, 2026-S1, 2026-T1, 2026-Q3 or 2026-09")]
    Unreadable(String),
    #[error("a year has no such period: number {number} of {in_a_year}")]
    NoSuchNumber { number: u32, in_a_year: u32 },
    #[error("the year {0} does not have four digits")]
    YearOutOfRange(i32),
}

impl Period {
    /// The `number`-th period of `year`, counted from 1.
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

    /// The period of this frequency in which `day` lies.
    pub fn containing(frequency: Frequency, day: NaiveDate) -> Result<Self, PeriodError> {
        Self::new(frequency, day.year(), day.month0() / frequency.months() + 1)
    }

    pub fn frequency(self) -> Frequency {
        self.frequency
    }

    pub fn year(self) -> i32 {
        self.year
    }

    /// Place in its year, from 1.
    pub fn number(self) -> u32 {
        self.number
    }

    /// First day, included.
    pub fn first_day(self) -> NaiveDate {
        let month = (self.number - 1) * self.frequency.months() + 1;
        NaiveDate::from_ymd_opt(self.year, month, 1).expect("Period::new admits only months of four-digit years")
    }

    /// Last day, included: the zero point of timeliness.
    pub fn last_day(self) -> NaiveDate {
        let day_after = self.first_day() + Months::new(self.frequency.months());
        day_after.pred_opt().expect("a four-digit year is far from the first day chrono knows")
    }

    /// The period after this one; `None` after the year 9999.
    pub fn next(self) -> Option<Self> {
        Self::containing(self.frequency, self.last_day().succ_opt()?).ok()
    }

    /// The period before this one; `None` before the year 1000.
    pub fn previous(self) -> Option<Self> {
        Self::containing(self.frequency, self.first_day().pred_opt()?).ok()
    }
}

/// The label: `2026`, `2026-S1`, `2026-T1` (four months), `2026-Q3`, `2026-09`.
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

    /// Reads exactly what [`Display`](fmt::Display) writes: one period has one label.
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
