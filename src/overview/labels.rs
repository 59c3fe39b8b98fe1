//! Displayed names of the values of the overview's vocabularies.

use crate::risk::RiskKind;
use crate::texts::Label;

impl Label for RiskKind {
    fn label_key(self) -> &'static str {
        match self {
            Self::Vacant => "overview.risk_vacant",
            Self::Uncovered => "overview.risk_uncovered",
            Self::Bounced => "overview.risk_bounced",
            Self::Silent => "overview.risk_silent",
            Self::Expiring => "overview.risk_expiring",
            Self::VacantLater => "overview.risk_vacant_later",
        }
    }
}
