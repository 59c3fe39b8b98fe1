//! Risks: the common type in which slices report seats without a reachable holder. `slices.rs` asks all slices, and the radar
//! shows the answers by seat.

use crate::vocabulary::vocabulary;
use chrono::NaiveDate;
use entity::ids::{DesignationId, PersonId, SeatId};

vocabulary! {
    /// Kinds of risk of a seat, most urgent first.
    #[derive(serde::Serialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    RiskKind {
        /// The seat has no holder today.
        Vacant = "vacant",
        /// The holder is absent today, and there is no deputy.
        Uncovered = "uncovered",
        /// Mail to its holder, or to the deputy who replaces the holder, was refused permanently.
        Bounced = "bounced",
        /// The holder has not answered [`UNANSWERED_MAILS`](crate::silence::UNANSWERED_MAILS) mails.
        Silent = "silent",
        /// The holder's act expires within [`ENDING_SOON_DAYS`](crate::designations::model::ENDING_SOON_DAYS) days, and there is
        /// no successor.
        Expiring = "expiring",
        /// The seat will be vacant from a later known day.
        VacantLater = "vacant_later",
    }
}

/// The seat or the person at risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtRisk {
    /// A seat, with the designation of its holder if the risk is about one.
    Seat(SeatId, Option<DesignationId>),
    /// A person: every seat that the person holds or covers as deputy is at risk.
    Person(PersonId),
}

/// A risk as reported by its slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Risk {
    pub kind: RiskKind,
    pub at_risk: AtRisk,
    /// First day, past or future; `None` if it is unknown, as for a seat that was never held.
    pub day: Option<NaiveDate>,
    /// Last day, if it is known.
    pub last_day: Option<NaiveDate>,
}
