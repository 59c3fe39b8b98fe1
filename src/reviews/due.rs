//! Obligations beyond tasks: contributions sent back by the review, due by the earliest day of their open remarks; and, for
//! the secretariat, the texts of a joint release whose last chapter is in.
//!
//! While a step is open, its task is the obligation. Once all steps are done, the contribution itself is the obligation
//! for requested changes.

use super::store;
use crate::ctx::Ctx;
use crate::deliverables::due as contributions;
use crate::deliverables::service as deliverables;
use crate::deliverables::view::DeliverableView;
use crate::designations::questions::AllSeats;
use crate::due::{Asked, Obligation};
use crate::error::Result;
use crate::network::questions::AllCalendars;
use crate::texts::Lang;
use crate::time::zone;
use entity::ids::{DeliverableId, ObservatoryId, ReleaseId, SeatId};
use entity::kinds::{DeliverableState, ObligationKind, SeatKind};
use sea_orm::ConnectionTrait;
use std::collections::{BTreeSet, HashMap};

/// Estimated minutes for requested changes; a guess, not measured.
const CHANGES_MINUTES: i32 = 120;

/// Estimated minutes to read a text and answer; a guess, not measured.
const REVIEW_MINUTES: i32 = 60;

/// Working days of the secretariat's territory in which the texts of a joint release are answered once the last one is
/// in: one week of work, as the authors have for a remark.
const REVIEW_WORKING_DAYS: i32 = 5;

/// Returns the requested contributions that the review has sent back, and those that it has to answer, earliest first.
pub async fn obligations(ctx: &Ctx, db: &impl ConnectionTrait, asked: Asked<'_>) -> Result<Vec<Obligation>> {
    if !asked.includes(ObligationKind::Deliverable) {
        return Ok(Vec::new());
    }
    let in_review = contributions::in_review(db, asked.ids(ObligationKind::Deliverable)).await?;
    let (waiting, sent_back) =
        in_review.into_iter().partition(|view| view.deliverable.state() == DeliverableState::Submitted);
    let mut owed = changes(ctx, db, sent_back).await?;
    owed.extend(to_review(ctx, db, waiting).await?);
    owed.retain(|one| asked.upto().is_none_or(|last| one.due_day <= last));
    owed.sort_by_key(|one| (one.due_day, one.id));
    Ok(owed)
}

/// Returns the submitted contributions that the secretariat has to answer: those of the joint releases whose last chapter
/// is in.
async fn to_review(ctx: &Ctx, db: &impl ConnectionTrait, waiting: Vec<DeliverableView>) -> Result<Vec<Obligation>> {
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let releases: BTreeSet<ReleaseId> = waiting.iter().map(|view| view.deliverable.release_id).collect();
    let all = contributions::of_releases(db, releases.into_iter().collect()).await?;
    let ids: Vec<DeliverableId> = all.iter().map(|view| view.deliverable.id).collect();
    let marks = store::marks(db, &ids).await?;
    let is_in = |release| {
        let mut chapters = all.iter().filter(|view| view.deliverable.release_id == release);
        chapters.all(|view| !view.deliverable.awaits_handing_in())
    };
    let is_joint = |view: &DeliverableView| marks.get(&view.deliverable.id).is_some_and(|marks| marks.is_joint);
    let complete: Vec<DeliverableView> =
        waiting.into_iter().filter(|view| is_joint(view) && is_in(view.deliverable.release_id)).collect();
    if complete.is_empty() {
        return Ok(Vec::new());
    }
    let submissions = deliverables::submissions_of(db, &ids).await?;
    let seats = ctx.recall(&AllSeats).await?;
    let Some(seat) = seats.iter().find(|seat| seat.kind == SeatKind::Secretariat) else { return Ok(Vec::new()) };
    let calendars = ctx.recall(&AllCalendars).await?;
    let mut owed = Vec::new();
    for view in complete {
        let of_release = all.iter().filter(|one| one.deliverable.release_id == view.deliverable.release_id);
        let texts = of_release.filter_map(|one| submissions.get(&one.deliverable.id)).flatten();
        let Some(last) = texts.map(|text| text.submitted_at).max() else { continue };
        let due = calendars.of(&seat.territory)?.add_working_days(zone::day_of(last), REVIEW_WORKING_DAYS)?;
        let title = |lang: Lang, name: &str| {
            let period = view.period_name(lang);
            lang.f("reviews.review_title", &[("product", name), ("period", &period), ("place", &view.observatory_name)])
        };
        owed.push(Obligation {
            kind: ObligationKind::Deliverable,
            id: view.deliverable.id.0,
            seat_id: seat.id,
            release_id: Some(view.deliverable.release_id),
            title_it: title(Lang::It, &view.product_name_it),
            title_en: title(Lang::En, &view.product_name_en),
            due_day: due,
            expected: None,
            estimated_minutes: REVIEW_MINUTES,
            path: format!("/deliverables/{}", view.deliverable.id),
        });
    }
    Ok(owed)
}

/// Returns the contributions that the review has sent back, as obligations.
async fn changes(ctx: &Ctx, db: &impl ConnectionTrait, sent_back: Vec<DeliverableView>) -> Result<Vec<Obligation>> {
    if sent_back.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<DeliverableId> = sent_back.iter().map(|view| view.deliverable.id).collect();
    let days = store::due_days(db, &ids).await?;
    let seats = ctx.recall(&AllSeats).await?;
    let referents: HashMap<ObservatoryId, SeatId> = seats
        .iter()
        .filter(|seat| seat.kind == SeatKind::Referent)
        .filter_map(|seat| Some((seat.observatory_id?, seat.id)))
        .collect();
    Ok(sent_back
        .into_iter()
        .filter_map(|view| {
            let seat_id = *referents.get(&view.deliverable.observatory_id)?;
            let title = |lang: Lang, name: &str| {
                let period = view.period_name(lang);
                lang.f("deliverables.changes_title", &[("product", name), ("period", &period)])
            };
            Some(Obligation {
                kind: ObligationKind::Deliverable,
                id: view.deliverable.id.0,
                seat_id,
                release_id: Some(view.deliverable.release_id),
                title_it: title(Lang::It, &view.product_name_it),
                title_en: title(Lang::En, &view.product_name_en),
                due_day: days.get(&view.deliverable.id).copied().unwrap_or_else(|| view.deliverable.day()),
                expected: None,
                estimated_minutes: CHANGES_MINUTES,
                path: format!("/deliverables/{}", view.deliverable.id),
            })
        })
        .collect())
}
