//! Effects of giving releases at work the present steps of their product.

use super::{WorkEffects, designations_of};
use crate::ctx::Ctx;
use crate::designations::view::Designation;
use crate::error::Result;
use crate::releases::service::{self as releases, Outdated, Workload};
use crate::releases::view::ReleaseView;
use crate::tasks::model::Task;
use entity::ids::{PersonId, ReleaseId};
use entity::kinds::TaskState;
use std::collections::{HashMap, HashSet};

/// Effects of the present steps of a product on chosen releases.
#[derive(Clone, Debug)]
pub struct StepsPreview {
    pub releases: Vec<ReleaseEffects>,
    /// Designations of the people to whom a mail will leave, by seat.
    pub told: Vec<Designation>,
}

/// Effects on one release.
#[derive(Clone, Debug)]
pub struct ReleaseEffects {
    pub before: ReleaseView,
    pub after: ReleaseView,
    pub work: WorkEffects,
    /// Open tasks whose new day is past, so that they are late at once.
    pub late_at_once: usize,
    /// Begun tasks whose step the product no longer has; they stay.
    pub kept: usize,
}

/// Returns the effects of the present steps of a product on chosen releases, without carrying anything out.
///
/// Who may: the secretariat. Mails: none. Errors: those of [`releases::renew_steps`].
pub async fn preview_steps(ctx: &Ctx, code: &str, version: i32, chosen: &[ReleaseId]) -> Result<StepsPreview> {
    let (_, outdated) = releases::outdated(ctx, code).await?;
    let rehearsed = ctx.rehearse(async |txn| {
        let mut before: HashMap<ReleaseId, Workload> = HashMap::new();
        for one in outdated.iter().filter(|one| chosen.contains(&one.view.release.id)) {
            let id = one.view.release.id;
            before.insert(id, Workload::of(ctx, txn, id).await?);
        }
        let renewed = releases::renew_steps(ctx, txn, code, version, chosen).await?;
        let mut after = Vec::new();
        for view in &renewed.releases {
            after.push((view.clone(), Workload::of(ctx, txn, view.release.id).await?));
        }
        let told: HashSet<PersonId> = releases::told_of_renewal(txn, &renewed).await?.into_iter().collect();
        Ok((before, after, told))
    });
    let (mut before, after, told) = rehearsed.await?;
    let mut effects = Vec::new();
    for (view, work_after) in after {
        let known = outdated.iter().find(|one| one.view.release.id == view.release.id);
        let (Some(known), Some(work_before)) = (known, before.remove(&view.release.id)) else { continue };
        effects.push(effects_on(ctx, known, view, WorkEffects::between(work_before, work_after)));
    }
    Ok(StepsPreview { releases: effects, told: designations_of(ctx, &told).await? })
}

fn effects_on(ctx: &Ctx, known: &Outdated, after: ReleaseView, work: WorkEffects) -> ReleaseEffects {
    let shown = |task: &Task| (task.day(), task.state() == TaskState::Cancelled);
    let is_late = |task: &Task| task.is_due() && task.day() < ctx.today();
    let late_at_once = work.tasks.iter().filter(|effect| effect.changes(shown) && is_late(&effect.after)).count();
    ReleaseEffects { before: known.view.clone(), after, work, late_at_once, kept: known.kept }
}
