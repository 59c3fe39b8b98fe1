//! The work plan of a release: the due days of deliverables and steps, computed from its date and its product. Pure.
//!
//! The same function plans the work when a date is confirmed and computes it again when the date moves, so that both
//! results always agree.

mod renewal;

pub use renewal::{Renewal, counts, renewal};

use crate::catalogue::model::Product;
use crate::deliverables::model::reviews;
use crate::time::{CalendarError, TerritoryCalendar};
use chrono::NaiveDate;
use entity::ids::{ObservatoryId, ProductStepId};

/// An observatory that owes a release, with the calendars of its work.
#[derive(Clone, Copy, Debug)]
pub struct Concerned<'a> {
    pub observatory: ObservatoryId,
    /// The calendar of its own seats.
    pub calendar: &'a TerritoryCalendar,
    /// The calendar of secretariat and direction.
    pub seat_of_region: &'a TerritoryCalendar,
}

/// The work of one observatory for a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    pub observatory: ObservatoryId,
    /// Due day of the deliverable: the day of the last step done by the observatory, or the day of the release if it
    /// does none.
    pub due_day: NaiveDate,
    /// Each step of the product with its day.
    pub steps: Vec<(ProductStepId, NaiveDate)>,
}

impl Work {
    pub fn day_of(&self, step: ProductStepId) -> Option<NaiveDate> {
        self.steps.iter().find(|(known, _)| *known == step).map(|(_, day)| *day)
    }
}

/// Returns the work for a release on `day`, observatory by observatory.
pub fn work(product: &Product, day: NaiveDate, concerned: &[Concerned<'_>]) -> Result<Vec<Work>, CalendarError> {
    concerned.iter().map(|one| work_of(product, day, one)).collect()
}

fn work_of(product: &Product, day: NaiveDate, one: &Concerned<'_>) -> Result<Work, CalendarError> {
    let mut steps = Vec::with_capacity(product.steps.len());
    let mut due_day = None;
    for step in &product.steps {
        let is_own = !reviews(step.seat);
        let calendar = if is_own { one.calendar } else { one.seat_of_region };
        let step_day = step_day(calendar, day, step.offset_working_days)?;
        steps.push((step.id, step_day));
        due_day = due_day.max(is_own.then_some(step_day));
    }
    let due_day = match due_day {
        Some(due_day) => due_day,
        None => one.calendar.previous_working(day)?,
    };
    Ok(Work { observatory: one.observatory, due_day, steps })
}

/// Returns the due day of a step: the given number of working days before the release, in the calendar of its seat.
///
/// A step due on the day of the release is never later than the release: if that day is not a working day, it is due on
/// the last working day before.
fn step_day(calendar: &TerritoryCalendar, release_day: NaiveDate, offset: i32) -> Result<NaiveDate, CalendarError> {
    if offset == 0 { calendar.previous_working(release_day) } else { calendar.add_working_days(release_day, offset) }
}

#[cfg(test)]
mod tests;
