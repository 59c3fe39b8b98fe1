//! What observatories owe beyond their tasks: a deliverable sent back by the review.
//!
//! As long as a step is open, its task is what is due. Once all steps are done only the deliverable itself can say that
//! changes were asked for.

use super::policy::Visibility;
use super::store::{self, Filter};
use crate::designations::service as designations;
use crate::due::Obligation;
use crate::error::Result;
use crate::texts::Lang;
use chrono::NaiveDate;
use entity::ids::{ObservatoryId, SeatId};
use entity::kinds::SeatKind;
use sea_orm::ConnectionTrait;
use std::collections::HashMap;

/// The kind of these obligations in the reminders' log.
pub const KIND: &str = "deliverable";

/// Half a working morning for the changes a review asks for; nobody has measured it yet.
const CHANGES_MINUTES: i32 = 120;

/// Deliverables the review has sent back whose day is not after `upto`, the earliest first.
pub async fn obligations(db: &impl ConnectionTrait, upto: NaiveDate) -> Result<Vec<Obligation>> {
    let filter = Filter { sent_back: true, ..Filter::default() };
    let sent_back = store::list(db, &Visibility::Everything, &filter, None, None).await?;
    let referents: HashMap<ObservatoryId, SeatId> = designations::seats(db)
        .await?
        .into_iter()
        .filter(|seat| seat.kind == SeatKind::Referent)
        .filter_map(|seat| Some((seat.observatory_id?, seat.id)))
        .collect();
    let due = sent_back.into_iter().filter(|view| view.deliverable.day() <= upto);
    Ok(due
        .filter_map(|view| {
            let seat_id = *referents.get(&view.deliverable.observatory_id)?;
            let title = |lang: Lang, name: &str| {
                lang.f("deliverables.changes_title", &[("product", name), ("period", &view.period)])
            };
            Some(Obligation {
                kind: KIND,
                id: view.deliverable.id.0,
                seat_id,
                title_it: title(Lang::It, &view.product_name_it),
                title_en: title(Lang::En, &view.product_name_en),
                due_day: view.deliverable.day(),
                estimated_minutes: CHANGES_MINUTES,
                path: format!("/deliverables/{}", view.deliverable.id),
            })
        })
        .collect())
}
