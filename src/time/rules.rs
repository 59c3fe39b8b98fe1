//! Non-working days as data: yearly holidays with their years of validity, and single closed days.
//!
//! The holidays of Italy are not in the code but in the data file (`data/lombardia.toml`), where a new law is a new
//! line.

use chrono::{Datelike as _, Days, NaiveDate};

use super::easter::easter_sunday;
use crate::texts::Lang;

/// Day of the year on which a rule applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleKind {
    /// The same day every year. 29 February applies in leap years only.
    Fixed { month: u32, day: u32 },
    /// Days after Easter Sunday, or before it if negative: 1 is Easter Monday.
    EasterOffset { days: i32 },
}

/// A yearly holiday with the years in which it is valid.
///
/// [`NonWorkingRule::new`] refuses a rule that could never apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NonWorkingRule {
    kind: RuleKind,
    from_year: Option<i32>,
    to_year: Option<i32>,
    name_it: String,
    name_en: String,
}

/// Reasons for refusing a holiday rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    #[error("no year has a day {day} in month {month}")]
    NoSuchDay { month: u32, day: u32 },
    #[error("{days} days from Easter can leave the year")]
    OffsetTooFar { days: i32 },
    #[error("the rule would end in {to_year}, before it begins in {from_year}")]
    EndsBeforeItBegins { from_year: i32, to_year: i32 },
    #[error("a holiday needs its name in Italian and in English")]
    NameMissing,
}

/// Offsets from Easter, in days, that stay in the year of that Easter, which falls between 22 March and 25 April.
/// [`NonWorkingRule::new`] refuses others, so that a day is compared with the Easter of its own year only.
const EASTER_OFFSETS: std::ops::RangeInclusive<i32> = -80..=250;

impl NonWorkingRule {
    /// Makes a rule valid in the given years, both included; `None` leaves that side open.
    pub fn new(
        kind: RuleKind,
        from_year: Option<i32>,
        to_year: Option<i32>,
        name_it: impl Into<String>,
        name_en: impl Into<String>,
    ) -> Result<Self, RuleError> {
        let rule = Self { kind, from_year, to_year, name_it: name_it.into(), name_en: name_en.into() };
        rule.check_kind()?;
        if let (Some(from_year), Some(to_year)) = (from_year, to_year)
            && to_year < from_year
        {
            return Err(RuleError::EndsBeforeItBegins { from_year, to_year });
        }
        if rule.name_it.trim().is_empty() || rule.name_en.trim().is_empty() {
            return Err(RuleError::NameMissing);
        }
        Ok(rule)
    }

    fn check_kind(&self) -> Result<(), RuleError> {
        // In a leap year every valid day of a month exists.
        const A_LEAP_YEAR: i32 = 2024;
        match self.kind {
            RuleKind::Fixed { month, day } => match NaiveDate::from_ymd_opt(A_LEAP_YEAR, month, day) {
                Some(_) => Ok(()),
                None => Err(RuleError::NoSuchDay { month, day }),
            },
            RuleKind::EasterOffset { days } if EASTER_OFFSETS.contains(&days) => Ok(()),
            RuleKind::EasterOffset { days } => Err(RuleError::OffsetTooFar { days }),
        }
    }

    /// Returns whether `day` is this holiday.
    pub fn strikes(&self, day: NaiveDate) -> bool {
        self.valid_in(day.year())
            && match self.kind {
                RuleKind::Fixed { month, day: day_of_month } => (day.month(), day.day()) == (month, day_of_month),
                RuleKind::EasterOffset { days } => {
                    easter_sunday(day.year()).and_then(|easter| shifted(easter, days)) == Some(day)
                }
            }
    }

    fn valid_in(&self, year: i32) -> bool {
        self.from_year.is_none_or(|from| from <= year) && self.to_year.is_none_or(|to| year <= to)
    }

    pub fn kind(&self) -> RuleKind {
        self.kind
    }

    /// Returns the first and the last year of validity.
    pub fn years(&self) -> (Option<i32>, Option<i32>) {
        (self.from_year, self.to_year)
    }

    pub fn name(&self, lang: Lang) -> &str {
        match lang {
            Lang::It => &self.name_it,
            Lang::En => &self.name_en,
        }
    }
}

fn shifted(day: NaiveDate, days: i32) -> Option<NaiveDate> {
    let distance = Days::new(u64::from(days.unsigned_abs()));
    if days < 0 { day.checked_sub_days(distance) } else { day.checked_add_days(distance) }
}

