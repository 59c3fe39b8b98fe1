//! Days and hours in words, and wall time in Italy.

use super::agenda::Row;
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::sync::LazyLock;

static ROME: LazyLock<TimeZone> = LazyLock::new(|| TimeZone::get("Europe/Rome").expect("a known zone"));

const MONTHS: [[&str; 12]; 2] = [
    [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
];
const WEEKDAYS: [[&str; 7]; 2] = [
    ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
];

/// Language of a page or feed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    It,
    En,
}

impl Lang {
    pub fn of(code: &str) -> Self {
        if code == "en" { Self::En } else { Self::It }
    }

    /// Returns the text in this language.
    pub const fn pick<'a>(self, it: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::It => it,
            Self::En => en,
        }
    }
}

fn offset_at(instant: DateTime<Utc>) -> TimeDelta {
    let timestamp = Timestamp::from_second(instant.timestamp()).unwrap_or_default();
    TimeDelta::seconds(ROME.to_offset(timestamp).seconds().into())
}

/// Returns the wall time in Italy.
pub fn rome(instant: DateTime<Utc>) -> NaiveDateTime {
    (instant + offset_at(instant)).naive_utc()
}

/// Returns the instant of a wall time in Italy, outside the hours in which the clocks change.
pub fn instant_in_rome(day: NaiveDate, hour: NaiveTime) -> DateTime<Utc> {
    let as_if_utc = day.and_time(hour).and_utc();
    as_if_utc - offset_at(as_if_utc - TimeDelta::hours(1))
}

/// «martedì 30 marzo 2027» / "Tuesday 30 March 2027".
pub fn long_day(day: NaiveDate, lang: Lang) -> String {
    let weekday = WEEKDAYS[lang as usize][day.weekday().num_days_from_monday() as usize];
    format!("{weekday} {}", date(day, lang))
}

fn date(day: NaiveDate, lang: Lang) -> String {
    let ordinal = if lang == Lang::It && day.day() == 1 { "°" } else { "" };
    format!("{}{ordinal} {}", day.day(), month(day, lang))
}

/// «marzo 2027» / "March 2027".
fn month(day: NaiveDate, lang: Lang) -> String {
    format!("{} {}", MONTHS[lang as usize][day.month0() as usize], day.year())
}

/// Formats a day with its hour.
pub fn long_slot(day: NaiveDate, hour: NaiveTime, lang: Lang) -> String {
    let (hours, minutes) = (hour.hour(), hour.minute());
    match lang {
        Lang::It => format!("{}, ore {hours}.{minutes:02}", long_day(day, lang)),
        Lang::En => format!("{}, {hours}:{minutes:02} (Italian time)", long_day(day, lang)),
    }
}

/// Formats the date of a release.
pub fn when(release: &Row, lang: Lang) -> String {
    match (release.precision.as_str(), release.hour) {
        (_, Some(hour)) => long_slot(release.day, hour, lang),
        ("week", None) => format!("{} {}", lang.pick("settimana dal", "week of"), date(release.day, lang)),
        ("month", None) => month(release.day, lang),
        ("two_months", None) => format!("{}–{}", month(release.day, lang), month(release.last_day(), lang)),
        _ => long_day(release.day, lang),
    }
}

/// Formats product, period and observatory of a release. All periods of the measured network are months.
pub fn title(release: &Row, lang: Lang) -> String {
    let name = lang.pick(&release.product_name_it, &release.product_name_en);
    let title = format!("{name}, {}", month(release.period_from, lang));
    match &release.observatory_name {
        Some(whose) => format!("{title} ({whose})"),
        None => title,
    }
}
