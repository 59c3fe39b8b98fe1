//! A part of every year.

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A part of every year, both days included, written `08-01/08-31`. It may pass the end of the year: `12-20/01-06`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SpanOfYear {
    from: (u32, u32),
    to: (u32, u32),
}

/// Error for a text that is not a part of the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a part of the year, written 08-01/08-31")]
pub struct NotASpan;

impl SpanOfYear {
    /// Tells whether `day` lies in it.
    pub fn contains(self, day: NaiveDate) -> bool {
        let day = (day.month(), day.day());
        if self.from <= self.to { self.from <= day && day <= self.to } else { self.from <= day || day <= self.to }
    }

    /// Returns the first and the last day as days of a leap year, for words.
    pub(super) fn days(self) -> Option<(NaiveDate, NaiveDate)> {
        Some((in_leap_year(self.from)?, in_leap_year(self.to)?))
    }
}

/// Returns a day of a leap year, in which every day of a month exists.
fn in_leap_year((month, day): (u32, u32)) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(2024, month, day)
}

fn month_and_day(text: &str) -> Option<(u32, u32)> {
    let (month, day) = text.split_once('-')?;
    let is_plain = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_plain(month) || !is_plain(day) {
        return None;
    }
    let read = (month.parse().ok()?, day.parse().ok()?);
    in_leap_year(read).map(|_| read)
}

impl FromStr for SpanOfYear {
    type Err = NotASpan;

    fn from_str(text: &str) -> Result<Self, NotASpan> {
        let (from, to) = text.split_once('/').ok_or(NotASpan)?;
        Ok(Self { from: month_and_day(from).ok_or(NotASpan)?, to: month_and_day(to).ok_or(NotASpan)? })
    }
}

impl fmt::Display for SpanOfYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to } = self;
        write!(f, "{:02}-{:02}/{:02}-{:02}", from.0, from.1, to.0, to.1)
    }
}

impl TryFrom<String> for SpanOfYear {
    type Error = NotASpan;

    fn try_from(text: String) -> Result<Self, NotASpan> {
        text.parse()
    }
}

impl From<SpanOfYear> for String {
    fn from(span: SpanOfYear) -> Self {
        span.to_string()
    }
}
