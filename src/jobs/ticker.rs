//! Starts the planned runs with tokio-cron-scheduler. Correctness depends on the runner and the database only.
//!
//! The library stores the instant of each next tick, so after the clock is set back it would wait until that instant.
//! Therefore the schedule is rebuilt whenever wall time and monotonic time differ.

use super::runner::Runner;
use super::schedule::Job;
use crate::clock::Clock;
use crate::ctx::Services;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_cron_scheduler::{Job as Entry, JobScheduler, JobSchedulerError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, warn};

/// Ticks that the library may hold; it drops more. Larger than the number of jobs.
const CHANNEL: usize = 64;
const STOP_WITHIN: Duration = Duration::from_secs(10);
const LOOK_AT_CLOCK_EVERY: Duration = Duration::from_secs(30);
/// Difference between wall time and monotonic time beyond which the clock was set.
const PARTED: TimeDelta = TimeDelta::minutes(1);
/// Missed intervals after which a job counts as silent.
const MISSED_RUNS: u32 = 3;

/// The running schedule.
pub struct Ticker {
    knocker: Knocker,
    stop_ticking: CancellationToken,
    ticking: JoinHandle<()>,
}

impl Ticker {
    /// Starts the schedule on the current runtime. `services` holds the background's connections. For each job the
    /// latest run planned while the service was down is run at once.
    ///
    /// `after` is called when a job has ended, to wake the dispatcher for the mails it promised.
    pub async fn start(
        services: Arc<Services>,
        jobs: &'static [Job],
        after: impl Fn() + Send + Sync + 'static,
    ) -> Result<Self, JobSchedulerError> {
        let clock = Arc::clone(&services.clock);
        for job in jobs {
            let patience = job.interval(clock.now()).map_or(job.deadline, |interval| interval * MISSED_RUNS);
            services.vitals.watch(job.name, patience);
        }
        let knocker = Knocker {
            jobs,
            runner: Arc::new(Runner::new(services)),
            tracker: TaskTracker::new(),
            abandon: CancellationToken::new(),
            after: Arc::new(after),
        };
        let scheduler = schedule(&knocker).await?;
        let stop_ticking = CancellationToken::new();
        let ticking = tokio::spawn(keep_ticking(scheduler, knocker.clone(), clock, stop_ticking.clone()));
        Ok(Self { knocker, stop_ticking, ticking })
    }

    /// Stops starting jobs, and gives running ones ten seconds to end.
    pub async fn stop(self) {
        self.stop_ticking.cancel();
        if let Err(failure) = self.ticking.await {
            error!(%failure, "the schedule did not end by itself");
        }
        let Knocker { tracker, abandon, .. } = self.knocker;
        tracker.close();
        if timeout(STOP_WITHIN, tracker.wait()).await.is_err() {
            abandon.cancel();
            tracker.wait().await;
        }
    }
}

/// State for starting a run. Cheap to clone.
#[derive(Clone)]
struct Knocker {
    jobs: &'static [Job],
    runner: Arc<Runner>,
    tracker: TaskTracker,
    /// Cancelled when running jobs have to be abandoned.
    abandon: CancellationToken,
    after: Arc<dyn Fn() + Send + Sync>,
}

impl Knocker {
    fn knock(&self, job: &'static Job) {
        let Self { runner, abandon, after, .. } = self.clone();
        self.tracker.spawn(async move {
            // A job may be dropped at any point, because its transaction is then rolled back.
            if abandon.run_until_cancelled(runner.run_planned(job)).await.flatten().is_some() {
                after();
            }
        });
    }
}

/// Builds the schedule, and runs each job's latest missed run at once.
async fn schedule(knocker: &Knocker) -> Result<JobScheduler, JobSchedulerError> {
    knocker.runner.forget_slots_to_come().await;
    let scheduler = JobScheduler::new_with_channel_size(CHANNEL).await?;
    for job in knocker.jobs {
        knocker.knock(job);
        let knocker = knocker.clone();
        scheduler
            .add(Entry::new_async(job.cron, move |_, _| {
                knocker.knock(job);
                Box::pin(async {})
            })?)
            .await?;
    }
    scheduler.start().await?;
    Ok(scheduler)
}

async fn keep_ticking(mut scheduler: JobScheduler, knocker: Knocker, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut mark = Mark::of(clock.now(), Instant::now());
    while stop.run_until_cancelled(sleep(LOOK_AT_CLOCK_EVERY)).await.is_some() {
        if !mark.has_parted(clock.now(), Instant::now()) {
            continue;
        }
        warn!("the clock was set: the schedule is made anew");
        shut_down(&mut scheduler).await;
        match schedule(&knocker).await {
            Ok(anew) => {
                scheduler = anew;
                mark = Mark::of(clock.now(), Instant::now());
            }
            Err(failure) => error!(%failure, "the schedule could not be made anew; trying again shortly"),
        }
    }
    shut_down(&mut scheduler).await;
}

async fn shut_down(scheduler: &mut JobScheduler) {
    if let Err(failure) = scheduler.shutdown().await {
        warn!(%failure, "the schedule did not stop in order");
    }
}

/// One moment on two clocks: the wall clock, which can be set, and the monotonic clock.
struct Mark {
    wall: DateTime<Utc>,
    steady: Instant,
}

impl Mark {
    fn of(wall: DateTime<Utc>, steady: Instant) -> Self {
        Self { wall, steady }
    }

    fn has_parted(&self, wall: DateTime<Utc>, steady: Instant) -> bool {
        let passed = TimeDelta::from_std(steady - self.steady).unwrap_or(TimeDelta::MAX);
        (wall - self.wall - passed).abs() > PARTED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_clock_is_detected_and_a_drift_of_seconds_is_not() {
        let (wall, steady) = (DateTime::UNIX_EPOCH, Instant::now());
        let mark = Mark::of(wall, steady);
        let later = steady + Duration::from_hours(1);
        for (seconds, has_parted) in
            [(3600, false), (3655, false), (3545, false), (3661, true), (3539, true), (0, true)]
        {
            assert_eq!(mark.has_parted(wall + TimeDelta::seconds(seconds), later), has_parted, "{seconds}");
        }
    }
}
