//! What a use case receives besides its input: who asks, the time, the database.

use crate::auth::actor::Actor;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Db, StoreError, Txn};
use crate::error::{Error, Result};
use crate::secret::Ids;
use crate::texts::Lang;
use crate::vitals::{Vitals, WRITING};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::DatabaseConnection;
use std::sync::Arc;
use uuid::Uuid;

/// What the whole process shares: made once by each command (`cli.rs`, `cli/serve.rs`), and by tests.
pub struct Services {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub config: Config,
    /// Rung after a commit that may have promised mail, so that the dispatcher need not wait for its next look.
    pub mail_waiting: tokio::sync::Notify,
    /// Signs of life of what works without being asked.
    pub vitals: Arc<Vitals>,
    ids: Ids,
}

impl Services {
    pub fn new(db: Db, clock: Arc<dyn Clock>, config: Config) -> Self {
        Self {
            db,
            clock,
            config,
            mail_waiting: tokio::sync::Notify::new(),
            vitals: Arc::default(),
            ids: Ids::default(),
        }
    }

    /// The same process over other connections: those of background work.
    #[must_use]
    pub fn over(&self, db: Db) -> Self {
        let vitals = Arc::clone(&self.vitals);
        Self { vitals, ..Self::new(db, Arc::clone(&self.clock), self.config.clone()) }
    }

    /// A new id, in the order of creation.
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        self.ids.next(self.clock.now())
    }
}

/// One use case's surroundings.
#[derive(Clone)]
pub struct Ctx {
    pub services: Arc<Services>,
    pub actor: Actor,
    /// The language of the answer.
    pub lang: Lang,
    /// Ties log lines, the audit trail and the answer together.
    pub request_id: Option<Uuid>,
}

impl Ctx {
    /// The surroundings of a job or an operator's command: nobody's rights but the system's own.
    pub fn system(services: &Arc<Services>, name: &'static str) -> Self {
        Self { services: Arc::clone(services), actor: Actor::system(name), lang: Lang::It, request_id: None }
    }

    /// The present instant, UTC, in whole milliseconds.
    pub fn now(&self) -> DateTime<Utc> {
        self.services.clock.now()
    }

    /// The present day in Europe/Rome.
    pub fn today(&self) -> NaiveDate {
        self.services.clock.today()
    }

    /// A new id, in the order of creation.
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        self.services.new_id()
    }

    /// The connection for reads outside a transaction.
    pub fn reader(&self) -> &DatabaseConnection {
        self.services.db.reader()
    }

    pub fn config(&self) -> &Config {
        &self.services.config
    }

    /// Begins the transaction a use case works in; [`Ctx::commit`] ends it.
    pub async fn begin(&self) -> std::result::Result<Txn, StoreError> {
        self.services.db.begin().await
    }

    /// Commits, then rings for the outbox: the mails promised in the transaction exist only from now on.
    pub async fn commit(&self, txn: Txn) -> Result<()> {
        txn.commit().await?;
        self.services.mail_waiting.notify_one();
        Ok(())
    }

    /// A use case that found the disk full says so to whoever asks whether the service is ready; the next pulse that is committed
    /// takes it back.
    fn note_full_disk(&self, error: &Error) {
        if matches!(error, Error::Store(StoreError::Full(_))) {
            self.services.vitals.fail(WRITING);
        }
    }

    /// Runs one unit of work: everything `work` writes is committed together, or none of it if it returns an error.
    ///
    /// A key that may only read is refused here once for all use cases; the policies say it again, each for its own.
    pub async fn write<T>(&self, work: impl AsyncFnOnce(&Txn) -> Result<T>) -> Result<T> {
        if !self.actor.may_write() {
            return Err(Error::Denied);
        }
        let txn = self.begin().await?;
        let done = async {
            let done = work(&txn).await?;
            self.commit(txn).await?;
            Ok(done)
        };
        done.await.inspect_err(|error| self.note_full_disk(error))
    }
}
