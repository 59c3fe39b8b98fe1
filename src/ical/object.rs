//! Parts common to all calendar objects, and the escaping that calcard leaves to its callers.
//!
//! calcard 0.3 escapes and folds, with four gaps: it writes a carriage return as `\r`, which no standard defines; it
//! passes other control characters; it escapes a quote inside a parameter with a backslash, which readers take for the
//! end of the value; and it puts backslashes before commas and semicolons in URIs. Every text typed by people therefore
//! passes through [`letters::line`], [`letters::lines`], [`parameter`] or [`uri`] first.

use std::sync::LazyLock;

use calcard::common::PartialDateTime;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarMethod, ICalendarParameter,
    ICalendarProperty, ICalendarValue, ICalendarValueType, Uri,
};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use crate::letters;
use crate::time::zone::ZONE;

const PRODUCT: &str = "-//Raccordo//Raccordo//IT";

/// Time zone rules of Europe/Rome, with one observance for each half of the year, because Outlook picks an arbitrary
/// one if there are several of a kind ([MS-OXCICAL] 2.1.3.1.1.19). Both begin in 1996, the first year of the present
/// rule: summer time from the last Sunday of March to the last Sunday of October, both at 01:00 UTC (Directive
/// 2000/84/EC and its predecessors).
const ZONE_RULES: &str = "BEGIN:VCALENDAR\r\n\
    BEGIN:VTIMEZONE\r\n\
    TZID:Europe/Rome\r\n\
    BEGIN:DAYLIGHT\r\n\
    DTSTART:19960331T020000\r\n\
    TZOFFSETFROM:+0100\r\n\
    TZOFFSETTO:+0200\r\n\
    TZNAME:CEST\r\n\
    RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\n\
    END:DAYLIGHT\r\n\
    BEGIN:STANDARD\r\n\
    DTSTART:19961027T030000\r\n\
    TZOFFSETFROM:+0200\r\n\
    TZOFFSETTO:+0100\r\n\
    TZNAME:CET\r\n\
    RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\n\
    END:STANDARD\r\n\
    END:VTIMEZONE\r\n\
    END:VCALENDAR\r\n";

/// A calendar object that holds only [`ZONE_RULES`].
static ZONE_OBJECT: LazyLock<ICalendar> =
    LazyLock::new(|| ICalendar::parse(ZONE_RULES).expect("the rules of the zone are iCalendar"));

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IcalError {
    #[error("a calendar entry needs a UID")]
    UidMissing,
    #[error("the UID {uid} appears twice in one feed")]
    UidTwice { uid: String },
    #[error("the entry {uid} ends before or when it starts")]
    EndsBeforeItStarts { uid: String },
}

/// Returns a calendar object with a header and no entries.
pub(super) fn calendar(method: ICalendarMethod) -> ICalendar {
    let empty = ICalendar { components: vec![ICalendarComponent::new(ICalendarComponentType::VCalendar)] };
    headed(empty, method)
}

/// Like [`calendar`], with the zone rules that events at an hour in Europe/Rome need.
pub(super) fn calendar_with_zone(method: ICalendarMethod) -> ICalendar {
    headed(ZONE_OBJECT.clone(), method)
}

fn headed(mut calendar: ICalendar, method: ICalendarMethod) -> ICalendar {
    let header = &mut calendar.components[0];
    header.add_property(ICalendarProperty::Version, "2.0");
    header.add_property(ICalendarProperty::Prodid, PRODUCT);
    header.add_property(ICalendarProperty::Method, method);
    calendar
}

/// Adds an event to the calendar object.
pub(super) fn add_event(calendar: &mut ICalendar, event: ICalendarComponent) {
    let id = u32::try_from(calendar.components.len()).expect("memory ends long before four billion components");
    calendar.components.push(event);
    calendar.components[0].component_ids.push(id);
}

