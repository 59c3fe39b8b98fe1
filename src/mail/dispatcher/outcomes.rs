//! Outcomes of attempts on their way into the database.
//!
//! Each commit waits for the disk. Outcomes that come while others are being written are therefore written together, in
//! the next transaction. None counts as written before its transaction has been committed.

use crate::db::{Db, StoreError};
use crate::mail::outbox::lease::{self, Lease, Outcome};
use crate::secret;
use chrono::{DateTime, Utc};
use entity::kinds::NotificationState;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot::{self, Sender};

type Written = Result<NotificationState, StoreError>;

/// The outcomes of one sender.
pub struct Outcomes {
    db: Db,
    waiting: Mutex<Vec<Ended>>,
    /// Held by the attempt that writes for all that wait.
    turn: tokio::sync::Mutex<()>,
}

/// An ended attempt, which waits for the state of its mail.
struct Ended {
    lease: Lease,
    outcome: Outcome,
    written: Sender<Written>,
}

impl Outcomes {
    pub fn new(db: Db) -> Self {
        Self { db, waiting: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    /// Writes the outcome, together with those that wait at the same time, and returns the state of its mail.
    ///
    /// Errors: [`StoreError::Stale`] if another process holds this mail, which does not keep the others from being
    /// written; the error of the engine, or [`StoreError::Busy`] if another attempt was writing when it occurred.
    pub async fn write(&self, lease: &Lease, outcome: &Outcome, now: DateTime<Utc>) -> Written {
        let (written, state) = oneshot::channel();
        self.waiting().push(Ended { lease: *lease, outcome: outcome.clone(), written });
        let turn = self.turn.lock().await;
        if let Some(all) = self.take_with(lease) {
            self.commit(all, now).await?;
        }
        drop(turn);
        state.await.unwrap_or(Err(StoreError::Busy))
    }

    /// Takes all that wait if this attempt is among them. Otherwise another attempt has written its outcome.
    fn take_with(&self, lease: &Lease) -> Option<Vec<Ended>> {
        let mut waiting = self.waiting();
        waiting.iter().any(|one| one.lease == *lease).then(|| std::mem::take(&mut *waiting))
    }

    async fn commit(&self, all: Vec<Ended>, now: DateTime<Utc>) -> Result<(), StoreError> {
        // The outcomes do not wait for use cases, because a slow one would cause the mails to be sent again.
        let txn = self.db.begin_beside().await?;
        let mut states = Vec::with_capacity(all.len());
        for one in &all {
            match lease::finish(&txn, &one.lease, &one.outcome, now, secret::fraction()).await {
                state @ (Ok(_) | Err(StoreError::Stale)) => states.push(state),
                Err(failure) => return Err(failure),
            }
        }
        txn.commit().await?;
        for (one, state) in all.into_iter().zip(states) {
            // An attempt that no longer waits has been abandoned with its process.
            let _ = one.written.send(state);
        }
        Ok(())
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Ended>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
