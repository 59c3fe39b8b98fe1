//! A month of the agenda as a picture: the days on which something comes out. `web/calendar.rs` shows a month in words.

use super::calendar::{Part, day_of, weekdays};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::releases::month::{self, GridDay};
use crate::releases::service::{self, ReleaseFilter};
use crate::releases::sought::Narrowing;
use crate::releases::view::ReleaseView;
use crate::time::{Period, words};
use chrono::{Datelike as _, NaiveDate};
use entity::kinds::ReleaseState;
use std::collections::HashMap;

/// A month with its days.
pub struct Picture {
    /// «dicembre 2026».
    pub heading: String,
    /// Address of the month in the calendar.
    pub href: String,
    pub weekdays: Vec<&'static str>,
    pub weeks: Vec<Vec<Option<Day>>>,
}

/// A day of the picture.
pub struct Day {
    pub number: u32,
    pub is_today: bool,
    /// Name of the holiday.
    pub closed: Option<String>,
    pub mark: Option<Mark>,
}

/// Releases that come out, or came out, on a day.
pub struct Mark {
    /// Address of the release, or of the month if there are several.
    pub href: String,
    /// Titles of the releases.
    pub said: String,
    /// Whether the date of at least one of them is confirmed.
    pub is_set: bool,
}

/// Draws a month of the public agenda, without cancelled and withdrawn releases. Public.
pub async fn picture(ctx: &Ctx, month: Period) -> Result<Picture> {
    let (from, to) = (month.first_day(), month.last_day());
    let holidays = service::holidays(ctx, from, to, None).await?;
    let filter = ReleaseFilter { from: Some(from), to: Some(to), ..ReleaseFilter::default() };
    let href = Part::Month(month).href(&Narrowing::default());
    let mut marks: HashMap<NaiveDate, Mark> = HashMap::new();
    for view in service::all(ctx.reader(), &filter).await?.iter().filter(|view| comes_out(view)) {
        let Some(day) = day_of(view) else { continue };
        marks.entry(day).and_modify(|mark| mark.add(view, &href, ctx)).or_insert_with(|| Mark::of(view, ctx));
    }
    let mut cell = |GridDay { day, closed }| Day {
        number: day.day(),
        is_today: day == ctx.today(),
        closed,
        mark: marks.remove(&day),
    };
    let weeks = month::weeks(month, |day| holidays.get(&day).cloned());
    Ok(Picture {
        heading: words::period(month, ctx.lang),
        weekdays: weekdays().map(|weekday| words::weekday(weekday, ctx.lang)).to_vec(),
        weeks: weeks.into_iter().map(|week| week.map(|day| day.map(&mut cell)).into()).collect(),
        href,
    })
}

/// Returns the first letter of a weekday.
pub fn initial(weekday: &str) -> String {
    weekday.chars().take(1).flat_map(char::to_uppercase).collect()
}

fn comes_out(view: &ReleaseView) -> bool {
    !matches!(view.release.state(), ReleaseState::Cancelled | ReleaseState::Withdrawn)
}

fn is_set(view: &ReleaseView) -> bool {
    matches!(view.release.state(), ReleaseState::Confirmed | ReleaseState::Published)
}

impl Mark {
    fn of(view: &ReleaseView, ctx: &Ctx) -> Self {
        Self { href: view.href(), said: view.title(ctx.lang), is_set: is_set(view) }
    }

    /// Adds another release of the day, so that the mark leads to the month.
    fn add(&mut self, view: &ReleaseView, month: &str, ctx: &Ctx) {
        month.clone_into(&mut self.href);
        self.said = format!("{}; {}", self.said, view.title(ctx.lang));
        self.is_set |= is_set(view);
    }
}
