//! Entries of a calendar that others publish: their names, days and states. Recurring entries count once, on their first
//! day, because publishers of statistics enter each date by itself.

use super::feed::EntryStatus;
use crate::letters;
use crate::time::zone;
use calcard::common::PartialDateTime;
use calcard::icalendar::{ICalendar, ICalendarComponentType, ICalendarProperty, ICalendarStatus, ICalendarValue};
use chrono::NaiveDate;

/// An entry as its publisher wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadEntry {
    /// Position in the file, from 1.
    pub number: usize,
    pub uid: Option<String>,
    pub summary: String,
    /// First day in Europe/Rome; `None` if it has none that can be read.
    pub day: Option<NaiveDate>,
    pub status: Option<EntryStatus>,
}

/// Error for a text that is no calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is no calendar")]
pub struct NotACalendar;

/// Reads the entries of a calendar in their order.
pub fn entries(text: &str) -> Result<Vec<ReadEntry>, NotACalendar> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if !text.get(..15).is_some_and(|head| head.eq_ignore_ascii_case("BEGIN:VCALENDAR")) {
        return Err(NotACalendar);
    }
    let calendar = ICalendar::parse(text).map_err(|_| NotACalendar)?;
    let events = calendar.components.iter().filter(|one| one.component_type == ICalendarComponentType::VEvent);
    let value = |event: &calcard::icalendar::ICalendarComponent, property: ICalendarProperty| {
        event.property(&property).and_then(|entry| entry.values.first().cloned())
    };
    let entry = |(number, event)| {
        let text = |property| match value(event, property) {
            Some(ICalendarValue::Text(text)) => letters::line(&text),
            _ => String::new(),
        };
        let uid = text(ICalendarProperty::Uid);
        ReadEntry {
            number,
            uid: (!uid.is_empty()).then_some(uid),
            summary: text(ICalendarProperty::Summary),
            day: match value(event, ICalendarProperty::Dtstart) {
                Some(ICalendarValue::PartialDateTime(start)) => day_of(&start),
                _ => None,
            },
            status: match value(event, ICalendarProperty::Status) {
                Some(ICalendarValue::Status(ICalendarStatus::Confirmed)) => Some(EntryStatus::Confirmed),
                Some(ICalendarValue::Status(ICalendarStatus::Tentative)) => Some(EntryStatus::Tentative),
                Some(ICalendarValue::Status(ICalendarStatus::Cancelled)) => Some(EntryStatus::Cancelled),
                _ => None,
            },
        }
    };
    Ok((1..).zip(events).map(entry).collect())
}

/// Returns the day of a start: an instant in UTC is on the day that clocks in Italy show.
fn day_of(start: &PartialDateTime) -> Option<NaiveDate> {
    let (year, month, day) = (start.year?, start.month?, start.day?);
    let written = NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())?;
    match (start.tz_hour, start.hour) {
        (Some(0), Some(hour)) => {
            let at = written.and_hms_opt(hour.into(), start.minute.unwrap_or(0).into(), 0)?.and_utc();
            Some(zone::day_of(at))
        }
        _ => Some(written),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(events: &str) -> Vec<ReadEntry> {
        entries(&format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x\r\n{events}END:VCALENDAR\r\n"))
            .expect("a calendar")
    }

    #[test]
    fn a_day_is_the_one_that_clocks_in_italy_show() {
        for (start, day) in [
            ("DTSTART;VALUE=DATE:20270312", "2027-03-12"),
            ("DTSTART:20270311T230000Z", "2027-03-12"),
            ("DTSTART;TZID=Europe/Rome:20270312T100000", "2027-03-12"),
        ] {
            let found = read(&format!(
                "BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Occupati\\, IV trimestre\r\n{start}\r\nEND:VEVENT\r\n"
            ));
            assert_eq!(found[0].day.map(|day| day.to_string()).as_deref(), Some(day), "{start}");
            assert_eq!((found[0].summary.as_str(), found[0].uid.as_deref()), ("Occupati, IV trimestre", Some("1")));
        }
    }

    #[test]
    fn an_entry_without_a_day_is_read_and_a_text_that_is_no_calendar_is_not() {
        let found = read("BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Occupati\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\n");
        assert_eq!((found[0].day, found[0].status), (None, Some(EntryStatus::Cancelled)));
        for text in ["", "etichetta;giorno", "<html>BEGIN:VCALENDAR"] {
            assert_eq!(entries(text), Err(NotACalendar), "{text}");
        }
    }
}
