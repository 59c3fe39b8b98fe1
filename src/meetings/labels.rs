//! Displayed names of the values of the vocabularies of meetings.

use crate::texts::Label;
use entity::kinds::{AgendaItemKind, MeetingMode, MeetingState, OutcomeKind, Presence, TableKind};

impl Label for MeetingState {
    fn label_key(self) -> &'static str {
        match self {
            Self::Draft => "meetings.state_draft",
            Self::Convened => "meetings.state_convened",
            Self::Held => "meetings.state_held",
            Self::Closed => "meetings.state_closed",
            Self::Cancelled => "meetings.state_cancelled",
        }
    }
}

impl Label for MeetingMode {
    fn label_key(self) -> &'static str {
        match self {
            Self::InPerson => "meetings.mode_in_person",
            Self::Remote => "meetings.mode_remote",
            Self::Mixed => "meetings.mode_mixed",
        }
    }
}

impl Label for TableKind {
    fn label_key(self) -> &'static str {
        match self {
            Self::Plenary => "meetings.table_kind_plenary",
            Self::WorkingGroup => "meetings.table_kind_working_group",
        }
    }
}

impl Label for AgendaItemKind {
    fn label_key(self) -> &'static str {
        match self {
            Self::Information => "meetings.item_kind_information",
            Self::Discussion => "meetings.item_kind_discussion",
            Self::Decision => "meetings.item_kind_decision",
        }
    }
}

impl Label for Presence {
    fn label_key(self) -> &'static str {
        match self {
            Self::Present => "meetings.presence_present",
            Self::ByDelegate => "meetings.presence_by_delegate",
            Self::Excused => "meetings.presence_excused",
            Self::Absent => "meetings.presence_absent",
        }
    }
}

impl Label for OutcomeKind {
    fn label_key(self) -> &'static str {
        match self {
            Self::Information => "meetings.outcome_kind_information",
            Self::Decision => "meetings.outcome_kind_decision",
            Self::Task => "meetings.outcome_kind_task",
            Self::Deferral => "meetings.outcome_kind_deferral",
            Self::Problem => "meetings.outcome_kind_problem",
            Self::Recommendation => "meetings.outcome_kind_recommendation",
        }
    }
}
