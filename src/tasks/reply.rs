//! Replies about work: accepted, refused, insisted on, handed on, late until a day. Pure.

use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{PersonId, ReplyId};
use entity::kinds::{ObligationKind, ReplyKind};
use std::collections::HashMap;
use uuid::Uuid;

/// Name of a piece of work: a task or a contribution.
pub type Work = (ObligationKind, Uuid);

/// A reply about a piece of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub id: ReplyId,
    pub about: Work,
    pub kind: ReplyKind,
    /// Due day at the time of the reply.
    pub due_day: NaiveDate,
    /// Day by which late work is expected.
    pub day: Option<NaiveDate>,
    pub text: Option<String>,
    pub person_id: Option<PersonId>,
    pub at: DateTime<Utc>,
}

/// Work that will be late: the day by which it is expected, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Late {
    /// Due day of which the reply speaks.
    pub due_day: NaiveDate,
    pub until: NaiveDate,
    pub reason: String,
    pub at: DateTime<Utc>,
}

/// The latest reply about each piece of work that says that it will be late.
#[derive(Clone, Debug, Default)]
pub struct LateWork(HashMap<Work, Late>);

impl LateWork {
    /// Collects the replies, oldest first; the latest one about each piece of work counts.
    pub fn of(replies: Vec<Reply>) -> Self {
        let late = |reply: Reply| {
            let late = Late {
                due_day: reply.due_day,
                until: reply.day?,
                reason: reply.text.unwrap_or_default(),
                at: reply.at,
            };
            Some((reply.about, late))
        };
        Self(replies.into_iter().filter(|reply| reply.kind == ReplyKind::Late).filter_map(late).collect())
    }

    /// Returns what was said about work due on a day. What was said about another due day does not hold any more.
    pub fn about(&self, work: Work, due_day: NaiveDate) -> Option<&Late> {
        self.0.get(&work).filter(|late| late.due_day == due_day && late.until > due_day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day written in a test")
    }

    fn late(id: u128, due: &str, until: &str) -> Reply {
        Reply {
            id: Uuid::from_u128(id).into(),
            about: (ObligationKind::Task, Uuid::nil()),
            kind: ReplyKind::Late,
            due_day: day(due),
            day: Some(day(until)),
            text: Some("La fonte è in ritardo".to_owned()),
            person_id: None,
            at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_latest_reply_counts_and_only_about_the_present_due_day() {
        let work = (ObligationKind::Task, Uuid::nil());
        let said = LateWork::of(vec![late(1, "2027-03-04", "2027-03-10"), late(2, "2027-03-04", "2027-03-12")]);
        let until = |due| said.about(work, day(due)).map(|late| late.until);
        assert_eq!(until("2027-03-04"), Some(day("2027-03-12")));
        assert_eq!(until("2027-03-11"), None, "the due day has moved");
        assert!(said.about((ObligationKind::Deliverable, Uuid::nil()), day("2027-03-04")).is_none());
    }
}
