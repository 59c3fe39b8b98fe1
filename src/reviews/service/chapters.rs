//! The chapters of a release: whose turn each is, what each misses, and which one blocks the publication.

use super::turns::Read;
use super::{Balls, sheet_of, sheets};
use crate::ctx::Ctx;
use crate::deliverables::policy::Action;
use crate::deliverables::service as deliverables;
use crate::deliverables::view::DeliverableView;
use crate::error::Result;
use crate::network::questions::AllCalendars;
use crate::open::Guarded;
use crate::reviews::model::blocker::{Chapter, furthest_back};
use crate::reviews::model::checklist::{ADDRESS_WORKING_DAYS, Before, Checklist, Facts};
use crate::reviews::store;
use crate::reviews::view::{Ball, ChapterView, Chapters};
use entity::ids::{DeliverableId, ReleaseId};

/// Returns the chapters of a release that the caller may read the review of.
///
/// Who may: secretariat and direction see all, an observatory and its body their own, a peer reader what it reads.
pub async fn chapters_of(ctx: &Ctx, release: ReleaseId) -> Result<Chapters> {
    let owed = deliverables::seen_of_release(ctx, release).await?;
    chapters(ctx, &owed).await
}

/// Returns the chapters among contributions to one release, for those whose review the caller may read.
pub async fn chapters(ctx: &Ctx, owed: &[DeliverableView]) -> Result<Chapters> {
    let owed: Vec<DeliverableView> =
        owed.iter().filter(|view| view.may(&ctx.actor, Action::ViewReview)).cloned().collect();
    let Some(first) = owed.first() else { return Ok(Chapters::default()) };
    let ids: Vec<DeliverableId> = owed.iter().map(|view| view.deliverable.id).collect();
    let read = Read::of(ctx, &ids).await?;
    let open = store::open_counts(ctx.reader(), &ids).await?;
    let has_sheet = sheet_of(first, &sheets(ctx, first).await?)?.is_some();
    let calendars = ctx.recall(&AllCalendars).await?;
    let mut balls = Balls::with_capacity(owed.len());
    for view in &owed {
        balls.insert(view.deliverable.id, read.ball(view)?);
    }
    let blocking = blocking(&owed, &balls);
    let mut items = Vec::with_capacity(owed.len());
    for view in owed {
        let id = view.deliverable.id;
        let left = calendars.of(&view.territory)?.working_days_between(ctx.today(), view.release_day)?;
        let facts = Facts {
            has_text: read.submissions(id).iter().any(|one| one.withdrawn_at.is_none()),
            open_remarks: open.get(&id).copied().unwrap_or_default(),
            has_sheet,
            has_address: read.turns.is_declared(&view),
            is_release_near: left <= ADDRESS_WORKING_DAYS,
            ..Facts::default()
        };
        let missing = Checklist::of(Before::Release, view.deliverable.state(), &facts);
        let Some(ball) = balls.remove(&id) else { continue };
        items.push(ChapterView { view, ball, missing });
    }
    Ok(Chapters { items, blocking })
}

/// Returns the contribution that is furthest back.
fn blocking(owed: &[DeliverableView], balls: &Balls) -> Option<DeliverableId> {
    let chapter = |view: &DeliverableView| {
        let deliverable = &view.deliverable;
        let Ball { holder, since, .. } = balls.get(&deliverable.id)?;
        let state = deliverable.stage.reached();
        Some(Chapter { id: deliverable.id, state, holder: *holder, since: *since })
    };
    let chapters: Vec<Chapter> = owed.iter().filter_map(chapter).collect();
    furthest_back(&chapters).map(|chapter| chapter.id)
}
