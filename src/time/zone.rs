//! Conversion between instants and wall time in Italy.
//!
//! This is the only file that reads time zone rules. Twice a year the clocks change, and a wall time then names no
//! instant, or two. RFC 5545 §3.3.5 decides both cases, so that our instants are those a calendar program shows for the
//! same invitation:
//!
//! - in the gap of March the offset from before the gap is used: 2:30 is the instant at which clocks show 3:30;
//! - in the fold of October the first occurrence is used: 2:30 is still summer time.
//!
//! Compute "tomorrow at the same hour" with days and wall time. Adding 24 hours to an instant is wrong twice a year.

use std::path::Path;
use std::sync::LazyLock;

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};

/// IANA name of the time zone of every day and hour of the service.
pub const ZONE: &str = "Europe/Rome";

/// Directory of Debian's `tzdata`. The path is fixed, so that an environment variable cannot replace the zone rules.
const SYSTEM_ZONEINFO: &str = "/usr/share/zoneinfo";

/// Time zone rules in use, for the log at start and the status page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneData {
    pub source: ZoneSource,
    /// Release of the IANA data, such as `2025b`, if the source names it.
    pub version: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoneSource {
    /// The `tzdata` of the operating system, which its updates keep current.
    System,
    /// The copy compiled into the program, as old as the program.
    BuiltIn,
}

struct Rome {
    zone: TimeZone,
    data: ZoneData,
}

/// Zone rules of this process, read at the first use and kept until it ends.
static ROME: LazyLock<Rome> = LazyLock::new(|| system_rome().unwrap_or_else(built_in_rome));

fn system_rome() -> Option<Rome> {
    let zone = TimeZoneDatabase::from_dir(SYSTEM_ZONEINFO).ok()?.get(ZONE).ok()?;
    let version = system_version(&Path::new(SYSTEM_ZONEINFO).join("tzdata.zi"));
    Some(Rome { zone, data: ZoneData { source: ZoneSource::System, version } })
}

/// Reads the release from the first line of `tzdata.zi`, `# version 2025b`.
fn system_version(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    text.lines().next()?.strip_prefix("# version ").map(|version| version.trim().to_owned())
}

fn built_in_rome() -> Rome {
    let zone = TimeZoneDatabase::bundled().get(ZONE).expect("the program is built with jiff's tzdb-bundle-always");
    Rome { zone, data: ZoneData { source: ZoneSource::BuiltIn, version: None } }
}

/// Returns the time zone rules that this process uses.
pub fn zone_data() -> &'static ZoneData {
    &ROME.data
}

/// Returns the instant at which clocks in Italy show `hour` on `day`. The module's documentation says how gap and fold
/// are decided.
pub fn instant_of(day: NaiveDate, hour: NaiveTime) -> DateTime<Utc> {
    let wall = day.and_time(hour);
    let as_if_utc = wall.and_utc();
    as_if_utc.checked_sub_signed(offset_of_wall(wall)).unwrap_or(as_if_utc)
}

/// Returns whether clocks in Italy never show `hour` on `day` because they skip it in March. Forms refuse such an hour:
/// the page would show 2:30, while every clock shows 3:30.
pub fn is_skipped(day: NaiveDate, hour: NaiveTime) -> bool {
    matches!(offsets_of_wall(day.and_time(hour)), Some(AmbiguousOffset::Gap { .. }))
}

/// Returns the wall time in Italy at `instant`.
pub fn local(instant: DateTime<Utc>) -> NaiveDateTime {
    let wall = instant.naive_utc();
    wall.checked_add_signed(offset_at(instant)).unwrap_or(wall)
}

/// Returns the day in Italy at `instant`.
pub fn day_of(instant: DateTime<Utc>) -> NaiveDate {
    local(instant).date()
}

/// Returns the first instant of `day` in Italy. The day ends just before `start_of_day` of the next one, so it lasts 23
/// or 25 hours twice a year.
pub fn start_of_day(day: NaiveDate) -> DateTime<Utc> {
    instant_of(day, NaiveTime::MIN)
}

fn offset_of_wall(wall: NaiveDateTime) -> Duration {
    match offsets_of_wall(wall) {
        Some(
            AmbiguousOffset::Unambiguous { offset }
            | AmbiguousOffset::Gap { before: offset, .. }
            | AmbiguousOffset::Fold { before: offset, .. },
        ) => seconds(offset),
        None => BEYOND_THE_TABLES,
    }
}

fn offsets_of_wall(wall: NaiveDateTime) -> Option<AmbiguousOffset> {
    let as_if_utc = jiff::Timestamp::from_second(wall.and_utc().timestamp()).ok()?;
    Some(ROME.zone.to_ambiguous_timestamp(Offset::UTC.to_datetime(as_if_utc)).offset())
}

fn offset_at(instant: DateTime<Utc>) -> Duration {
    match jiff::Timestamp::from_second(instant.timestamp()) {
        Ok(timestamp) => seconds(ROME.zone.to_offset(timestamp)),
        Err(_) => BEYOND_THE_TABLES,
    }
}

/// Offset used before the year −9999 and after 9999, for which the zone library has no answer. It keeps these functions
/// total.
const BEYOND_THE_TABLES: Duration = Duration::hours(1);

