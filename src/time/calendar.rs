//! Working days of a territory.
//!
//! A day is a working day of a territory unless it is a Sunday, a Saturday (by setting), a national holiday, the patron
//! day of that territory, or a day closed once by an act. Public employees observe the patron day of their place of
//! work, so the same deadline may be a different day in Como and in Milan.
//!
//! Every search is bounded: a calendar without working days gives [`CalendarError::NoWorkingDay`] instead of an endless
//! loop.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Datelike as _, NaiveDate, Weekday};

use super::rules::{CalendarData, NonWorkingRule, OneOffDay, TerritoryDays};
use super::words;
use crate::texts::Lang;

/// Days within which a search must find a working day: a year, leap day included. A calendar without a working day in
/// them is an error.
const SEARCH_DAYS: usize = 366;

/// Most working days that can be added or subtracted, about forty years; a larger number is an error.
pub const MOST_WORKING_DAYS: i32 = 10_000;

/// Longest period, in calendar days, in which working days are counted or listed: a little over a century. A longer one
/// is an error.
pub const LONGEST_SPAN_DAYS: i64 = 40_000;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    #[error("no calendar of working days for the territory {code}")]
    UnknownTerritory { code: String },
    #[error("the territory {code} has two calendars")]
    DuplicateTerritory { code: String },
    #[error("no working day for {territories} within a year of {from}")]
    NoWorkingDay { territories: String, from: NaiveDate },
    #[error("{working_days} working days are too many to count; the limit is {MOST_WORKING_DAYS}")]
    TooFar { working_days: i32 },
    #[error("from {from} to {to} is too long to count; the limit is {LONGEST_SPAN_DAYS} days")]
    SpanTooLong { from: NaiveDate, to: NaiveDate },
}

/// Reason why a day is not a working day. A holiday on a Sunday is reported as the holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonWorking<'a> {
    Holiday(&'a NonWorkingRule),
    OneOff(&'a OneOffDay),
    Sunday,
    Saturday,
}

impl<'a> NonWorking<'a> {
    /// Returns the name of the holiday or of the day of the week.
    pub fn text(self, lang: Lang) -> &'a str {
        match self {
            Self::Holiday(rule) => rule.name(lang),
            Self::OneOff(one_off) => one_off.name(lang),
            Self::Sunday => words::weekday(Weekday::Sun, lang),
            Self::Saturday => words::weekday(Weekday::Sat, lang),
        }
    }
}

/// Rules shared by all territories.
#[derive(Debug)]
struct NationalDays {
    rules: Vec<NonWorkingRule>,
    one_offs: Vec<OneOffDay>,
    saturday_works: bool,
}

/// The calendar of one territory: the national days and its own.
#[derive(Clone, Debug)]
pub struct TerritoryCalendar {
    national: Arc<NationalDays>,
    own: TerritoryDays,
}

impl TerritoryCalendar {
    /// Code of the territory.
    pub fn code(&self) -> &str {
        &self.own.code
    }

    pub fn is_working(&self, day: NaiveDate) -> bool {
        self.is_worked_nationally(day) && self.is_worked_locally(day)
    }

    /// Tells whether neither the week nor a national day closes the day.
    fn is_worked_nationally(&self, day: NaiveDate) -> bool {
        let NationalDays { rules, one_offs, .. } = &*self.national;
        self.weekend(day).is_none() && !is_closed(rules, one_offs, day)
    }

    /// Tells whether no day of this territory alone closes the day.
    fn is_worked_locally(&self, day: NaiveDate) -> bool {
        !is_closed(&self.own.rules, &self.own.one_offs, day)
    }

    /// Returns the reason why `day` is not a working day here; `None` on a working day.
    pub fn why_not(&self, day: NaiveDate, lang: Lang) -> Option<&str> {
        self.reason(day).map(|reason| reason.text(lang))
    }

