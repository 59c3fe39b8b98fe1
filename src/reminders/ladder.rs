//! The reminder ladder: decides which rung of an obligation is sent on a day, and which are skipped. Pure.
//!
//! A rung is a number of working days before the due day, in the recipient's calendar. It is *reached* from its day on.
//! Of the reached rungs that are not settled, only the last is sent, and the earlier ones are skipped because they add
//! nothing. So after a week of downtime, and for a task created at short notice, there is one mail and not three. If
//! the due day passed before any reminder could be sent, because the obligation was created, moved or sent back too
//! late, one late reminder is sent, which says so.
//!
//! The same rule applies on every day, so downtime needs no special rule.

use crate::time::{CalendarError, TerritoryCalendar};
use chrono::NaiveDate;
use entity::kinds::ReminderOutcome;
use std::collections::{BTreeMap, BTreeSet};

/// Rungs of one obligation that were sent or skipped before.
pub type Settled = BTreeMap<i32, ReminderOutcome>;

/// Reasons for skipping a rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overtaken {
    /// A later rung was reached before this one could be sent.
    ByLaterRung,
    /// The due day passed before it could be sent, and an earlier rung had been sent.
    ByDueDay,
}

impl Overtaken {
    /// Returns the reason as stored in the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ByLaterRung => "overtaken",
            Self::ByDueDay => "due_day_past",
        }
    }
}

/// Result of the ladder for one obligation on one day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Rung to send.
    pub tell: Option<i32>,
    /// Rungs to skip.
    pub skip: Vec<(i32, Overtaken)>,
}

/// Returns the day on which a rung is reached: `rung` working days from the due day, negative before it.
///
/// The due day itself does not count, as in `add_working_days`. Rung 0 is the due day; if that is not worked, it is the
/// last worked day before, because a reminder after the due day would be too late.
pub fn rung_day(calendar: &TerritoryCalendar, due_day: NaiveDate, rung: i32) -> Result<NaiveDate, CalendarError> {
    if rung == 0 { calendar.previous_working(due_day) } else { calendar.add_working_days(due_day, rung) }
}

/// Returns the result for an obligation due on `due_day`, given the rungs settled before.
///
/// A rung on or before the due day may be sent until that day is over, and afterwards if none was sent; a rung after it
/// until the next one is reached.
pub fn step(
    rungs: &[i32],
    calendar: &TerritoryCalendar,
    due_day: NaiveDate,
    settled: &Settled,
    today: NaiveDate,
) -> Result<Step, CalendarError> {
    let mut reached = BTreeSet::new();
    for &rung in rungs {
        if rung_day(calendar, due_day, rung)? <= today {
            reached.insert(rung);
        }
    }
    let Some(&last) = reached.last() else { return Ok(Step::default()) };
    let was_told = settled.values().any(|outcome| *outcome == ReminderOutcome::Sent);
    let mut step = Step::default();
    for rung in reached.into_iter().filter(|rung| !settled.contains_key(rung)) {
        let is_overtaken = rung < last || settled.keys().any(|later| *later > rung);
        if is_overtaken {
            step.skip.push((rung, Overtaken::ByLaterRung));
        } else if rung <= 0 && today > due_day && was_told {
            step.skip.push((rung, Overtaken::ByDueDay));
        } else {
            step.tell = Some(rung);
        }
    }
    Ok(step)
}

/// Returns the last due day for which a rung can be reached today; later obligations need not be read.
pub fn horizon(rungs: &[i32], calendar: &TerritoryCalendar, today: NaiveDate) -> Result<NaiveDate, CalendarError> {
    let earliest = rungs.iter().copied().min().unwrap_or(0).min(0);
    calendar.add_working_days(today, -earliest)
}

#[cfg(test)]
mod tests;
