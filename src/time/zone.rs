//! Wall time in Italy and instants.
//!
//! The only file that reads zone rules. Twice a year the wall clock jumps, and a wall time then names no instant, or two.
//! RFC 5545 §3.3.5 settles both, so that our instants are those a calendar program shows for the same invitation:
//!
//! - in the gap of March the offset from before the gap holds: 2:30 is the instant that the clocks call 3:30;
//! - in the fold of October the first occurrence is meant: 2:30 is still summer time.
//!
//! "Tomorrow at the same hour" is a matter of days and wall time: never add 24 hours to an instant.

use std::path::Path;
use std::sync::LazyLock;

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};

/// IANA name of the zone in which every day and hour of the service is meant.
pub const ZONE: &str = "Europe/Rome";

/// Where Debian's `tzdata` lives. A fixed path, so that the environment cannot silently change the law of time.
const SYSTEM_ZONEINFO: &str = "/usr/share/zoneinfo";

/// The zone rules in use, for the log at start and the status page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneData {
    pub source: ZoneSource,
    /// Release of the IANA data, such as `2025b`, where the source names it.
    pub version: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoneSource {
    /// The operating system's `tzdata`: follows new laws with its updates.
    System,
    /// The copy inside the program: as old as the program.
    BuiltIn,
}

struct Rome {
    zone: TimeZone,
    data: ZoneData,
}

/// Read once: a process keeps the rules it started with.
static ROME: LazyLock<Rome> = LazyLock::new(|| system_rome().unwrap_or_else(built_in_rome));

fn system_rome() -> Option<Rome> {
    let zone = TimeZoneDatabase::from_dir(SYSTEM_ZONEINFO).ok()?.get(ZONE).ok()?;
    let version = system_version(&Path::new(SYSTEM_ZONEINFO).join("tzdata.zi"));
    Some(Rome { zone, data: ZoneData { source: ZoneSource::System, version } })
}

/// The first line of `tzdata.zi` reads `# version 2025b`.
fn system_version(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    text.lines().next()?.strip_prefix("# version ").map(|version| version.trim().to_owned())
}

fn built_in_rome() -> Rome {
    let zone = TimeZoneDatabase::bundled().get(ZONE).expect("the program is built with jiff's tzdb-bundle-always");
    Rome { zone, data: ZoneData { source: ZoneSource::BuiltIn, version: None } }
}

/// The zone rules this process uses.
pub fn zone_data() -> &'static ZoneData {
    &ROME.data
}

/// The instant at which the clocks in Italy show `hour` on `day`; gap and fold as the module says.
pub fn instant_of(day: NaiveDate, hour: NaiveTime) -> DateTime<Utc> {
    let wall = day.and_time(hour);
    let as_if_utc = wall.and_utc();
    as_if_utc.checked_sub_signed(offset_of_wall(wall)).unwrap_or(as_if_utc)
}

/// What the clocks in Italy show at `instant`.
pub fn local(instant: DateTime<Utc>) -> NaiveDateTime {
    let wall = instant.naive_utc();
    wall.checked_add_signed(offset_at(instant)).unwrap_or(wall)
}

/// The day it is in Italy at `instant`.
pub fn day_of(instant: DateTime<Utc>) -> NaiveDate {
    local(instant).date()
}

/// The first instant of `day` in Italy; the day lasts until just before `start_of_day` of the next one, which makes it 23
/// or 25 hours long twice a year.
pub fn start_of_day(day: NaiveDate) -> DateTime<Utc> {
    instant_of(day, NaiveTime::MIN)
}

fn offset_of_wall(wall: NaiveDateTime) -> Duration {
    let Ok(as_if_utc) = jiff::Timestamp::from_second(wall.and_utc().timestamp()) else {
        return BEYOND_THE_TABLES;
    };
    let civil = Offset::UTC.to_datetime(as_if_utc);
    match ROME.zone.to_ambiguous_timestamp(civil).offset() {
        AmbiguousOffset::Unambiguous { offset }
        | AmbiguousOffset::Gap { before: offset, .. }
        | AmbiguousOffset::Fold { before: offset, .. } => seconds(offset),
    }
}

fn offset_at(instant: DateTime<Utc>) -> Duration {
    match jiff::Timestamp::from_second(instant.timestamp()) {
        Ok(timestamp) => seconds(ROME.zone.to_offset(timestamp)),
        Err(_) => BEYOND_THE_TABLES,
    }
}

/// Before the year −9999 and after 9999 the zone library answers nothing; standard time keeps these functions total.
const BEYOND_THE_TABLES: Duration = Duration::hours(1);

fn seconds(offset: Offset) -> Duration {
    Duration::seconds(i64::from(offset.seconds()))
}
