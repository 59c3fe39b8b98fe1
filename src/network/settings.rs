//! Settings of the network in the table `setting`: their keys and formats.
//!
//! `raccordo load` writes them; a value in another format is an error in the database.

use crate::db::StoreError;
use chrono::NaiveTime;

/// `true` if Saturday is a working day. No law decides this; the offices of the network work five days.
pub const SATURDAY_WORKS: &str = "calendar.saturday_works";
/// `true` if the referents read each other's accepted contributions. Absent means no, as long as the parties have not
/// agreed on it.
pub const CONTRIBUTIONS_SHARED: &str = "contributions.shared";
/// Working days before a joint release from which it may go out without a chapter: `3`. Absent means
/// [`CHAPTER_LIMIT_WORKING_DAYS`].
pub const CHAPTER_LIMIT: &str = "contributions.missing_from";
/// Working days that the secretariat has for the decision where the parties have agreed on nothing: enough to ask once
/// more and to put the report together without the chapter.
pub const CHAPTER_LIMIT_WORKING_DAYS: i32 = 3;
/// Steps of the reminder ladder in working days, ascending, separated by commas: `-10,-3,0`.
pub const LADDER_RUNGS: &str = "ladder.rungs";
/// First minute of the day, Italian wall time, at which reminders are sent: `08:00`.
pub const LADDER_SEND_FROM: &str = "ladder.send_from";
/// Minute from which reminders are no longer sent: `18:00`.
pub const LADDER_SEND_UNTIL: &str = "ladder.send_until";

/// The agreed times of reminders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// Steps in working days of the recipient's territory, relative to the due day, ascending: −10, −3, 0.
    pub rungs: Vec<i32>,
    /// Italian wall time, included.
    pub send_from: NaiveTime,
    /// Italian wall time, excluded.
    pub send_until: NaiveTime,
}

impl Ladder {
    /// Parses the three settings; `None` if one of them is malformed.
    pub fn read(rungs: &str, send_from: &str, send_until: &str) -> Option<Self> {
        let rungs = rungs.split(',').map(|rung| rung.parse().ok()).collect::<Option<Vec<i32>>>()?;
        Some(Self { rungs, send_from: hour(send_from)?, send_until: hour(send_until)? })
    }
}

fn hour(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}

/// Makes the error for an unreadable setting, which the service itself never writes.
pub(super) fn unreadable(key: &str, value: impl ToString) -> StoreError {
    StoreError::inconsistent("setting", key, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ladder_is_read_as_it_is_written() {
        let eight = NaiveTime::from_hms_opt(8, 0, 0).expect("an hour of the test");
        let six = NaiveTime::from_hms_opt(18, 0, 0).expect("an hour of the test");
        let read = Ladder::read("-10,-3,0", "08:00", "18:00");
        assert_eq!(read, Some(Ladder { rungs: vec![-10, -3, 0], send_from: eight, send_until: six }));
        assert_eq!(Ladder::read("-10,three", "08:00", "18:00"), None);
        assert_eq!(Ladder::read("-10", "08:00", "24:30"), None);
    }
}
