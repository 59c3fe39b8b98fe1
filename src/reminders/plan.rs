//! What the reminders of one moment are: which mails leave, one per person, and which rungs are over. Pure.

use super::addressee::{Gap, Roll};
use super::ladder::{self, Overtaken};
use crate::designations::model::Seat;
use crate::designations::view::Designation;
use crate::due::Obligation;
use crate::time::{CalendarError, Calendars};
use chrono::{NaiveDate, NaiveTime};
use entity::ids::PersonId;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// What makes a rung the same rung: a moved obligation has another due day, and with it a ladder of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pub kind: String,
    pub id: Uuid,
    pub due_day: NaiveDate,
}

impl Key {
    pub fn of(obligation: &Obligation) -> Self {
        Self { kind: obligation.kind.to_owned(), id: obligation.id, due_day: obligation.due_day }
    }
}

/// The rungs that have been told or skipped before.
pub type Settled = HashMap<Key, BTreeSet<i32>>;

/// The hours in which a reminder may leave, Italian wall time; the last one excluded.
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

/// The day the plan is made for.
#[derive(Clone, Copy, Debug)]
pub struct Day<'a> {
    /// In Europe/Rome.
    pub today: NaiveDate,
    pub rungs: &'a [i32],
    pub calendars: &'a Calendars,
    pub roll: &'a Roll,
    /// Who has had today's mail: what came up since waits for tomorrow's.
    pub written_to: &'a BTreeSet<PersonId>,
}

/// One line of a mail.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    pub obligation: &'a Obligation,
    pub rung: i32,
    /// The seat that owes.
    pub seat: &'a Seat,
    /// By which designation the person is told.
    pub designation: &'a Designation,
    /// Why the person is told who does not hold the seat.
    pub gap: Option<Gap>,
}

impl<'a> Line<'a> {
    /// The first due first; on one day by place and by what is to be done, as somebody would read a list aloud. The id
    /// keeps equals in one order.
    fn place_in_mail(&self) -> (NaiveDate, &'a str, &'a str, Uuid) {
        (self.obligation.due_day, self.seat.place(), self.obligation.title_it.as_str(), self.obligation.id)
    }
}

/// One mail to one person: what is due first stands first, and there is at least one line.
#[derive(Clone, Debug)]
pub struct Mail<'a> {
    pub to: &'a Designation,
    pub lines: Vec<Line<'a>>,
}

/// A rung that is never told.
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
}

/// Plans the reminders of a day.
///
/// A rung waits, told and skipped neither, while its recipient has a day off by their own calendar, has had today's mail,
/// or does not exist: its own day is the first, not the last, on which it may be told.
pub fn plan<'a>(day: Day<'a>, obligations: &'a [Obligation], settled: &Settled) -> Result<Plan<'a>, CalendarError> {
    let mut plan = Plan::default();
    let mut lines: BTreeMap<PersonId, Vec<Line<'a>>> = BTreeMap::new();
    let nothing = BTreeSet::new();
    for obligation in obligations {
        let Some(seat) = day.roll.seat(obligation.seat_id) else { continue };
        let calendar = day.calendars.of(&seat.territory)?;
        let known = settled.get(&Key::of(obligation)).unwrap_or(&nothing);
        let step = ladder::step(day.rungs, calendar, obligation.due_day, known, day.today)?;
        plan.skipped.extend(step.skip.into_iter().map(|(rung, reason)| Skip { obligation, rung, reason }));
        let (Some(rung), Some(who)) = (step.tell, day.roll.addressee(obligation.seat_id)) else { continue };
        let person = who.designation.holder.id;
        if may_be_told(day, who.designation)? {
            let line = Line { obligation, rung, seat, designation: who.designation, gap: who.gap };
            lines.entry(person).or_default().push(line);
        }
    }
    for mut told in lines.into_values() {
        told.sort_by_key(Line::place_in_mail);
        if let Some(first) = told.first() {
            plan.mails.push(Mail { to: first.designation, lines: told });
        }
    }
    Ok(plan)
}

fn may_be_told(day: Day<'_>, who: &Designation) -> Result<bool, CalendarError> {
    let is_worked = day.calendars.of(&who.seat.territory)?.is_working(day.today);
    Ok(is_worked && !day.written_to.contains(&who.holder.id))
}

#[cfg(test)]
mod tests;
