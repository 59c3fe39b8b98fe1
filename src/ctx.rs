//! Context of a use case: actor, clock, database.

use crate::auth::actor::Actor;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Db, Generation, StoreError, Txn};
use crate::documents::contents::Contents;
use crate::error::{Error, Result};
use crate::memory::{ChangedBy, Known, Memory, names};
use crate::secret::Ids;
use crate::texts::Lang;
use crate::vitals::{Vitals, WRITING};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use std::hash::Hash;
use std::sync::Arc;
use uuid::Uuid;

/// Services shared by the whole process, created once by each command (`cli.rs`, `cli/serve.rs`) and by tests.
pub struct Services {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub config: Config,
    /// The store of the contents of documents.
    pub contents: Arc<Contents>,
    /// Notified after a commit that may have added mails, so that the dispatcher does not wait for its next poll.
    pub mail_waiting: tokio::sync::Notify,
    /// Signs of life of the background parts.
    pub vitals: Arc<Vitals>,
    /// Answers that hold for one generation of the data.
    memory: Memory,
    ids: Ids,
}

impl Services {
    pub fn new(db: Db, clock: Arc<dyn Clock>, config: Config) -> Self {
        Self {
            contents: Arc::new(Contents::of(&config)),
            db,
            clock,
            config,
            mail_waiting: tokio::sync::Notify::new(),
            vitals: Arc::default(),
            memory: Memory::default(),
            ids: Ids::default(),
        }
    }

    /// Returns the same services with other connections, those of background work.
    #[must_use]
    pub fn over(&self, db: Db) -> Self {
        let (contents, vitals) = (Arc::clone(&self.contents), Arc::clone(&self.vitals));
        Self { contents, vitals, ..Self::new(db, Arc::clone(&self.clock), self.config.clone()) }
    }

    /// Makes a new id; ids sort in the order of creation.
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        self.ids.next(self.clock.now())
    }
}

/// Name of the system's actor for whom questions are answered.
const MEMORY: &str = "memory";

/// A question about the data. Equal questions in one generation have equal answers for every actor.
pub trait Question: Clone + Eq + Hash + Send + Sync + 'static {
    type Answer: Send + Sync + 'static;

    /// The actions that change the answer; empty: any action.
    const CHANGED_BY: ChangedBy = &[];

    /// Answers the question from the database and from other questions ([`Ctx::recall`]). `ctx` is the system's, so that the
    /// answer cannot depend on the actor.
    fn answer(&self, ctx: &Ctx, db: &impl ConnectionTrait) -> impl Future<Output = Result<Self::Answer>> + Send;
}

/// Context of one use case.
#[derive(Clone)]
pub struct Ctx {
    pub services: Arc<Services>,
    pub actor: Actor,
    /// The language of the answer.
    pub lang: Lang,
    /// Id of the request, which connects log lines, the audit trail and the answer.
    pub request_id: Option<Uuid>,
    /// The generation of the data when the request came, if the request only reads.
    pub generation: Option<Generation>,
}

impl Ctx {
    /// Makes the context of a job or an operator's command, which acts with the rights of the system.
    pub fn system(services: &Arc<Services>, name: &'static str) -> Self {
        Self {
            services: Arc::clone(services),
            actor: Actor::system(name),
            lang: Lang::It,
            request_id: None,
            generation: None,
        }
    }

    /// Returns the present instant, UTC, in whole milliseconds.
    pub fn now(&self) -> DateTime<Utc> {
        self.services.clock.now()
    }

    /// Returns the present day in Europe/Rome.
    pub fn today(&self) -> NaiveDate {
        self.services.clock.today()
    }

    /// Makes a new id; ids sort in the order of creation.
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        self.services.new_id()
    }

    /// Returns the connection for reads outside a transaction.
    pub fn reader(&self) -> &DatabaseConnection {
        self.services.db.reader()
    }

    /// Answers a question from memory if the data have not changed since it was last asked. A use case may ask about data
    /// that it does not change itself, because no other writes while its transaction lasts.
    pub async fn recall<Q: Question>(&self, question: &Q) -> Result<Arc<Q::Answer>> {
        let generation = match self.generation {
            Some(generation) => generation,
            None => self.services.db.changes().now().await?,
        };
        let Some(generation_of_these) = self.generation_of(Q::CHANGED_BY, generation).await? else {
            return Ok(Arc::new(Box::pin(question.answer(self, self.reader())).await?));
        };
        let ask = async {
            let system = Self { generation: Some(generation), ..Self::system(&self.services, MEMORY) };
            // Boxed, because a question asks others, and their futures would all lie on one stack.
            Box::pin(question.answer(&system, system.reader())).await
        };
        self.services.memory.answer(Q::CHANGED_BY, generation_of_these, question, ask).await
    }

    /// Returns the generation of the data that some actions change, in a generation of all data; `None` if they have changed
    /// since.
    async fn generation_of(&self, changed_by: ChangedBy, now: Generation) -> Result<Option<Generation>> {
        let memory = &self.services.memory;
        match memory.known(changed_by, now) {
            Known::Is(generation) => Ok(Some(generation)),
            Known::UpTo(before) => {
                let latest = self.services.db.changes().latest(&names(changed_by), before, now).await?;
                Ok(Some(memory.note(changed_by, latest, now)).filter(|generation| *generation <= now))
            }
            Known::Over => Ok(None),
        }
    }

    pub fn config(&self) -> &Config {
        &self.services.config
    }

    /// Refuses the caller unless the policy permits: 401 for an anonymous caller, 403 for any other.
    pub fn demand(&self, may: bool) -> Result<()> {
        if may { Ok(()) } else { Err(self.actor.refusal()) }
    }

    /// Begins the transaction of a use case; [`Ctx::commit`] ends it.
    pub async fn begin(&self) -> std::result::Result<Txn, StoreError> {
        self.services.db.begin().await
    }

    /// Commits, then notifies the dispatcher, because mails added in the transaction become visible only now.
    pub async fn commit(&self, txn: Txn) -> Result<()> {
        txn.commit().await?;
        self.services.mail_waiting.notify_one();
        Ok(())
    }

    /// Marks writing as failing when a use case finds the disk full, so that the readiness check reports it. The next
    /// committed pulse clears the mark.
    fn note_full_disk(&self, error: &Error) {
        if matches!(error, Error::Store(StoreError::Full(_))) {
            self.services.vitals.fail(WRITING);
        }
    }

    /// Runs one unit of work: everything that `work` writes is committed together, or none of it if `work` returns an
    /// error.
    ///
    /// A read-only key is refused here for all use cases; policies check it again for their own.
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

    /// Runs one unit of work and takes it back, for a preview: `work` sees its own changes, and nothing of them is kept,
    /// no mail leaves, and the trail stays as it was. It waits for its turn to write, like [`Ctx::write`].
    pub async fn rehearse<T>(&self, work: impl AsyncFnOnce(&Txn) -> Result<T>) -> Result<T> {
        if !self.actor.may_write() {
            return Err(Error::Denied);
        }
        let txn = self.begin().await?;
        work(&txn).await.inspect_err(|error| self.note_full_disk(error))
    }
}
