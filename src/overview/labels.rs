//! The names that people read for the values of the overview's vocabularies.

use super::radar::RiskKind;
use crate::mail::outbox::TakenBack;
use crate::texts::Label;
use entity::kinds::NotificationState;

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

impl Label for NotificationState {
    fn label_key(self) -> &'static str {
        match self {
            Self::Pending => "overview.mail_state_pending",
            Self::Leased => "overview.mail_state_leased",
            Self::Sent => "overview.mail_state_sent",
            Self::Unknown => "overview.mail_state_unknown",
            Self::Failed => "overview.mail_state_failed",
            Self::Dead => "overview.mail_state_dead",
            Self::Expired => "overview.mail_state_expired",
            Self::Cancelled => "overview.mail_state_cancelled",
        }
    }
}

impl Label for TakenBack {
    fn label_key(self) -> &'static str {
        match self {
            Self::DesignationEnded => "overview.taken_back_designation_ended",
            Self::Untrue => "overview.taken_back_untrue",
            Self::ByHand => "overview.taken_back_by_hand",
            Self::WrittenAnew => "overview.taken_back_written_anew",
        }
    }
}
