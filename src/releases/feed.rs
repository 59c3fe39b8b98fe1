//! The agenda as a calendar feed, without personal data. Pure.
//!
//! A provisional release is TENTATIVE; a cancelled one stays. "Postponed" is written in the summary, because STATUS has
//! no value for it (`docs/domain.md`, figures). A release keeps its UID however often it moves. A date that is a week
//! or a month is a note on its first day. A published release names the addresses of its reports.

use super::model::{Stage, When};
use super::view::{ReleaseView, Report, when_text};
use crate::ical::{EntryStatus, Feed, FeedEntry, When as EntryWhen};
use crate::texts::Lang;
use crate::time::words;
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use entity::ids::ReleaseId;
use std::collections::HashMap;
use std::time::Duration;

/// Interval at which subscribers are asked to fetch again. Six hours suffice, because a date moves at most a few times
/// a year and never on the same day without notice.
const REFRESH: Duration = Duration::from_hours(6);

/// Returns the range of days in the feed: twelve months back and eighteen ahead, in whole months so that an unchanged
/// agenda gives the same bytes for a month.
pub fn window(today: NaiveDate) -> (NaiveDate, NaiveDate) {
    let month = today - Days::new(u64::from(today.day0()));
    (month - Months::new(12), month + Months::new(19) - Days::new(1))
}

/// Addresses used in the feed.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Base address of the service, without a trailing slash.
    pub base_url: &'a str,
    /// Domain part of every UID (`mail.id_domain`).
    pub id_domain: &'a str,
}

/// The reports that can be read, by release.
pub type Reports = HashMap<ReleaseId, Vec<Report>>;

/// Makes the feed of these releases.
pub fn feed(releases: &[ReleaseView], reports: &Reports, place: Place<'_>, lang: Lang, now: DateTime<Utc>) -> Feed {
    let of = |view: &ReleaseView| reports.get(&view.release.id).map_or(&[][..], Vec::as_slice);
    let Place { base_url, .. } = place;
    Feed {
        name: lang.t("releases.feed_name").to_owned(),
        url: format!("{base_url}/calendar.ics?lang={}", lang.code()),
        refresh: REFRESH,
        entries: releases.iter().map(|view| entry(view, of(view), place, lang, now)).collect(),
    }
}

fn entry(view: &ReleaseView, reports: &[Report], place: Place<'_>, lang: Lang, now: DateTime<Utc>) -> FeedEntry {
    let release = &view.release;
    let Place { base_url, id_domain } = place;
    let page = format!("{base_url}{}", view.href());
    FeedEntry {
        uid: format!("release-{}@{id_domain}", release.id),
        sequence: u32::try_from(release.sequence).unwrap_or_default(),
        last_revision: reports.iter().map(|report| report.seen.at).fold(view.updated_at, DateTime::max),
        when: when(release.when()),
        status: status(&release.stage),
        summary: summary(view, lang, now),
        description: description(view, reports, &page, lang, now),
        url: Some(page),
        categories: vec![view.product_name(lang).to_owned()],
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
fn summary(view: &ReleaseView, lang: Lang, now: DateTime<Utc>) -> String {
    let name = view.title(lang);
    if let (Stage::Provisional(_), Some(span)) = (&view.release.stage, short_span(view.release.when(), lang)) {
        return lang.f("releases.feed_provisional_span", &[("name", &name), ("span", &span)]);
    }
    let flags = view.flags(now);
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

fn description(view: &ReleaseView, reports: &[Report], page: &str, lang: Lang, now: DateTime<Utc>) -> String {
    let flags = view.flags(now);
    let mut lines: Vec<String> = reports.iter().map(|report| report_line(report, lang)).collect();
    if let Some(whose) = &view.observatory {
        lines.push(lang.f("releases.feed_whose", &[("observatory", &whose.name)]));
    }
    if let Some(span) = span(view.release.when(), lang) {
        lines.push(lang.f("releases.feed_span", &[("span", &span)]));
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
fn report_line(report: &Report, lang: Lang) -> String {
    let address = report.seen.address.as_str();
    match &report.place {
        Some(place) => lang.f("releases.feed_report_of", &[("place", place), ("address", address)]),
        None => lang.f("releases.feed_report", &[("address", address)]),
    }
}
