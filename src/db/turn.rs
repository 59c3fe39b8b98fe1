//! Makes the use cases of one process write one after the other, and measures how long each waits and writes.

use super::StoreError;
use super::changes::Hold;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// Most use cases that may wait for their turn in one process; a further one fails at once with [`StoreError::Busy`].
const WAITING: usize = 256;

/// Bounds of the buckets, in seconds: from an unnoticed wait to one that ends in «busy».
const BUCKETS: [f64; 9] = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

/// The use cases of this process that want to write: one has its turn, a bounded number waits without a connection.
#[derive(Clone)]
pub(super) struct WritersRow {
    turn: Arc<Semaphore>,
    places: Arc<Semaphore>,
    patience: Duration,
}

impl WritersRow {
    pub(super) fn new(patience: Duration) -> Self {
        Self { turn: Arc::new(Semaphore::new(1)), places: Arc::new(Semaphore::new(WAITING)), patience }
    }

    /// Waits for the turn to write, in the order of arrival. Errors: [`StoreError::Busy`] if too many wait already or
    /// the wait exceeds its limit.
    pub(super) async fn wait(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        let _place = self.places.try_acquire().map_err(|_| StoreError::Busy)?;
        let turn = timeout(self.patience, Arc::clone(&self.turn).acquire_owned()).await;
        turn.ok().and_then(Result::ok).ok_or(StoreError::Busy)
    }
}

/// Times for which use cases of this process waited for the writers' lock and held it. Clones share the counts.
#[derive(Clone, Debug)]
pub struct LockTimes {
    waited: Histogram,
    held: Histogram,
}

impl Default for LockTimes {
    fn default() -> Self {
        Self { waited: Histogram::new(BUCKETS), held: Histogram::new(BUCKETS) }
    }
}

impl LockTimes {
    /// Adds the measures to the service's metrics.
    pub fn register(&self, registry: &mut Registry) {
        let waited = "Time that a use case waited for the writers' lock, whether it got it or gave up";
        let held = "Time that a use case held the writers' lock and made all others wait";
        registry.register_with_unit("writers_wait", waited, Unit::Seconds, self.waited.clone());
        registry.register_with_unit("writers_hold", held, Unit::Seconds, self.held.clone());
    }

    pub(super) fn waited_since(&self, asked: Instant) {
        self.waited.observe(asked.elapsed().as_secs_f64());
    }

    /// Starts the turn of a use case that has just got the lock.
    pub(super) fn begin_turn(&self, permit: OwnedSemaphorePermit, hold: Hold) -> Turn {
        Turn { _hold: hold, _permit: permit, begun: Instant::now(), held: self.held.clone() }
    }
}

/// Turn of a use case to write. It ends when dropped, and its duration is then measured.
pub(super) struct Turn {
    _hold: Hold,
    _permit: OwnedSemaphorePermit,
    begun: Instant,
    held: Histogram,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.held.observe(self.begun.elapsed().as_secs_f64());
    }
}
