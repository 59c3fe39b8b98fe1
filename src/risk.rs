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
        /// The holder is absent today, and there is no deputy to stand in.
        Uncovered = "uncovered",
        /// Mail to its holder, or to the deputy who stands in, was refused permanently.
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

/// The seat or the person that a slice sees at risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtRisk {
    /// A seat, and the designation of its holder where the risk is about one.
    Seat(SeatId, Option<DesignationId>),
    /// A person: every seat that they hold or stand in for is at risk.
    Person(PersonId),
}

/// A risk as its slice sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Risk {
    pub kind: RiskKind,
    pub at_risk: AtRisk,
    /// The day since which, or from which; none where it is not known, as for a seat that was never held.
    pub day: Option<NaiveDate>,
    /// The last day of it, where that is known.
    pub last_day: Option<NaiveDate>,
}
