//! The agenda as news (Atom, RFC 4287): one entry for each change of a release, so that a reader sees each announcement,
//! move, cancellation and publication once (ADR 36). Pure.
//!
//! The identifier of an entry is made of the release and the position of the change, and never changes. An entry is updated
//! only when a report of a published release is seen later.

use super::calendar::report_line;
use super::{FeedError, Format, Frame, missing_texts, moved_text};
use crate::releases::view::{Change, Entry, when_text};
use crate::texts::{Label as _, Lang};
use crate::time::zone;
use chrono::{DateTime, SecondsFormat, Utc};
use entity::kinds::ReleaseChangeKind;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::cmp::Reverse;
use std::io;

/// Most entries, the latest first. A reader that asks once a day misses none, because a day has far fewer changes.
const MOST_ENTRIES: usize = 200;
/// Year since which the identifiers are given out (RFC 4151 §2.1); it stays what it is.
const TAGGED_SINCE: &str = "2026";
const NAMESPACE: &str = "http://www.w3.org/2005/Atom";

type Xml = Writer<Vec<u8>>;

/// One change of a release.
struct News<'e> {
    of: &'e Entry,
    change: &'e Change,
}

impl News<'_> {
    /// Returns the instant of the change, or the one at which a report of a published release was last seen.
    fn updated(&self) -> DateTime<Utc> {
        match self.change.kind {
            ReleaseChangeKind::Published => {
                self.of.parts.reports.iter().map(|report| report.seen.at).fold(self.change.at, DateTime::max)
            }
            ReleaseChangeKind::Planned
            | ReleaseChangeKind::Improved
            | ReleaseChangeKind::Confirmed
            | ReleaseChangeKind::Moved
            | ReleaseChangeKind::Cancelled
            | ReleaseChangeKind::Amended
            | ReleaseChangeKind::Withdrawn => self.change.at,
        }
    }
}

/// Writes the news about these releases since the first day of the window, the latest first.
pub fn feed(entries: &[Entry], frame: &Frame) -> Result<Vec<u8>, FeedError> {
    let begun = zone::start_of_day(frame.window.0);
    let each = entries.iter().flat_map(|of| of.changes.iter().map(move |change| News { of, change }));
    let mut news: Vec<News<'_>> = each.filter(|news| news.updated() >= begun).collect();
    news.sort_by_key(|news| (Reverse(news.updated()), news.of.view.release.id, Reverse(news.change.position)));
    news.truncate(MOST_ENTRIES);
    let updated = news.iter().map(News::updated).max().unwrap_or(begun);
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    let root = xml.create_element("feed").with_attributes([("xmlns", NAMESPACE), ("xml:lang", frame.lang.code())]);
    root.write_inner_content(|xml| {
        head(xml, frame, updated)?;
        news.iter().try_for_each(|one| write_entry(xml, one, frame))
    })?;
    Ok(xml.into_inner())
}

fn head(xml: &mut Xml, frame: &Frame, updated: DateTime<Utc>) -> io::Result<()> {
    let address = frame.address(Format::News);
    let whole = frame.narrowed.address("", &[("lang", frame.lang.code())]);
    text(xml, "id", &format!("tag:{},{TAGGED_SINCE}:calendar{whole}", frame.id_domain))?;
    text(xml, "title", &frame.name())?;
    text(xml, "subtitle", frame.lang.t("releases.calendar_lead"))?;
    text(xml, "updated", &instant(updated))?;
    link(xml, "self", Format::News.media_type(), &address)?;
    link(xml, "alternate", "text/html", &format!("{}{}", frame.base_url, frame.narrowed.address("/calendar", &[])))?;
    if let Some(licence) = &frame.licence {
        link(xml, "license", "text/html", licence)?;
    }
    author(xml, frame.lang.t("releases.feed_author"))
}

