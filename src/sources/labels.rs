//! Displayed names of the values of the vocabularies of the sources.

use crate::texts::Label;
use entity::kinds::OccurrenceState;

impl Label for OccurrenceState {
    fn label_key(self) -> &'static str {
        match self {
            Self::Expected => "sources.state_expected",
            Self::Confirmed => "sources.state_confirmed",
            Self::Out => "sources.state_out",
            Self::Withdrawn => "sources.state_withdrawn",
        }
    }
}
