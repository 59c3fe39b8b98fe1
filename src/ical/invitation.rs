//! Invitations to a meeting and their withdrawal (iTIP, RFC 5546), one copy per attendee.
//!
//! Each copy names its own recipient only, so that the other invited people's addresses stay private. The first
//! invitation and every change are a REQUEST. CANCEL withdraws the whole meeting, or the invitation of one person. The
//! mail part that carries the object has to repeat METHOD in upper case, see [`method_name`].

use calcard::icalendar::{
    ICalendarComponent, ICalendarMethod, ICalendarParameter, ICalendarParticipationRole, ICalendarParticipationStatus,
    ICalendarProperty, ICalendarStatus, ICalendarUserTypes,
};
use chrono::{DateTime, NaiveDateTime, Utc};
use entity::kinds::CalendarMethod;

use super::object::{self, IcalError};

/// The copy of an invitation for one attendee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    pub method: CalendarMethod,
    /// Identifier of the meeting for its whole life; rescheduling keeps it.
    pub uid: String,
    /// Starts at 0 and rises by one with each change of day or hour, and with cancellation.
    pub sequence: u32,
    /// Instant of this message.
    pub dtstamp: DateTime<Utc>,
    /// Wall time in Europe/Rome.
    pub start: NaiveDateTime,
    /// Wall time in Europe/Rome, after the start.
    pub end: NaiveDateTime,
    pub summary: String,
    /// May have several lines; empty for none.
    pub description: String,
    /// Room, or "da remoto"; empty for none.
    pub location: String,
    pub url: Option<String>,
    pub organizer: Organizer,
    pub attendee: Attendee,
}

/// The convener. Its address must equal the mail's From address, or mail clients show the invitation as coming from a
/// stranger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organizer {
    pub name: String,
    pub address: String,
}

/// Recipient of this copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendee {
    /// Person and party: «Anna Rossi (Provincia di Como)».
    pub name: String,
    pub address: String,
    pub role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Chair,
    Required,
    Optional,
}

/// Returns the name of a method as METHOD and the `method` parameter of the mail part write it: upper case, because a lower-case
/// parameter breaks some clients.
pub const fn method_name(method: CalendarMethod) -> &'static str {
    match method {
        CalendarMethod::Request => "REQUEST",
        CalendarMethod::Cancel => "CANCEL",
    }
}

impl Invitation {
    /// Returns the calendar object as text. The same invitation gives the same bytes.
    pub fn to_ical(&self) -> Result<String, IcalError> {
        let mut calendar = object::calendar_with_zone(icalendar_method(self.method));
        object::add_event(&mut calendar, self.event()?);
        Ok(calendar.to_string())
    }

    fn event(&self) -> Result<ICalendarComponent, IcalError> {
        let mut event = object::event(&self.uid, self.sequence, self.dtstamp)?;
        if self.end <= self.start {
            return Err(IcalError::EndsBeforeItStarts { uid: self.uid.clone() });
        }
        object::add_wall(&mut event, ICalendarProperty::Dtstart, self.start);
        object::add_wall(&mut event, ICalendarProperty::Dtend, self.end);
        object::add_line(&mut event, ICalendarProperty::Summary, &self.summary);
        object::add_paragraphs(&mut event, ICalendarProperty::Description, &self.description);
        object::add_line(&mut event, ICalendarProperty::Location, &self.location);
        if let Some(url) = &self.url {
            event.add_property(ICalendarProperty::Url, object::uri(url));
        }
        event.add_property(ICalendarProperty::Status, status(self.method));
        self.add_organizer(&mut event);
        self.add_attendee(&mut event);
        Ok(event)
    }

    fn add_organizer(&self, event: &mut ICalendarComponent) {
        let Organizer { name, address } = &self.organizer;
        object::add_person(event, ICalendarProperty::Organizer, Vec::new(), name, address);
    }

    fn add_attendee(&self, event: &mut ICalendarComponent) {
        let Attendee { name, address, role } = &self.attendee;
        let mut parameters = vec![
            ICalendarParameter::cutype(ICalendarUserTypes::Individual),
            ICalendarParameter::role(ICalendarParticipationRole::from(*role)),
        ];
        if self.method == CalendarMethod::Request {
            parameters.push(ICalendarParameter::partstat(ICalendarParticipationStatus::NeedsAction));
            // No answer is requested, because the service does not read answers of calendar programs.
            parameters.push(ICalendarParameter::rsvp(false));
        }
        object::add_person(event, ICalendarProperty::Attendee, parameters, name, address);
    }
}

const fn icalendar_method(method: CalendarMethod) -> ICalendarMethod {
    match method {
        CalendarMethod::Request => ICalendarMethod::Request,
        CalendarMethod::Cancel => ICalendarMethod::Cancel,
    }
}

const fn status(method: CalendarMethod) -> ICalendarStatus {
    match method {
        CalendarMethod::Request => ICalendarStatus::Confirmed,
        CalendarMethod::Cancel => ICalendarStatus::Cancelled,
    }
}

impl From<Role> for ICalendarParticipationRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Chair => Self::Chair,
            Role::Required => Self::ReqParticipant,
            Role::Optional => Self::OptParticipant,
        }
    }
}
