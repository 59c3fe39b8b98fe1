//! Date rules: the day of a release derived from its reference period, with the explanation of that day.
//!
//! A rule has an [`Anchor`], which gives a first day, and conditions, which move it: the day must be worked, must not lie
//! in an avoided part of the year, and must not have too many releases already. The same rule and the same facts give
//! the same day. A rule that gives no day returns the reason ([`NoDay`]). The same type is read from the data file,
//! from the API and from the database; `words` puts a rule and a derived day into a sentence.

mod span;
mod words;

pub use span::SpanOfYear;

use super::calendar::{CalendarError, Closed, Joint};
use super::period::Period;
use chrono::{Datelike as _, Days, Months, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest distance of a rule, in its unit. A longer one is a typing error.
pub const MOST_PLUS: u16 = 1000;

/// Last month, counted from the end of the period, in which a weekday can be meant.
pub const LAST_MONTH_AFTER: u16 = 24;

/// Highest limit of releases on one day.
pub const MOST_A_DAY: u16 = 100;

/// Most parts of the year that a rule can avoid.
pub const MOST_AVOIDED: usize = 12;

/// Days on both sides of the anchor among which a fitting day is searched: a year.
const SEARCH_DAYS: usize = 366;

/// Rule for the days of a product's releases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DateRule {
    /// First day considered.
    pub day: Anchor,
    /// Direction in which the day moves until it fits.
    #[serde(default)]
    pub adjust: Adjust,
    /// Code of the territory whose working days count; absent: a day must be worked by all territories concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 60)]
    pub worked_by: Option<String>,
    /// Parts of each year without releases of the product.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>, max_items = 12, example = json!(["08-01/08-31"]))]
    pub avoid: Vec<SpanOfYear>,
    /// Most releases of all products on one day; absent: any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100)]
    pub most_a_day: Option<u16>,
}

/// Origin of the first day that a rule considers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Anchor {
    /// A distance after the last day of the reference period.
    EndOfPeriod(Distance),
    /// A weekday of a month after the reference period.
    NthWeekday {
        nth: Nth,
        #[schema(value_type = String, max_length = 9, example = "tuesday")]
        #[serde(with = "weekday_name")]
        weekday: Weekday,
        /// Month, counted from the end of the period; 1 is the month that follows it.
        #[schema(minimum = 1, maximum = 24)]
        month: u16,
    },
    /// A distance after the release of another product about the period that ends on the same day.
    Release {
        /// Code of the other product.
        #[schema(max_length = 60)]
        product: String,
        #[schema(maximum = 1000)]
        plus: u16,
        unit: Unit,
    },
    /// A distance after the first date of a source that follows the end of the reference period, before the next period
    /// has ended.
    Source {
        /// Code of the source.
        #[schema(max_length = 60)]
        source: String,
        #[schema(maximum = 1000)]
        plus: u16,
        unit: Unit,
    },
}

/// A number of days, working days or months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Distance {
    #[schema(maximum = 1000)]
    pub plus: u16,
    pub unit: Unit,
}

/// Unit of a distance. Months after the end of a period reach the last day of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Days,
    WorkingDays,
    Months,
}

/// Position of a weekday in its month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Nth {
    First,
    Second,
    Third,
    Fourth,
    Last,
}

/// Direction in which a day that does not fit moves. Of two equally near days the later one is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Adjust {
    #[default]
    Next,
    Previous,
    Nearest,
}

/// Facts outside the reference period on which rules depend.
pub trait Facts {
    /// Returns the day of the release of a product about the period that ends on `end`.
    fn release(&self, product: &str, end: NaiveDate) -> Option<NaiveDate>;

    /// Returns the first date of a source after `end`.
    fn source(&self, source: &str, end: NaiveDate) -> Option<NaiveDate>;

    /// Returns the number of other releases on a day.
    fn releases_on(&self, day: NaiveDate) -> usize;

    /// Returns the name under which readers know a territory.
    fn name(&self, territory: &str) -> String;
}

/// A day derived from a rule, with its explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derived {
    pub day: NaiveDate,
    /// Day that the anchor gives.
    pub anchor: NaiveDate,
    /// Date of the source from which the anchor is counted, if it is counted from one.
    pub source_day: Option<NaiveDate>,
    /// Days passed over on the way from the anchor, in the order of the search.
    pub passed: Vec<Passed>,
}

/// Consecutive days passed over for the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Earliest day.
    pub from: NaiveDate,
    /// Latest day, included.
    pub to: NaiveDate,
    pub why: Unfit,
}

