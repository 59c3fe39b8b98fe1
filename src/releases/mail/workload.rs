//! The work of observatories for a release, as the mails about it say it: their tasks, and contributions without a task.

use crate::catalogue::model::Product;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables;
use crate::deliverables::model::is_owed;
use crate::deliverables::view::DeliverableView;
use crate::error::Result;
use crate::tasks::model::Task;
use crate::tasks::service::{self as tasks, TaskFilter};
use crate::texts::Lang;
use chrono::NaiveDate;
use entity::ids::{ObservatoryId, ReleaseId};
use uuid::Uuid;

/// The work for a release.
pub struct Workload {
    pub contributions: Vec<DeliverableView>,
    pub tasks: Vec<Task>,
}

/// A day by which something open is due.
pub(super) struct Due {
    /// Id of the task or the contribution.
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) day: NaiveDate,
}

impl Workload {
    /// Reads the work for a release.
    pub async fn of(ctx: &Ctx, txn: &Txn, release: ReleaseId) -> Result<Self> {
        let filter = TaskFilter { release: Some(release), ..TaskFilter::default() };
        let contributions = deliverables::service::of_release(txn, release).await?;
        Ok(Self { tasks: tasks::all(ctx, txn, &filter).await?, contributions })
    }

    /// Returns whether an observatory has a task or a contribution.
    pub(super) fn concerns(&self, observatory: Option<ObservatoryId>) -> bool {
        self.tasks.iter().any(|task| task.seat.observatory_id == observatory)
            || self.contributions.iter().any(|one| Some(one.deliverable.observatory_id) == observatory)
    }

    /// Lists the open days of some observatories, earliest first: those of their tasks, and of contributions for which
    /// no task is open.
    pub(super) fn days(&self, product: &Product, of: &[Option<ObservatoryId>], lang: Lang) -> Vec<Due> {
        let own: Vec<&Task> =
            self.tasks.iter().filter(|task| task.is_due() && of.contains(&task.seat.observatory_id)).collect();
        let has_task = |one: &DeliverableView| own.iter().any(|task| task.deliverable_id == Some(one.deliverable.id));
        let alone = self.contributions.iter().filter(|one| {
            of.contains(&Some(one.deliverable.observatory_id)) && is_owed(one.deliverable.state()) && !has_task(one)
        });
        let contributions = alone.map(|one| Due {
            id: one.deliverable.id.0,
            name: lang.t("releases_mail.contribution").to_owned(),
            day: one.deliverable.day(),
        });
        let steps = own.iter().map(|task| Due { id: task.id.0, name: step_name(product, task, lang), day: task.day() });
        let mut days: Vec<Due> = steps.chain(contributions).collect();
        days.sort_by_key(|due| (due.day, due.id));
        days
    }
}

/// Returns the name of the task's step, without product and period; a task without a step keeps its title.
pub(super) fn step_name(product: &Product, task: &Task, lang: Lang) -> String {
    let step = task.step_id.and_then(|id| product.step(id));
    step.map_or_else(|| task.title(lang).to_owned(), |step| step.name(lang).to_owned())
}
