//! Displayed names of the vocabularies of the review.

use super::model::checklist::Finding;
use crate::texts::Label;
use entity::kinds::{ReadingState, RemarkState, RemarkStepKind};

impl Label for RemarkState {
    fn label_key(self) -> &'static str {
        match self {
            Self::Open => "reviews.remark_open",
            Self::Answered => "reviews.remark_answered",
            Self::Accepted => "reviews.remark_accepted",
            Self::Carried => "reviews.remark_carried",
        }
    }
}

impl Label for RemarkStepKind {
    fn label_key(self) -> &'static str {
        match self {
            Self::Done => "reviews.step_done",
            Self::Declined => "reviews.step_declined",
            Self::Accepted => "reviews.step_accepted",
            Self::Rejected => "reviews.step_rejected",
            Self::Carried => "reviews.step_carried",
        }
    }
}

impl Label for ReadingState {
    fn label_key(self) -> &'static str {
        match self {
            Self::Asked => "reviews.reading_asked",
            Self::Accepted => "reviews.reading_accepted",
            Self::Refused => "reviews.reading_refused",
            Self::Delivered => "reviews.reading_delivered",
            Self::Withdrawn => "reviews.reading_withdrawn",
        }
    }
}

impl Label for Finding {
    fn label_key(self) -> &'static str {
        match self {
            Self::TextMissing => "reviews.finding_text_missing",
            Self::RemarksOpen => "reviews.finding_remarks_open",
            Self::OwnSubmission => "reviews.finding_own_submission",
            Self::NotAccepted => "reviews.finding_not_accepted",
            Self::ReadingOpen => "reviews.finding_reading_open",
            Self::SheetMissing => "reviews.finding_sheet_missing",
            Self::AddressMissing => "reviews.finding_address_missing",
            Self::NothingAccepted => "reviews.finding_nothing_accepted",
            Self::SheetLapsed => "reviews.finding_sheet_lapsed",
            Self::AccessLapsed => "reviews.finding_access_lapsed",
        }
    }
}
