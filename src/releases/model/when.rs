//! A date of a release with its precision. Pure.

use super::Refusal;
use crate::time::zone;
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc};
use entity::kinds::Precision;

/// A day and an hour of wall time in Europe/Rome. Only such a date can be confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    pub day: NaiveDate,
    pub hour: NaiveTime,
}

impl Slot {
    /// Returns the end of the embargo, before which nothing is published.
    pub fn instant(self) -> DateTime<Utc> {
        zone::instant_of(self.day, self.hour)
    }
}

/// A date with its precision. A longer period is represented by its first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    At(Slot),
    On(NaiveDate),
    /// The week from this Monday.
    InWeek(NaiveDate),
    /// The month from this first day.
    InMonth(NaiveDate),
    /// Two months from the first day of an odd month: *gennaio-febbraio*, *marzo-aprile*…
    InTwoMonths(NaiveDate),
}

impl When {
    /// Makes a date from a precision and any day of its period.
    pub fn of(precision: Precision, day: NaiveDate, hour: Option<NaiveTime>) -> Result<Self, Refusal> {
        match (precision, hour) {
            (Precision::DayTime, Some(hour)) => Ok(Self::At(Slot { day, hour })),
            (Precision::DayTime, None) => Err(Refusal::HourMissing),
            (_, Some(_)) => Err(Refusal::HourOutOfPlace),
            (precision, None) => Ok(Self::spanning(precision, day)),
        }
    }

    /// Makes a date without an hour from a precision and any day of its period.
    pub fn spanning(precision: Precision, day: NaiveDate) -> Self {
        match precision {
            Precision::DayTime | Precision::Day => Self::On(day),
            Precision::Week => Self::InWeek(day - Days::new(u64::from(day.weekday().num_days_from_monday()))),
            Precision::Month => Self::InMonth(first_of_month(day)),
            Precision::TwoMonths => {
                let month = first_of_month(day);
                Self::InTwoMonths(if month.month().is_multiple_of(2) { month - Months::new(1) } else { month })
            }
        }
    }

    pub const fn precision(self) -> Precision {
        match self {
            Self::At(_) => Precision::DayTime,
            Self::On(_) => Precision::Day,
            Self::InWeek(_) => Precision::Week,
            Self::InMonth(_) => Precision::Month,
            Self::InTwoMonths(_) => Precision::TwoMonths,
        }
    }

    pub const fn first_day(self) -> NaiveDate {
        match self {
            Self::At(Slot { day, .. })
            | Self::On(day)
            | Self::InWeek(day)
            | Self::InMonth(day)
            | Self::InTwoMonths(day) => day,
        }
    }

    /// Returns the last day, included.
    pub fn last_day(self) -> NaiveDate {
        match self {
            Self::At(Slot { day, .. }) | Self::On(day) => day,
            Self::InWeek(monday) => monday + Days::new(6),
            Self::InMonth(first) => first + Months::new(1) - Days::new(1),
            Self::InTwoMonths(first) => first + Months::new(2) - Days::new(1),
        }
    }

    pub const fn hour(self) -> Option<NaiveTime> {
        match self {
            Self::At(Slot { hour, .. }) => Some(hour),
            Self::On(_) | Self::InWeek(_) | Self::InMonth(_) | Self::InTwoMonths(_) => None,
        }
    }
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day - Days::new(u64::from(day.day0()))
}
