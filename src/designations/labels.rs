//! Displayed names of the values of the register's vocabularies.

use super::model::Standing;
use crate::texts::Label;
use entity::kinds::{ActKind, Channel, RecordChange, SeatKind, UnavailabilityMode};

impl Label for SeatKind {
    fn label_key(self) -> &'static str {
        match self {
            Self::Referent => "designations.seat_referent",
            Self::Deputy => "designations.seat_deputy",
            Self::BodyManager => "designations.seat_body_manager",
            Self::Secretariat => "designations.seat_secretariat",
            Self::Direction => "designations.seat_direction",
            Self::Partner => "designations.seat_partner",
        }
    }
}

impl Label for ActKind {
    fn label_key(self) -> &'static str {
        match self {
            Self::Decree => "designations.act_kind_decree",
            Self::Determination => "designations.act_kind_determination",
            Self::Resolution => "designations.act_kind_resolution",
            Self::Note => "designations.act_kind_note",
        }
    }
}

impl Label for Channel {
    fn label_key(self) -> &'static str {
        match self {
            Self::Pec => "designations.channel_pec",
            Self::Mail => "designations.channel_mail",
            Self::Hand => "designations.channel_hand",
            Self::Phone => "designations.channel_phone",
            Self::Raccordo => "designations.channel_raccordo",
        }
    }
}

impl Label for UnavailabilityMode {
    fn label_key(self) -> &'static str {
        match self {
            Self::CanFinish => "designations.absence_can_finish",
            Self::ReassignAll => "designations.absence_reassign_all",
        }
    }
}

impl Label for RecordChange {
    fn label_key(self) -> &'static str {
        match self {
            Self::Registered => "designations.change_registered",
            Self::Ended => "designations.change_ended",
            Self::Corrected => "designations.change_corrected",
            Self::Annulled => "designations.change_annulled",
        }
    }
}

impl Label for Standing {
    fn label_key(self) -> &'static str {
        match self {
            Self::Announced => "designations.standing_announced",
            Self::InForce => "designations.standing_in_force",
            Self::Ended => "designations.standing_ended",
            Self::Annulled => "designations.standing_annulled",
        }
    }
}