/// A single non-working day: an anniversary proclaimed by law, or an office closed by order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneOffDay {
    pub date: NaiveDate,
    pub name_it: String,
    pub name_en: String,
}

impl OneOffDay {
    pub fn name(&self, lang: Lang) -> &str {
        match lang {
            Lang::It => &self.name_it,
            Lang::En => &self.name_en,
        }
    }
}

/// Non-working days of one territory beyond the national ones: its patron day and its own closures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerritoryDays {
    /// Code of the territory: the two-letter code of the province.
    pub code: String,
    pub rules: Vec<NonWorkingRule>,
    pub one_offs: Vec<OneOffDay>,
}

/// Input for [`Calendars`](super::Calendars).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalendarData {
    /// Whether Saturdays are working days. It is a setting because the offices concerned work five days, while the law
    /// treats Saturdays as non-working only for court deadlines (art. 155 c.p.c.).
    pub saturday_works: bool,
    /// Holidays of the whole country.
    pub national: Vec<NonWorkingRule>,
    /// Single closed days of the whole country.
    pub one_offs: Vec<OneOffDay>,
    pub territories: Vec<TerritoryDays>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a day of the test")
    }

    fn rule(kind: RuleKind, from_year: Option<i32>, to_year: Option<i32>) -> Result<NonWorkingRule, RuleError> {
        NonWorkingRule::new(kind, from_year, to_year, "Festa", "Feast")
    }

    #[test]
    fn a_rule_strikes_within_its_years_only() {
        let fixed = RuleKind::Fixed { month: 10, day: 4 };
        let rule = rule(fixed, Some(2026), Some(2028)).expect("a good rule");
        let struck: Vec<i32> = (2020..2035).filter(|year| rule.strikes(day(*year, 10, 4))).collect();
        assert_eq!(struck, [2026, 2027, 2028]);
        assert!(!rule.strikes(day(2027, 10, 5)));
        assert!(!rule.strikes(day(2027, 4, 10)));
    }

    #[test]
    fn offsets_from_easter_go_both_ways() {
        let good_friday = rule(RuleKind::EasterOffset { days: -2 }, None, None).expect("a good rule");
        let easter_monday = rule(RuleKind::EasterOffset { days: 1 }, None, None).expect("a good rule");
        assert!(good_friday.strikes(day(2027, 3, 26)));
        assert!(easter_monday.strikes(day(2027, 3, 29)));
        assert!(!easter_monday.strikes(day(2027, 3, 28)));
        assert!(!easter_monday.strikes(day(5000, 3, 29)), "no computus, no holiday");
    }

    #[test]
    fn the_29th_of_february_strikes_in_leap_years() {
        let leap_day = rule(RuleKind::Fixed { month: 2, day: 29 }, None, None).expect("a good rule");
        assert!(leap_day.strikes(day(2028, 2, 29)));
        assert!(!leap_day.strikes(day(2027, 2, 28)));
        assert!(!leap_day.strikes(day(2027, 3, 1)));
    }

    #[test]
    fn rules_that_could_never_strike_are_refused() {
        let no_such_day = RuleKind::Fixed { month: 2, day: 30 };
        assert_eq!(rule(no_such_day, None, None), Err(RuleError::NoSuchDay { month: 2, day: 30 }));
        let too_far = RuleKind::EasterOffset { days: 251 };
        assert_eq!(rule(too_far, None, None), Err(RuleError::OffsetTooFar { days: 251 }));
        let backwards = rule(RuleKind::Fixed { month: 1, day: 1 }, Some(2027), Some(2026));
        assert_eq!(backwards, Err(RuleError::EndsBeforeItBegins { from_year: 2027, to_year: 2026 }));
        let nameless = NonWorkingRule::new(RuleKind::Fixed { month: 1, day: 1 }, None, None, "Capodanno", " ");
        assert_eq!(nameless, Err(RuleError::NameMissing));
    }

    #[test]
    fn no_admitted_offset_leaves_the_year_of_its_easter() {
        for year in super::super::easter::COMPUTUS_YEARS {
            let easter = easter_sunday(year).expect("a year of the computus");
            for days in [*EASTER_OFFSETS.start(), *EASTER_OFFSETS.end()] {
                assert_eq!(shifted(easter, days).map(|day| day.year()), Some(year));
            }
        }
    }
}
