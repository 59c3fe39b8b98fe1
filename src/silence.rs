//! Silence: the people who leave mails without an answer. Slices say which mails ask for something and what counts as an answer;
//! `slices.rs` asks them. Pure.
//!
//! An answer is an event that shows that the mail was read or became superfluous: an action of its reader since (a
//! sign-in or a press of a button included), or an event that a slice counts as an answer to the question of the mail,
//! by any person.

use crate::risk::{AtRisk, Risk, RiskKind};
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::PersonId;
use std::collections::{HashMap, HashSet};

/// Age of the oldest mails that count. Older ones prove nothing about who reads mails today.
pub const LOOK_BACK: TimeDelta = TimeDelta::days(120);

/// Number of consecutive unanswered mails from which a person counts as silent.
pub const UNANSWERED_MAILS: u32 = 3;

/// A mail that asked a person for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub to: PersonId,
    pub sent_at: DateTime<Utc>,
    /// Ids of the records to which the question refers. An answer about one of them answers the mail.
    pub about: Vec<String>,
}

/// Instants by id: of the last answer about each record, or of the last action of each person.
pub type Instants = HashMap<String, DateTime<Utc>>;

/// Returns the people with at least [`UNANSWERED_MAILS`] consecutive unanswered mails.
pub fn risks(questions: Vec<Question>, answers: &Instants, acts: &Instants) -> Vec<Risk> {
    let silent = unanswered(questions, answers, acts).into_iter().filter(|(_, mails)| *mails >= UNANSWERED_MAILS);
    silent
        .map(|(person, _)| Risk { kind: RiskKind::Silent, at_risk: AtRisk::Person(person), day: None, last_day: None })
        .collect()
}

/// Counts the latest consecutive unanswered mails to each person.
fn unanswered(mut questions: Vec<Question>, answers: &Instants, acts: &Instants) -> HashMap<PersonId, u32> {
    questions.sort_by_key(|question| std::cmp::Reverse(question.sent_at));
    let mut counts: HashMap<PersonId, u32> = HashMap::new();
    let mut answered: HashSet<PersonId> = HashSet::new();
    for question in questions {
        let is_since = |at: Option<&DateTime<Utc>>| at.is_some_and(|at| *at >= question.sent_at);
        if is_since(acts.get(&question.to.to_string())) || question.about.iter().any(|id| is_since(answers.get(id))) {
            answered.insert(question.to);
        }
        // Counting stops at the first answered mail.
        if !answered.contains(&question.to) {
            *counts.entry(question.to).or_default() += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn asked(person: u128, second: i64, about: &str) -> Question {
        Question { to: Uuid::from_u128(person).into(), sent_at: at(second), about: vec![about.to_owned()] }
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).expect("an instant")
    }

    fn count(questions: &[Question], answers: &Instants, acts: &Instants) -> Option<u32> {
        unanswered(questions.to_vec(), answers, acts).get(&PersonId::from(Uuid::from_u128(1))).copied()
    }

    #[test]
    fn a_row_ends_at_the_latest_mail_that_was_answered() {
        let mails = [asked(1, 10, "a"), asked(1, 30, "c"), asked(1, 20, "b"), asked(2, 40, "a")];
        let (nothing, about) = (Instants::new(), |id: &str, second| Instants::from([(id.to_owned(), at(second))]));
        assert_eq!(count(&mails, &nothing, &nothing), Some(3));
        assert_eq!(count(&mails, &about("b", 20), &nothing), Some(1), "the later mail alone is open");
        assert_eq!(count(&mails, &about("b", 19), &nothing), Some(3), "said before the mail was sent");
        assert_eq!(count(&mails, &about("c", 31), &nothing), None);
        assert_eq!(count(&mails, &nothing, &about(&Uuid::from_u128(1).to_string(), 25)), Some(1));
    }
}
