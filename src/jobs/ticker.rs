//! When: a thin use of tokio-cron-scheduler. It only knocks; everything that must be right is in the runner and in the database.

use super::runner::Runner;
use super::schedule::JOBS;
use crate::ctx::Services;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use tokio_cron_scheduler::{Job as Entry, JobScheduler, JobSchedulerError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::warn;

/// Larger than the number of jobs: the library drops ticks that do not fit.
const CHANNEL: usize = 64;
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// The running schedule.
pub struct Ticker {
    scheduler: JobScheduler,
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Ticker {
    /// Starts the schedule on the current runtime. `services` hold the background's connections. A run that was planned while nobody was
    /// there to take it is made up for at once, the latest of each job only.
    ///
    /// `after` is called when a job has ended: the mails it promised wait for somebody to ring.
    pub async fn start(
        services: Arc<Services>,
        after: impl Fn() + Clone + Send + Sync + 'static,
    ) -> Result<Self, JobSchedulerError> {
        let runner = Arc::new(Runner::new(services));
        let (tracker, stop) = (TaskTracker::new(), CancellationToken::new());
        let scheduler = JobScheduler::new_with_channel_size(CHANNEL).await?;
        for job in JOBS {
            let knock = {
                let (runner, tracker, stop, after) =
                    (Arc::clone(&runner), tracker.clone(), stop.clone(), after.clone());
                move || {
                    let (runner, stop, after) = (Arc::clone(&runner), stop.clone(), after.clone());
                    tracker.spawn(async move {
                        // Dropping a job in the middle is safe: what its transaction wrote goes with it.
                        if stop.run_until_cancelled(runner.run_planned(job)).await.flatten().is_some() {
                            after();
                        }
                    });
                }
            };
            knock();
            scheduler
                .add(Entry::new_async(job.cron, move |_, _| {
                    knock();
                    Box::pin(async {})
                })?)
                .await?;
        }
        scheduler.start().await?;
        Ok(Self { scheduler, tracker, stop })
    }

    /// Knocks no more, and gives the jobs that run ten seconds to end.
    pub async fn stop(mut self) {
        if let Err(failure) = self.scheduler.shutdown().await {
            warn!(%failure, "the schedule did not stop in order");
        }
        self.tracker.close();
        if timeout(STOP_WITHIN, self.tracker.wait()).await.is_err() {
            self.stop.cancel();
            self.tracker.wait().await;
        }
    }
}
