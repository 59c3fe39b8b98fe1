//! Fields shared by several forms.

use crate::meetings::model::{Meeting, Slot, Venue};
use crate::meetings::service::{
    MeetingChange, MeetingIn, MoveIn, PLACE_CHARACTERS, REASON_CHARACTERS, TITLE_CHARACTERS, URL_CHARACTERS,
};
use crate::typed::{self, Reading};
use serde::Deserialize;

/// The fields of a draft and of a move: title, day, hours, place.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SlotForm {
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

    /// Reads the input for a new meeting.
    pub fn read_new(&self, reading: &mut Reading) -> Option<MeetingIn> {
        let table = reading.chosen("table", &self.table);
        let title = reading.text("title", &self.title, TITLE_CHARACTERS);
        let slot = self.read_slot(reading);
        let venue = self.read_venue(reading);
        Some(MeetingIn { table: table?, title: title?, slot: slot?, venue: venue? })
    }

    /// Reads the change of a draft.
    pub fn read_change(&self, reading: &mut Reading) -> Option<MeetingChange> {
        let title = reading.text("title", &self.title, TITLE_CHARACTERS);
        let slot = self.read_slot(reading);
        let venue = self.read_venue(reading);
        let (slot, venue) = (slot?, venue?);
        Some(MeetingChange {
            title: Some(title?),
            day: Some(slot.day),
            starts: Some(slot.starts),
            ends: Some(slot.ends),
            mode: Some(venue.mode),
            place: Some(venue.place),
            remote_url: Some(venue.remote_url),
        })
    }

    /// Reads the new slot and venue of a convened meeting.
    pub fn read_move(&self, reading: &mut Reading) -> Option<MoveIn> {
        let slot = self.read_slot(reading);
        let venue = self.read_venue(reading);
        let reason = reading.optional_text("short_notice_reason", &self.short_notice_reason, REASON_CHARACTERS);
        Some(MoveIn { slot: slot?, venue: Some(venue?), short_notice_reason: reason? })
    }

    fn read_slot(&self, reading: &mut Reading) -> Option<Slot> {
        let day = reading.day("day", &self.day);
        let starts = reading.hour("starts", &self.starts);
        let ends = reading.hour("ends", &self.ends);
        let slot = Slot { day: day?, starts: starts?, ends: ends? };
        reading.take(slot.check())?;
        Some(slot)
    }

    fn read_venue(&self, reading: &mut Reading) -> Option<Venue> {
        let mode = reading.chosen("mode", &self.mode);
        let place = reading.optional_text("place", &self.place, PLACE_CHARACTERS);
        let remote_url = reading.take(typed::web_address("remote_url", Some(&self.remote_url), URL_CHARACTERS));
        Some(Venue { mode: mode?, place: place?, remote_url: remote_url? })
    }
}

/// A reason: for a short notice, for cancelling, for closing without a quorum.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReasonForm {
    pub reason: String,
    pub short_notice_reason: String,
    pub short_quorum_reason: String,
}
