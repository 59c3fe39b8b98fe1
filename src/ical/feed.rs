//! A calendar that programs fetch repeatedly (METHOD:PUBLISH): the public agenda of releases.
//!
//! A feed has no organiser and no attendees. DTSTAMP is the instant of an entry's last revision (not of the request)
//! and entries have a fixed order, so that an unchanged feed has the same bytes and the same `ETag`.

use std::collections::BTreeSet;
use std::time::Duration;

use calcard::icalendar::{
    ICalendarComponent, ICalendarDuration, ICalendarMethod, ICalendarParameter, ICalendarProperty, ICalendarStatus,
    ICalendarTransparency, ICalendarValueType,
};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::object::{self, IcalError};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Name of the calendar in the subscriber's program.
    pub name: String,
    /// Address at which this feed is fetched.
    pub url: String,
    /// Interval at which programs should fetch the feed; whole minutes, at least one.
    pub refresh: Duration,
    /// Entries in any order.
    pub entries: Vec<FeedEntry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedEntry {
    /// Identifier of the entry for its whole life; it stays the same when the date moves.
    pub uid: String,
    /// Starts at 0 and rises by one with each change of date, hour or status.
    pub sequence: u32,
    /// Instant of the latest change of any kind.
    pub last_revision: DateTime<Utc>,
    pub when: When,
    pub status: EntryStatus,
    /// Contains the word "rinviato" or "annullato" where that applies, because many programs show only the summary.
    pub summary: String,
    /// May have several lines; empty for none.
    pub description: String,
    pub url: Option<String>,
    pub categories: Vec<String>,
}

/// Length in a calendar of an entry that has an hour. A release is an instant, but without an end some programs draw
/// nothing and others choose a length. Half an hour is the height of one line.
pub const SHOWN_FOR: TimeDelta = TimeDelta::minutes(30);

/// Date of an entry, as precise as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// A whole-day entry: a day without an hour, or the first day of a week or month, which the summary names. It does
    /// not span the whole month, because a bar of a month would hide all other entries.
    Day(NaiveDate),
    /// A moment of wall time in Europe/Rome, such as the hour of a release; its entry lasts [`SHOWN_FOR`].
    Wall(NaiveDateTime),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryStatus {
    Tentative,
    Confirmed,
    /// Stays in the feed, because subscribers' programs keep an entry that merely disappears.
    Cancelled,
}

impl Feed {
    /// Returns the calendar object as text. The same feed gives the same bytes, whatever the order of its entries.
    pub fn to_ical(&self) -> Result<String, IcalError> {
        let entries = self.ordered()?;
        let has_hours = entries.iter().any(|entry| matches!(entry.when, When::Wall(_)));
        let begin = if has_hours { object::calendar_with_zone } else { object::calendar };
        let mut calendar = begin(ICalendarMethod::Publish);
        self.describe(&mut calendar.components[0]);
        for entry in entries {
            object::add_event(&mut calendar, entry.event()?);
        }
        Ok(calendar.to_string())
    }

    fn ordered(&self) -> Result<Vec<&FeedEntry>, IcalError> {
        let mut seen = BTreeSet::new();
        if let Some(twice) = self.entries.iter().find(|entry| !seen.insert(&entry.uid)) {
            return Err(IcalError::UidTwice { uid: twice.uid.clone() });
        }
        let mut entries: Vec<&FeedEntry> = self.entries.iter().collect();
        entries.sort_by(|a, b| (a.when.start(), &a.uid).cmp(&(b.when.start(), &b.uid)));
        Ok(entries)
    }

    /// Writes name and refresh interval twice: as RFC 7986 defines them and as older programs read them.
    fn describe(&self, header: &mut ICalendarComponent) {
        object::add_line(header, ICalendarProperty::Name, &self.name);
        object::add_line(header, ICalendarProperty::Other("X-WR-CALNAME".to_owned()), &self.name);
        header.add_property_with_params(
            ICalendarProperty::Source,
            [ICalendarParameter::value(ICalendarValueType::Uri)],
            object::uri(&self.url),
        );
        let refresh = whole_minutes(self.refresh);
        header.add_property_with_params(
            ICalendarProperty::RefreshInterval,
            [ICalendarParameter::value(ICalendarValueType::Duration)],
            refresh.clone(),
        );
        header.add_property(ICalendarProperty::Other("X-PUBLISHED-TTL".to_owned()), refresh);
    }
}

impl FeedEntry {
    fn event(&self) -> Result<ICalendarComponent, IcalError> {
        let mut event = object::event(&self.uid, self.sequence, self.last_revision)?;
        event.add_property(ICalendarProperty::LastModified, object::utc(self.last_revision));
        self.add_when(&mut event)?;
        object::add_line(&mut event, ICalendarProperty::Summary, &self.summary);
        object::add_paragraphs(&mut event, ICalendarProperty::Description, &self.description);
        if let Some(url) = &self.url {
            event.add_property(ICalendarProperty::Url, object::uri(url));
        }
        object::add_list(&mut event, ICalendarProperty::Categories, &self.categories);
        event.add_property(ICalendarProperty::Status, self.status.as_ical());
        // Transparent, because a release must not make its subscribers look busy.
        event.add_property(ICalendarProperty::Transp, ICalendarTransparency::Transparent);
        Ok(event)
    }

    /// Writes start and end. The end of a whole-day entry is the following day, because DTEND is exclusive (RFC 5545).
    fn add_when(&self, event: &mut ICalendarComponent) -> Result<(), IcalError> {
        let endless = || IcalError::EndsBeforeItStarts { uid: self.uid.clone() };
        match self.when {
            When::Wall(wall) => {
                object::add_wall(event, ICalendarProperty::Dtstart, wall);
                let end = wall.checked_add_signed(SHOWN_FOR).ok_or_else(endless)?;
                object::add_wall(event, ICalendarProperty::Dtend, end);
            }
            When::Day(day) => {
                object::add_day(event, ICalendarProperty::Dtstart, day);
                object::add_day(event, ICalendarProperty::Dtend, day.succ_opt().ok_or_else(endless)?);
            }
        }
        Ok(())
    }
}

impl When {
    fn start(self) -> NaiveDateTime {
        match self {
            Self::Day(day) => day.and_time(NaiveTime::MIN),
            Self::Wall(wall) => wall,
        }
    }
}

impl EntryStatus {
    fn as_ical(self) -> ICalendarStatus {
        match self {
            Self::Tentative => ICalendarStatus::Tentative,
            Self::Confirmed => ICalendarStatus::Confirmed,
            Self::Cancelled => ICalendarStatus::Cancelled,
        }
    }
}

fn whole_minutes(interval: Duration) -> ICalendarDuration {
    const MINUTES_PER_DAY: u64 = 24 * 60;
    let minutes = u32::try_from((interval.as_secs() / 60).clamp(1, 365 * MINUTES_PER_DAY)).unwrap_or(u32::MAX);
    ICalendarDuration { hours: minutes / 60, minutes: minutes % 60, ..ICalendarDuration::default() }
}
