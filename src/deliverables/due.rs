//! Obligations of observatories beyond their tasks: deliverables sent back by the review. And the answers about them.
//!
//! While a step is open, its task is the obligation. Once all steps are done, the deliverable itself is the obligation
//! for requested changes.

use super::policy::Visibility;
use super::store::{self, Filter};
use super::verb::Verb;
use crate::audit::trail;
use crate::designations::service as designations;
use crate::due::{Asked, Obligation};
use crate::error::Result;
use crate::silence::Instants;
use crate::texts::Lang;
use chrono::{DateTime, Utc};
use entity::ids::{ObservatoryId, SeatId};
use entity::kinds::{ObligationKind, SeatKind};
use sea_orm::ConnectionTrait;
use std::collections::HashMap;

/// Estimated minutes for requested changes; a guess, not measured.
const CHANGES_MINUTES: i32 = 120;

/// Returns the requested deliverables that the review has sent back, earliest first.
pub async fn obligations(db: &impl ConnectionTrait, asked: Asked<'_>) -> Result<Vec<Obligation>> {
    let filter = Filter { sent_back: true, upto: asked.upto(), ids: asked.ids(), ..Filter::default() };
    let sent_back = store::list(db, &Visibility::Everything, &filter, None, None).await?;
    if sent_back.is_empty() {
        return Ok(Vec::new());
    }
    let referents: HashMap<ObservatoryId, SeatId> = designations::seats(db)
        .await?
        .into_iter()
        .filter(|seat| seat.kind == SeatKind::Referent)
        .filter_map(|seat| Some((seat.observatory_id?, seat.id)))
        .collect();
    Ok(sent_back
        .into_iter()
        .filter_map(|view| {
            let seat_id = *referents.get(&view.deliverable.observatory_id)?;
            let title = |lang: Lang, name: &str| {
                lang.f("deliverables.changes_title", &[("product", name), ("period", &view.period)])
            };
            Some(Obligation {
                kind: ObligationKind::Deliverable,
                id: view.deliverable.id.0,
                seat_id,
                release_id: Some(view.deliverable.release_id),
                title_it: title(Lang::It, &view.product_name_it),
                title_en: title(Lang::En, &view.product_name_en),
                due_day: view.deliverable.day(),
                expected: None,
                estimated_minutes: CHANGES_MINUTES,
                path: format!("/deliverables/{}", view.deliverable.id),
            })
        })
        .collect())
}

/// Returns the latest report on each deliverable since an instant, by its id. A report counts as an answer to
/// reminders.
pub async fn answers(db: &impl ConnectionTrait, since: DateTime<Utc>) -> Result<Instants> {
    Ok(trail::last_of(db, Verb::answers(), since).await?)
}
