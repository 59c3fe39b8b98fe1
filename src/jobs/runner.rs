//! Running one job: at most once for each planned instant, never overlapping itself, within its deadline, with its
//! outcome recorded.

use super::Report;
use super::schedule::Job;
use crate::ctx::{Ctx, Services};
use crate::db::{StoreError, Txn};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{Instant, job_slot, job_status};
use futures_util::FutureExt;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, TryInsertResult};
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant as Tick, timeout};
use tracing::{error, info, warn};

const DETAIL_CHARACTERS: usize = 1000;
/// Slots further ahead than this were taken by a process with a wrong clock.
const SLOTS_AHEAD: TimeDelta = TimeDelta::minutes(1);
/// Outcome in `job_status` while a job runs.
pub(super) const RUNNING: &str = "running";

/// Outcome of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    Done(Report),
    /// The job returned an error, which is text for operators.
    Failed(String),
    /// The run exceeded its deadline.
    TimedOut,
    Panicked,
}

impl Ended {
    /// Returns the word stored in `job_status`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Done(_) => "done",
            Self::Failed(_) => "failed",
            Self::TimedOut => "timed_out",
            Self::Panicked => "panicked",
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Done(report) if report.note.is_empty() => Some(report.done.to_string()),
            Self::Done(report) => Some(format!("{}: {}", report.done, report.note)),
            Self::Failed(text) => Some(text.chars().take(DETAIL_CHARACTERS).collect()),
            Self::TimedOut | Self::Panicked => None,
        }
    }

    fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}

/// Runs jobs for this process.
pub struct Runner {
    services: Arc<Services>,
    /// One turn for each job, so that it does not overlap itself in this process.
    turns: Mutex<BTreeMap<&'static str, Arc<Semaphore>>>,
}

impl Runner {
    pub fn new(services: Arc<Services>) -> Self {
        Self { services, turns: Mutex::default() }
    }

    /// Runs the job for its latest planned instant, unless this process or a replica has taken that run, or the job is
    /// still running. `None` if there was nothing to run.
    pub async fn run_planned(&self, job: &'static Job) -> Option<Ended> {
        let planned = job.planned_before(self.services.clock.now())?;
        let _turn = self.take_turn(job.name)?;
        match self.take_slot(job, planned).await {
            Ok(true) => {
                self.services.vitals.beat(job.name);
                Some(self.run(job, planned).await)
            }
            Ok(false) => {
                // Another process runs it, or this one has run it: the job works.
                self.services.vitals.beat(job.name);
                None
            }
            Err(failure) => {
                warn!(job = job.name, %failure, "the slot of a job could not be taken; its next run will find what is due");
                None
            }
        }
    }

    /// Runs the job now, whether or not it is planned.
    pub async fn run_now(&self, job: &'static Job) -> Ended {
        self.run(job, self.services.clock.now()).await
    }

    async fn run(&self, job: &'static Job, planned: DateTime<Utc>) -> Ended {
        let ctx = Ctx::system(&self.services, job.name);
        let begun_at = self.services.clock.now();
        let begun = Tick::now();
        self.write_status(job, |status| {
            status.last_planned_at = Set(Some(Instant::from(planned)));
            status.last_started_at = Set(Instant::from(begun_at));
            status.last_outcome = Set(RUNNING.to_owned());
        })
        .await;
        let ended = match timeout(job.deadline, AssertUnwindSafe((job.run)(&ctx)).catch_unwind()).await {
            Ok(Ok(Ok(report))) => Ended::Done(report),
            Ok(Ok(Err(failure))) => Ended::Failed(failure.to_string()),
            Ok(Err(_)) => Ended::Panicked,
            Err(_) => Ended::TimedOut,
        };
        let took = begun.elapsed();
        log_end(job, &ended, took);
        self.write_status(job, |status| {
            status.last_planned_at = Set(Some(Instant::from(planned)));
            status.last_started_at = Set(Instant::from(begun_at));
            status.last_finished_at = Set(Some(Instant::from(self.services.clock.now())));
            status.last_outcome = Set(ended.as_str().to_owned());
            status.last_detail = Set(ended.detail());
            status.last_duration_ms = Set(i64::try_from(took.as_millis()).unwrap_or(i64::MAX));
            status.runs = Set(1);
            status.failures = Set(i64::from(!ended.is_done()));
        })
        .await;
        ended
    }

