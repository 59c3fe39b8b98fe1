//! The agenda as a calendar feed, without personal data. Pure.
//!
//! A provisional release is TENTATIVE; a cancelled one stays. "Postponed" is written in the summary, because STATUS has
//! no value for it (`docs/domain.md`, figures). A release keeps its UID however often it moves. A date that is a week
//! or a month is a note on its first day. A published release names the addresses of its reports.

use super::{Format, Frame, changed_at, last_move, missing_texts, moved_text};
use crate::ical::{EntryStatus, Feed, FeedEntry, When as EntryWhen};
use crate::releases::model::{Stage, When};
use crate::releases::view::{Entry, Report, when_text};
use crate::texts::Lang;
use crate::time::words;
use std::time::Duration;

/// Interval at which subscribers are asked to fetch again. Six hours suffice, because a date moves at most a few times
/// a year and never on the same day without notice.
const REFRESH: Duration = Duration::from_hours(6);

/// Makes the calendar of these releases.
pub fn feed(entries: &[Entry], frame: &Frame) -> Feed {
    Feed {
        name: frame.name(),
        url: frame.address(Format::Calendar),
        refresh: REFRESH,
        entries: entries.iter().map(|one| entry(one, frame)).collect(),
    }
}

fn entry(of: &Entry, frame: &Frame) -> FeedEntry {
    let release = &of.view.release;
    let page = frame.page(of);
    FeedEntry {
        uid: frame.uid(release.id),
        sequence: u32::try_from(release.sequence).unwrap_or_default(),
        last_revision: changed_at(of),
        when: when(release.when()),
        status: status(&release.stage),
        summary: summary(of, frame),
        description: description(of, &page, frame),
        url: Some(page),
        categories: vec![of.view.product_name(frame.lang).to_owned()],
    }
}

fn when(when: When) -> EntryWhen {
    match when {
        When::At(slot) => EntryWhen::Wall(slot.day.and_time(slot.hour)),
        When::On(_) | When::InWeek(_) | When::InMonth(_) | When::InTwoMonths(_) => EntryWhen::Day(when.first_day()),
    }
}

const fn status(stage: &Stage) -> EntryStatus {
    match stage {
        Stage::Provisional(_) => EntryStatus::Tentative,
        Stage::Confirmed(_) | Stage::Published { .. } | Stage::Withdrawn { .. } => EntryStatus::Confirmed,
        Stage::Cancelled { .. } => EntryStatus::Cancelled,
    }
}

/// Formats the week or months of a date that is longer than a day.
fn span(when: When, lang: Lang) -> Option<String> {
    (when.first_day() != when.last_day()).then(|| when_text(when, lang))
}

/// Like [`span`], with two months as short as the line of a calendar needs them: «nov–dic».
fn short_span(when: When, lang: Lang) -> Option<String> {
    match when {
        When::InTwoMonths(first) => {
            Some(format!("{}–{}", words::short_month(first, lang), words::short_month(when.last_day(), lang)))
        }
        _ => span(when, lang),
    }
}

/// «Rinviato: Relazione territoriale sul mercato del lavoro, anno 2026».
pub(super) fn summary(of: &Entry, frame: &Frame) -> String {
    let (view, lang) = (&of.view, frame.lang);
    let name = view.title(lang);
    if let (Stage::Provisional(_), Some(span)) = (&view.release.stage, short_span(view.release.when(), lang)) {
        return lang.f("releases.feed_provisional_span", &[("name", &name), ("span", &span)]);
    }
    let flags = view.flags(frame.now);
    let key = match &view.release.stage {
        Stage::Cancelled { .. } => "releases.feed_cancelled",
        Stage::Provisional(_) => "releases.feed_provisional",
        Stage::Withdrawn { .. } => "releases.feed_withdrawn",
        _ if flags.amended => "releases.feed_amended",
        _ if flags.postponed => "releases.feed_postponed",
        _ if flags.brought_forward => "releases.feed_brought_forward",
        _ => return name,
    };
    lang.f(key, &[("name", &name)])
}

fn description(of: &Entry, page: &str, frame: &Frame) -> String {
    let (view, lang) = (&of.view, frame.lang);
    let flags = view.flags(frame.now);
    let mut lines: Vec<String> = of.parts.reports.iter().map(|report| report_line(report, lang)).collect();
    lines.extend(missing_texts(of, lang));
    if let Some(whose) = &view.observatory {
        lines.push(lang.f("releases.feed_whose", &[("observatory", &whose.name)]));
    }
    if let Some(span) = span(view.release.when(), lang) {
        lines.push(lang.f("releases.feed_span", &[("span", &span)]));
    }
    if let Some(change) = last_move(of) {
        let why = change.reason.as_ref().map(|reason| lang.f("releases.feed_reason", &[("reason", &reason.text)]));
        let said: Vec<String> = moved_text(change, &of.changes, lang).into_iter().chain(why).collect();
        lines.push(said.join(" "));
    }
    if let Some(first) = view.release.first_confirmed().filter(|_| flags.postponed || flags.brought_forward) {
        let day = words::long_wall(first.slot.day.and_time(first.slot.hour), lang);
        lines.push(lang.f("releases.feed_first_date", &[("day", &day)]));
    }
    if let Some(reason) = view.release.cancelled_because() {
        lines.push(lang.f("releases.feed_reason", &[("reason", &reason.text)]));
    }
    lines.push(lang.f("releases.feed_more", &[("address", page)]));
    lines.join("\n")
}

/// «La relazione di Bergamo: https://…».
pub(super) fn report_line(report: &Report, lang: Lang) -> String {
    let address = report.seen.address.as_str();
    match &report.place {
        Some(place) => lang.f("releases.feed_report_of", &[("place", place), ("address", address)]),
        None => lang.f("releases.feed_report", &[("address", address)]),
    }
}
