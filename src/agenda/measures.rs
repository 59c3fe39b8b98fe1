//! Measures of the agenda: how far ahead it is planned, and with how much notice dates are announced. Pure.

use crate::catalogue::model::Product;
use crate::releases::model::NOTICE_TARGET_WORKING_DAYS;
use chrono::{Datelike, Months, NaiveDate};
use entity::ids::{ObservatoryId, ProductId};
use std::collections::{BTreeMap, HashMap};

/// Months ahead for which the network aims to have every release in its agenda, provisional dates included.
pub const HORIZON_TARGET_MONTHS: i32 = 12;

/// Months before today whose announcements count for the notice.
pub const NOTICE_MONTHS: u32 = 12;

/// Time ahead for which no release of a product is missing. For an autonomous product it is counted for one observatory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Horizon {
    pub product: ProductId,
    pub observatory: Option<ObservatoryId>,
    /// Day on which the first release is missing: the last one in the agenda and one period more. `None` without a release.
    pub missing_from: Option<NaiveDate>,
    /// Whole months from today to that day, at least 0.
    pub months: i32,
}

impl Horizon {
    pub const fn is_kept(&self) -> bool {
        self.months >= HORIZON_TARGET_MONTHS
    }
}

/// Announcements of dates, and those with the notice that the network aims at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Notices {
    pub announced: usize,
    pub in_time: usize,
}

impl Notices {
    /// Counts notices in common working days of all territories concerned.
    pub fn of(notices: impl IntoIterator<Item = i32>) -> Self {
        notices.into_iter().fold(Self::default(), |counted, notice| Self {
            announced: counted.announced + 1,
            in_time: counted.in_time + usize::from(notice >= NOTICE_TARGET_WORKING_DAYS),
        })
    }
}

/// Returns the horizons of the products in use that have a period, the shortest first. An irregular product has none, because
/// no release of it can be missing.
/// `latest` are the last days of releases in the agenda.
pub fn horizons(
    catalogue: &[Product],
    latest: &HashMap<(ProductId, Option<ObservatoryId>), NaiveDate>,
    today: NaiveDate,
) -> Vec<Horizon> {
    let mut horizons = Vec::new();
    for product in catalogue.iter().filter(|product| product.retired_at.is_none()) {
        let [frequency] = product.frequencies() else { continue };
        let own = latest.iter().filter(|((of, _), _)| *of == product.id);
        let last: BTreeMap<Option<ObservatoryId>, NaiveDate> = own.map(|((_, whose), day)| (*whose, *day)).collect();
        let of = |observatory, missing_from: Option<NaiveDate>| Horizon {
            product: product.id,
            observatory,
            missing_from,
            months: missing_from.map_or(0, |day| months_between(today, day).max(0)),
        };
        if last.is_empty() {
            horizons.push(of(None, None));
        }
        horizons.extend(last.into_iter().map(|(whose, day)| of(whose, Some(day + Months::new(frequency.months())))));
    }
    horizons.sort_by_key(|one| (one.months, one.product, one.observatory));
    horizons
}

fn months_between(from: NaiveDate, to: NaiveDate) -> i32 {
    let months = (to.year() - from.year()) * 12 + to.month().cast_signed() - from.month().cast_signed();
    if to.day() < from.day() { months - 1 } else { months }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn months_are_whole() {
        let table = [
            ("2026-11-30", "2027-11-30", 12),
            ("2026-11-30", "2027-11-29", 11),
            ("2026-11-30", "2026-12-29", 0),
            ("2026-11-30", "2026-10-30", -1),
            ("2028-02-29", "2029-02-28", 11),
        ];
        for (from, to, months) in table {
            assert_eq!(months_between(day(from), day(to)), months, "{from} {to}");
        }
    }

    #[test]
    fn a_notice_of_twenty_working_days_is_in_time() {
        assert_eq!(Notices::of([19, 20, 60, 0]), Notices { announced: 4, in_time: 2 });
        assert_eq!(Notices::of([]), Notices::default());
    }
}
