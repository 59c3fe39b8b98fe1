//! The agenda as a table (CSV): one row for each release. Pure.

use super::{FeedError, Frame, changed_at, last_move};
use crate::http::csv;
use crate::releases::view::{Change, Entry, when_text};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

/// Names of the columns; programs know them, so they do not depend on the language and are only added to at the end.
pub const COLUMNS: &[&str] = &[
    "id",
    "title",
    "product",
    "theme",
    "observatory",
    "period",
    "period_from",
    "period_to",
    "state",
    "precision",
    "day",
    "hour",
    "date_text",
    "first_confirmed_day",
    "first_confirmed_hour",
    "moved_from_day",
    "moved_reason_code",
    "moved_reason_text",
    "cancelled_reason_code",
    "cancelled_reason_text",
    "published_at",
    "reports",
    "description",
    "contact",
    "contact_email",
    "methodology",
    "next_day",
    "next_page",
    "page",
    "sequence",
    "updated_at",
    "missing_chapters",
];

/// Writes the table of these releases, in their order.
pub fn feed(entries: &[Entry], frame: &Frame) -> Result<Vec<u8>, FeedError> {
    csv::table(COLUMNS, entries.iter().map(|entry| row(entry, frame))).map_err(FeedError::Table)
}

fn row(entry: &Entry, frame: &Frame) -> Vec<String> {
    let (view, about) = (&entry.view, &entry.about);
    let (release, when) = (&view.release, view.release.when());
    let first = release.first_confirmed().map(|first| first.slot);
    let moved = last_move(entry);
    let moved_because = moved.and_then(|change| change.reason.as_ref());
    let cancelled = release.cancelled_because();
    let address = |path: &str| format!("{}{path}", frame.base_url);
    let reports: Vec<&str> = entry.parts.reports.iter().map(|report| report.seen.address.as_str()).collect();
    vec![
        release.id.to_string(),
        view.title(frame.lang),
        view.product_code.clone(),
        text(about.theme),
        text(view.observatory.as_ref().map(|whose| &whose.code)),
        release.period.to_string(),
        release.period.first_day().to_string(),
        release.period.last_day().to_string(),
        release.state().to_string(),
        when.precision().to_string(),
        when.first_day().to_string(),
        text(when.hour()),
        when_text(when, frame.lang),
        text(first.map(|slot| slot.day)),
        text(first.map(|slot| slot.hour)),
        text(moved.and_then(|change| day_before(change, entry))),
        text(moved_because.map(|reason| reason.code)),
        text(moved_because.map(|reason| &reason.text)),
        text(cancelled.map(|reason| reason.code)),
        text(cancelled.map(|reason| &reason.text)),
        text(release.published_at().map(instant)),
        reports.join(" "),
        text(about.description(frame.lang).map(|(text, _)| text)),
        about.contact.name.clone(),
        text(about.contact.email.as_ref()),
        text(about.sheet.as_ref().map(|_| address(&about.href))),
        text(entry.next.as_ref().map(|next| next.release.when().first_day())),
        text(entry.next.as_ref().map(|next| address(&next.href()))),
        frame.page(entry),
        release.sequence.to_string(),
        instant(changed_at(entry)),
        entry.parts.missing.iter().map(|chapter| chapter.observatory.as_str()).collect::<Vec<_>>().join(" "),
    ]
}

/// Returns the day that a move took the release from.
fn day_before(change: &Change, entry: &Entry) -> Option<NaiveDate> {
    let before = entry.changes.iter().rev().find(|earlier| earlier.position < change.position)?;
    Some(before.when.first_day())
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
