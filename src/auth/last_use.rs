//! Last uses of sessions and API tokens, gathered in memory and written down together now and then: whoever only reads never waits
//! for who writes.
//!
//! A process that is killed forgets the uses since it last wrote: a session may then end a minute early. Replicas learn of each
//! other's uses when those are written down.

use crate::auth::model::OwnToken;
use crate::auth::store;
use crate::db::{Db, StoreError};
use chrono::{DateTime, Utc};
use entity::ids::{ApiTokenId, SessionId};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The uses of one process that are not written down yet.
#[derive(Default)]
pub struct LastUse {
    pub(super) sessions: Uses<SessionId>,
    pub(super) tokens: Uses<ApiTokenId>,
}

impl LastUse {
    /// Writes all uses down in one short transaction, beside the use cases. What cannot be written is kept for the next time.
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
    /// Brings tokens up to date with their uses that are not written down yet.
    pub fn completed(&self, mut tokens: Vec<OwnToken>) -> Vec<OwnToken> {
        for token in &mut tokens {
            token.last_used_at = token.last_used_at.max(self.tokens.of(token.id));
        }
        tokens
    }
}

/// The last use of each key of one kind, in the order of ids: replicas that write the same rows do so in the same order.
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

    /// The last use that is not written down.
    pub(super) fn of(&self, id: Id) -> Option<DateTime<Utc>> {
        self.lock().get(&id).copied()
    }

    fn all(&self) -> BTreeMap<Id, DateTime<Utc>> {
        self.lock().clone()
    }

    /// Forgets what was written down, but for keys that were used again meanwhile.
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
    fn a_use_while_others_are_written_down_is_not_forgotten() {
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