/// Reason why a day does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    Weekend,
    Closed(Closed),
    Avoided,
    /// The day has its releases already: the number of them.
    Full(usize),
}

/// Reason why a rule gives no day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDay {
    #[error("the product {product} has no release about the period that ends on {end}")]
    NoRelease { product: String, end: NaiveDate },
    #[error("the source {source_code} has no date after {end}")]
    NoSource { source_code: String, end: NaiveDate },
    #[error("no day within a year of {anchor} fits")]
    NothingFits { anchor: NaiveDate },
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

/// Field of a rule with a value outside its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Improper {
    Plus,
    Month,
    Avoid,
    MostADay,
}

impl Improper {
    /// Returns the least and the greatest value of the field.
    pub fn limits(self) -> (i32, i32) {
        match self {
            Self::Plus => (0, i32::from(MOST_PLUS)),
            Self::Month => (1, i32::from(LAST_MONTH_AFTER)),
            Self::Avoid => (0, i32::try_from(MOST_AVOIDED).unwrap_or(i32::MAX)),
            Self::MostADay => (1, i32::from(MOST_A_DAY)),
        }
    }
}

impl DateRule {
    /// Returns the rule as the text in which it is kept.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|error| unreachable!("a rule has only texts and numbers: {error}"))
    }

    /// Reads a rule from the text in which it is kept; `None` for any other text.
    pub fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Returns the fields with a value outside their limits.
    pub fn improper(&self) -> Vec<Improper> {
        let mut improper = Vec::new();
        match &self.day {
            Anchor::EndOfPeriod(Distance { plus, .. }) | Anchor::Release { plus, .. } | Anchor::Source { plus, .. }
                if *plus > MOST_PLUS =>
            {
                improper.push(Improper::Plus);
            }
            Anchor::NthWeekday { month, .. } if !(1..=LAST_MONTH_AFTER).contains(month) => {
                improper.push(Improper::Month);
            }
            _ => {}
        }
        if self.avoid.len() > MOST_AVOIDED {
            improper.push(Improper::Avoid);
        }
        if self.most_a_day.is_some_and(|most| !(1..=MOST_A_DAY).contains(&most)) {
            improper.push(Improper::MostADay);
        }
        improper
    }

    /// Returns the code of the product on whose releases the rule depends.
    pub fn follows(&self) -> Option<&str> {
        match &self.day {
            Anchor::Release { product, .. } => Some(product),
            Anchor::EndOfPeriod(_) | Anchor::NthWeekday { .. } | Anchor::Source { .. } => None,
        }
    }

    /// Returns the code of the source on whose dates the rule depends.
    pub fn source(&self) -> Option<&str> {
        match &self.day {
            Anchor::Source { source, .. } => Some(source),
            Anchor::EndOfPeriod(_) | Anchor::NthWeekday { .. } | Anchor::Release { .. } => None,
        }
    }

    /// Derives the day of the release about a period. `worked` are the calendars of [`Self::worked_by`], or of all
    /// territories concerned.
    pub fn derive(&self, period: Period, worked: &Joint<'_>, facts: &impl Facts) -> Result<Derived, NoDay> {
        let anchor = self.anchor(period, worked, facts)?;
        let source_day = self.source().and_then(|source| source_date(period, source, facts));
        let mut passed: Vec<Passed> = Vec::new();
        for day in self.adjust.days_from(anchor).take(SEARCH_DAYS) {
            match self.unfit(day, worked, facts) {
                None => return Ok(Derived { day, anchor, source_day, passed }),
                Some(why) => pass_over(&mut passed, day, why),
            }
        }
        Err(NoDay::NothingFits { anchor })
    }

    fn anchor(&self, period: Period, worked: &Joint<'_>, facts: &impl Facts) -> Result<NaiveDate, NoDay> {
        let end = period.last_day();
        Ok(match &self.day {
            Anchor::EndOfPeriod(Distance { plus, unit: Unit::Months }) => last_of_month(end, *plus),
            Anchor::EndOfPeriod(distance) => distance.after(end, worked)?,
            Anchor::NthWeekday { nth, weekday, month } => nth.of_month(last_of_month(end, *month), *weekday),
            Anchor::Release { product, plus, unit } => {
                let day = facts.release(product, end);
                let day = day.ok_or_else(|| NoDay::NoRelease { product: product.clone(), end })?;
                Distance { plus: *plus, unit: *unit }.after(day, worked)?
            }
            Anchor::Source { source, plus, unit } => {
                let day = source_date(period, source, facts);
                let day = day.ok_or_else(|| NoDay::NoSource { source_code: source.clone(), end })?;
                Distance { plus: *plus, unit: *unit }.after(day, worked)?
            }
        })
    }

    fn unfit(&self, day: NaiveDate, worked: &Joint<'_>, facts: &impl Facts) -> Option<Unfit> {
        if self.avoid.iter().any(|span| span.contains(day)) {
            return Some(Unfit::Avoided);
        }
        if let Some(closed) = worked.why_closed(day, |code| vec![facts.name(code)]) {
            let is_weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
            return Some(if is_weekend { Unfit::Weekend } else { Unfit::Closed(closed) });
        }
        let there = facts.releases_on(day);
        self.most_a_day.filter(|most| there >= usize::from(*most)).map(|_| Unfit::Full(there))
    }
}

