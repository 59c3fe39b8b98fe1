//! Tasks and proposals as read by pages, mails and REST.

use super::model::Task;
use super::proposal::DayProposal;
use crate::deliverables::view::DeliverableView;

/// A proposal with its contribution.
#[derive(Clone, Debug)]
pub struct Proposed {
    pub proposal: DayProposal,
    pub view: DeliverableView,
}

/// Effects of accepting a proposal.
#[derive(Clone, Debug)]
pub struct DayPreview {
    pub before: DeliverableView,
    pub after: DeliverableView,
    /// Tasks with another day, before and after.
    pub tasks: Vec<(Task, Task)>,
}