    /// Returns the same reason as [`Self::why_not`] as a value, for callers that distinguish holidays from weekends.
    pub fn reason(&self, day: NaiveDate) -> Option<NonWorking<'_>> {
        self.holiday(day).or_else(|| self.one_off(day)).or_else(|| self.weekend(day))
    }

    fn holiday(&self, day: NaiveDate) -> Option<NonWorking<'_>> {
        let mut rules = self.national.rules.iter().chain(&self.own.rules);
        rules.find(|rule| rule.strikes(day)).map(NonWorking::Holiday)
    }

    fn one_off(&self, day: NaiveDate) -> Option<NonWorking<'_>> {
        let mut one_offs = self.national.one_offs.iter().chain(&self.own.one_offs);
        one_offs.find(|one_off| one_off.date == day).map(NonWorking::OneOff)
    }

    fn weekend(&self, day: NaiveDate) -> Option<NonWorking<'_>> {
        match day.weekday() {
            Weekday::Sun => Some(NonWorking::Sunday),
            Weekday::Sat if !self.national.saturday_works => Some(NonWorking::Saturday),
            _ => None,
        }
    }

    /// Returns `day` if it is a working day, otherwise the first working day after it.
    pub fn next_working(&self, day: NaiveDate) -> Result<NaiveDate, CalendarError> {
        first_worked(day.iter_days(), &[self], day)
    }

    /// Returns `day` if it is a working day, otherwise the last working day before it.
    pub fn previous_working(&self, day: NaiveDate) -> Result<NaiveDate, CalendarError> {
        first_worked(days_back_from(day), &[self], day)
    }

    /// Returns the working day that is `n` working days after `day`, or before it if `n` is negative.
    ///
    /// `day` itself never counts (art. 155 c.p.c.: *dies a quo non computatur*): from a Saturday, +1 is Monday and −1
    /// is Friday. With `n` = 0 a day that is not a working day moves to the next one that is (art. 2963 c.c.: a term
    /// that ends on a holiday is extended), so the result is always a working day.
    pub fn add_working_days(&self, day: NaiveDate, n: i32) -> Result<NaiveDate, CalendarError> {
        add_working_days(&[self], day, n)
    }

    /// Counts the working days from `from` to `to`: the `n` for which `add_working_days(from, n)` is `to`, if `to` is a
    /// working day.
    ///
    /// `from` does not count and `to` does; negative if `to` comes first; 0 from a day to itself.
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> Result<i32, CalendarError> {
        count(from, to, |day| self.is_working(day))
    }

    /// Lists the working days from `from` to `to`, both included, in order; empty if `to` comes first.
    pub fn working_days(
        &self,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<impl Iterator<Item = NaiveDate> + '_, CalendarError> {
        check_span(from, to)?;
        Ok(from.iter_days().take_while(move |day| *day <= to).filter(|day| self.is_working(*day)))
    }
}

/// Returns the day that all territories work and that is `n` of their common working days after `day`; with `n` = 0 the
/// first one from `day` on.
fn add_working_days(calendars: &[&TerritoryCalendar], day: NaiveDate, n: i32) -> Result<NaiveDate, CalendarError> {
    if n.unsigned_abs() > MOST_WORKING_DAYS.unsigned_abs() {
        return Err(CalendarError::TooFar { working_days: n });
    }
    if n == 0 {
        return first_worked(day.iter_days(), calendars, day);
    }
    let mut reached = day;
    for _ in 0..n.unsigned_abs() {
        reached = if n < 0 {
            first_worked(days_back_from(reached).skip(1), calendars, reached)?
        } else {
            first_worked(reached.iter_days().skip(1), calendars, reached)?
        };
    }
    Ok(reached)
}

fn is_closed(rules: &[NonWorkingRule], one_offs: &[OneOffDay], day: NaiveDate) -> bool {
    rules.iter().any(|rule| rule.strikes(day)) || one_offs.iter().any(|one_off| one_off.date == day)
}

/// The calendars of all territories, by code.
#[derive(Clone, Debug)]
pub struct Calendars {
    by_code: BTreeMap<String, TerritoryCalendar>,
}

