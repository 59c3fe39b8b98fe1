//! The settings of the network among those of the installation: their keys in the table `setting`, and how they are read.
//!
//! `raccordo load` writes them; a value it did not write is an impossible row.

use crate::db::StoreError;
use chrono::NaiveTime;

/// `true` where Saturday is worked. The offices of the network work five days; no law decides it for them.
pub const SATURDAY_WORKS: &str = "calendar.saturday_works";
/// The rungs of the reminder ladder in working days, climbing, joined by commas: `-10,-3,0`.
pub const LADDER_RUNGS: &str = "ladder.rungs";
/// The first minute of the day, Italian wall time, at which a reminder may leave: `08:00`.
pub const LADDER_SEND_FROM: &str = "ladder.send_from";
/// The minute from which on no reminder leaves: `18:00`.
pub const LADDER_SEND_UNTIL: &str = "ladder.send_until";

/// When reminders leave, as the network agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// Working days of the recipient's territory, relative to the due day, climbing: −10, −3, 0.
    pub rungs: Vec<i32>,
    /// Italian wall time, included.
    pub send_from: NaiveTime,
    /// Italian wall time, excluded.
    pub send_until: NaiveTime,
}

impl Ladder {
    /// Reads the three settings as they are written; `None` where one is no such value.
    pub fn read(rungs: &str, send_from: &str, send_until: &str) -> Option<Self> {
        let rungs = rungs.split(',').map(|rung| rung.parse().ok()).collect::<Option<Vec<i32>>>()?;
        Some(Self { rungs, send_from: hour(send_from)?, send_until: hour(send_until)? })
    }
}

fn hour(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}

/// An unreadable setting is a row nobody but an alien hand can have written.
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
