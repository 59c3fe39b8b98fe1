//! The pulse of a running service: every few seconds it commits a write and checks the age of the mail queue.

use super::{OUTBOX, Vitals, WRITING};
use crate::ctx::Services;
use crate::db::StoreError;
use crate::mail::outbox::lease;
use crate::secret;
use chrono::TimeDelta;
use entity::{Instant, pulse};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};
use uuid::Uuid;

/// Time between two pulses.
const EVERY: Duration = Duration::from_secs(10);
/// Longest time without a successful pulse before writing counts as silent: three missed pulses, each of which may wait
/// a few seconds for its turn to write.
const PATIENCE: Duration = Duration::from_secs(40);
/// Longest time a due mail may wait; beyond it the outbox counts as silent. It is shorter than the ten minutes for
/// which a sign-in link is valid.
const OLDEST_DUE_MAIL: TimeDelta = TimeDelta::minutes(5);
/// Bytes written by each pulse. They fill several pages of `SQLite`, so that a full disk refuses them as it would
/// refuse a use case.
const FILLER: usize = 16 * 1024;

/// Takes the pulse until `stop`. `services` holds the connections of the background work.
pub async fn keep(services: Arc<Services>, stop: CancellationToken) {
    services.vitals.watch(WRITING, PATIENCE);
    services.vitals.watch(OUTBOX, PATIENCE);
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        take(&services).await;
    }
}

/// Takes the pulse once and gives a sign for each part that works.
pub async fn take(services: &Services) {
    let vitals = &services.vitals;
    match write(services).await {
        Ok(()) => vitals.beat(WRITING),
        Err(StoreError::Busy) => {}
        Err(failure) => {
            if vitals.fail(WRITING) {
                warn!(%failure, "the database takes no write");
            }
        }
    }
    match is_queue_moving(services).await {
        Ok(true) => vitals.beat(OUTBOX),
        Ok(false) => {
            vitals.fail(OUTBOX);
        }
        Err(failure) => warn!(%failure, "the queue of mails could not be looked at"),
    }
}

/// Writes and commits in turn with the use cases, as one of them would.
async fn write(services: &Services) -> Result<(), StoreError> {
    let id = services.new_id::<Uuid>().to_string();
    let row = pulse::ActiveModel {
        id: Set(id.clone()),
        written_at: Set(Instant::from(services.clock.now())),
        // Random, because PostgreSQL would compress a repeated byte to almost nothing.
        filler: Set(secret::random_bytes::<FILLER>().to_vec()),
    };
    let txn = services.db.begin().await?;
    pulse::Entity::insert(row).exec_without_returning(&txn).await?;
    pulse::Entity::delete_many().filter(pulse::Column::Id.ne(id)).exec(&txn).await?;
    txn.commit().await
}

async fn is_queue_moving(services: &Services) -> Result<bool, StoreError> {
    let now = services.clock.now();
    let oldest = lease::oldest_due(services.db.reader(), now).await?;
    Ok(oldest.is_none_or(|due| now - due <= OLDEST_DUE_MAIL))
}

/// A thread that logs when a part falls silent and when it works again. It is a thread and not a task, because a fault
/// may block every thread of the runtime.
pub struct Watcher {
    /// Ends the thread when it is dropped.
    _stop: Sender<()>,
    _thread: JoinHandle<()>,
}

impl Watcher {
    /// Starts the thread. Fails if the system has no thread left.
    pub fn start(services: &Arc<Services>) -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        let services = Arc::clone(services);
        let thread = thread::Builder::new().name("vitals".into()).spawn(move || watch(&services.vitals, &stopped))?;
        Ok(Self { _stop: stop, _thread: thread })
    }
}

fn watch(vitals: &Vitals, stopped: &Receiver<()>) {
    let mut known = BTreeSet::new();
    while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
        let silent: BTreeSet<&str> = vitals.silent().into_iter().map(|sign| sign.part).collect();
        for part in silent.difference(&known) {
            error!(part, "gives no sign of life any more; the service is not ready");
        }
        for part in known.difference(&silent) {
            info!(part, "gives signs of life again");
        }
        known = silent;
    }
}
