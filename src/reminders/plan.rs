//! Plan of the reminders at one moment: mails to send, one per person, and rungs to skip. Pure.

use super::addressee::{Addressee, Gap, Roll};
use super::ladder::{self, Overtaken};
use crate::designations::model::Seat;
use crate::designations::view::Designation;
use crate::due::Obligation;
use crate::time::{CalendarError, Calendars};
use chrono::{NaiveDate, NaiveTime};
use entity::ids::PersonId;
use entity::kinds::ObligationKind;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Identity of an obligation's ladder. A moved obligation has another due day and therefore another ladder.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pub kind: ObligationKind,
    pub id: Uuid,
    pub due_day: NaiveDate,
}

impl Key {
    pub fn of(obligation: &Obligation) -> Self {
        Self { kind: obligation.kind, id: obligation.id, due_day: obligation.due_day }
    }
}

/// Rungs that were sent or skipped before.
pub type Settled = HashMap<Key, ladder::Settled>;

/// Hours in which a reminder may leave, in Italian wall time; `until` is excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    pub from: NaiveTime,
    pub until: NaiveTime,
}

impl Hours {
    pub fn contain(self, hour: NaiveTime) -> bool {
        self.from <= hour && hour < self.until
    }
}

/// Input of the plan for one day.
#[derive(Clone, Copy, Debug)]
pub struct Day<'a> {
    /// In Europe/Rome.
    pub today: NaiveDate,
    pub rungs: &'a [i32],
    pub calendars: &'a Calendars,
    pub roll: &'a Roll,
    /// People who have had today's mail; later obligations wait for tomorrow's.
    pub written_to: &'a BTreeSet<PersonId>,
}

/// One line of a mail.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    pub obligation: &'a Obligation,
    pub rung: i32,
    /// Seat that has the obligation.
    pub seat: &'a Seat,
    /// Designation of the recipient.
    pub designation: &'a Designation,
    /// Whether the due day has passed.
    pub is_late: bool,
    /// Working days left in the recipient's calendar; negative if late.
    pub working_days_away: i32,
    /// Reason why the recipient is not the holder of the seat.
    pub gap: Option<Gap>,
}

impl<'a> Line<'a> {
    /// Returns the sort key of a line: due day, then place and title; the id makes the order unique.
    fn place_in_mail(&self) -> (NaiveDate, &'a str, &'a str, Uuid) {
        (self.obligation.due_day, self.seat.place(), self.obligation.title_it.as_str(), self.obligation.id)
    }
}

/// One mail to one person, with at least one line, earliest due first.
#[derive(Clone, Debug)]
pub struct Mail<'a> {
    pub to: &'a Designation,
    pub lines: Vec<Line<'a>>,
}

/// A rung to skip.
#[derive(Clone, Copy, Debug)]
pub struct Skip<'a> {
    pub obligation: &'a Obligation,
    pub rung: i32,
    pub reason: Overtaken,
}

#[derive(Clone, Debug, Default)]
pub struct Plan<'a> {
    pub mails: Vec<Mail<'a>>,
    pub skipped: Vec<Skip<'a>>,
    /// Obligations that cannot be planned because their calendar has no answer for their day. The others are not
    /// affected.
    pub broken: Vec<(&'a Obligation, CalendarError)>,
}

/// Plans the reminders of a day.
///
/// Nothing is planned about work that will be late, as those who do it said, until the day by which it is expected; that
/// day is a rung of its own. Rungs are counted in the recipient's calendar. A rung is neither sent nor skipped while its recipient has a day off,
/// has had today's mail, or does not exist: its day is the first on which it may be sent, not the last.
pub fn plan<'a>(day: Day<'a>, obligations: &'a [Obligation], settled: &Settled) -> Plan<'a> {
    let mut plan = Plan::default();
    let mut lines: BTreeMap<PersonId, Vec<Line<'a>>> = BTreeMap::new();
    let nothing = ladder::Settled::new();
    for obligation in obligations {
        let known = settled.get(&Key::of(obligation)).unwrap_or(&nothing);
        match planned(day, obligation, known) {
            Ok(planned) => {
                plan.skipped.extend(planned.skipped);
                if let Some(line) = planned.line {
                    lines.entry(line.designation.holder.id).or_default().push(line);
                }
            }
            Err(error) => plan.broken.push((obligation, error)),
        }
    }
    for mut told in lines.into_values() {
        told.sort_by_key(Line::place_in_mail);
        if let Some(first) = told.first() {
            plan.mails.push(Mail { to: first.designation, lines: told });
        }
    }
    plan
}

/// Plan of one obligation.
#[derive(Default)]
struct Planned<'a> {
    line: Option<Line<'a>>,
    skipped: Vec<Skip<'a>>,
}

fn planned<'a>(
    day: Day<'a>,
    obligation: &'a Obligation,
    known: &ladder::Settled,
) -> Result<Planned<'a>, CalendarError> {
    let Some(seat) = day.roll.seat(obligation.seat_id) else { return Ok(Planned::default()) };
    let who = day.roll.addressee(obligation.seat_id);
    let calendar = day.calendars.of(who.map_or(&seat.territory, |who| &who.designation.seat.territory))?;
    let mut rungs = day.rungs.to_vec();
    if let Some(expected) = &obligation.expected {
        if day.today < expected.day {
            return Ok(Planned::default());
        }
        rungs.push(calendar.working_days_between(obligation.due_day, expected.day)?);
    }
    let step = ladder::step(&rungs, calendar, obligation.due_day, known, day.today)?;
    let skipped = step.skip.into_iter().map(|(rung, reason)| Skip { obligation, rung, reason }).collect();
    let (Some(rung), Some(Addressee { designation, gap, .. })) = (step.tell, who) else {
        return Ok(Planned { line: None, skipped });
    };
    let working_days_away = calendar.working_days_between(day.today, obligation.due_day)?;
    let is_late = obligation.due_day < day.today;
    let is_told_today = calendar.is_working(day.today) && !day.written_to.contains(&designation.holder.id);
    let line = Line { obligation, rung, seat, designation, is_late, working_days_away, gap };
    Ok(Planned { line: is_told_today.then_some(line), skipped })
}

#[cfg(test)]
mod tests;
