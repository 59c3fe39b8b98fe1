//! Reasons for the present state of a mail.

use super::TakenBack;
use crate::mail::transport::FailureClass;

/// Reason for the present state of a mail, for rules and counters; stored as its `last_class`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Failed delivery, or a message that could not be built.
    Failure(FailureClass),
    /// Error of the check before sending.
    LastLook,
    /// Stop of the service while the mail was being sent.
    Stopped,
    /// Panic in the attempt.
    Crash,
    /// End of the process, each time that the mail was being sent.
    Poison,
    /// Withdrawal.
    TakenBack(TakenBack),
}

impl Class {
    /// Returns the name in the database, which must never change.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failure(class) => class.as_str(),
            Self::LastLook => "last_look",
            Self::Stopped => "stopped",
            Self::Crash => "crash",
            Self::Poison => "poison",
            Self::TakenBack(why) => why.as_str(),
        }
    }
}

impl From<FailureClass> for Class {
    fn from(class: FailureClass) -> Self {
        Self::Failure(class)
    }
}
