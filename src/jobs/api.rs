//! The jobs over REST.

use super::policy::Action;
use super::status::{self, JobStatus, LastRun};
use crate::auth::rights::Right;
use crate::ctx::Ctx;
use crate::http::Answer;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(list_jobs);
}

/// Rights of each operation.
pub const RIGHTS: &[(&str, Right<Action>)] = &[("list_jobs", Right::Ever(Action::View))];

/// The jobs of the service.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobsOut {
    #[schema(max_items = 100)]
    pub items: Vec<JobOut>,
}

/// One job with its last run and its next.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobOut {
    #[schema(max_length = 60)]
    pub name: String,
    /// Description of its work, in the caller's language.
    #[schema(max_length = 500)]
    pub description: String,
    /// Second, minute, hour, day of month, month, day of week; UTC.
    #[schema(max_length = 60)]
    pub cron: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_run: Option<LastRunOut>,
    pub runs: i64,
    pub failures: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_run_at: Option<DateTime<Utc>>,
}

/// The latest run of a job.
#[derive(Debug, Serialize, ToSchema)]
pub struct LastRunOut {
    pub started_at: DateTime<Utc>,
    /// Absent while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
    /// `running`, `done`, `failed`, `timed_out`, `panicked`; `interrupted` if the service ended during the run.
    #[schema(max_length = 20)]
    pub outcome: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000)]
    pub detail: Option<String>,
    pub duration_ms: i64,
}

/// List the background jobs
///
/// Each job with its last run, its outcome, and its next run. Who may: the secretariat.
#[utoipa::path(tag = "overview", responses((status = 200, body = JobsOut)))]
#[get("/jobs")]
pub async fn list_jobs(ctx: Ctx) -> Answer {
    let jobs = status::shown(&ctx).await?;
    Ok(HttpResponse::Ok().json(JobsOut { items: jobs.into_iter().map(|job| JobOut::of(job, &ctx)).collect() }))
}

impl JobOut {
    fn of(job: JobStatus, ctx: &Ctx) -> Self {
        Self {
            name: job.name.to_owned(),
            description: ctx.lang.t(job.text).to_owned(),
            cron: job.cron.to_owned(),
            last_run: job.last.map(LastRunOut::from),
            runs: job.runs,
            failures: job.failures,
            next_run_at: job.next,
        }
    }
}

impl From<LastRun> for LastRunOut {
    fn from(run: LastRun) -> Self {
        let LastRun { started_at, finished_at, outcome, detail, duration_ms } = run;
        Self { started_at, finished_at, outcome, detail, duration_ms }
    }
}
