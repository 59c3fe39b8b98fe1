//! The present steps of a product for its releases at work: which releases have others, and the act that changes them.

use super::{Network, ReleaseFilter, all, owed, own_work, release, step_task};
use crate::audit;
use crate::catalogue::model::{Product, Step};
use crate::catalogue::service as catalogue;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::service as deliverables;
use crate::deliverables::view::DeliverableView;
use crate::designations::model::Seat;
use crate::designations::questions::AllSeats;
use crate::error::{Code, Error, Result};
use crate::open::Seen;
use crate::releases::mail::{self, TaskChanges, Workload};
use crate::releases::model::{Refusal, Release};
use crate::releases::policy::{self, Action};
use crate::releases::verb::Verb;
use crate::releases::view::ReleaseView;
use crate::releases::work_plan::{Renewal, Work, renewal};
use crate::tasks::model::Task;
use crate::tasks::service::{self as tasks, Changes, StepTask, TaskFilter};
use crate::texts::Lang;
use entity::ids::{GivingId, PersonId, ReleaseId};
use entity::kinds::ReleaseState;
use sea_orm::ConnectionTrait;
use serde_json::json;
use std::sync::Arc;

/// A release at work whose steps are not those of its product, with the number of tasks that would change.
#[derive(Clone, Debug)]
pub struct Outdated {
    pub view: ReleaseView,
    pub added: usize,
    pub changed: usize,
    pub dropped: usize,
    /// Begun tasks whose step the template no longer has; they stay.
    pub kept: usize,
}

/// Releases that got the steps of their product, and the mail that tells of it.
#[derive(Clone, Debug)]
pub struct Renewed {
    pub product: Product,
    pub releases: Vec<ReleaseView>,
    name: GivingId,
}

/// Lists the confirmed releases of a product whose tasks are not those of its present steps, by day.
///
/// Who may: the secretariat.
pub async fn outdated(ctx: &Ctx, code: &str) -> Result<(Product, Vec<Outdated>)> {
    ctx.demand(policy::may(&ctx.actor, Action::RenewSteps))?;
    let product = catalogue::product(ctx.reader(), code).await?;
    let at_work = at_work(ctx, ctx.reader(), &product).await?;
    let outdated = at_work.iter().filter_map(|one| one.outdated(&product)).collect();
    Ok((product, outdated))
}

/// Gives chosen releases the present steps of their product.
///
/// What happens: steps that the template has anew get a task; open tasks take on the distance and the effort of their step;
/// tasks not begun whose step is gone are cancelled. Begun and done tasks stay, and so do days set by hand and settled
/// contributions. The days of contributions follow their steps. `version` is that of the product. Who may: the
/// secretariat. Mails: *steps renewed*, one to each referent and deputy whose tasks change. Errors: `nothing_chosen`,
/// `nothing_changes` for a release that has these steps already, `unknown_value` for one that is no confirmed release of
/// the product, `stale`.
pub async fn renew_steps(ctx: &Ctx, txn: &Txn, code: &str, version: i32, chosen: &[ReleaseId]) -> Result<Renewed> {
    ctx.demand(policy::may(&ctx.actor, Action::RenewSteps))?;
    let product = catalogue::product(txn, code).await?;
    Seen::Version(version).must_be(product.version)?;
    if chosen.is_empty() {
        return Err(Refusal::NothingChosen.into());
    }
    let (network, seats) = (Network::now(ctx).await?, ctx.recall(&AllSeats).await?);
    let desk = Desk { product: &product, network: &network, seats: &seats };
    let at_work = at_work(ctx, txn, &product).await?;
    let (name, mut told) = (ctx.new_id(), TaskChanges::default());
    let mut releases = Vec::new();
    for one in &at_work {
        if !chosen.contains(&one.view.release.id) {
            continue;
        }
        let Some(outdated) = one.outdated(&product) else { return Err(Refusal::StepsAreThose.into()) };
        desk.renew(ctx, txn, one, name).await?;
        note(ctx, txn, &outdated, &product).await?;
        told.before.extend(one.tasks.iter().cloned());
        releases.push(release(txn, one.view.release.id).await?);
    }
    if chosen.iter().any(|id| releases.iter().all(|view| view.release.id != *id)) {
        return Err(Error::field("releases", Code::UnknownValue));
    }
    told.after = tasks::told_with(ctx, txn, name).await?;
    mail::tell_of_renewal(ctx, txn, &product, &releases, &told, name).await?;
    Ok(Renewed { product, releases, name })
}

/// Returns the people to whom a mail about the new steps is promised; a preview names them.
pub async fn told_of_renewal(db: &impl ConnectionTrait, renewed: &Renewed) -> Result<Vec<PersonId>> {
    mail::told_of_renewal(db, &renewed.product, renewed.name).await
}

async fn note(ctx: &Ctx, txn: &Txn, outdated: &Outdated, product: &Product) -> Result<()> {
    let Outdated { view, added, changed, dropped, kept } = outdated;
    let details = json!({
        "product": product.code, "product_version": product.version,
        "added": added, "changed": changed, "dropped": dropped, "kept": kept,
    });
    let about = ("release", view.release.id.to_string());
    audit::record(ctx, txn, audit::Event::about(Verb::RenewSteps, about, details)).await
}

