//! When: a thin use of tokio-cron-scheduler. It only knocks; everything that must be right is in the runner and in the database.
//!
//! The library keeps the instant of each next tick: after the clock was set back it would wait until that instant comes round again.
//! So the schedule is made anew whenever wall and steady time have parted.

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

/// Larger than the number of jobs: the library drops ticks that do not fit.
const CHANNEL: usize = 64;
const STOP_WITHIN: Duration = Duration::from_secs(10);
const LOOK_AT_CLOCK_EVERY: Duration = Duration::from_secs(30);
/// Wall time this far from steady time was set, not kept.
const PARTED: TimeDelta = TimeDelta::minutes(1);
/// A job that has not begun for so many of its intervals gives no sign of life any more.
const MISSED_RUNS: u32 = 3;

/// The running schedule.
pub struct Ticker {
    knocker: Knocker,
    stop_ticking: CancellationToken,
    ticking: JoinHandle<()>,
}

impl Ticker {
    /// Starts the schedule on the current runtime. `services` hold the background's connections. A run that was planned while nobody was
    /// there to take it is made up for at once, the latest of each job only.
    ///
    /// `after` is called when a job has ended: the mails it promised wait for somebody to ring.
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

    /// Knocks no more, and gives the jobs that run ten seconds to end.
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

/// What a tick does. Cheap to clone.
#[derive(Clone)]
struct Knocker {
    jobs: &'static [Job],
    runner: Arc<Runner>,
    tracker: TaskTracker,
    /// Cancelled when jobs that run must be let go.
    abandon: CancellationToken,
    after: Arc<dyn Fn() + Send + Sync>,
}

impl Knocker {
    fn knock(&self, job: &'static Job) {
        let Self { runner, abandon, after, .. } = self.clone();
        self.tracker.spawn(async move {
            // Dropping a job in the middle is safe: what its transaction wrote goes with it.
            if abandon.run_until_cancelled(runner.run_planned(job)).await.flatten().is_some() {
                after();
            }
        });
    }
}

/// The schedule from now on; what was planned before is made up for at once.
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

/// One moment by two clocks: the wall's, which people set, and a steady one.
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
    fn a_clock_that_was_set_parts_from_the_steady_one_and_one_that_drifts_by_seconds_does_not() {
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
