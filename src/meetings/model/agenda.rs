//! The agenda of a meeting: its points, their order, their hours, and the points to copy to another agenda. Pure.

use super::{Refusal, Slot};
use chrono::{NaiveTime, TimeDelta};
use entity::ids::{AgendaItemId, ReleaseId};
use entity::kinds::{AgendaItemKind, OutcomeKind};
use std::collections::HashSet;
use std::str::FromStr;

/// A point of the agenda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgendaItem {
    pub id: AgendaItemId,
    /// Place on the agenda: 1 for the first, without gaps.
    pub position: i32,
    pub kind: AgendaItemKind,
    pub title: String,
    pub release_id: Option<ReleaseId>,
    pub minutes: Option<i32>,
}

impl AgendaItem {
    /// Tells whether the other point says the same, whatever its place and its minutes.
    pub fn says_the_same(&self, other: &Self) -> bool {
        (self.kind, self.release_id, &self.title) == (other.kind, other.release_id, &other.title)
    }
}

/// Direction in which a point moves by one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Up,
    Down,
}

impl FromStr for Step {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "up" => Ok(Self::Up),
            "down" => Ok(Self::Down),
            _ => Err(()),
        }
    }
}

/// Returns the order of the points after the one at a place (0 for the first) has moved by one. Errors:
/// `nothing_changes` at the edge.
pub fn stepped(mut order: Vec<AgendaItemId>, place: usize, step: Step) -> Result<Vec<AgendaItemId>, Refusal> {
    let other = match step {
        Step::Up => place.checked_sub(1),
        Step::Down => Some(place + 1).filter(|next| *next < order.len()),
    };
    order.swap(place, other.ok_or(Refusal::NothingChanges)?);
    Ok(order)
}

/// Checks that an order names each point of the agenda once. Errors: `unknown_value`, and `nothing_changes` for the
/// present order.
pub fn must_order(present: &[AgendaItemId], wanted: &[AgendaItemId]) -> Result<(), Refusal> {
    let names: HashSet<AgendaItemId> = wanted.iter().copied().collect();
    let is_whole = wanted.len() == present.len() && present.iter().all(|one| names.contains(one));
    if !is_whole {
        return Err(Refusal::OrderIncomplete);
    }
    if present == wanted { Err(Refusal::NothingChanges) } else { Ok(()) }
}

/// Hours of a point, as planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    pub begins: NaiveTime,
    /// Absent for a point without minutes.
    pub ends: Option<NaiveTime>,
}

/// Returns the hours of each point. After a point without minutes no later hour is known, nor is one after midnight.
pub fn hours(slot: Slot, items: &[AgendaItem]) -> Vec<Option<Hours>> {
    let mut next = Some(slot.starts);
    items
        .iter()
        .map(|item| {
            let begins = next?;
            next = item.minutes.and_then(|minutes| later(begins, minutes));
            Some(Hours { begins, ends: next })
        })
        .collect()
}

/// Returns the hour some minutes later, on the same day.
fn later(from: NaiveTime, minutes: i32) -> Option<NaiveTime> {
    let (hour, days) = from.overflowing_add_signed(TimeDelta::minutes(i64::from(minutes)));
    (days == 0).then_some(hour)
}

/// Returns the planned end of the last point, if it is after the end of the meeting.
pub fn overruns(slot: Slot, items: &[AgendaItem]) -> Option<NaiveTime> {
    hours(slot, items).last().copied().flatten()?.ends.filter(|end| *end > slot.ends)
}

/// Points of an earlier agenda to copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// Points without an outcome, and those whose last outcome is a deferral.
    Open,
    All,
}

impl Copied {
    pub const ALL: [Self; 2] = [Self::Open, Self::All];

    /// Returns the name in forms and requests.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::All => "all",
        }
    }
}

impl FromStr for Copied {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|one| one.as_str() == name).ok_or(())
    }
}

/// Fate of a point at its meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A point without an outcome.
    Untouched,
    Deferred,
    Dealt,
}

/// Returns the fate of a point by the outcomes of its meeting, in the order of recording; the last one about it counts.
pub fn fate(item: AgendaItemId, outcomes: &[(Option<AgendaItemId>, OutcomeKind)]) -> Fate {
    match outcomes.iter().rfind(|(about, _)| *about == Some(item)) {
        None => Fate::Untouched,
        Some((_, OutcomeKind::Deferral)) => Fate::Deferred,
        Some(_) => Fate::Dealt,
    }
}

