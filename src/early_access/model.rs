//! An access before the release as pure data.

use crate::error::{Code, Refusal as DomainRefusal, Refused};
use crate::time::zone;
use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};
use entity::ids::{DesignationId, EarlyAccessId, ProductId};
use std::ops::RangeInclusive;

/// Longest access, in months from its first day, or from the day of its renewal. The list is reviewed each year.
pub const MOST_MONTHS: u32 = 12;

/// Hours before the release from which texts can be open. Two weeks are enough for every review that was named so far.
pub const HOURS_BEFORE: RangeInclusive<i32> = 1..=336;

/// Longest reason, in characters.
pub const REASON_CHARACTERS: usize = 2000;

/// Permission of the holder of a designation to see a product before its release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlyAccess {
    pub id: EarlyAccessId,
    pub product_id: ProductId,
    pub designation_id: DesignationId,
    /// First day.
    pub from: NaiveDate,
    /// Last day, included.
    pub until: NaiveDate,
    pub hours_before: i32,
    /// Public reason.
    pub reason: String,
    pub ended_at: Option<DateTime<Utc>>,
    pub version: i32,
}

impl EarlyAccess {
    /// Checks a new access. Errors: a last day before the first, past, or more than twelve months after it.
    pub fn granted(self, today: NaiveDate) -> Result<Self, Refusal> {
        if self.until < self.from {
            return Err(Refusal::EndsBeforeStart);
        }
        if self.until < today {
            return Err(Refusal::DayInPast);
        }
        within(self.from, self.until)?;
        Ok(self)
    }

    /// Prolongs the access from today. Errors: it has ended; the day is the one it has, earlier, or too far.
    pub fn renewed(self, until: NaiveDate, today: NaiveDate) -> Result<Self, Refusal> {
        if self.ended_at.is_some() || self.until < today {
            return Err(Refusal::Over);
        }
        if until <= self.until {
            return Err(Refusal::NothingChanges);
        }
        within(today, until)?;
        Ok(Self { until, ..self })
    }

    /// Ends the access at once. Errors: it has ended.
    pub fn ended(self, now: DateTime<Utc>) -> Result<Self, Refusal> {
        if self.ended_at.is_some() {
            return Err(Refusal::Over);
        }
        Ok(Self { ended_at: Some(now), ..self })
    }

    /// Tells whether the access stands at an instant.
    pub fn stands_at(&self, now: DateTime<Utc>) -> bool {
        let today = zone::day_of(now);
        self.ended_at.is_none_or(|ended| now < ended) && self.from <= today && today <= self.until
    }

    /// Tells whether it opens, at an instant, the texts of a release that comes out at another.
    pub fn opens(&self, release: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        self.stands_at(now) && self.opens_at(release) <= now && now < release
    }

    /// Returns the instant from which the texts of a release can be seen.
    pub fn opens_at(&self, release: DateTime<Utc>) -> DateTime<Utc> {
        release - TimeDelta::hours(i64::from(self.hours_before))
    }
}

/// Refuses more than twelve months.
fn within(from: NaiveDate, until: NaiveDate) -> Result<(), Refusal> {
    let last = from + Months::new(MOST_MONTHS) - Days::new(1);
    if until > last { Err(Refusal::TooLong { last }) } else { Ok(()) }
}

/// Refusals of early access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the last day is before the first")]
    EndsBeforeStart,
    #[error("the last day is past")]
    DayInPast,
    #[error("longer than twelve months")]
    TooLong { last: NaiveDate },
    #[error("the access has ended")]
    Over,
    #[error("the last day is the one it has, or earlier")]
    NothingChanges,
    #[error("the designation has a standing access to the product already")]
    Exists,
}

impl DomainRefusal for Refusal {
    fn said(&self) -> Refused {
        match self {
            Self::EndsBeforeStart => Refused::at("valid_to", Code::EndBeforeStart),
            Self::DayInPast => Refused::at("valid_to", Code::DayInPast),
            Self::TooLong { last } => Refused::at("valid_to", Code::AccessTooLong).with("last", *last),
            Self::Over => Refused::of(Code::AlreadyEnded),
            Self::NothingChanges => Refused::at("valid_to", Code::NothingChanges),
            Self::Exists => Refused::of(Code::AccessExists),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn access(from: &str, until: &str) -> EarlyAccess {
        EarlyAccess {
            id: Uuid::nil().into(),
            product_id: Uuid::nil().into(),
            designation_id: Uuid::nil().into(),
            from: day(from),
            until: day(until),
            hours_before: 24,
            reason: "Commento alla conferenza stampa".into(),
            ended_at: None,
            version: 1,
        }
    }

    #[test]
    fn an_access_lasts_at_most_a_year() {
        let table = [
            ("2027-01-01", "2027-12-31", Ok(())),
            ("2027-01-01", "2028-01-01", Err(Refusal::TooLong { last: day("2027-12-31") })),
            ("2028-02-29", "2029-02-27", Ok(())),
            ("2027-05-01", "2027-04-30", Err(Refusal::EndsBeforeStart)),
            ("2026-01-01", "2026-06-30", Err(Refusal::DayInPast)),
        ];
        for (from, until, expected) in table {
            assert_eq!(access(from, until).granted(day("2027-01-01")).map(drop), expected, "{from} {until}");
        }
        let one = access("2027-01-01", "2027-12-31");
        assert_eq!(
            one.clone().renewed(day("2028-11-30"), day("2027-12-01")).map(|one| one.until),
            Ok(day("2028-11-30"))
        );
        assert_eq!(
            one.clone().renewed(day("2028-12-01"), day("2027-12-01")),
            Err(Refusal::TooLong { last: day("2028-11-30") })
        );
        assert_eq!(one.clone().renewed(day("2027-12-31"), day("2027-12-01")), Err(Refusal::NothingChanges));
        assert_eq!(one.renewed(day("2028-06-30"), day("2028-01-01")), Err(Refusal::Over), "granted anew, not renewed");
    }

    #[test]
    fn texts_are_open_from_the_hours_before_to_the_release() {
        let one = access("2027-03-01", "2027-03-31");
        let release = at("2027-03-19T09:00:00Z");
        let table = [
            ("2027-03-18T08:59:59Z", false),
            ("2027-03-18T09:00:00Z", true),
            ("2027-03-19T08:59:59Z", true),
            ("2027-03-19T09:00:00Z", false),
        ];
        for (now, open) in table {
            assert_eq!(one.opens(release, at(now)), open, "{now}");
        }
        let ended = one.ended(at("2027-03-18T12:00:00Z")).expect("ended");
        assert!(ended.opens(release, at("2027-03-18T11:59:59Z")));
        assert!(!ended.opens(release, at("2027-03-18T12:00:00Z")), "it ends at once");
        assert!(
            !access("2027-03-19", "2027-03-31").opens(release, at("2027-03-18T22:30:00Z")),
            "not before its first day"
        );
    }
}