fn seconds(offset: Offset) -> Duration {
    Duration::seconds(i64::from(offset.seconds()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Ymd = (i32, u32, u32);

    /// Days on which the clocks change in Italy: the last Sundays of March and of October.
    const SWITCHES: [(Ymd, Ymd); 6] = [
        ((2026, 3, 29), (2026, 10, 25)),
        ((2027, 3, 28), (2027, 10, 31)),
        ((2028, 3, 26), (2028, 10, 29)),
        ((2029, 3, 25), (2029, 10, 28)),
        ((2030, 3, 31), (2030, 10, 27)),
        ((2031, 3, 30), (2031, 10, 26)),
    ];

    fn day((year, month, day): Ymd) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a day of the table")
    }

    fn at(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 0).expect("an hour of the table")
    }

    /// Returns the UTC hour of a wall time, which must fall on the same UTC day.
    fn utc_hour(day: NaiveDate, hour: NaiveTime) -> NaiveTime {
        let instant = instant_of(day, hour);
        assert_eq!(instant.date_naive(), day);
        instant.time()
    }

    #[test]
    fn in_march_the_missing_hour_takes_the_offset_from_before_the_gap() {
        for (spring, _) in SWITCHES {
            let spring = day(spring);
            assert_eq!(utc_hour(spring, at(1, 59)), at(0, 59), "{spring}");
            assert_eq!(utc_hour(spring, at(2, 0)), at(1, 0), "{spring}");
            assert_eq!(utc_hour(spring, at(2, 30)), at(1, 30), "{spring}");
            assert_eq!(utc_hour(spring, at(3, 0)), at(1, 0), "{spring}");
            assert_eq!(utc_hour(spring, at(3, 30)), at(1, 30), "{spring}");
            assert_eq!(local(instant_of(spring, at(2, 30))), spring.and_time(at(3, 30)));
        }
    }

    #[test]
    fn in_october_a_repeated_hour_means_the_first_one() {
        for (_, autumn) in SWITCHES {
            let autumn = day(autumn);
            assert_eq!(utc_hour(autumn, at(2, 0)), at(0, 0), "{autumn}");
            assert_eq!(utc_hour(autumn, at(2, 59)), at(0, 59), "{autumn}");
            assert_eq!(utc_hour(autumn, at(3, 0)), at(2, 0), "{autumn}");
            let second_half_past_two = instant_of(autumn, at(2, 30)) + Duration::hours(1);
            assert_eq!(local(second_half_past_two), autumn.and_time(at(2, 30)));
        }
    }

    #[test]
    fn days_are_23_24_or_25_hours_long() {
        let hours =
            |day: NaiveDate| (start_of_day(day.succ_opt().expect("not the last day")) - start_of_day(day)).num_hours();
        for (spring, autumn) in SWITCHES {
            assert_eq!(hours(day(spring)), 23);
            assert_eq!(hours(day(autumn)), 25);
        }
        assert_eq!(hours(day((2027, 3, 30))), 24);
    }

    #[test]
    fn a_release_at_ten_is_another_instant_in_winter_and_in_summer() {
        assert_eq!(utc_hour(day((2027, 1, 29)), at(10, 0)), at(9, 0));
        assert_eq!(utc_hour(day((2027, 7, 1)), at(10, 0)), at(8, 0));
    }

    #[test]
    fn a_day_in_italy_begins_on_the_day_before_in_utc() {
        let new_year = day((2027, 1, 1));
        assert_eq!(start_of_day(new_year).naive_utc(), day((2026, 12, 31)).and_time(at(23, 0)));
        assert_eq!(day_of(start_of_day(new_year)), new_year);
        assert_eq!(day_of(start_of_day(new_year) - Duration::milliseconds(1)), day((2026, 12, 31)));
    }

    #[test]
    fn every_day_has_an_answer() {
        for extreme in [NaiveDate::MIN, NaiveDate::MAX, day((-9999, 1, 1)), day((9999, 12, 31)), day((10_000, 1, 1))] {
            let noon = instant_of(extreme, at(12, 0));
            assert_eq!(day_of(noon), extreme);
        }
        assert_eq!(local(DateTime::<Utc>::MAX_UTC).time(), DateTime::<Utc>::MAX_UTC.time());
    }

    #[test]
    fn the_built_in_rules_know_the_same_switches() {
        let built_in = built_in_rome();
        assert_eq!(built_in.data.source, ZoneSource::BuiltIn);
        for (spring, autumn) in SWITCHES {
            for instant in [spring, autumn].map(|switch| start_of_day(day(switch))) {
                for hours in 0..6 {
                    let timestamp = jiff::Timestamp::from_second(instant.timestamp() + hours * 3600).expect("in range");
                    assert_eq!(built_in.zone.to_offset(timestamp), ROME.zone.to_offset(timestamp));
                }
            }
        }
    }

    #[test]
    fn the_release_of_the_system_data_is_read_from_its_first_line() {
        let missing = system_version(Path::new("/nonexistent/tzdata.zi"));
        assert_eq!(missing, None);
        if zone_data().source == ZoneSource::System {
            let version = zone_data().version.as_deref().unwrap_or("2000a");
            assert!(version.starts_with("20"), "{version}");
        }
    }

    proptest! {
        #[test]
        fn wall_time_survives_the_way_there_and_back_except_in_the_gap(
            days in 0_u64..36_500,
            seconds in 0_u32..86_400,
        ) {
            let day = day((1981, 1, 1)) + chrono::Days::new(days);
            let hour = NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).expect("within a day");
            let back = local(instant_of(day, hour));
            let shift = back - day.and_time(hour);
            let in_gap = shift == Duration::hours(1) && hour >= at(2, 0) && hour < at(3, 0);
            prop_assert!(shift.is_zero() || in_gap, "{day} {hour} came back as {back}");
        }

        #[test]
        fn every_instant_lies_in_its_day(seconds in -2_000_000_000_i64..4_000_000_000, millis in 0_u32..1000) {
            let instant = DateTime::from_timestamp(seconds, millis * 1_000_000).expect("in range");
            let day = day_of(instant);
            prop_assert!(start_of_day(day) <= instant);
            prop_assert!(instant < start_of_day(day + chrono::Days::new(1)));
        }
    }
}
