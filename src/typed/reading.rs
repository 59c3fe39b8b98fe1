//! The reader of several fields at once.

use super::{kept, minutes, optional, public_reason, reason, required};
use crate::error::{Code, Error, FieldError, Refused, Result};
use crate::time::Day;
use chrono::{NaiveDate, NaiveTime};
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Parses typed fields and collects all their errors, each with its field.
///
/// A method returns `None` for a wrong field, and the reading continues. Use cases check their inputs with it and forms
/// parse typed values with it, so that a rule about a field has one text.
///
/// ```ignore
/// Reading::of(|reading| {
///     let title = reading.text("title", &self.title, TITLE_CHARACTERS);
///     let day = reading.day("day", &self.day);
///     Some(ItemIn { title: title?, day: day? })
/// })
/// ```
#[derive(Debug, Default)]
pub struct Reading {
    wrong: Vec<FieldError>,
    /// An error that concerns no field, such as an unavailable database.
    other: Option<Error>,
}

impl Reading {
    /// Returns the value made by `read`, or all errors of its fields.
    pub fn of<T>(read: impl FnOnce(&mut Self) -> Option<T>) -> Result<T> {
        let mut reading = Self::default();
        let made = read(&mut reading);
        reading.finish(made)
    }

    /// Returns the value, or all errors of the fields.
    pub fn finish<T>(self, made: Option<T>) -> Result<T> {
        let Self { wrong, other } = self;
        match (other, made) {
            (Some(error), _) => Err(error),
            (None, Some(made)) if wrong.is_empty() => Ok(made),
            (None, _) => Err(Error::Invalid(wrong)),
        }
    }

    /// Notes that a field is wrong.
    pub fn refuse(&mut self, field: &'static str, code: Code) {
        self.wrong.push(FieldError::new(field, code));
    }

    /// Returns a value that was checked elsewhere, or notes the fields that are wrong.
    pub fn take<T, E: Into<Error>>(&mut self, checked: std::result::Result<T, E>) -> Option<T> {
        match checked.map_err(Into::into) {
            Ok(value) => return Some(value),
            Err(Error::Invalid(wrong)) => self.wrong.extend(wrong),
            Err(Error::Refused(Refused { code, field: Some(field), params })) => {
                self.wrong.push(FieldError { field, code, params });
            }
            Err(error) => self.other = self.other.take().or(Some(error)),
        }
        None
    }

    /// Reads a required text of at most `limit` characters.
    pub fn text(&mut self, field: &'static str, typed: &str, limit: usize) -> Option<String> {
        self.take(required(field, typed, limit))
    }

    /// Reads an optional text of at most `limit` characters.
    pub fn optional_text(&mut self, field: &'static str, typed: &str, limit: usize) -> Option<Option<String>> {
        self.take(optional(field, Some(typed), limit))
    }

    /// Reads a text of at most `limit` characters that may be absent.
    pub fn text_if_given(&mut self, field: &'static str, text: Option<String>, limit: usize) -> Option<Option<String>> {
        self.take(optional(field, text.as_deref(), limit))
    }

    /// Reads the reason of an act, of at most `limit` characters.
    pub fn reason(&mut self, field: &'static str, typed: &str, limit: usize) -> Option<String> {
        self.take(reason(field, typed, limit))
    }

    /// Reads a reason that becomes public, of at most `limit` characters.
    pub fn public_reason(&mut self, field: &'static str, typed: &str, limit: usize) -> Option<String> {
        self.take(public_reason(field, typed, limit))
    }

    /// Reads a required value with a parser: a code, a value of a closed vocabulary, a period.
    pub fn chosen<T: FromStr>(&mut self, field: &'static str, typed: &str) -> Option<T> {
        let chosen = self.optional(field, typed, Code::UnknownValue)?;
        self.must_be_there(field, chosen)
    }

    /// Reads an optional value with a parser, such as an id.
    pub fn optionally_chosen<T: FromStr>(&mut self, field: &'static str, typed: &str) -> Option<Option<T>> {
        self.optional(field, typed, Code::UnknownValue)
    }

    /// Reads a required day, as a date field sends it.
    pub fn day(&mut self, field: &'static str, typed: &str) -> Option<NaiveDate> {
        let day = self.optional_day(field, typed)?;
        self.must_be_there(field, day)
    }

    /// Reads an optional day.
    pub fn optional_day(&mut self, field: &'static str, typed: &str) -> Option<Option<NaiveDate>> {
        self.optional::<Day>(field, typed, Code::NotADay).map(|day| day.map(NaiveDate::from))
    }

