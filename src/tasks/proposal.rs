//! Another day proposed for a contribution by its observatory: accepted or declined by the secretariat. Pure.

use super::model::Refusal;
use crate::lifecycle::{self, Table, Target};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DayProposalId, DeliverableId, PersonId};
use entity::kinds::DayProposalState as State;

/// Events of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The secretariat accepts it; the day is set by hand on the contribution.
    Accept,
    /// The secretariat declines it.
    Decline,
    /// The observatory takes it back.
    Withdraw,
}

impl lifecycle::Event for Event {
    fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::Withdraw => "withdraw",
        }
    }
}

/// The lifecycle of a proposal.
pub const LIFECYCLE: Table<State, Event> = Table(&[
    (Event::Accept, &[State::Open], Target::To(State::Accepted)),
    (Event::Decline, &[State::Open], Target::To(State::Declined)),
    (Event::Withdraw, &[State::Open], Target::To(State::Withdrawn)),
]);

/// Another day proposed for a contribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayProposal {
    pub id: DayProposalId,
    pub deliverable_id: DeliverableId,
    pub state: State,
    /// Due day of the contribution when the other day was proposed.
    pub former_day: NaiveDate,
    pub day: NaiveDate,
    pub reason: String,
    pub proposed_at: DateTime<Utc>,
    pub proposed_by: Option<PersonId>,
    /// Reason why it was declined.
    pub answer: Option<String>,
    pub answered_at: Option<DateTime<Utc>>,
    pub answered_by: Option<PersonId>,
    pub version: i32,
}

impl DayProposal {
    /// Returns it after an event of this instant.
    pub fn after(
        mut self,
        event: Event,
        answer: Option<String>,
        at: DateTime<Utc>,
        by: Option<PersonId>,
    ) -> Result<Self, Refusal> {
        if let Target::To(state) = LIFECYCLE.lead(self.state, event)? {
            self.state = state;
        }
        self.answer = answer;
        self.answered_at = Some(at);
        self.answered_by = by;
        Ok(self)
    }

    pub fn is_open(&self) -> bool {
        self.state == State::Open
    }
}
