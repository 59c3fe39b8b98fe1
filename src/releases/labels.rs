//! Displayed names of the values of the vocabularies of releases.

use crate::texts::Label;
use entity::kinds::{AmendmentKind, Precision, ReleaseChangeKind, ReleaseState};

impl Label for Precision {
    fn label_key(self) -> &'static str {
        match self {
            Self::DayTime => "releases.precision_day_time",
            Self::Day => "releases.precision_day",
            Self::Week => "releases.precision_week",
            Self::Month => "releases.precision_month",
            Self::TwoMonths => "releases.precision_two_months",
        }
    }
}

impl Label for ReleaseChangeKind {
    fn label_key(self) -> &'static str {
        match self {
            Self::Planned => "releases.change_planned",
            Self::Improved => "releases.change_improved",
            Self::Confirmed => "releases.change_confirmed",
            Self::Moved => "releases.change_moved",
            Self::Cancelled => "releases.change_cancelled",
            Self::Published => "releases.change_published",
            Self::Amended => "releases.change_amended",
            Self::Withdrawn => "releases.change_withdrawn",
        }
    }
}

impl Label for AmendmentKind {
    fn label_key(self) -> &'static str {
        match self {
            Self::Error => "releases.amendment_error",
            Self::Routine => "releases.amendment_routine",
            Self::Method => "releases.amendment_method",
            Self::Address => "releases.amendment_address",
        }
    }
}

impl Label for ReleaseState {
    fn label_key(self) -> &'static str {
        match self {
            Self::Provisional => "releases.state_provisional",
            Self::Confirmed => "releases.state_confirmed",
            Self::Published => "releases.state_published",
            Self::Cancelled => "releases.state_cancelled",
            Self::Withdrawn => "releases.state_withdrawn",
        }
    }
}
