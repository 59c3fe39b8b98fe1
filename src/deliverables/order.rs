//! Order of the list of work, the same for tasks and contributions, so that their pages can be merged. Pure.

use crate::db::{Key, position_after};
use crate::texts::Label;
use crate::time::Day;
use chrono::NaiveDate;
use entity::ids::{ObservatoryId, ReleaseId};
use serde::Deserialize;
use std::str::FromStr;
use utoipa::ToSchema;
use uuid::Uuid;

/// Order of the list of work as its readers choose it; within an observatory and within a release by the due day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sorting {
    #[default]
    Day,
    Observatory,
    Release,
}

impl Sorting {
    /// Every order.
    pub const ALL: &'static [Self] = &[Self::Day, Self::Observatory, Self::Release];

    /// Returns its name in queries.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Observatory => "observatory",
            Self::Release => "release",
        }
    }
}

impl FromStr for Sorting {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|sorting| sorting.as_str() == text).ok_or(())
    }
}

impl Label for Sorting {
    fn label_key(self) -> &'static str {
        match self {
            Self::Day => "tasks.sorted_by_day",
            Self::Observatory => "tasks.sorted_by_observatory",
            Self::Release => "tasks.sorted_by_release",
        }
    }
}

/// An order with all that it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    Day,
    /// By the observatories in this order; work of other seats comes last.
    Observatory(Vec<ObservatoryId>),
    /// By the day of the release; work without a release comes last.
    Release,
}

/// A line of the list, with all by which it can be sorted.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub observatory: Option<ObservatoryId>,
    /// Release with the day on which it comes out.
    pub release: Option<(NaiveDate, ReleaseId)>,
    pub day: NaiveDate,
    pub id: Uuid,
}

/// Day and id in place of those of a release, for work without one: the last day that can be meant.
pub const WITHOUT_RELEASE: (NaiveDate, ReleaseId) = (LAST_DAY, ReleaseId(Uuid::nil()));

const LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(2199, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

impl Order {
    /// Returns the place of a line.
    pub fn place(&self, line: &Line) -> Vec<Key> {
        let within = [Key::Day(Day::of(line.day)), Key::Id(line.id)];
        match self {
            Self::Day => within.to_vec(),
            Self::Observatory(all) => {
                let position = line.observatory.and_then(|own| all.iter().position(|one| *one == own));
                let rank = position.map_or_else(|| position_after(all), |at| i32::try_from(at).unwrap_or(i32::MAX));
                [&[Key::Number(rank)], &within[..]].concat()
            }
            Self::Release => {
                let (day, id) = line.release.unwrap_or(WITHOUT_RELEASE);
                [&[Key::Day(Day::of(day)), Key::Id(id.0)], &within[..]].concat()
            }
        }
    }

    /// Tells whether a place is one of a list in this order.
    pub fn knows(&self, place: &[Key]) -> bool {
        match self {
            Self::Day => matches!(place, [Key::Day(_), Key::Id(_)]),
            Self::Observatory(_) => matches!(place, [Key::Number(_), Key::Day(_), Key::Id(_)]),
            Self::Release => matches!(place, [Key::Day(_), Key::Id(_), Key::Day(_), Key::Id(_)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(observatory: Option<u128>, day: &str) -> Line {
        Line {
            observatory: observatory.map(|id| ObservatoryId(Uuid::from_u128(id))),
            release: None,
            day: day.parse().expect("a day written in a test"),
            id: Uuid::nil(),
        }
    }

    #[test]
    fn work_is_sorted_by_the_observatories_in_their_order_and_then_by_day() {
        let order = Order::Observatory([7, 3].map(|id| ObservatoryId(Uuid::from_u128(id))).to_vec());
        let lines = [line(None, "2027-01-01"), line(Some(3), "2027-01-01"), line(Some(7), "2027-02-01")];
        let mut places = lines.map(|line| order.place(&line));
        assert!(places.iter().all(|place| order.knows(place)));
        places.sort();
        assert_eq!(places, [2, 1, 0].map(|at: usize| order.place(&lines[at])));
        assert!(!Order::Day.knows(&places[0]) && !Order::Release.knows(&places[0]));
    }

    #[test]
    fn a_place_comes_back_from_a_cursor() {
        let place = Order::Release.place(&line(None, "2027-01-01"));
        let written = serde_json::to_string(&place).expect("written");
        assert_eq!(serde_json::from_str::<Vec<Key>>(&written).expect("read"), place);
    }
}
