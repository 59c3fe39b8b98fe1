//! State of each job, read from the rows that the runner writes.

use super::policy::{self, Action};
use super::runner::RUNNING;
use super::schedule::{JOBS, Job};
use crate::ctx::Ctx;
use crate::error::Result;
use chrono::{DateTime, Utc};
use entity::job_status;
use sea_orm::EntityTrait;

/// One job with its last run and its next.
#[derive(Clone, Debug)]
pub struct JobStatus {
    pub name: &'static str,
    /// Key of the text that describes the job.
    pub text: &'static str,
    /// Six fields, UTC.
    pub cron: &'static str,
    pub last: Option<LastRun>,
    pub runs: i64,
    pub failures: i64,
    /// The next planned instant.
    pub next: Option<DateTime<Utc>>,
}

/// The latest run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastRun {
    pub started_at: DateTime<Utc>,
    /// `None` while it runs, or if the service ended in the middle of it.
    pub finished_at: Option<DateTime<Utc>>,
    /// `running`, `done`, `failed`, `timed_out`, `panicked` or `interrupted`.
    pub outcome: String,
    pub detail: Option<String>,
    pub duration_ms: i64,
}

impl JobStatus {
    /// Returns whether the last run failed.
    pub fn is_failing(&self) -> bool {
        self.last.as_ref().is_some_and(|last| !matches!(last.outcome.as_str(), "done" | "running"))
    }
}

/// Returns the state of all jobs, for the page and the API. Who may: the secretariat.
pub async fn shown(ctx: &Ctx) -> Result<Vec<JobStatus>> {
    ctx.demand(policy::may(&ctx.actor, Action::View))?;
    overview(ctx).await
}

/// Returns every job of the schedule, in its order.
pub async fn overview(ctx: &Ctx) -> Result<Vec<JobStatus>> {
    let rows = job_status::Entity::find().all(ctx.reader()).await?;
    let now = ctx.now();
    Ok(JOBS.iter().map(|job| status(job, rows.iter().find(|row| row.name == job.name), now)).collect())
}

fn status(job: &Job, row: Option<&job_status::Model>, now: DateTime<Utc>) -> JobStatus {
    JobStatus {
        name: job.name,
        text: job.text,
        cron: job.cron,
        last: row.map(|row| LastRun {
            started_at: row.last_started_at.0,
            finished_at: row.last_finished_at.map(|at| at.0),
            outcome: outcome(job, row, now),
            detail: row.last_detail.clone(),
            duration_ms: row.last_duration_ms,
        }),
        runs: row.map_or(0, |row| row.runs),
        failures: row.map_or(0, |row| row.failures),
        next: job.planned_after(now),
    }
}

/// Returns the recorded outcome. A run without an end after its deadline was interrupted with its process, which could
/// not record an outcome.
fn outcome(job: &Job, row: &job_status::Model, now: DateTime<Utc>) -> String {
    let is_over = row.last_started_at.0 + job.deadline < now;
    if row.last_outcome == RUNNING && is_over { "interrupted".to_owned() } else { row.last_outcome.clone() }
}