/// A confirmed release with its contributions and their tasks.
struct AtWork {
    view: ReleaseView,
    contributions: Vec<DeliverableView>,
    tasks: Vec<Task>,
}

/// Reads the confirmed releases of a product with their work, in three statements.
async fn at_work(ctx: &Ctx, db: &impl ConnectionTrait, product: &Product) -> Result<Vec<AtWork>> {
    let filter =
        ReleaseFilter { product: Some(product.id), state: Some(ReleaseState::Confirmed), ..ReleaseFilter::default() };
    let views = all(db, &filter).await?;
    if views.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<ReleaseId> = views.iter().map(|view| view.release.id).collect();
    let of = TaskFilter { releases: Some(ids.clone()), ..TaskFilter::default() };
    let tasks = tasks::all(ctx, db, &of).await?;
    let contributions = deliverables::of_releases(db, ids).await?;
    let with_work = |view: ReleaseView| {
        let id = view.release.id;
        let contributions = contributions.iter().filter(|one| one.deliverable.release_id == id).cloned().collect();
        let tasks = tasks.iter().filter(|task| task.release_id == Some(id)).cloned().collect();
        AtWork { view, contributions, tasks }
    };
    Ok(views.into_iter().map(with_work).collect())
}

impl AtWork {
    /// Compares the tasks of each contribution with the present template.
    fn renewals<'a>(&'a self, product: &'a Product) -> Vec<(&'a DeliverableView, Renewal<'a>)> {
        let of = |view: &'a DeliverableView| {
            let owed = &view.deliverable;
            if owed.is_settled() {
                return (view, Renewal::default());
            }
            let own: Vec<&Task> = self.tasks.iter().filter(|task| task.deliverable_id == Some(owed.id)).collect();
            (view, renewal(product, owed.state(), &own))
        };
        self.contributions.iter().map(of).collect()
    }

    /// Counts what would change; `None` if nothing would.
    fn outdated(&self, product: &Product) -> Option<Outdated> {
        let none = Outdated { view: self.view.clone(), added: 0, changed: 0, dropped: 0, kept: 0 };
        let renewals = self.renewals(product);
        let is_outdated = renewals.iter().any(|(_, renewal)| !renewal.is_empty());
        is_outdated.then(|| {
            renewals.iter().fold(none, |sum, (_, one)| Outdated {
                added: sum.added + one.added.len(),
                changed: sum.changed + one.changed.len(),
                dropped: sum.dropped + one.dropped.len(),
                kept: sum.kept + one.kept.len(),
                ..sum
            })
        })
    }
}

/// The product and the network by which releases get other steps.
struct Desk<'a> {
    product: &'a Product,
    network: &'a Network,
    seats: &'a [Arc<Seat>],
}

impl Desk<'_> {
    async fn renew(&self, ctx: &Ctx, txn: &Txn, one: &AtWork, name: GivingId) -> Result<()> {
        let release = &one.view.release;
        let mut changes = Changes::default();
        for (view, renewal) in one.renewals(self.product).into_iter().filter(|(_, renewal)| !renewal.is_empty()) {
            let chapter = self.chapter(release, view)?;
            for step in renewal.added {
                changes.added.push(chapter.task(step)?);
            }
            for (task, step) in renewal.changed {
                let mut taken_on = chapter.task(step)?;
                if task.step_id == Some(step.id) {
                    // Only the effort is another; the day is what it was.
                    taken_on.due_day = task.due_day;
                }
                changes.changed.push((task.clone(), taken_on));
            }
            changes.dropped.extend(renewal.dropped.into_iter().cloned());
        }
        tasks::renew(ctx, txn, changes, Lang::It.t("releases.step_gone"), name).await?;
        let present = Workload::of(ctx, txn, release.id).await?;
        let work = own_work(self.network, self.product, release, &present)?;
        deliverables::rederive(ctx, txn, &present.contributions, &owed(&work)).await?;
        deliverables::pass_days_on(txn, release.id).await
    }

    /// Derives the days of the present steps for a contribution, by its calendar.
    fn chapter<'c>(&'c self, release: &'c Release, view: &'c DeliverableView) -> Result<Chapter<'c>> {
        let observatory = view.deliverable.observatory_id;
        let whose = self.network.provinces.observatories.iter().find(|one| one.id == observatory);
        let work = self.network.work(self.product, release, whose.as_slice())?.pop();
        Ok(Chapter { desk: self, release, view, work })
    }
}

/// A contribution with the days of the present steps.
struct Chapter<'a> {
    desk: &'a Desk<'a>,
    release: &'a Release,
    view: &'a DeliverableView,
    work: Option<Work>,
}

impl Chapter<'_> {
    /// Makes the task of a step.
    fn task(&self, step: &Step) -> Result<StepTask> {
        let Self { desk, release, view, work } = self;
        let day = work.as_ref().and_then(|work| work.day_of(step.id)).unwrap_or_else(|| release.day());
        let seat = desk.network.seat_for(desk.seats, step.seat, view.deliverable.observatory_id)?.clone();
        Ok(step_task(desk.product, release, step, seat, (view.deliverable.id, day)))
    }
}