impl Calendars {
    pub fn new(data: CalendarData) -> Result<Self, CalendarError> {
        let CalendarData { saturday_works, national: rules, one_offs, territories } = data;
        let national = Arc::new(NationalDays { rules, one_offs, saturday_works });
        let mut by_code = BTreeMap::new();
        for own in territories {
            let code = own.code.clone();
            let calendar = TerritoryCalendar { national: Arc::clone(&national), own };
            if by_code.insert(code.clone(), calendar).is_some() {
                return Err(CalendarError::DuplicateTerritory { code });
            }
        }
        Ok(Self { by_code })
    }

    pub fn of(&self, code: &str) -> Result<&TerritoryCalendar, CalendarError> {
        self.by_code.get(code).ok_or_else(|| CalendarError::UnknownTerritory { code: code.to_owned() })
    }

    /// Returns the calendars of these territories, each once, for questions about common working days.
    pub fn joint<'c>(&self, codes: impl IntoIterator<Item = &'c str>) -> Result<Joint<'_>, CalendarError> {
        let codes: BTreeSet<&str> = codes.into_iter().collect();
        Ok(Joint(codes.into_iter().map(|code| self.of(code)).collect::<Result<_, _>>()?))
    }

    /// Returns the calendars of all territories, for questions about common working days.
    pub fn all(&self) -> Joint<'_> {
        Joint(self.iter().collect())
    }

    /// Lists all calendars by code.
    pub fn iter(&self) -> impl Iterator<Item = &TerritoryCalendar> {
        self.by_code.values()
    }
}

/// Calendars of several territories of one network, each once. A common working day is a working day in all of them.
///
/// Without any territory every day is a common working day.
#[derive(Clone, Debug)]
pub struct Joint<'a>(Vec<&'a TerritoryCalendar>);

impl<'a> Joint<'a> {
    /// Tells whether `day` is a common working day.
    pub fn is_worked(&self, day: NaiveDate) -> bool {
        is_worked_by_all(&self.0, day)
    }

    /// Lists the territories that do not work on `day`, each with its reason.
    pub fn closed(&self, day: NaiveDate) -> Vec<(&'a str, NonWorking<'a>)> {
        self.0.iter().filter_map(|calendar| Some((calendar.code(), calendar.reason(day)?))).collect()
    }

    /// Returns the reason why `day` is not worked, if all territories have the same one: a national holiday, or the
    /// patron day of a single territory.
    pub fn shared_reason(&self, day: NaiveDate) -> Option<NonWorking<'a>> {
        let closed = self.closed(day);
        let (_, first) = *closed.first()?;
        (closed.len() == self.0.len() && closed.iter().all(|(_, reason)| *reason == first)).then_some(first)
    }

    /// Returns `day` if it is a common working day, otherwise the first one after it.
    pub fn next_worked(&self, day: NaiveDate) -> Result<NaiveDate, CalendarError> {
        first_worked(day.iter_days(), &self.0, day)
    }

    /// Returns `day` if it is a common working day, otherwise the last one before it.
    pub fn previous_worked(&self, day: NaiveDate) -> Result<NaiveDate, CalendarError> {
        first_worked(days_back_from(day), &self.0, day)
    }

    /// Counts the common working days from `from` to `to`, like [`TerritoryCalendar::working_days_between`] for one
    /// territory.
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> Result<i32, CalendarError> {
        count(from, to, |day| self.is_worked(day))
    }

    /// Refuses a day that is not a common working day. Errors: [`NotWorked::ClosedDay`], with the closed places and the
    /// nearest common working days; `names` returns the names under which the reader knows a territory.
    pub fn must_be_worked(&self, day: NaiveDate, names: impl Fn(&str) -> Vec<String>) -> Result<(), NotWorked> {
        let Some(closed) = self.why_closed(day, names) else { return Ok(()) };
        let (previous, next) = (self.previous_worked(day)?, self.next_worked(day)?);
        Err(NotWorked::ClosedDay(ClosedDay { day, closed, previous, next }))
    }

    /// Returns the places closed on `day` with their reasons; `None` on a common working day.
    pub fn why_closed(&self, day: NaiveDate, names: impl Fn(&str) -> Vec<String>) -> Option<Closed> {
        if self.is_worked(day) {
            return None;
        }
        if let Some(reason) = self.shared_reason(day) {
            return Some(Closed::Everywhere(Closing::of(reason)));
        }
        let named = |(code, reason): &(&str, NonWorking<'_>)| {
            let closing = Closing::of(*reason);
            names(code).into_iter().map(move |name| (name, closing.clone()))
        };
        Some(Closed::At(self.closed(day).iter().flat_map(named).collect()))
    }

    /// Returns the common working day that is `n` common working days after `day`, or before it if `n` is negative,
    /// like [`TerritoryCalendar::add_working_days`] for one territory.
    pub fn add_working_days(&self, day: NaiveDate, n: i32) -> Result<NaiveDate, CalendarError> {
        add_working_days(&self.0, day, n)
    }
}

