//! Use cases of previews.

mod proposal;
mod steps;

pub use proposal::{ProposalPreview, Proposed, preview_proposal};
pub use steps::{ReleaseEffects, StepsPreview, preview_steps};

use super::model::Effect;
use crate::ctx::Ctx;
use crate::deliverables::view::DeliverableView;
use crate::designations::questions::HoldersOn;
use crate::designations::view::Designation;
use crate::error::Result;
use crate::meetings::service::{self as meetings, MeetingFilter};
use crate::meetings::view::Line;
use crate::open::Seen;
use crate::releases::service::{self as releases, Act, Acted, ReleaseFilter, Workload};
use crate::releases::view::{Change, ReleaseView, Slip};
use crate::tasks::model::Task;
use chrono::NaiveDate;
use entity::ids::{PersonId, ReleaseId};
use entity::kinds::{MeetingState, Precision, ReleaseState};
use std::collections::HashSet;

/// Most meetings of one day that a preview names.
const MEETINGS_OF_A_DAY: u64 = 20;

/// Effects of an act on a release.
#[derive(Clone, Debug)]
pub struct Preview {
    pub before: ReleaseView,
    pub after: ReleaseView,
    /// The row that the act adds to the history of the date, as everybody will read it.
    pub change: Option<Change>,
    /// Distance of the new date from the first confirmed one; `None` for a release without one and for a cancellation.
    pub slip: Option<Slip>,
    pub work: WorkEffects,
    /// Other releases with the same day.
    pub releases_that_day: Vec<ReleaseView>,
    /// Meetings on the same day that the caller may see.
    pub meetings_that_day: Vec<Line>,
    /// Designations of the people to whom a mail will leave, by seat.
    pub told: Vec<Designation>,
}

/// Returns the effects of an act on a release, without carrying it out.
///
/// Who may: who may do the act. Mails: none. Errors: those of the act (`releases::service::carry_out`).
pub async fn preview(ctx: &Ctx, id: ReleaseId, version: i32, act: Act) -> Result<Preview> {
    let is_off = matches!(act, Act::Cancel(_));
    let rehearsed = ctx.rehearse(async |txn| {
        let before = releases::release(txn, id).await?;
        let acted = releases::carry_out(ctx, txn, id, Seen::Version(version), act).await?;
        let (change, slip) = releases::last_change(ctx, txn, &acted.view).await?;
        let told: HashSet<PersonId> = releases::told(txn, &acted.view).await?.into_iter().collect();
        Ok((before, acted, change, slip, told))
    });
    let (before, Acted { view: after, before: work_before, after: work_after }, change, slip, told) = rehearsed.await?;
    let day = after.release.when().first_day();
    let (releases_that_day, meetings_that_day) = if is_off {
        (Vec::new(), Vec::new())
    } else {
        (releases_on(ctx, id, day).await?, meetings_on(ctx, day).await?)
    };
    Ok(Preview {
        before,
        after,
        change,
        slip: slip.filter(|_| !is_off),
        work: WorkEffects::between(work_before, work_after),
        releases_that_day,
        meetings_that_day,
        told: designations_of(ctx, &told).await?,
    })
}

/// Effects on the work for a release.
#[derive(Clone, Debug)]
pub struct WorkEffects {
    pub contributions: Vec<Effect<DeliverableView>>,
    pub tasks: Vec<Effect<Task>>,
}

impl WorkEffects {
    fn between(before: Workload, after: Workload) -> Self {
        Self {
            contributions: Effect::pair(before.contributions, after.contributions, |one| one.deliverable.id),
            tasks: Effect::pair(before.tasks, after.tasks, |task| task.id),
        }
    }
}

/// Lists the other releases that are announced for a day.
async fn releases_on(ctx: &Ctx, id: ReleaseId, day: NaiveDate) -> Result<Vec<ReleaseView>> {
    let filter = ReleaseFilter { from: Some(day), to: Some(day), ..ReleaseFilter::default() };
    let mut there = releases::all(ctx.reader(), &filter).await?;
    let is_that_day = |view: &ReleaseView| {
        view.release.id != id
            && view.release.state() != ReleaseState::Cancelled
            && matches!(view.release.when().precision(), Precision::DayTime | Precision::Day)
    };
    there.retain(is_that_day);
    Ok(there)
}

async fn meetings_on(ctx: &Ctx, day: NaiveDate) -> Result<Vec<Line>> {
    let filter = MeetingFilter { from: Some(day), to: Some(day), ..MeetingFilter::default() };
    let mut there = meetings::list(ctx, &filter, None, MEETINGS_OF_A_DAY).await?;
    there.retain(|line| line.meeting.state() != MeetingState::Cancelled);
    Ok(there)
}

/// Returns one designation of each person, by place and name.
async fn designations_of(ctx: &Ctx, people: &HashSet<PersonId>) -> Result<Vec<Designation>> {
    let holders = ctx.recall(&HoldersOn(ctx.today())).await?;
    let mut known = HashSet::new();
    let is_first = |one: &&Designation| people.contains(&one.holder.id) && known.insert(one.holder.id);
    let mut all: Vec<Designation> = holders.iter().filter(is_first).cloned().collect();
    all.sort_by_cached_key(|one| (one.seat.place().to_owned(), one.holder.name()));
    Ok(all)
}
