//! Risks: the one shape in which every slice says what may leave the network without an answer. `slices.rs` asks them all, and the
//! radar shows them by seat.

use crate::vocabulary::vocabulary;
use chrono::NaiveDate;
use entity::ids::{DesignationId, PersonId, SeatId};

vocabulary! {
    /// Kinds of risk of a seat, most urgent first.
    #[derive(serde::Serialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    RiskKind {
        /// Nobody holds it today.
        Vacant = "vacant",
        /// Its holder is absent today and there is no deputy to step in.
        Uncovered = "uncovered",
        /// Mail to its holder came back for good, or to the deputy who stands in.
        Bounced = "bounced",
        /// Its holder has not answered three mails.
        Silent = "silent",
        /// Its holder's act expires within 60 days and nobody follows.
        Expiring = "expiring",
        /// It falls vacant on a later day that is known already.
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
