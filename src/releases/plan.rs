//! What a confirmed date means for everybody concerned: pure. The same function plans at first and derives anew, so that
//! the two can never disagree.

use super::model::{Product, Refusal};
use crate::tasks::model::{reviews, step_day};
use crate::texts::Lang;
use crate::time::calendar::{not_working, worked_by_all};
use crate::time::{CalendarError, NonWorking, TerritoryCalendar};
use chrono::NaiveDate;
use entity::ids::{ObservatoryId, ProductStepId};

/// One observatory concerned by a release, with the calendars its work goes by.
#[derive(Clone, Copy, Debug)]
pub struct Concerned<'a> {
    pub observatory: ObservatoryId,
    /// Its own.
    pub calendar: &'a TerritoryCalendar,
    /// That of secretariat and direction.
    pub seat_of_region: &'a TerritoryCalendar,
}

/// What one observatory has to do for a release, and by when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    pub observatory: ObservatoryId,
    /// The day its deliverable is due: that of its last own step, or that of the release where it has none.
    pub due_day: NaiveDate,
    /// Each step of the template with its day.
    pub steps: Vec<(ProductStepId, NaiveDate)>,
}

impl Work {
    pub fn day_of(&self, step: ProductStepId) -> Option<NaiveDate> {
        self.steps.iter().find(|(known, _)| *known == step).map(|(_, day)| *day)
    }
}

/// The work behind a release on `day`, observatory by observatory.
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

/// Refuses a day on which not all of these territories work, saying which and why. `names` gives a territory's name.
pub fn must_be_worked<'a>(
    calendars: &[&'a TerritoryCalendar],
    day: NaiveDate,
    lang: Lang,
    names: impl Fn(&str) -> String,
) -> Result<(), Refusal> {
    if worked_by_all(calendars, day) {
        return Ok(());
    }
    let resting = not_working(calendars, day);
    let everywhere = resting.len() == calendars.len() && resting.iter().all(|(_, reason)| *reason == resting[0].1);
    let why = if everywhere {
        resting[0].1.text(lang).to_owned()
    } else {
        let named = |(code, reason): &(&'a str, NonWorking<'a>)| format!("{} ({})", names(code), reason.text(lang));
        resting.iter().map(named).collect::<Vec<_>>().join(", ")
    };
    Err(Refusal::NonWorkingDay { day, why })
}

/// The longest notice counted, in days: a release announced earlier has had all the notice there is.
const LONGEST_NOTICE_DAYS: usize = 800;

/// Notice in working days: days after `announced` up to `day`, counting those worked by all of these territories. Negative
/// where the day came first.
pub fn notice(calendars: &[&TerritoryCalendar], announced: NaiveDate, day: NaiveDate) -> i32 {
    let (from, to, sign) = if announced <= day { (announced, day, 1) } else { (day, announced, -1) };
    let worked = from
        .iter_days()
        .skip(1)
        .take_while(|counted| *counted <= to)
        .take(LONGEST_NOTICE_DAYS)
        .filter(|counted| worked_by_all(calendars, *counted))
        .count();
    sign * i32::try_from(worked).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests;
