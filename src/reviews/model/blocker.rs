//! The chapter that blocks a publication today: the one furthest back. Pure.

use super::turn::Holder;
use crate::deliverables::model::is_settled;
use chrono::{DateTime, Utc};
use entity::ids::DeliverableId;
use entity::kinds::DeliverableState;

/// A chapter of a release as the question sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chapter {
    pub id: DeliverableId,
    /// State; of a blocked one the state to which it returns.
    pub state: DeliverableState,
    pub holder: Holder,
    /// Instant since which the holder has the ball.
    pub since: DateTime<Utc>,
}

/// Returns the chapter that is furthest back among those neither accepted nor left out; of several the one that has waited
/// for its holder longest. `None` if no chapter blocks the publication.
pub fn furthest_back(chapters: &[Chapter]) -> Option<&Chapter> {
    let open = chapters.iter().filter(|chapter| !is_settled(chapter.state));
    open.min_by_key(|chapter| (stage(chapter.state), chapter.since, chapter.id))
}

/// Returns how far a state is on the way, from 0.
const fn stage(state: DeliverableState) -> u8 {
    match state {
        DeliverableState::Planned | DeliverableState::Blocked => 0,
        DeliverableState::InProgress => 1,
        DeliverableState::ChangesRequested => 2,
        DeliverableState::Submitted => 3,
        DeliverableState::Approved
        | DeliverableState::Published
        | DeliverableState::Verified
        | DeliverableState::Waived
        | DeliverableState::Missing => 4,
    }
}