    /// Reads a required hour: `9:30`, `9.30`, `09:30` or `09:30:00`, as people and browsers write it.
    pub fn hour(&mut self, field: &'static str, typed: &str) -> Option<NaiveTime> {
        let hour = self.optional_hour(field, typed)?;
        self.must_be_there(field, hour)
    }

    /// Reads an optional hour.
    pub fn optional_hour(&mut self, field: &'static str, typed: &str) -> Option<Option<NaiveTime>> {
        let hour = self.optional::<Hour>(field, typed, Code::NotAnHour)?;
        Some(hour.map(|Hour(hour)| hour))
    }

    /// Reads an optional number within limits, both included.
    pub fn optional_number(
        &mut self,
        field: &'static str,
        typed: &str,
        limits: RangeInclusive<i32>,
    ) -> Option<Option<i32>> {
        let Some(text) = kept(typed) else { return Some(None) };
        let number = text.parse().ok().filter(|number| limits.contains(number));
        let outside = || Error::out_of_range(field, *limits.start(), *limits.end());
        self.take(number.ok_or_else(outside)).map(Some)
    }

    /// Reads a required number within limits, both included.
    pub fn number(&mut self, field: &'static str, typed: &str, limits: RangeInclusive<i32>) -> Option<i32> {
        let number = self.optional_number(field, typed, limits)?;
        self.must_be_there(field, number)
    }

    /// Reads an optional number of minutes within limits.
    pub fn optional_minutes(
        &mut self,
        field: &'static str,
        typed: &str,
        limits: RangeInclusive<i32>,
    ) -> Option<Option<i32>> {
        let Some(text) = kept(typed) else { return Some(None) };
        let minutes = self.take(minutes(field, text.parse().ok(), limits));
        minutes.map(Some)
    }

    fn must_be_there<T>(&mut self, field: &'static str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.refuse(field, Code::Required);
        }
        value
    }

    fn optional<T: FromStr>(&mut self, field: &'static str, typed: &str, otherwise: Code) -> Option<Option<T>> {
        let Some(text) = kept(typed) else { return Some(None) };
        let value = text.parse().ok();
        if value.is_none() {
            self.refuse(field, otherwise);
        }
        value.map(Some)
    }
}

/// An hour as it is typed.
struct Hour(NaiveTime);

impl FromStr for Hour {
    type Err = chrono::ParseError;

    fn from_str(typed: &str) -> std::result::Result<Self, Self::Err> {
        let typed = typed.replace('.', ":");
        let hour =
            NaiveTime::parse_from_str(&typed, "%H:%M").or_else(|_| NaiveTime::parse_from_str(&typed, "%H:%M:%S"));
        hour.map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::kinds::MeetingMode;

    /// Returns the wrong fields of a reading with their codes.
    fn wrong<T: std::fmt::Debug>(read: impl FnOnce(&mut Reading) -> Option<T>) -> Vec<(&'static str, Code)> {
        match Reading::of(read) {
            Err(Error::Invalid(wrong)) => wrong.into_iter().map(|error| (error.field, error.code)).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_wrong_field_is_noted_in_its_order() {
        let read = |reading: &mut Reading| {
            let title = reading.text("title", "troppo", 3);
            let day = reading.day("day", "1.3.2027");
            let hour = reading.hour("hour", "");
            let mode = reading.chosen::<MeetingMode>("mode", "by_post");
            let number = reading.optional_minutes("minutes", "molti", 1..=480);
            let reason = reading.reason("reason", " ", 9);
            Some((title?, day?, hour?, mode?, number?, reason?))
        };
        assert_eq!(
            wrong(read),
            [
                ("title", Code::TooLong),
                ("day", Code::NotADay),
                ("hour", Code::Required),
                ("mode", Code::UnknownValue),
                ("minutes", Code::OutOfRange),
                ("reason", Code::ReasonMissing),
            ]
        );
    }

    #[test]
    fn an_hour_is_read_as_people_and_browsers_write_it() {
        for typed in ["9:30", "9.30", " 09:30 ", "09:30:00"] {
            let hour = Reading::of(|reading| reading.hour("hour", typed)).expect(typed);
            assert_eq!(hour.to_string(), "09:30:00", "{typed}");
        }
        assert_eq!(wrong(|reading| reading.hour("hour", "mezzogiorno")), [("hour", Code::NotAnHour)]);
    }

    #[test]
    fn an_error_of_no_field_is_returned_as_it_is() {
        let read = |reading: &mut Reading| {
            reading.refuse("day", Code::Required);
            reading.take::<(), _>(Err(Error::Denied))
        };
        assert!(matches!(Reading::of(read), Err(Error::Denied)));
    }
}
