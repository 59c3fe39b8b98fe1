//! Deliverables in the review, which `reviews` makes obligations of; and the answers about them.

use super::policy::Visibility;
use super::store::{self, Filter};
use super::verb::Verb;
use super::view::DeliverableView;
use crate::audit::trail;
use crate::error::Result;
use crate::silence::Instants;
use chrono::{DateTime, Utc};
use entity::ids::{DeliverableId, ReleaseId};
use sea_orm::ConnectionTrait;

/// Returns the deliverables that wait for the review, and those that it has sent back and that are not handed in again; of
/// those with these ids, if ids are given.
pub async fn in_review(db: &impl ConnectionTrait, ids: Option<Vec<DeliverableId>>) -> Result<Vec<DeliverableView>> {
    let filter = Filter { in_review: true, ids, ..Filter::default() };
    Ok(store::list(db, &Visibility::Everything, &filter, None, None).await?)
}

/// Returns all deliverables of these releases.
pub async fn of_releases(db: &impl ConnectionTrait, releases: Vec<ReleaseId>) -> Result<Vec<DeliverableView>> {
    let filter = Filter { releases: Some(releases), ..Filter::default() };
    Ok(store::list(db, &Visibility::Everything, &filter, None, None).await?)
}

/// Returns the latest report on each deliverable since an instant, by its id. A report counts as an answer to
/// reminders.
pub async fn answers(db: &impl ConnectionTrait, since: DateTime<Utc>) -> Result<Instants> {
    Ok(trail::last_of(db, Verb::answers(), since).await?)
}
