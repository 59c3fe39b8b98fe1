//! Refusals of a reminder that a person sends. Pure.

use crate::error::{Code, Refusal as DomainRefusal, Refused};

/// Reasons for refusing to remind of an obligation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("nothing is due")]
    NothingDue,
    #[error("the person was reminded today")]
    RemindedToday,
    #[error("nobody holds the seat or stands in for it")]
    NobodyInSeat,
}

impl DomainRefusal for Refusal {
    fn said(&self) -> Refused {
        Refused::of(match self {
            Self::NothingDue => Code::NothingDue,
            Self::RemindedToday => Code::RemindedToday,
            Self::NobodyInSeat => Code::NobodyInSeat,
        })
    }
}
