//! The calendar feed as text, line by line as RFC 5545 has them.

use super::agenda::{Report, Row, releases, reports};
use super::db::Db;
use super::words::{Lang, long_slot, title, when};
use super::{Answer, instant, now, today};
use actix_web::http::header::{CACHE_CONTROL, ETAG};
use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, Datelike, Months, TimeDelta, Utc};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::Write;

const HEAD: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Raccordo//Twin//IT\r\nMETHOD:PUBLISH\r\n\
    NAME:Agenda dei rilasci\r\nX-WR-CALNAME:Agenda dei rilasci\r\nREFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n\
    X-PUBLISHED-TTL:PT6H\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Rome\r\nBEGIN:DAYLIGHT\r\nDTSTART:19960331T020000\r\n\
    TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\n\
    END:DAYLIGHT\r\nBEGIN:STANDARD\r\nDTSTART:19961027T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n\
    TZNAME:CET\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
/// Longest line in bytes, without its end (RFC 5545 §3.1).
const LINE: usize = 75;

#[derive(Deserialize)]
struct Query {
    #[serde(default)]
    lang: String,
}

#[get("/calendar.ics")]
pub async fn feed(db: web::Data<Db>, query: web::Query<Query>) -> Answer {
    let month = today().with_day0(0).expect("a first day");
    let to = month + Months::new(19) - TimeDelta::days(1);
    let from = month - Months::new(12);
    let mut rows = releases(&db, from, to, i64::MAX).await?;
    let mut reports_of: HashMap<String, Vec<Report>> = HashMap::new();
    for report in reports(&db, from, to).await? {
        reports_of.entry(report.release_id.clone()).or_default().push(report);
    }
    // Whole days come before hours, as in the service's feed.
    rows.sort_by(|one, other| (one.day, one.hour, &one.id).cmp(&(other.day, other.hour, &other.id)));
    let (lang, now) = (Lang::of(&query.lang), now());
    let mut text = String::with_capacity(rows.len() * 700);
    text.push_str(HEAD);
    for row in &rows {
        event(&mut text, row, reports_of.get(&row.id).map_or(&[], Vec::as_slice), lang, now);
    }
    text.push_str("END:VCALENDAR\r\n");
    let tag = format!("\"{}\"", hex::encode(Sha256::digest(&text)));
    let mut answer = HttpResponse::Ok();
    answer.insert_header((ETAG, tag)).insert_header((CACHE_CONTROL, "public, max-age=300"));
    Ok(answer.content_type("text/calendar; charset=utf-8").body(text))
}

fn event(text: &mut String, row: &Row, reports: &[Report], lang: Lang, now: DateTime<Utc>) {
    // One page is the report of a joint product: the first that was seen.
    let first = reports.iter().min_by_key(|report| report.first_seen_at).filter(|report| report.scope == "joint");
    let reports = first.map_or(reports, std::slice::from_ref);
    let revised = reports.iter().map(|report| report.first_seen_at).fold(row.updated_at, i64::max);
    let revised = instant(revised).format("%Y%m%dT%H%M%SZ");
    let (day, next) = (row.day.format("%Y%m%d"), (row.day + TimeDelta::days(1)).format("%Y%m%d"));
    let _ = write!(text, "BEGIN:VEVENT\r\nUID:release-{}@raccordo.example\r\nSEQUENCE:{}\r\n", row.id, row.sequence);
    let _ = write!(text, "DTSTAMP:{revised}\r\nLAST-MODIFIED:{revised}\r\n");
    let _ = match row.hour {
        Some(hour) => {
            let (from, to) = (hour.format("%H%M%S"), (hour + TimeDelta::minutes(30)).format("%H%M%S"));
            let zone = "TZID=Europe/Rome";
            write!(text, "DTSTART;{zone}:{day}T{from}\r\nDTEND;{zone}:{day}T{to}\r\n")
        }
        None => write!(text, "DTSTART;VALUE=DATE:{day}\r\nDTEND;VALUE=DATE:{next}\r\n"),
    };
    fold(text, "SUMMARY", &summary(row, lang, now));
    let page = format!("http://localhost/rilasci/{}", row.slug);
    fold(text, "DESCRIPTION", &description(row, reports, &page, lang, now));
    fold(text, "URL;VALUE=URI", &page);
    fold(text, "CATEGORIES", lang.pick(&row.product_name_it, &row.product_name_en));
    let status = match row.state.as_str() {
        "provisional" => "TENTATIVE",
        "cancelled" => "CANCELLED",
        _ => "CONFIRMED",
    };
    let _ = write!(text, "STATUS:{status}\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
}

fn summary(row: &Row, lang: Lang, now: DateTime<Utc>) -> String {
    let (name, flags) = (title(row, lang), row.flags(now));
    let has_span = row.last_day() != row.day;
    match row.state.as_str() {
        "provisional" if has_span => {
            format!("{name} ({}: {})", lang.pick("data provvisoria", "provisional date"), when(row, lang))
        }
        "provisional" => format!("{}: {name}", lang.pick("Data provvisoria", "Provisional date")),
        "cancelled" => format!("{}: {name}", lang.pick("Annullato", "Cancelled")),
        _ if flags.postponed => format!("{}: {name}", lang.pick("Rinviato", "Postponed")),
        _ if flags.brought_forward => format!("{}: {name}", lang.pick("Anticipato", "Brought forward")),
        _ => name,
    }
}

fn description(row: &Row, reports: &[Report], page: &str, lang: Lang, now: DateTime<Utc>) -> String {
    let (flags, mut text) = (row.flags(now), String::new());
    for Report { place, address, scope, .. } in reports {
        let _ = match scope.as_str() {
            "joint" => writeln!(text, "{}: {address}", lang.pick("La relazione", "The report")),
            _ => writeln!(text, "{} {place}: {address}", lang.pick("La relazione di", "The report of")),
        };
    }
    if let Some(whose) = &row.observatory_name {
        let _ = writeln!(text, "{}: {whose}.", lang.pick("Se ne occupa", "In charge"));
    }
    if row.last_day() != row.day {
        let _ = writeln!(text, "{}: {}.", lang.pick("Periodo previsto", "Expected in"), when(row, lang));
    }
    if let Some((day, hour)) = row.first().filter(|_| flags.postponed || flags.brought_forward) {
        let first = long_slot(day, hour, lang);
        let _ = writeln!(text, "{}: {first}.", lang.pick("Prima data confermata", "First confirmed date"));
    }
    if let Some(reason) = &row.reason_text {
        let _ = writeln!(text, "{}: {reason}", lang.pick("Motivo", "Reason"));
    }
    let _ = write!(text, "{}: {page}", lang.pick("Tutte le date e i loro motivi", "All dates and their reasons"));
    text
}

/// Writes a property with its value escaped, in lines of [`LINE`] bytes.
fn fold(text: &mut String, name: &str, value: &str) {
    text.push_str(name);
    text.push(':');
    let mut room = LINE - name.len() - 1;
    for letter in value.chars() {
        let (escape, letter) = match letter {
            '\\' | ';' | ',' => (true, letter),
            '\n' => (true, 'n'),
            _ => (false, letter),
        };
        let bytes = letter.len_utf8() + usize::from(escape);
        if bytes > room {
            text.push_str("\r\n ");
            room = LINE - 1;
        }
        room -= bytes;
        if escape {
            text.push('\\');
        }
        text.push(letter);
    }
    text.push_str("\r\n");
}
