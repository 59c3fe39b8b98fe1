//! The ladder: which rung of an obligation is told on a day, and which are overtaken. Pure.
//!
//! A rung is so many working days before the due day, in the calendar of whoever is told. It is *reached* from its day on. Of
//! the rungs that are reached and not settled yet only the last one is told; those before it have nothing to add and are
//! skipped. So a service that stood still for a week tells everybody once where things stand today, and a task given at
//! short notice begins with one mail, not with three. What nobody was told of before its day was over, because it was given,
//! moved or sent back too late, is told once, and the mail says that it is late.
//!
//! The same rule holds on an ordinary day, which is why there is no other: an outage is a day like any other.

use crate::time::{CalendarError, TerritoryCalendar};
use chrono::NaiveDate;
use entity::kinds::ReminderOutcome;
use std::collections::{BTreeMap, BTreeSet};

/// The rungs of one obligation that have been told or skipped before.
pub type Settled = BTreeMap<i32, ReminderOutcome>;

/// Why a rung is never told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overtaken {
    /// A later rung was reached before this one could be told.
    ByLaterRung,
    /// The due day passed before it could be told, and an earlier rung had been: a reminder after the event is worse than none.
    ByDueDay,
}

impl Overtaken {
    /// The reason as the log keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ByLaterRung => "overtaken",
            Self::ByDueDay => "due_day_past",
        }
    }
}

/// What a day asks for one obligation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The rung to tell.
    pub tell: Option<i32>,
    /// The rungs that are over.
    pub skip: Vec<(i32, Overtaken)>,
}

/// The day on which a rung is reached: `rung` working days from the due day, negative before it.
///
/// The due day itself does not count, as in `add_working_days`. Rung 0 is the due day; should that not be worked, it is
/// the last worked day before, because after the day there is nothing left to remind of.
pub fn rung_day(calendar: &TerritoryCalendar, due_day: NaiveDate, rung: i32) -> Result<NaiveDate, CalendarError> {
    if rung == 0 { calendar.previous_working(due_day) } else { calendar.add_working_days(due_day, rung) }
}

/// What `today` asks for an obligation due on `due_day`, when the rungs in `settled` have been told or skipped before.
///
/// A rung before or on the due day is told until that day is over, and beyond it if none was; one after it until the next is
/// reached.
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

/// The last due day of which any rung can have been reached today: nothing due later need be looked at.
pub fn horizon(rungs: &[i32], calendar: &TerritoryCalendar, today: NaiveDate) -> Result<NaiveDate, CalendarError> {
    let earliest = rungs.iter().copied().min().unwrap_or(0).min(0);
    calendar.add_working_days(today, -earliest)
}

#[cfg(test)]
mod tests;
