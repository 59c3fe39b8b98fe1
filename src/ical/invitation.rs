//! Invitations to a meeting and their withdrawal (iTIP, RFC 5546), one copy per attendee.
//!
//! Each copy names its own recipient only: the list of who was invited is nobody's address book. The first invitation and
//! every change are a REQUEST; CANCEL withdraws the meeting, or one person from a meeting that goes on for the others. The
//! mail part that carries the object has to repeat its METHOD in upper case, see [`method_name`].

use calcard::icalendar::{
    ICalendarComponent, ICalendarMethod, ICalendarParameter, ICalendarParticipationRole, ICalendarParticipationStatus,
    ICalendarProperty, ICalendarStatus, ICalendarUserTypes,
};
use chrono::{DateTime, NaiveDateTime, Utc};
use entity::kinds::CalendarMethod;

use super::object::{self, IcalError};

/// The copy of one attendee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    pub method: CalendarMethod,
    /// The meeting's, for its whole life: rescheduling keeps it.
    pub uid: String,
    /// 0 at first; one more with each change of day, hour, or to cancelled.
    pub sequence: u32,
    /// The instant of this message.
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

/// Who convenes. The mail's From has to be the same address, or clients show the invitation as a stranger's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organizer {
    pub name: String,
    pub address: String,
}

/// Whom this copy is for.
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
    /// The calendar object as text; the same invitation gives the same bytes.
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
            // No answer is asked for, because nobody reads the answers that calendar programs send.
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