/// Returns an event with UID, SEQUENCE and DTSTAMP.
pub(super) fn event(uid: &str, sequence: u32, stamp: DateTime<Utc>) -> Result<ICalendarComponent, IcalError> {
    let uid = letters::line(uid);
    if uid.is_empty() {
        return Err(IcalError::UidMissing);
    }
    let mut event = ICalendarComponent::new(ICalendarComponentType::VEvent);
    event.add_uid(&uid);
    event.add_sequence(i64::from(sequence));
    event.add_dtstamp(utc(stamp));
    Ok(event)
}

/// Adds a text on one line as a property; does nothing if the text is empty.
pub(super) fn add_line(component: &mut ICalendarComponent, property: ICalendarProperty, text: &str) {
    add_text(component, property, letters::line(text));
}

/// Adds a text of one or several lines as a property; does nothing if the text is empty.
pub(super) fn add_paragraphs(component: &mut ICalendarComponent, property: ICalendarProperty, text: &str) {
    add_text(component, property, letters::lines(text));
}

fn add_text(component: &mut ICalendarComponent, property: ICalendarProperty, text: String) {
    if !text.is_empty() {
        component.add_property(property, text);
    }
}

/// Adds a wall time in Europe/Rome, such as `DTSTART;TZID=Europe/Rome:20270330T093000`.
pub(super) fn add_wall(component: &mut ICalendarComponent, property: ICalendarProperty, wall: NaiveDateTime) {
    let value = PartialDateTime::from_naive_timestamp(wall.and_utc().timestamp());
    component.add_property_with_params(property, [ICalendarParameter::tzid(ZONE.to_owned())], value);
}

/// Adds a whole day, such as `DTSTART;VALUE=DATE:20270330`.
pub(super) fn add_day(component: &mut ICalendarComponent, property: ICalendarProperty, day: NaiveDate) {
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    let value = PartialDateTime::from_naive_timestamp(midnight.and_utc().timestamp());
    component.add_property_with_params(property, [ICalendarParameter::value(ICalendarValueType::Date)], value);
}

/// Returns an instant in UTC, to the second.
pub(super) fn utc(instant: DateTime<Utc>) -> PartialDateTime {
    PartialDateTime::from_utc_timestamp(instant.timestamp())
}

/// Adds several texts as one property, separated by commas.
pub(super) fn add_list(component: &mut ICalendarComponent, property: ICalendarProperty, texts: &[String]) {
    let values: Vec<ICalendarValue> = texts
        .iter()
        .map(|text| letters::line(text))
        .filter(|text| !text.is_empty())
        .map(ICalendarValue::from)
        .collect();
    if !values.is_empty() {
        component.entries.push(ICalendarEntry::new(property).with_values(values));
    }
}

/// Adds ORGANIZER or ATTENDEE: the bare address, with the name as CN if there is one.
pub(super) fn add_person(
    component: &mut ICalendarComponent,
    property: ICalendarProperty,
    mut parameters: Vec<ICalendarParameter>,
    name: &str,
    address: &str,
) {
    let name = parameter(name);
    if !name.is_empty() {
        parameters.push(ICalendarParameter::cn(name));
    }
    component.add_property_with_params(property, parameters, Uri::Location(letters::mailto(address)));
}

/// Cleans a text for use as a parameter, such as the name in CN. RFC 5545 cannot write a quote or a line end inside a
/// parameter, and only some readers decode the carets of RFC 6868, so these characters are replaced.
fn parameter(text: &str) -> String {
    letters::line(text).replace('"', "'").replace('\\', "/").replace('^', " ")
}

/// Returns a URI as RFC 3986 defines it, with commas, semicolons and backslashes percent-encoded too, so that no
/// character needs escaping.
pub(super) fn uri(text: &str) -> Uri {
    Uri::Location(letters::percent_encoded(text.trim(), |byte| {
        byte.is_ascii_graphic() && !br#",;\"<>^`{|}"#.contains(&byte)
    }))
}
