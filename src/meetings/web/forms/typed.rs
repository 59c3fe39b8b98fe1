//! What is typed into more than one of the forms, and how it is understood.

use crate::error::{Code, Error};
use crate::http::form::Versioned;
use crate::meetings::model::{Meeting, Slot, Venue};
use crate::meetings::service::MeetingChange;
use crate::typed::{both, day, given, kept};
use chrono::NaiveTime;
use serde::Deserialize;
use std::str::FromStr;

/// When, where and what: the fields of a draft and of a move.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SlotForm {
    pub version: String,
    pub table: String,
    pub title: String,
    pub day: String,
    pub starts: String,
    pub ends: String,
    pub mode: String,
    pub place: String,
    pub remote_url: String,
    pub short_notice_reason: String,
}

impl SlotForm {
    pub fn of(meeting: &Meeting) -> Self {
        Self {
            version: meeting.version.to_string(),
            table: String::new(),
            title: meeting.title.clone(),
            day: meeting.slot.day.to_string(),
            starts: meeting.slot.starts.format("%H:%M").to_string(),
            ends: meeting.slot.ends.format("%H:%M").to_string(),
            mode: meeting.venue.mode.to_string(),
            place: meeting.venue.place.clone().unwrap_or_default(),
            remote_url: meeting.venue.remote_url.clone().unwrap_or_default(),
            short_notice_reason: String::new(),
        }
    }

    pub fn slot(&self) -> Result<Slot, Error> {
        let hours = both(hour("starts", &self.starts), hour("ends", &self.ends));
        let (day, (starts, ends)) = both(day("day", &self.day), hours)?;
        Ok(Slot { day, starts, ends })
    }

    pub fn venue(&self) -> Result<Venue, Error> {
        Ok(Venue { mode: kind("mode", &self.mode)?, place: kept(&self.place), remote_url: kept(&self.remote_url) })
    }

    pub fn change(&self) -> Result<MeetingChange, Error> {
        let (title, (slot, venue)) = both(given("title", &self.title), both(self.slot(), self.venue()))?;
        Ok(MeetingChange {
            title: Some(title),
            day: Some(slot.day),
            starts: Some(slot.starts),
            ends: Some(slot.ends),
            mode: Some(venue.mode),
            place: Some(venue.place),
            remote_url: Some(venue.remote_url),
        })
    }
}

/// A reason and the version it is for: convening at short notice, calling off, closing with too few parties.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReasonForm {
    pub version: String,
    pub reason: String,
    pub short_notice_reason: String,
    pub short_quorum_reason: String,
}

impl Versioned for SlotForm {
    fn version_mut(&mut self) -> &mut String {
        &mut self.version
    }
}

impl Versioned for ReasonForm {
    fn version_mut(&mut self) -> &mut String {
        &mut self.version
    }
}

/// `9:30` or `09:30`, as people and browsers write it.
pub fn hour(field: &'static str, text: &str) -> Result<NaiveTime, Error> {
    let wrong = || Error::field(field, if text.trim().is_empty() { Code::Required } else { Code::NotAnHour });
    NaiveTime::parse_from_str(text.trim(), "%H:%M").map_err(|_| wrong())
}

pub fn kind<K: FromStr>(field: &'static str, text: &str) -> Result<K, Error> {
    text.parse().map_err(|_| Error::field(field, if text.is_empty() { Code::Required } else { Code::UnknownValue }))
}

pub fn id<I: FromStr>(field: &'static str, text: &str) -> Result<Option<I>, Error> {
    kept(text).map(|text| text.parse().map_err(|_| Error::field(field, Code::UnknownValue))).transpose()
}

pub fn number(field: &'static str, text: &str) -> Result<Option<i32>, Error> {
    kept(text).map(|text| text.parse().map_err(|_| Error::field(field, Code::OutOfRange))).transpose()
}