    /// Deletes slots of the future, which a process with a wrong clock has taken and which would stop the jobs until
    /// then. Replicas with right clocks are never that far ahead.
    pub async fn forget_slots_to_come(&self) {
        let to_come = self.services.clock.now() + SLOTS_AHEAD;
        let freed = async {
            let txn = self.services.db.begin().await?;
            let ahead = job_slot::Column::PlannedAt.gt(to_come.timestamp_millis());
            let freed = job_slot::Entity::delete_many().filter(ahead).exec(&txn).await?;
            txn.commit().await?;
            Ok::<_, StoreError>(freed.rows_affected)
        };
        match freed.await {
            Ok(0) => {}
            Ok(slots) => warn!(
                slots,
                "planned runs of a time still to come were taken: the clock was wrong; they are free again"
            ),
            Err(failure) => warn!(%failure, "the slots of a time still to come could not be freed"),
        }
    }

    async fn take_slot(&self, job: &Job, planned: DateTime<Utc>) -> Result<bool, StoreError> {
        let txn = self.services.db.begin_beside().await?;
        let slot = job_slot::ActiveModel {
            job: Set(job.name.to_owned()),
            planned_at: Set(planned.timestamp_millis()),
            taken_at: Set(Instant::from(self.services.clock.now())),
        };
        let taken = job_slot::Entity::insert(slot)
            .on_conflict_do_nothing_on([job_slot::Column::Job, job_slot::Column::PlannedAt])
            .exec_without_returning(&txn)
            .await?;
        txn.commit().await?;
        Ok(matches!(taken, TryInsertResult::Inserted(1)))
    }

    /// The turn of a job, given back when dropped; `None` while the job still runs.
    fn take_turn(&self, name: &'static str) -> Option<OwnedSemaphorePermit> {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry(name).or_insert_with(|| Arc::new(Semaphore::new(1))))
        };
        turn.try_acquire_owned().ok()
    }

    /// An error is only logged, because a status that cannot be written must not fail a job that did its work.
    async fn write_status(&self, job: &Job, fill: impl FnOnce(&mut job_status::ActiveModel)) {
        let mut status = job_status::ActiveModel {
            name: Set(job.name.to_owned()),
            last_planned_at: Set(None),
            last_started_at: Set(Instant::from(self.services.clock.now())),
            last_finished_at: Set(None),
            last_outcome: Set(String::new()),
            last_detail: Set(None),
            last_duration_ms: Set(0),
            runs: Set(0),
            failures: Set(0),
        };
        fill(&mut status);
        let written = async {
            let txn = self.services.db.begin_beside().await?;
            upsert(&txn, status).await?;
            txn.commit().await
        };
        if let Err(failure) = written.await {
            warn!(job = job.name, %failure, "the status of a job could not be written");
        }
    }
}

/// Inserts or replaces the row; `runs` and `failures` are added to it.
async fn upsert(txn: &Txn, status: job_status::ActiveModel) -> Result<(), StoreError> {
    use job_status::Column::{
        Failures, LastDetail, LastDurationMs, LastFinishedAt, LastOutcome, LastPlannedAt, LastStartedAt, Name, Runs,
    };
    let (name, more_runs, more_failures) =
        (status.name.clone().take(), status.runs.clone().take(), status.failures.clone().take());
    let before = job_status::Entity::find().filter(Name.eq(name.unwrap_or_default())).one(txn).await?;
    let (runs, failures) = before.map_or((0, 0), |row| (row.runs, row.failures));
    let over = OnConflict::column(Name)
        .update_columns([LastPlannedAt, LastStartedAt, LastFinishedAt, LastOutcome, LastDetail, LastDurationMs])
        .value(Runs, Expr::value(runs + more_runs.unwrap_or(0)))
        .value(Failures, Expr::value(failures + more_failures.unwrap_or(0)))
        .to_owned();
    job_status::Entity::insert(status).on_conflict(over).exec_without_returning(txn).await?;
    Ok(())
}

fn log_end(job: &Job, ended: &Ended, took: Duration) {
    let milliseconds = took.as_millis();
    match ended {
        Ended::Done(report) if report.done == 0 => {
            tracing::debug!(job = job.name, milliseconds, "job done, nothing to do");
        }
        Ended::Done(report) => info!(job = job.name, milliseconds, done = report.done, note = report.note, "job done"),
        Ended::Failed(failure) => error!(job = job.name, milliseconds, failure, "job failed"),
        Ended::TimedOut => error!(job = job.name, milliseconds, "job given up at its deadline"),
        Ended::Panicked => error!(job = job.name, milliseconds, "job panicked"),
    }
}