/// Reasons why a day is not a common working day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWorked {
    #[error(transparent)]
    ClosedDay(#[from] ClosedDay),
    /// A calendar error.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

/// A day on which some of the places concerned are closed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{day} is not worked by all; {next} is")]
pub struct ClosedDay {
    pub day: NaiveDate,
    pub closed: Closed,
    /// The last common working day before.
    pub previous: NaiveDate,
    /// The next common working day.
    pub next: NaiveDate,
}

/// The places closed on a day, with the reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closed {
    /// All places, for the same reason: a weekend, a national holiday.
    Everywhere(Closing),
    /// The places with these names.
    At(Vec<(String, Closing)>),
}

impl Closed {
    /// Formats places and reasons: «Provincia di Como (Sant'Abbondio), Provincia di Lecco (San Nicolò)»; a reason
    /// shared by all is named once.
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::Everywhere(closing) => closing.text(lang).to_owned(),
            Self::At(places) => {
                let named = |(name, closing): &(String, Closing)| format!("{name} ({})", closing.text(lang));
                places.iter().map(named).collect::<Vec<_>>().join(", ")
            }
        }
    }
}

/// Reason for a closed day, in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    it: String,
    en: String,
}

impl Closing {
    fn of(reason: NonWorking<'_>) -> Self {
        Self { it: reason.text(Lang::It).to_owned(), en: reason.text(Lang::En).to_owned() }
    }

    pub fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::It => &self.it,
            Lang::En => &self.en,
        }
    }
}

/// Tells whether all territories work on `day`. Their national days are the same, so one of them is asked about those.
fn is_worked_by_all(calendars: &[&TerritoryCalendar], day: NaiveDate) -> bool {
    calendars.first().is_none_or(|calendar| calendar.is_worked_nationally(day))
        && calendars.iter().all(|calendar| calendar.is_worked_locally(day))
}

fn first_worked(
    days: impl Iterator<Item = NaiveDate>,
    calendars: &[&TerritoryCalendar],
    from: NaiveDate,
) -> Result<NaiveDate, CalendarError> {
    days.take(SEARCH_DAYS).find(|day| is_worked_by_all(calendars, *day)).ok_or_else(|| {
        let codes: Vec<&str> = calendars.iter().map(|calendar| calendar.code()).collect();
        CalendarError::NoWorkingDay { territories: codes.join(", "), from }
    })
}

/// Counts the working days after `from` up to `to`, included; negative, those from `to` to the day before `from`, if
/// `to` comes first.
fn count(from: NaiveDate, to: NaiveDate, is_worked: impl Fn(NaiveDate) -> bool) -> Result<i32, CalendarError> {
    check_span(from, to)?;
    let worked = |days: &mut dyn Iterator<Item = NaiveDate>| days.map(|day| i32::from(is_worked(day))).sum::<i32>();
    if from <= to {
        Ok(worked(&mut from.iter_days().skip(1).take_while(|day| *day <= to)))
    } else {
        Ok(-worked(&mut to.iter_days().take_while(|day| *day < from)))
    }
}

fn days_back_from(day: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    std::iter::successors(Some(day), NaiveDate::pred_opt)
}

fn check_span(from: NaiveDate, to: NaiveDate) -> Result<(), CalendarError> {
    if (to - from).num_days().abs() > LONGEST_SPAN_DAYS {
        return Err(CalendarError::SpanTooLong { from, to });
    }
    Ok(())
}
