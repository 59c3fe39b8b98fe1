//! Displayed names of the values of the mail log's vocabularies.

use crate::mail::outbox::TakenBack;
use crate::texts::Label;
use entity::kinds::NotificationState;

impl Label for NotificationState {
    fn label_key(self) -> &'static str {
        match self {
            Self::Pending => "mail_log.state_pending",
            Self::Leased => "mail_log.state_leased",
            Self::Sent => "mail_log.state_sent",
            Self::Unknown => "mail_log.state_unknown",
            Self::Failed => "mail_log.state_failed",
            Self::Dead => "mail_log.state_dead",
            Self::Expired => "mail_log.state_expired",
            Self::Cancelled => "mail_log.state_cancelled",
        }
    }
}

impl Label for TakenBack {
    fn label_key(self) -> &'static str {
        match self {
            Self::DesignationEnded => "mail_log.taken_back_designation_ended",
            Self::Untrue => "mail_log.taken_back_untrue",
            Self::ByHand => "mail_log.taken_back_by_hand",
            Self::WrittenAnew => "mail_log.taken_back_written_anew",
        }
    }
}
