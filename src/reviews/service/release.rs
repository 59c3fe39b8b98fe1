//! Checklists before releases, read for several releases at once.

use crate::catalogue::model::in_force;
use crate::catalogue::questions::{AllSheets, Catalogue};
use crate::ctx::Ctx;
use crate::db::StoreError;
use crate::deliverables::due as contributions;
use crate::deliverables::view::DeliverableView;
use crate::error::Result;
use crate::reviews::model::release::{Facts, Part, ReleaseChecklist};
use crate::reviews::questions::LastAccessDays;
use crate::reviews::store;
use crate::time::Period;
use entity::ids::{DeliverableId, ReleaseId};
use entity::kinds::ProductScope;
use sea_orm::ConnectionTrait;
use std::collections::HashMap;

/// Returns the checklist before the publication of each of these releases that has contributions. The caller has checked that
/// the reader may see it.
pub async fn before_releases(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    releases: &[ReleaseId],
) -> Result<HashMap<ReleaseId, ReleaseChecklist>> {
    if releases.is_empty() {
        return Ok(HashMap::new());
    }
    let mut all = contributions::of_releases(db, releases.to_vec()).await?;
    all.sort_by(|one, other| one.observatory_name.cmp(&other.observatory_name));
    let ids: Vec<DeliverableId> = all.iter().map(|view| view.deliverable.id).collect();
    let (open, marks) = (store::open_counts(db, &ids).await?, store::marks(db, &ids).await?);
    let mut parts: HashMap<ReleaseId, Vec<&DeliverableView>> = HashMap::new();
    for view in &all {
        parts.entry(view.deliverable.release_id).or_default().push(view);
    }
    let mut lists = HashMap::with_capacity(parts.len());
    for (release, views) in parts {
        let part = |view: &&DeliverableView| {
            let id = view.deliverable.id;
            Part {
                id,
                observatory: view.observatory_name.clone(),
                state: view.deliverable.state(),
                open_remarks: open.get(&id).copied().unwrap_or_default(),
                has_address: marks.get(&id).is_some_and(|marks| marks.declared_at.is_some()),
            }
        };
        let Some(first) = views.first() else { continue };
        let facts = Facts { parts: views.iter().map(part).collect(), ..of_product(ctx, first).await? };
        lists.insert(release, ReleaseChecklist::of(&facts));
    }
    Ok(lists)
}

/// Returns the checklist of one release; an empty one for a release without contributions.
pub async fn before_release(ctx: &Ctx, db: &impl ConnectionTrait, release: ReleaseId) -> Result<ReleaseChecklist> {
    Ok(before_releases(ctx, db, &[release]).await?.remove(&release).unwrap_or_default())
}

/// Returns the facts about a release that follow from its product.
async fn of_product(ctx: &Ctx, view: &DeliverableView) -> Result<Facts> {
    let (catalogue, sheets) = (ctx.recall(&Catalogue).await?, ctx.recall(&AllSheets).await?);
    let product = catalogue.iter().find(|product| product.code == view.product_code).map(|product| product.id);
    let sheets = product.and_then(|id| sheets.get(&id)).map_or(&[][..], Vec::as_slice);
    let last_access = ctx.recall(&LastAccessDays).await?;
    let last_access = product.and_then(|id| last_access.get(&id).copied());
    Ok(Facts {
        is_joint: view.scope == ProductScope::Joint,
        parts: Vec::new(),
        product: view.product_code.clone(),
        has_sheets: !sheets.is_empty(),
        has_sheet: in_force(sheets, period_of(view)?).is_some(),
        has_lapsed_access: last_access.is_some_and(|last| last < ctx.today()),
    })
}

/// Returns the period of a contribution.
pub(super) fn period_of(view: &DeliverableView) -> Result<Period> {
    let unreadable = |_| StoreError::inconsistent("release", view.deliverable.release_id, "an unreadable period");
    Ok(view.period.parse().map_err(unreadable)?)
}
