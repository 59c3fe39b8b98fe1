//! The agenda as data (JSON): each release as the API shows it, with its dates and what the public may know beside. Pure.
//!
//! `data.schema.json` describes it; the service serves the schema at [`SCHEMA_PATH`].

use super::{FeedError, Format, Frame, changed_at};
use crate::releases::api::{ChangeOut, PublicOut, ReleaseOut};
use crate::releases::view::{Entry, when_text};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_with::skip_serializing_none;

/// Address of the schema.
pub const SCHEMA_PATH: &str = "/calendar.schema.json";
/// JSON schema of the feed (draft 2020-12).
pub const SCHEMA: &str = include_str!("data.schema.json");

/// The whole feed.
#[skip_serializing_none]
#[derive(Serialize)]
struct DataOut {
    #[serde(rename = "$schema")]
    schema: String,
    title: String,
    language: &'static str,
    /// Address of the feed.
    address: String,
    /// Address of the calendar as a page.
    page: String,
    licence: Option<String>,
    /// First and last day of the releases in it.
    from: NaiveDate,
    to: NaiveDate,
    releases: Vec<EntryOut>,
}

/// One release.
#[derive(Serialize)]
struct EntryOut {
    /// Identifier in calendars, which never changes.
    uid: String,
    title: String,
    date_text: String,
    #[serde(flatten)]
    release: ReleaseOut,
    #[serde(flatten)]
    public: PublicOut,
    changes: Vec<ChangeOut>,
    /// Instant at which a public fact about it last changed.
    changed_at: DateTime<Utc>,
}

/// Writes the data of these releases.
pub fn feed(entries: &[Entry], frame: &Frame) -> Result<Vec<u8>, FeedError> {
    let out = DataOut {
        schema: format!("{}{SCHEMA_PATH}", frame.base_url),
        title: frame.name(),
        language: frame.lang.code(),
        address: frame.address(Format::Data),
        page: format!("{}{}", frame.base_url, frame.narrowed.address("/calendar", &[])),
        licence: frame.licence.clone(),
        from: frame.window.0,
        to: frame.window.1,
        releases: entries.iter().map(|entry| EntryOut::of(entry, frame)).collect(),
    };
    Ok(serde_json::to_vec(&out)?)
}

impl EntryOut {
    fn of(entry: &Entry, frame: &Frame) -> Self {
        let view = &entry.view;
        Self {
            uid: frame.uid(view.release.id),
            title: view.title(frame.lang),
            date_text: when_text(view.release.when(), frame.lang),
            public: PublicOut::of_entry(entry, &frame.base_url),
            changes: entry.changes.iter().cloned().map(ChangeOut::from).collect(),
            changed_at: changed_at(entry),
            release: ReleaseOut::at(view.clone(), frame.now),
        }
    }
}
