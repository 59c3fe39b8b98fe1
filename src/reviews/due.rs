//! Obligations of observatories beyond their tasks: contributions sent back by the review, due by the earliest day of their
//! open remarks.
//!
//! While a step is open, its task is the obligation. Once all steps are done, the contribution itself is the obligation
//! for requested changes.

use super::store;
use crate::deliverables::due as contributions;
use crate::designations::service as designations;
use crate::due::{Asked, Obligation};
use crate::error::Result;
use crate::texts::Lang;
use entity::ids::{DeliverableId, ObservatoryId, SeatId};
use entity::kinds::{ObligationKind, SeatKind};
use sea_orm::ConnectionTrait;
use std::collections::HashMap;

/// Estimated minutes for requested changes; a guess, not measured.
const CHANGES_MINUTES: i32 = 120;

/// Returns the requested contributions that the review has sent back, earliest first.
pub async fn obligations(db: &impl ConnectionTrait, asked: Asked<'_>) -> Result<Vec<Obligation>> {
    let sent_back = contributions::sent_back(db, asked.ids()).await?;
    if sent_back.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<DeliverableId> = sent_back.iter().map(|view| view.deliverable.id).collect();
    let days = store::due_days(db, &ids).await?;
    let referents: HashMap<ObservatoryId, SeatId> = designations::seats(db)
        .await?
        .into_iter()
        .filter(|seat| seat.kind == SeatKind::Referent)
        .filter_map(|seat| Some((seat.observatory_id?, seat.id)))
        .collect();
    let mut owed: Vec<Obligation> = sent_back
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
                due_day: days.get(&view.deliverable.id).copied().unwrap_or_else(|| view.deliverable.day()),
                estimated_minutes: CHANGES_MINUTES,
                path: format!("/deliverables/{}", view.deliverable.id),
            })
        })
        .filter(|one| asked.upto().is_none_or(|last| one.due_day <= last))
        .collect();
    owed.sort_by_key(|one| (one.due_day, one.id));
    Ok(owed)
}
