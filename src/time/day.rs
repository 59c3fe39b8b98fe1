//! Days read from requests, forms and cursors, restricted to the years the network can mean.

use chrono::{Datelike as _, NaiveDate, ParseError};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::str::FromStr;
use utoipa::openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, schema::Type};
use utoipa::{PartialSchema, ToSchema};

/// Years, both included, in which a day read from outside may lie; any other year is refused. The bound is needed
/// because chrono accepts the years −262143 to 262142: text columns sort signed years before all others, `PostgreSQL`
/// cannot store all of them, and the last day has no successor. It also catches the year 27, which a browser's date
/// field sends when the user types two digits.
pub(super) const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// A day read from a request, a form or a cursor: a full-date of RFC 3339 §5.6 within [`YEARS`]. Code behind the edge,
/// and rows of the database, use `NaiveDate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "NaiveDate", into = "NaiveDate")]
pub struct Day(NaiveDate);

/// Error for a text that is not a day, or for a day outside [`YEARS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a day of the years 1900 to 2199, written 2027-03-30")]
pub struct NotADay;

impl Day {
    /// Wraps a day for output without a check, because days from the database were checked when they were first read.
    pub const fn of(day: NaiveDate) -> Self {
        Self(day)
    }
}

impl From<Day> for NaiveDate {
    fn from(Day(day): Day) -> Self {
        day
    }
}

impl TryFrom<NaiveDate> for Day {
    type Error = NotADay;

    fn try_from(day: NaiveDate) -> Result<Self, NotADay> {
        if YEARS.contains(&day.year()) { Ok(Self(day)) } else { Err(NotADay) }
    }
}

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        let day: Result<NaiveDate, ParseError> = text.trim().parse();
        day.map_err(|_| NotADay)?.try_into()
    }
}

impl PartialSchema for Day {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
            .pattern(Some("^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$"))
            .max_length(Some(10))
            .examples(["2027-03-30"])
            .description(Some("A day of the years 1900 to 2199."))
            .into()
    }
}

impl ToSchema for Day {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Day")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_outside_1900_to_2199_makes_no_day() {
        for text in ["1900-01-01", "2027-03-30", "2028-02-29", " 2199-12-31 "] {
            assert!(text.parse::<Day>().is_ok(), "{text}");
        }
        for text in [
            "",
            "0027-03-30",
            "1899-12-31",
            "2200-01-01",
            "9999-12-31",
            "+262142-12-31",
            "-262143-01-01",
            "2027-02-29",
            "30/03/2027",
        ] {
            assert_eq!(text.parse::<Day>(), Err(NotADay), "{text}");
            assert!(serde_json::from_value::<Day>(text.into()).is_err(), "{text}");
        }
    }
}
