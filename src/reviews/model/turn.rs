//! The holder of the ball of a contribution, whose turn it is, derived from its facts. Pure.
//!
//! Holders are never stored. A course is the list of hand-overs in time; between two of them there is exactly one holder,
//! so the times of all holders add up to the time elapsed. A block hands nothing over, because a press would otherwise
//! stop the clock of its presser.

use super::Reading;
use crate::deliverables::model::Submission;
use chrono::{DateTime, Utc};
use entity::ids::ObservatoryId;

/// The party that has to act now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// The observatory that owes the contribution.
    Observatory,
    Secretariat,
    /// A neighbouring observatory that was asked to read it.
    Reader(ObservatoryId),
    /// No party: the contribution is accepted and waits for its release, is on the portal, or was waived.
    Nobody,
}

/// A hand-over of the ball.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandOver {
    pub at: DateTime<Utc>,
    pub to: Holder,
}

/// The facts from which the course follows.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Instant at which the contribution was planned.
    pub planned_at: DateTime<Utc>,
    /// Oldest first.
    pub submissions: &'a [Submission],
    pub readings: &'a [Reading],
    /// Whether one page is published for all contributions of the release; the secretariat declares its address.
    pub is_joint: bool,
    /// Instant at which the release came out, from which its page is expected.
    pub out_at: Option<DateTime<Utc>>,
    /// Instant at which the address of its page was declared.
    pub declared_at: Option<DateTime<Utc>>,
    /// Instant at which it was waived or seen on the portal.
    pub ended_at: Option<DateTime<Utc>>,
}

/// A span of time with its holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub holder: Holder,
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// The course of a contribution: every hand-over, oldest first, none to the party that holds the ball already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course(Vec<HandOver>);

impl Course {
    /// Derives the course.
    pub fn of(facts: &Facts<'_>) -> Self {
        let mut course = Self(vec![HandOver { at: facts.planned_at, to: Holder::Observatory }]);
        for submission in facts.submissions {
            course.hand(submission.submitted_at, Holder::Secretariat);
            course.read(facts.readings, submission);
            if let Some(at) = submission.withdrawn_at {
                course.hand(at, Holder::Observatory);
            } else if let Some(at) = submission.answered_at {
                course.hand(at, if submission.remarks.is_none() { Holder::Nobody } else { Holder::Observatory });
            }
        }
        course.publish(facts);
        if let Some(at) = facts.ended_at {
            course.end(at);
        }
        course
    }

    /// Hands over for the peer readings that are open during the round of a submission.
    fn read(&mut self, readings: &[Reading], submission: &Submission) {
        let end = submission.withdrawn_at.or(submission.answered_at);
        let mut readings: Vec<&Reading> = readings.iter().collect();
        readings.sort_by_key(|reading| (reading.asked_at, reading.id));
        for reading in readings {
            let from = reading.asked_at.max(submission.submitted_at);
            let is_over_before = reading.closed_at().is_some_and(|at| at <= submission.submitted_at);
            if is_over_before || end.is_some_and(|end| from >= end) {
                continue;
            }
            self.hand(from, Holder::Reader(reading.observatory_id));
            if let Some(at) = reading.closed_at().filter(|at| end.is_none_or(|end| *at < end)) {
                self.hand(at, Holder::Secretariat);
            }
        }
    }

    /// Hands an accepted contribution over for the address of its page, from its release until the address is declared.
    fn publish(&mut self, facts: &Facts<'_>) {
        let accepted = self.last();
        if accepted.to != Holder::Nobody {
            return;
        }
        let Some(out_at) = facts.out_at.map(|at| at.max(accepted.at)) else { return };
        if facts.declared_at.is_none_or(|declared| declared > out_at) {
            self.hand(out_at, if facts.is_joint { Holder::Secretariat } else { Holder::Observatory });
            if let Some(at) = facts.declared_at {
                self.hand(at, Holder::Nobody);
            }
        }
    }

    /// Adds a hand-over. One that is recorded before the last one counts from the last one on, so that time never
    /// goes back.
    fn hand(&mut self, at: DateTime<Utc>, to: Holder) {
        let last = self.last();
        if last.to != to {
            self.0.push(HandOver { at: at.max(last.at), to });
        }
    }

    /// Ends the course; hand-overs after the end do not count.
    fn end(&mut self, at: DateTime<Utc>) {
        let first = self.0.first().copied();
        self.0.retain(|one| one.at < at);
        if self.0.is_empty() {
            self.0.extend(first);
        }
        self.hand(at, Holder::Nobody);
    }

    /// Returns the last hand-over: the present holder, and since when.
    pub fn last(&self) -> HandOver {
        let nothing = HandOver { at: DateTime::UNIX_EPOCH, to: Holder::Nobody };
        self.0.last().copied().unwrap_or(nothing)
    }

    pub fn hand_overs(&self) -> &[HandOver] {
        &self.0
    }

    /// Returns the stretches up to an instant, one after the other without a gap. A contribution that no party holds any
    /// more ends with its last hand-over.
    pub fn stretches(&self, now: DateTime<Utc>) -> Vec<Stretch> {
        let ends = self.0.iter().skip(1).map(|one| one.at).chain([self.counted_until(now)]);
        let stretch = |(one, until): (&HandOver, DateTime<Utc>)| Stretch { holder: one.to, from: one.at, until };
        self.0.iter().zip(ends).map(stretch).filter(|one| one.from < one.until).collect()
    }

    /// Returns the instant up to which time is counted.
    pub fn counted_until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let last = self.last();
        if last.to == Holder::Nobody { last.at } else { now.max(last.at) }
    }

    /// Returns the instant from which time is counted.
    pub fn begun_at(&self) -> DateTime<Utc> {
        self.0.first().map_or(DateTime::UNIX_EPOCH, |one| one.at)
    }
}

/// Adds up a count of each stretch by holder, in the order in which the holders came.
pub fn sums<T: std::ops::AddAssign>(stretches: &[Stretch], mut count: impl FnMut(&Stretch) -> T) -> Vec<(Holder, T)> {
    let mut sums: Vec<(Holder, T)> = Vec::new();
    for stretch in stretches {
        let counted = count(stretch);
        match sums.iter_mut().find(|(holder, _)| *holder == stretch.holder) {
            Some((_, sum)) => *sum += counted,
            None => sums.push((stretch.holder, counted)),
        }
    }
    sums
}
