//! What every calendar object of ours has in common, and the safety that calcard leaves to its callers.
//!
//! calcard 0.3 escapes and folds, but it writes a carriage return as `\r`, which no standard knows; it lets other control
//! characters through; it escapes a quote inside a parameter with a backslash, which readers take for the end of the value;
//! and it puts backslashes before commas and semicolons in URIs. Everything that comes from people therefore passes through
//! [`line`], [`paragraphs`], [`parameter`] or [`uri`] first.

use std::fmt::Write as _;
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

/// An object that holds nothing but VTIMEZONE for Europe/Rome. Built once: calcard finds the observances by trying day after
/// day. The span begins in 1997, when the present rule (last Sundays of March and October) was one year old, and is long
/// enough for calcard to see that the rule goes on; being fixed, it makes the same bytes in every object.
static ZONE_OBJECT: LazyLock<ICalendar> = LazyLock::new(|| {
    const JANUARY_1997: i64 = 852_073_200;
    const JANUARY_2040: i64 = 2_208_985_200;
    let mut object = ICalendar { components: vec![ICalendarComponent::new(ICalendarComponentType::VCalendar)] };
    object.add_timezone(ZONE, JANUARY_1997, JANUARY_2040).expect("calcard is built with the rules of all zones");
    object
});

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IcalError {
    #[error("a calendar entry needs a UID")]
    UidMissing,
    #[error("the UID {uid} appears twice in one feed")]
    UidTwice { uid: String },
    #[error("the entry {uid} ends before or when it starts")]
    EndsBeforeItStarts { uid: String },
}

/// An object with its header and nothing in it.
pub(super) fn calendar(method: ICalendarMethod) -> ICalendar {
    let empty = ICalendar { components: vec![ICalendarComponent::new(ICalendarComponentType::VCalendar)] };
    headed(empty, method)
}

/// As [`calendar`], for events at an hour in Europe/Rome: contains the rules of the zone.
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

/// Puts an event into the object.
pub(super) fn add_event(calendar: &mut ICalendar, event: ICalendarComponent) {
    let id = u32::try_from(calendar.components.len()).expect("memory ends long before four billion components");
    calendar.components.push(event);
    calendar.components[0].component_ids.push(id);
}

/// An event with UID, SEQUENCE and DTSTAMP.
pub(super) fn event(uid: &str, sequence: u32, stamp: DateTime<Utc>) -> Result<ICalendarComponent, IcalError> {
    let uid = line(uid);
    if uid.is_empty() {
        return Err(IcalError::UidMissing);
    }
    let mut event = ICalendarComponent::new(ICalendarComponentType::VEvent);
    event.add_uid(&uid);
    event.add_sequence(i64::from(sequence));
    event.add_dtstamp(utc(stamp));
    Ok(event)
}

/// A property for a text on one line; nothing if the text is empty.
pub(super) fn add_line(component: &mut ICalendarComponent, property: ICalendarProperty, text: &str) {
    add_text(component, property, line(text));
}

/// A property for a text that may have several lines; nothing if the text is empty.
pub(super) fn add_paragraphs(component: &mut ICalendarComponent, property: ICalendarProperty, text: &str) {
    add_text(component, property, paragraphs(text));
}

fn add_text(component: &mut ICalendarComponent, property: ICalendarProperty, text: String) {
    if !text.is_empty() {
        component.add_property(property, text);
    }
}

/// `DTSTART;TZID=Europe/Rome:20270330T093000` and its like.
pub(super) fn add_wall(component: &mut ICalendarComponent, property: ICalendarProperty, wall: NaiveDateTime) {
    let value = PartialDateTime::from_naive_timestamp(wall.and_utc().timestamp());
    component.add_property_with_params(property, [ICalendarParameter::tzid(ZONE.to_owned())], value);
}

/// `DTSTART;VALUE=DATE:20270330` and its like.
pub(super) fn add_day(component: &mut ICalendarComponent, property: ICalendarProperty, day: NaiveDate) {
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    let value = PartialDateTime::from_naive_timestamp(midnight.and_utc().timestamp());
    component.add_property_with_params(property, [ICalendarParameter::value(ICalendarValueType::Date)], value);
}

/// An instant in UTC, to the second.
pub(super) fn utc(instant: DateTime<Utc>) -> PartialDateTime {
    PartialDateTime::from_utc_timestamp(instant.timestamp())
}

/// A property of several texts separated by commas.
pub(super) fn add_list(component: &mut ICalendarComponent, property: ICalendarProperty, texts: &[String]) {
    let values: Vec<ICalendarValue> =
        texts.iter().map(|text| line(text)).filter(|text| !text.is_empty()).map(ICalendarValue::from).collect();
    if !values.is_empty() {
        component.entries.push(ICalendarEntry::new(property).with_values(values));
    }
}

/// ORGANIZER or ATTENDEE: the bare address, and the name as CN if there is one.
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
    component.add_property_with_params(property, parameters, mailto(address));
}

/// A text on one line: control characters and line ends become spaces, spaces at the ends go.
fn line(text: &str) -> String {
    paragraphs(text).replace(['\n', '\t'], " ").trim().to_owned()
}

/// A text of several lines, separated by `\n` whatever separated them before; other control characters, and those that turn
/// the direction of writing to disguise a text, are dropped.
fn paragraphs(text: &str) -> String {
    let unified = text.replace("\r\n", "\n").replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    let is_dropped = |c: char| c.is_control() || letters::turns_direction(c) || c == '\u{FEFF}';
    unified.chars().filter(|c| matches!(c, '\n' | '\t') || !is_dropped(*c)).collect()
}

/// A text inside a parameter, such as the name in CN. RFC 5545 gives parameters no way to write a quote or a line end, and
/// RFC 6868's carets are decoded by some readers only: what could be misread is replaced.
fn parameter(text: &str) -> String {
    line(text).replace('"', "'").replace('\\', "/").replace('^', " ")
}

/// A URI as RFC 3986 has it, with commas, semicolons and backslashes percent-encoded too, so that nothing is left to escape.
pub(super) fn uri(text: &str) -> Uri {
    Uri::Location(percent_encoded(text.trim(), |byte| byte.is_ascii_graphic() && !br#",;\"<>^`{|}"#.contains(&byte)))
}

/// `mailto:` and the bare address (RFC 6068): whatever could end the address or begin a header is percent-encoded.
fn mailto(address: &str) -> Uri {
    let address = percent_encoded(address.trim(), |byte| byte.is_ascii_alphanumeric() || b"-._~@+!$'*".contains(&byte));
    Uri::Location(format!("mailto:{address}"))
}

fn percent_encoded(text: &str, keep: impl Fn(u8) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if keep(byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
