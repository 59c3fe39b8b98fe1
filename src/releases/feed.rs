//! The public agenda as feeds, without personal data: a calendar, a list of news, data and a table (ADR 36). Pure.
//!
//! All have the same releases for the same filters. A cancelled release stays, a moved one says from which day to which and
//! why, a provisional one says that it is.

pub mod calendar;
pub mod data;
pub mod news;
pub mod table;

use super::sought::Narrowing;
use super::view::{Change, Entry, when_text};
use crate::ical::IcalError;
use crate::texts::Lang;
use crate::vocabulary::vocabulary;
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use entity::ids::ReleaseId;
use entity::kinds::ReleaseChangeKind;

vocabulary! {
    /// A format of the feed; its name is the ending of the address.
    Format {
        Calendar = "ics",
        News = "atom",
        Data = "json",
        Table = "csv",
    }
}

impl Format {
    pub const fn path(self) -> &'static str {
        match self {
            Self::Calendar => "/calendar.ics",
            Self::News => "/calendar.atom",
            Self::Data => "/calendar.json",
            Self::Table => "/calendar.csv",
        }
    }

    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Calendar => "text/calendar",
            Self::News => "application/atom+xml",
            Self::Data => "application/json",
            Self::Table => "text/csv",
        }
    }

    /// Returns the value of `Content-Type`. JSON is UTF-8 by definition.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Calendar => "text/calendar; charset=utf-8",
            Self::News => "application/atom+xml; charset=utf-8",
            Self::Data => "application/json",
            Self::Table => "text/csv; charset=utf-8; header=present",
        }
    }

    /// Returns the key of its name on pages.
    pub const fn name_key(self) -> &'static str {
        match self {
            Self::Calendar => "releases.format_calendar",
            Self::News => "releases.format_news",
            Self::Data => "releases.format_data",
            Self::Table => "releases.format_table",
        }
    }
}

/// Returns the range of days in the feed: twelve months back and eighteen ahead, in whole months so that an unchanged
/// agenda gives the same bytes for a month.
pub fn window(today: NaiveDate) -> (NaiveDate, NaiveDate) {
    let month = today - Days::new(u64::from(today.day0()));
    (month - Months::new(12), month + Months::new(19) - Days::new(1))
}

/// The facts of one request for a feed.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Base address of the service, without a trailing slash.
    pub base_url: String,
    /// Domain part of every identifier (`mail.id_domain`).
    pub id_domain: String,
    /// Address of the licence of the data, if the installation names one.
    pub licence: Option<String>,
    pub lang: Lang,
    pub narrowed: Narrowing,
    /// First and last day of the releases in it.
    pub window: (NaiveDate, NaiveDate),
    pub now: DateTime<Utc>,
}

impl Frame {
    /// Address at which the feed is fetched.
    pub fn address(&self, format: Format) -> String {
        let path = self.narrowed.address(format.path(), &[("lang", self.lang.code())]);
        format!("{}{path}", self.base_url)
    }

    /// Name of the feed: «Calendario delle uscite – … · Bergamo».
    pub fn name(&self) -> String {
        let chosen = self.narrowed.chosen(self.lang).into_iter().map(|(name, _)| name);
        std::iter::once(self.lang.t("releases.feed_name").to_owned()).chain(chosen).collect::<Vec<_>>().join(" · ")
    }

    /// Identifier of a release in calendars, which stays however often it moves.
    pub fn uid(&self, release: ReleaseId) -> String {
        format!("release-{release}@{}", self.id_domain)
    }

    /// Address of the page of a release.
    pub fn page(&self, entry: &Entry) -> String {
        format!("{}{}", self.base_url, entry.view.href())
    }
}

/// Returns the instant at which the public facts about a release last changed: a change of its own, a report seen, or a chapter
/// left out.
pub fn changed_at(entry: &Entry) -> DateTime<Utc> {
    let parts = &entry.parts;
    let seen = parts.reports.iter().map(|report| report.seen.at);
    seen.chain(parts.missing.iter().map(|chapter| chapter.since)).fold(entry.view.updated_at, DateTime::max)
}

/// «Capitolo mancante, Sondrio: il referente non è ancora designato.», for each missing chapter.
fn missing_texts(entry: &Entry, lang: Lang) -> impl Iterator<Item = String> {
    entry
        .parts
        .missing
        .iter()
        .map(move |chapter| lang.f("releases.feed_missing", &[("place", &chapter.place), ("cause", &chapter.cause)]))
}

/// «Rinviata da mercoledì 16 dicembre 2026 a mercoledì 23 dicembre 2026.»
fn moved_text(change: &Change, all: &[Change], lang: Lang) -> Option<String> {
    let before = all.iter().rev().find(|earlier| earlier.position < change.position)?;
    let is_moved = change.kind == ReleaseChangeKind::Moved;
    let later = before.when.first_day() <= change.when.first_day();
    let key = if later { "releases.band_postponed" } else { "releases.band_brought_forward" };
    let (from, to) = (when_text(before.when, lang), when_text(change.when, lang));
    is_moved.then(|| lang.f(key, &[("before", &from), ("after", &to)]))
}

/// Returns the last move of the date of a release.
fn last_move(entry: &Entry) -> Option<&Change> {
    entry.changes.iter().rev().find(|change| change.kind == ReleaseChangeKind::Moved)
}

/// An error of a feed that cannot be written: two entries with one identifier, or a text that the format cannot hold.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    #[error(transparent)]
    Calendar(#[from] IcalError),
    #[error("the news were not written: {0}")]
    News(#[from] std::io::Error),
    #[error("the data were not written: {0}")]
    Data(#[from] serde_json::Error),
    #[error("the table was not written: {0}")]
    Table(String),
}
