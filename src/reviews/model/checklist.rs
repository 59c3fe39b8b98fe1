//! Checklists before a contribution is accepted and before its release: blocking errors and warnings apart. Pure.
//! The page shows what accepting refuses, because both ask here.

use super::Refusal;
use crate::deliverables::model::is_accepted;
use entity::kinds::DeliverableState;

/// The step before which the checklist is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    Acceptance,
    Release,
}

/// Finding of a checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// No text was handed in.
    TextMissing,
    /// Remarks are not settled.
    RemarksOpen,
    /// The reader handed the text in.
    OwnSubmission,
    /// The contribution is not accepted.
    NotAccepted,
    /// A peer reading is not delivered.
    ReadingOpen,
    /// No methodology sheet of the product applies to the period.
    SheetMissing,
    /// No address on the portal is declared.
    AddressMissing,
    /// No contribution to the release is accepted.
    NothingAccepted,
    /// The product has methodology sheets, but none applies to the period.
    SheetLapsed,
    /// All permissions to read the product before its release have run out, and none was ended.
    AccessLapsed,
}

/// Working days before a release from which a missing address is a warning: a week, in which the page can still be made.
pub const ADDRESS_WORKING_DAYS: i32 = 5;

/// The facts that the checklist asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts {
    pub has_text: bool,
    /// Remarks that are not settled.
    pub open_remarks: usize,
    /// Whether the reader is the person who handed the text in.
    pub is_own: bool,
    pub is_reading_open: bool,
    pub has_sheet: bool,
    pub has_address: bool,
    /// Whether the release is at most [`ADDRESS_WORKING_DAYS`] away.
    pub is_release_near: bool,
}

/// Errors and warnings before a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checklist {
    /// Errors that keep the step from being taken.
    pub blocking: Vec<Finding>,
    pub warnings: Vec<Finding>,
    open_remarks: usize,
}

impl Checklist {
    /// Reads the checklist of a contribution in a state; one that is left out misses nothing.
    pub fn of(before: Before, state: DeliverableState, facts: &Facts) -> Self {
        if matches!(state, DeliverableState::Waived | DeliverableState::Missing) {
            return Self::default();
        }
        let listed = |findings: &[(bool, Finding)]| {
            findings.iter().filter(|(is_missing, _)| *is_missing).map(|(_, finding)| *finding).collect()
        };
        let common = [(!facts.has_text, Finding::TextMissing), (facts.open_remarks > 0, Finding::RemarksOpen)];
        let (blocking, warnings) = match before {
            Before::Acceptance => (
                [&common[..], &[(facts.is_own, Finding::OwnSubmission)]].concat(),
                vec![(facts.is_reading_open, Finding::ReadingOpen), (!facts.has_sheet, Finding::SheetMissing)],
            ),
            Before::Release => (
                [&common[..], &[(!is_accepted(state), Finding::NotAccepted)]].concat(),
                vec![
                    (!facts.has_sheet, Finding::SheetMissing),
                    (facts.is_release_near && !facts.has_address, Finding::AddressMissing),
                ],
            ),
        };
        Self { blocking: listed(&blocking), warnings: listed(&warnings), open_remarks: facts.open_remarks }
    }

    /// Refuses the step if an error blocks it, with the first one.
    pub fn admit(&self) -> Result<(), Refusal> {
        match self.blocking.first() {
            None => Ok(()),
            Some(Finding::RemarksOpen) => Err(Refusal::RemarksOpen { open: self.open_remarks }),
            Some(Finding::OwnSubmission) => Err(Refusal::OwnSubmission),
            Some(_) => Err(Refusal::TextMissing),
        }
    }
}
