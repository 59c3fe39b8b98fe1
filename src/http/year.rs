//! The year of a page: a query parameter, and the links to other years.

use crate::error::Code;
use crate::http::Failure;
use crate::time::{Frequency, Period};
use chrono::{Datelike as _, NaiveDate};
use serde::Deserialize;

/// The year as it was typed; empty for the present one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct YearQuery {
    pub year: String,
}

/// A link to the same page of a year.
pub struct YearWay {
    pub href: String,
    pub label: String,
    pub current: bool,
}

impl YearQuery {
    /// Reads the year. One that cannot be read is refused, because the reader would take another for it.
    pub fn read(&self, today: NaiveDate) -> Result<Period, Failure> {
        let year = if self.year.is_empty() { Ok(today.year()) } else { self.year.parse() };
        let year = year.ok().and_then(|year| Period::new(Frequency::Year, year, 1).ok());
        year.ok_or_else(|| Failure::because(Code::BadRequest, "a year is written 2027"))
    }
}

impl YearWay {
    pub fn of(path: &str, year: i32, shown: Period) -> Self {
        Self { href: format!("{path}?year={year}"), label: year.to_string(), current: year == shown.year() }
    }
}
