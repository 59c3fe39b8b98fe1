//! Last uses of sessions and API tokens, gathered in memory and written together, so that a reading request never waits
//! for a writer.
//!
//! A process that is killed loses the uses since its last write, so a session may end a minute early. Replicas see each
//! other's uses after they are written.

use crate::auth::model::OwnToken;
use crate::auth::store;
use crate::db::{Db, StoreError};
use chrono::{DateTime, Utc};
use entity::ids::{ApiTokenId, SessionId};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Uses in one process that are not written yet.
#[derive(Default)]
pub struct LastUse {
    pub(super) sessions: Uses<SessionId>,
    pub(super) tokens: Uses<ApiTokenId>,
}

impl LastUse {
    /// Writes all uses in one short transaction, outside the queue of use cases. Uses that could not be written are
    /// kept for the next time.
    pub async fn write_down(&self, db: &Db) -> Result<(), StoreError> {
        let (sessions, tokens) = (self.sessions.all(), self.tokens.all());
        if sessions.is_empty() && tokens.is_empty() {
            return Ok(());
        }
        let txn = db.begin_beside().await?;
        for (id, at) in &sessions {
            store::note_session(&txn, *id, *at).await?;
        }
        for (id, at) in &tokens {
            store::note_token(&txn, *id, *at).await?;
        }
        txn.commit().await?;
        self.sessions.forget(&sessions);
        self.tokens.forget(&tokens);
        Ok(())
    }
}

impl LastUse {
    /// Adds to the tokens their uses that are not written yet.
    pub fn completed(&self, mut tokens: Vec<OwnToken>) -> Vec<OwnToken> {
        for token in &mut tokens {
            token.last_used_at = token.last_used_at.max(self.tokens.of(token.id));
        }
        tokens
    }
}

/// Last use of each key of one kind, sorted by id so that replicas update the same rows in the same order and do not
/// deadlock.
pub(super) struct Uses<Id>(Mutex<BTreeMap<Id, DateTime<Utc>>>);

impl<Id> Default for Uses<Id> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Id: Copy + Ord> Uses<Id> {
    /// Notes a use.
    pub(super) fn note(&self, id: Id, at: DateTime<Utc>) {
        self.lock().insert(id, at);
    }

    /// Returns the last use that is not written yet.
    pub(super) fn of(&self, id: Id) -> Option<DateTime<Utc>> {
        self.lock().get(&id).copied()
    }

    fn all(&self) -> BTreeMap<Id, DateTime<Utc>> {
        self.lock().clone()
    }

    /// Forgets the written uses, except of keys used again meanwhile.
    fn forget(&self, written: &BTreeMap<Id, DateTime<Utc>>) {
        self.lock().retain(|id, at| written.get(id) != Some(at));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Id, DateTime<Utc>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_during_a_write_of_other_uses_is_kept() {
        let uses = Uses::default();
        let (first, second) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH + chrono::Duration::seconds(1));
        uses.note(1, first);
        uses.note(2, first);
        let written = uses.all();
        uses.note(2, second);
        uses.forget(&written);
        assert_eq!((uses.of(1), uses.of(2)), (None, Some(second)));
    }
}