impl Distance {
    /// Returns the day at this distance after `day`. A month later is the same day of the month, or its last one.
    fn after(self, day: NaiveDate, worked: &Joint<'_>) -> Result<NaiveDate, CalendarError> {
        match self.unit {
            Unit::Days => Ok(day + Days::new(u64::from(self.plus))),
            Unit::Months => Ok(day + Months::new(u32::from(self.plus))),
            Unit::WorkingDays => worked.add_working_days(day, i32::from(self.plus)),
        }
    }
}

impl Nth {
    /// Returns the weekday with this position in the month that ends on `last`.
    fn of_month(self, last: NaiveDate, weekday: Weekday) -> NaiveDate {
        let back_to = |day: NaiveDate| {
            let days = (7 + day.weekday().num_days_from_monday() - weekday.num_days_from_monday()) % 7;
            day - Days::new(u64::from(days))
        };
        let weeks = match self {
            Self::Last => return back_to(last),
            Self::First => 1,
            Self::Second => 2,
            Self::Third => 3,
            Self::Fourth => 4,
        };
        let first = last - Days::new(u64::from(last.day0()));
        back_to(first + Days::new(7 * weeks - 1))
    }
}

impl Adjust {
    /// Lists the days to try, from the anchor on.
    fn days_from(self, anchor: NaiveDate) -> Box<dyn Iterator<Item = NaiveDate>> {
        let later = (0..).map(move |days| anchor + Days::new(days));
        let earlier = (0..).map(move |days| anchor - Days::new(days));
        match self {
            Self::Next => Box::new(later),
            Self::Previous => Box::new(earlier),
            Self::Nearest => Box::new(
                std::iter::once(anchor)
                    .chain(later.skip(1).zip(earlier.skip(1)).flat_map(|(later, earlier)| [later, earlier])),
            ),
        }
    }
}

/// Returns the first date of a source after the end of a period. A date after the end of the next period is not about
/// this one.
fn source_date(period: Period, source: &str, facts: &impl Facts) -> Option<NaiveDate> {
    let day = facts.source(source, period.last_day())?;
    (day <= period.next()?.last_day()).then_some(day)
}

/// Adds a day to the days passed over: to a run beside it with the same reason, else as a run of its own.
fn pass_over(passed: &mut Vec<Passed>, day: NaiveDate, why: Unfit) {
    let beside = passed
        .iter_mut()
        .find(|run| run.why == why && (run.to.succ_opt() == Some(day) || run.from.pred_opt() == Some(day)));
    match beside {
        Some(run) => {
            run.from = run.from.min(day);
            run.to = run.to.max(day);
        }
        None => passed.push(Passed { from: day, to: day, why }),
    }
}

/// Returns the last day of the month that lies `months` after the month of `day`.
fn last_of_month(day: NaiveDate, months: u16) -> NaiveDate {
    let first = day - Days::new(u64::from(day.day0()));
    first + Months::new(u32::from(months) + 1) - Days::new(1)
}

/// Reads and writes a weekday as its English name in small letters.
mod weekday_name {
    use chrono::Weekday;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error};

    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
    pub fn serialize<S: Serializer>(weekday: &Weekday, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(NAMES[weekday.num_days_from_monday() as usize])
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Weekday, D::Error> {
        let name = String::deserialize(deserializer)?;
        let position = NAMES.iter().position(|known| *known == name);
        let position = position.ok_or_else(|| D::Error::unknown_variant(&name, &NAMES))?;
        u8::try_from(position)
            .ok()
            .and_then(|number| Weekday::try_from(number).ok())
            .ok_or_else(|| D::Error::custom("no weekday"))
    }
}

#[cfg(test)]
mod tests;
