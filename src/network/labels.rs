//! Displayed names of the values of the network's vocabularies.

use crate::texts::Label;
use entity::kinds::{BodyKind, ObservatoryKind};

impl Label for BodyKind {
    fn label_key(self) -> &'static str {
        match self {
            Self::Region => "network.body_region",
            Self::MetropolitanCity => "network.body_metropolitan_city",
            Self::Province => "network.body_province",
        }
    }
}

impl Label for ObservatoryKind {
    fn label_key(self) -> &'static str {
        match self {
            Self::Regional => "network.observatory_regional",
            Self::Territorial => "network.observatory_territorial",
        }
    }
}
