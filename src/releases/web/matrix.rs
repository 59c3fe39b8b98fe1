//! The work for one release at a glance: observatories in rows, steps in columns, a state with its day in each cell.

use crate::catalogue::model::Step;
use crate::catalogue::questions::Catalogue;
use crate::ctx::Ctx;
use crate::deliverables::view::DeliverableView;
use crate::deliverables::web::{state as contribution_state, urge_href as urge_of_contribution};
use crate::error::Result;
use crate::http::page::Badge;
use crate::network::questions::AllCalendars;
use crate::releases::view::ReleaseView;
use crate::releases::web::steps::StepsPlot;
use crate::reviews::service as reviews;
use crate::reviews::web::ChapterLine;
use crate::tasks::model::Task;
use crate::tasks::service::{self as tasks, TaskFilter};
use crate::tasks::web::urge_href as urge_of_task;
use crate::texts::Lang;
use crate::time::{words, zone};
use chrono::NaiveDate;
use entity::kinds::{ProductScope, ReleaseState, TaskState};

/// The contribution of one observatory to the release.
pub struct ContributionLine {
    pub href: String,
    pub observatory: String,
    pub state: Badge,
    pub day: String,
    pub overdue: bool,
}

/// The contributions to a release that the reader may see, with their steps.
pub struct Matrix {
    /// Headings of the columns: observatory, each step, contribution.
    pub columns: Vec<String>,
    pub rows: Vec<MatrixRow>,
    /// The chapter that blocks the publication of a joint release today, for the secretariat.
    pub blocker: Option<ChapterLine>,
    /// Whether nothing blocks it any more.
    pub is_free: bool,
    /// The steps on a time line.
    pub steps: Option<StepsPlot>,
}

pub struct MatrixRow {
    pub contribution: ContributionLine,
    /// Holder of the ball and missing parts, for those who may read the review.
    pub chapter: Option<ChapterLine>,
    /// One cell for each step, in the order of the columns.
    pub steps: Vec<MatrixCell>,
    /// Address of the button that reminds of what is due next.
    pub urge: Option<String>,
}

/// One step of one observatory.
pub struct MatrixCell {
    /// Heading of its column.
    pub step: String,
    /// Page of the task; `None` if the reader sees no task.
    pub href: Option<String>,
    pub state: Badge,
    /// Sign that repeats the colour, and the day.
    pub sign: &'static str,
    pub day: Option<String>,
}

impl Matrix {
    /// Builds the matrix of the contributions that the reader sees; `None` without any.
    pub async fn of(ctx: &Ctx, view: &ReleaseView, owed: Vec<DeliverableView>) -> Result<Option<Self>> {
        if owed.is_empty() {
            return Ok(None);
        }
        let filter = TaskFilter { release: Some(view.release.id), ..TaskFilter::default() };
        let tasks = tasks::list_visible(ctx, &filter).await?;
        let catalogue = ctx.recall(&Catalogue).await?;
        let product = catalogue.iter().find(|product| product.id == view.release.product_id);
        let is_planned = |id| tasks.iter().any(|task| task.step_id == Some(id));
        let steps = product.map(|product| product.as_planned(is_planned).steps).unwrap_or_default();
        let chapters = reviews::chapters(ctx, &owed).await?;
        let is_asked = view.scope == ProductScope::Joint
            && view.release.state() == ReleaseState::Confirmed
            && ctx.actor.is_secretariat();
        let plot = StepsPlot::of(view, &steps, &tasks, &*ctx.recall(&AllCalendars).await?, ctx);
        let row = |owed: DeliverableView| {
            let of = |step: &Step| {
                let is_its =
                    |task: &&Task| task.step_id == Some(step.id) && task.deliverable_id == Some(owed.deliverable.id);
                MatrixCell::of(step, tasks.iter().find(is_its), ctx)
            };
            let next = steps.iter().find_map(|step| {
                let is_next = |task: &&Task| {
                    let is_its = task.deliverable_id == Some(owed.deliverable.id);
                    is_its && task.step_id == Some(step.id) && task.is_due()
                };
                tasks.iter().find(is_next)
            });
            let urge = match next {
                Some(task) => urge_of_task(task, ctx),
                None => urge_of_contribution(&owed, ctx),
            };
            let steps = steps.iter().map(of).collect();
            let chapter = chapters.of(owed.deliverable.id).map(|one| ChapterLine::of(one, ctx.lang));
            MatrixRow { chapter, contribution: ContributionLine::of(owed, ctx), steps, urge }
        };
        let named = steps.iter().map(|step| step.name(ctx.lang).to_owned());
        let first = ctx.lang.t("releases.observatory").to_owned();
        let last = ctx.lang.t("releases.contribution").to_owned();
        Ok(Some(Self {
            blocker: chapters.blocker().filter(|_| is_asked).map(|one| ChapterLine::of(one, ctx.lang)),
            is_free: is_asked && chapters.blocking.is_none(),
            columns: std::iter::once(first).chain(named).chain([last]).collect(),
            rows: owed.into_iter().map(row).collect(),
            steps: plot,
        }))
    }
}

impl ContributionLine {
    pub fn of(owed: DeliverableView, ctx: &Ctx) -> Self {
        let deliverable = &owed.deliverable;
        let (text, kind) = contribution_state(deliverable.state());
        Self {
            href: format!("/deliverables/{}", deliverable.id),
            state: Badge { text: ctx.lang.t(text), kind },
            day: words::long_day(deliverable.day(), ctx.lang),
            overdue: deliverable.is_overdue(ctx.today()),
            observatory: owed.observatory_name,
        }
    }
}

impl MatrixCell {
    fn of(step: &Step, task: Option<&Task>, ctx: &Ctx) -> Self {
        let (sign, state, day) = match task {
            None => ("–", Badge { text: ctx.lang.t("releases.step_none"), kind: "neutral" }, None),
            Some(task) => in_words(task, ctx.today(), ctx.lang),
        };
        Self {
            step: step.name(ctx.lang).to_owned(),
            href: task.map(|task| format!("/tasks/{}", task.id)),
            day: day.map(words::short_day),
            state,
            sign,
        }
    }
}

/// Returns sign, state and day of a task: the day it was done, otherwise the day it is due.
fn in_words(task: &Task, today: NaiveDate, lang: Lang) -> (&'static str, Badge, Option<NaiveDate>) {
    let badge = |key: &str, kind| Badge { text: lang.t(key), kind };
    let due = Some(task.day());
    match task.state() {
        TaskState::Done => ("✓", badge("releases.step_done", "success"), task.stage.done_at().map(zone::day_of)),
        TaskState::Cancelled => ("–", badge("releases.step_cancelled", "neutral"), None),
        TaskState::Blocked | TaskState::Refused => ("■", badge("releases.step_blocked", "danger"), due),
        TaskState::Given | TaskState::Open | TaskState::InProgress if !task.is_due() => {
            ("–", badge("releases.step_not_needed", "neutral"), None)
        }
        TaskState::Given | TaskState::Open | TaskState::InProgress if task.is_overdue(today) => {
            ("!", badge("releases.step_late", "danger"), due)
        }
        TaskState::InProgress => ("◐", badge("releases.step_begun", "info"), due),
        TaskState::Given | TaskState::Open => ("○", badge("releases.step_open", "neutral"), due),
    }
}