fn write_entry(xml: &mut Xml, news: &News<'_>, frame: &Frame) -> io::Result<()> {
    let (view, change) = (&news.of.view, news.change);
    let id = format!("tag:{},{TAGGED_SINCE}:release:{}:{}", frame.id_domain, view.release.id, change.position);
    let product = view.product_name(frame.lang);
    xml.create_element("entry").write_inner_content(|xml| {
        text(xml, "id", &id)?;
        text(xml, "title", &title(news, frame.lang))?;
        text(xml, "published", &instant(change.at))?;
        text(xml, "updated", &instant(news.updated()))?;
        link(xml, "alternate", "text/html", &frame.page(news.of))?;
        if change.kind == ReleaseChangeKind::Published {
            for report in &news.of.parts.reports {
                link(xml, "related", "text/html", &report.seen.address)?;
            }
        }
        let category = [("term", view.product_code.as_str()), ("label", product)];
        xml.create_element("category").with_attributes(category).write_empty()?;
        let content = xml.create_element("content").with_attribute(("type", "text"));
        content.write_text_content(BytesText::new(&readable(&content_of(news, frame)))).map(drop)
    })?;
    Ok(())
}

/// «Rinviata: Relazione territoriale sul mercato del lavoro, anno 2026».
fn title(news: &News<'_>, lang: Lang) -> String {
    let change = news.change;
    let before = news.of.changes.iter().rev().find(|earlier| earlier.position < change.position);
    let is_forward = before.is_some_and(|before| change.when.first_day() < before.when.first_day());
    let key = match change.kind {
        ReleaseChangeKind::Planned => "releases.news_planned",
        ReleaseChangeKind::Improved => "releases.news_improved",
        ReleaseChangeKind::Confirmed => "releases.news_confirmed",
        ReleaseChangeKind::Moved if is_forward => "releases.feed_brought_forward",
        ReleaseChangeKind::Moved => "releases.feed_postponed",
        ReleaseChangeKind::Cancelled => "releases.feed_cancelled",
        ReleaseChangeKind::Published => "releases.news_published",
        ReleaseChangeKind::Amended => "releases.feed_amended",
        ReleaseChangeKind::Withdrawn => "releases.feed_withdrawn",
    };
    lang.f(key, &[("name", &news.of.view.title(lang))])
}

/// Returns the news in words: the change with its reason, then what the release is and whom to ask.
fn content_of(news: &News<'_>, frame: &Frame) -> String {
    let (of, change, lang) = (news.of, news.change, frame.lang);
    let day = when_text(change.when, lang);
    let said = || lang.f(change.kind.label_key(), &[("day", &day)]);
    let mut lines = vec![moved_text(change, &of.changes, lang).unwrap_or_else(said)];
    if let Some(reason) = &change.reason {
        lines.push(lang.f("releases.feed_reason", &[("reason", &reason.text)]));
    }
    if let Some(said) = &change.afterwards {
        lines.push(lang.f("releases.feed_reason", &[("reason", &said.explanation)]));
    }
    if change.kind == ReleaseChangeKind::Published {
        lines.extend(of.parts.reports.iter().map(|report| report_line(report, lang)));
        lines.extend(missing_texts(of, lang));
    }
    if let Some(whose) = &of.view.observatory {
        lines.push(lang.f("releases.feed_whose", &[("observatory", &whose.name)]));
    }
    lines.extend(of.about.description(lang).map(|(text, _)| text.to_owned()));
    lines.push(lang.f("releases.feed_contact", &[("contact", &of.about.contact_text())]));
    if of.about.sheet.is_some() {
        let address = format!("{}{}", frame.base_url, of.about.href);
        lines.push(lang.f("releases.feed_method", &[("address", &address)]));
    }
    if let Some(next) = &of.next {
        let when = when_text(next.release.when(), lang);
        lines.push(lang.f("releases.feed_next", &[("name", &next.title(lang)), ("when", &when)]));
    }
    lines.join("\n")
}

fn author(xml: &mut Xml, name: &str) -> io::Result<()> {
    xml.create_element("author").write_inner_content(|xml| text(xml, "name", name)).map(drop)
}

fn text(xml: &mut Xml, name: &str, content: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(&readable(content))).map(drop)
}

fn link(xml: &mut Xml, rel: &str, media_type: &str, href: &str) -> io::Result<()> {
    let attributes = [("rel", rel), ("type", media_type), ("href", href)];
    xml.create_element("link").with_attributes(attributes).write_empty().map(drop)
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Drops the characters that XML 1.0 cannot hold (§2.2).
fn readable(text: &str) -> String {
    let is_there = |letter: &char| matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..);
    text.chars().filter(is_there).collect()
}
