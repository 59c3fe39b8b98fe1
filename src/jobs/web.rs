//! The page of the background jobs, for the secretariat.

use super::status::{self, JobStatus};
use super::words::{self as job_words, duration};
use crate::ctx::Ctx;
use crate::http::Answer;
use crate::http::page::{Shell, page};
use crate::texts::Lang;
use crate::time::words;
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, get};
use askama::Template;

pub fn pages(cfg: &mut ServiceConfig) {
    cfg.service(show_jobs);
}

#[derive(Template)]
#[template(path = "jobs/list.html")]
struct JobsPage {
    shell: Shell,
    jobs: Vec<JobRow>,
}

/// One job in a list.
pub struct JobRow {
    pub what: &'static str,
    pub last: String,
    pub outcome: &'static str,
    pub outcome_colour: &'static str,
    pub detail: Option<String>,
    pub duration: Option<String>,
    pub next: String,
    pub runs: String,
}

/// Shows the background jobs with their last runs.
#[get("/jobs")]
async fn show_jobs(ctx: Ctx, request: HttpRequest) -> Answer {
    let jobs = status::shown(&ctx).await?;
    page(&JobsPage {
        shell: Shell::new(&ctx, &request, "jobs.title").here(),
        jobs: jobs.into_iter().map(|job| job_row(job, ctx.lang)).collect(),
    })
}

pub fn job_row(job: JobStatus, lang: Lang) -> JobRow {
    let is_failing = job.is_failing();
    let outcome = job.last.as_ref().map_or("never", |last| last.outcome.as_str());
    let colour = match outcome {
        "done" => "success",
        "running" => "info",
        _ if is_failing => "danger",
        _ => "neutral",
    };
    let instant = |at| words::long_instant(at, lang);
    JobRow {
        what: lang.t(job.text),
        outcome: job_words::outcome(outcome, lang),
        outcome_colour: colour,
        detail: job.last.as_ref().filter(|_| is_failing).and_then(|last| last.detail.clone()),
        duration: job
            .last
            .as_ref()
            .filter(|last| last.finished_at.is_some())
            .map(|last| duration(last.duration_ms, lang)),
        last: job
            .last
            .as_ref()
            .map_or_else(|| lang.t("jobs.outcome_never").to_owned(), |last| instant(last.started_at)),
        next: job.next.map(instant).unwrap_or_default(),
        runs: lang.f("jobs.runs", &[("runs", &job.runs.to_string()), ("failures", &job.failures.to_string())]),
    }
}
