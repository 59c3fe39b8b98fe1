//! A calendar that programs fetch again and again (METHOD:PUBLISH): the public agenda of releases.
//!
//! No organiser and no attendees: a feed names nobody. DTSTAMP is the instant of an entry's last revision and not of the
//! request, and entries stand in a fixed order, so an unchanged feed is the same bytes and its `ETag` holds.

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
    /// What the subscriber's program calls the calendar.
    pub name: String,
    /// The address at which this feed is fetched.
    pub url: String,
    /// How often to fetch; whole minutes, at least one.
    pub refresh: Duration,
    /// In any order.
    pub entries: Vec<FeedEntry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedEntry {
    /// The entry's, for its whole life: five moves keep one UID.
    pub uid: String,
    /// 0 at first; one more with each change of date, hour or status.
    pub sequence: u32,
    /// When the entry last changed in any way.
    pub last_revision: DateTime<Utc>,
    pub when: When,
    pub status: EntryStatus,
    /// Says "rinviato" or "annullato" in words where that applies: many programs show nothing but the summary.
    pub summary: String,
    /// May have several lines; empty for none.
    pub description: String,
    pub url: Option<String>,
    pub categories: Vec<String>,
}

/// How long an entry at an hour lasts in a calendar. A release is an instant, but without an end some programs draw nothing and others a
/// length of their own; an hour is enough for the title to be read.
pub const SHOWN_FOR: TimeDelta = TimeDelta::hours(1);

/// When an entry takes place, as precisely as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// A note on a whole day: a day without an hour, or the first day of a week or month, which the summary names. A bar of two
    /// months would hide everything else.
    Day(NaiveDate),
    /// A moment of wall time in Europe/Rome, such as the hour of a release. It is shown for [`SHOWN_FOR`].
    Wall(NaiveDateTime),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryStatus {
    Tentative,
    Confirmed,
    /// Stays in the feed: an entry that merely vanished would stay in the subscribers' memory.
    Cancelled,
}

impl Feed {
    /// The calendar object as text; the same feed gives the same bytes, in whatever order its entries are.
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

    /// Name and refreshing twice, as RFC 7986 has it and as older programs know it.
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
        // A release takes nobody's time: it must not make its subscribers look busy.
        event.add_property(ICalendarProperty::Transp, ICalendarTransparency::Transparent);
        Ok(event)
    }

    /// Writes begin and end; a day ends on the day after (RFC 5545: DTEND is exclusive).
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