/// Selects the points to copy, in their order: those asked for that the agenda does not have yet, so that copying twice
/// adds nothing.
pub fn to_copy<'a>(earlier: &'a [(AgendaItem, Fate)], present: &[AgendaItem], which: Copied) -> Vec<&'a AgendaItem> {
    let is_asked_for = |(_, fate): &&(AgendaItem, Fate)| which == Copied::All || *fate != Fate::Dealt;
    let is_new = |item: &&AgendaItem| present.iter().all(|one| !one.says_the_same(item));
    earlier.iter().filter(is_asked_for).map(|(item, _)| item).filter(is_new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;
    use uuid::Uuid;

    fn id(number: u128) -> AgendaItemId {
        AgendaItemId(Uuid::from_u128(number))
    }

    fn item(number: u128, minutes: Option<i32>) -> AgendaItem {
        AgendaItem {
            id: id(number),
            position: 1,
            kind: AgendaItemKind::Discussion,
            title: format!("Punto {number}"),
            release_id: None,
            minutes,
        }
    }

    fn time(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 0).expect("an hour")
    }

    fn slot(starts: NaiveTime, ends: NaiveTime) -> Slot {
        Slot { day: NaiveDate::from_ymd_opt(2027, 2, 10).expect("a day"), starts, ends }
    }

    #[test]
    fn a_point_moves_by_one_place_and_not_over_the_edge() {
        let order = vec![id(1), id(2), id(3)];
        assert_eq!(stepped(order.clone(), 1, Step::Up), Ok(vec![id(2), id(1), id(3)]));
        assert_eq!(stepped(order.clone(), 1, Step::Down), Ok(vec![id(1), id(3), id(2)]));
        assert_eq!(stepped(order.clone(), 0, Step::Up), Err(Refusal::NothingChanges));
        assert_eq!(stepped(order, 2, Step::Down), Err(Refusal::NothingChanges));
    }

    #[test]
    fn an_order_names_each_point_once() {
        let present = [id(1), id(2)];
        assert_eq!(must_order(&present, &[id(2), id(1)]), Ok(()));
        assert_eq!(must_order(&present, &present), Err(Refusal::NothingChanges));
        for wrong in [&[id(1)][..], &[id(1), id(1)], &[id(1), id(3)], &[id(1), id(2), id(1)], &[]] {
            assert_eq!(must_order(&present, wrong), Err(Refusal::OrderIncomplete), "{wrong:?}");
        }
    }

    #[test]
    fn hours_follow_each_other_until_a_point_has_no_minutes() {
        let agenda = [item(1, Some(40)), item(2, None), item(3, Some(10))];
        let morning = slot(time(10, 0), time(12, 0));
        let expected = [
            Some(Hours { begins: time(10, 0), ends: Some(time(10, 40)) }),
            Some(Hours { begins: time(10, 40), ends: None }),
            None,
        ];
        assert_eq!(hours(morning, &agenda), expected);
        let night = slot(time(23, 30), time(23, 59));
        assert_eq!(hours(night, &[item(1, Some(40)), item(2, Some(5))])[1], None, "the next day is another meeting");
    }

    #[test]
    fn an_agenda_that_is_too_long_says_when_it_ends() {
        let morning = slot(time(10, 0), time(11, 0));
        assert_eq!(overruns(morning, &[item(1, Some(40)), item(2, Some(30))]), Some(time(11, 10)));
        assert_eq!(overruns(morning, &[item(1, Some(60))]), None);
        assert_eq!(overruns(morning, &[item(1, None)]), None);
        assert_eq!(overruns(morning, &[]), None);
    }

    #[test]
    fn what_was_deferred_or_never_reached_is_copied_and_never_twice() {
        let earlier = [item(1, None), item(2, None), item(3, None)];
        let outcomes = [
            (Some(id(1)), OutcomeKind::Deferral),
            (Some(id(1)), OutcomeKind::Decision),
            (Some(id(2)), OutcomeKind::Information),
            (Some(id(2)), OutcomeKind::Deferral),
            (None, OutcomeKind::Decision),
        ];
        let earlier = earlier.map(|item| {
            let fate = fate(item.id, &outcomes);
            (item, fate)
        });
        let titles = |present: &[AgendaItem], which| -> Vec<String> {
            to_copy(&earlier, present, which).into_iter().map(|item| item.title.clone()).collect()
        };
        assert_eq!(titles(&[], Copied::Open), ["Punto 2", "Punto 3"]);
        assert_eq!(titles(&[], Copied::All), ["Punto 1", "Punto 2", "Punto 3"]);
        let present = AgendaItem { id: id(9), minutes: Some(5), ..item(3, None) };
        assert_eq!(titles(&[present], Copied::Open), ["Punto 2"]);
    }
}
