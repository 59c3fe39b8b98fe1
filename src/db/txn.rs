//! A writing transaction that cannot be committed after one of its statements has failed.
//!
//! After a failed statement the engines behave differently. `PostgreSQL` refuses all further statements and answers
//! COMMIT with ROLLBACK, without an error. `SQLite` continues after a violated constraint; after a full disk, an I/O
//! error or a lack of memory it may have ended the transaction by itself, and would then commit each further statement
//! at once (<https://www.sqlite.org/lang_transaction.html>, "Response To Errors Within A Transaction"). Here both
//! behave alike: the first failure is remembered, later statements and the commit return it, and dropping the
//! transaction rolls back everything that the engine still holds.

use super::StoreError;
use super::turn::Turn;
use sea_orm::entity::prelude::async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, SqlErr, Statement};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// An open transaction of a use case. Dropped without commit, it has no effect.
pub struct Txn {
    inner: DatabaseTransaction,
    /// The first failed statement; nothing can be committed after it.
    failure: OnceLock<DbErr>,
    /// Set by every failure that is not a constraint of the schema, so that the pool closes the connection.
    distrusted: Distrusted,
    /// Turn of the use case, released when the transaction ends.
    _turn: Option<Turn>,
}

impl Txn {
    pub(super) fn new(inner: DatabaseTransaction, distrusted: Distrusted) -> Self {
        Self { inner, failure: OnceLock::new(), distrusted, _turn: None }
    }

    /// Keeps the turn of a use case until the transaction ends.
    pub(super) fn holding(self, turn: Turn) -> Self {
        Self { _turn: Some(turn), ..self }
    }

    /// Commits the transaction. Errors: the first failed statement, even if the caller ignored its error;
    /// [`StoreError::Full`] or another error of the engine if the commit itself fails.
    pub async fn commit(self) -> Result<(), StoreError> {
        if let Some(failure) = self.failure.get() {
            return Err(failure.clone().into());
        }
        let Self { inner, distrusted, .. } = self;
        inner.commit().await.map_err(|failure| {
            distrusted.note(&failure);
            failure.into()
        })
    }

    /// Refuses a statement after one that failed.
    fn demand_sound(&self) -> Result<(), DbErr> {
        self.failure.get().map_or(Ok(()), |failure| Err(failure.clone()))
    }

    /// Passes the answer of the engine on and remembers the first failure.
    fn seen<T>(&self, answer: Result<T, DbErr>) -> Result<T, DbErr> {
        answer.inspect_err(|failure| {
            self.distrusted.note(failure);
            // A second failure changes nothing: the first is the cause.
            let _ = self.failure.set(failure.clone());
        })
    }
}

#[async_trait]
impl ConnectionTrait for Txn {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.demand_sound()?;
        self.seen(self.inner.execute_raw(statement).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.demand_sound()?;
        self.seen(self.inner.execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.demand_sound()?;
        self.seen(self.inner.query_one_raw(statement).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.demand_sound()?;
        self.seen(self.inner.query_all_raw(statement).await)
    }
}

/// A mark on the writing connection of `SQLite`: set by a transaction in which the engine failed, read by the pool when
/// the connection returns. It has no effect on `PostgreSQL`, where the server keeps the state of a transaction and a
/// broken connection does not answer the pool's check.
#[derive(Clone, Default)]
pub(super) struct Distrusted(Arc<AtomicBool>);

impl Distrusted {
    fn note(&self, failure: &DbErr) {
        let is_our_constraint = matches!(
            failure.sql_err(),
            Some(SqlErr::UniqueConstraintViolation(_) | SqlErr::ForeignKeyConstraintViolation(_))
        );
        if !is_our_constraint {
            self.0.store(true, Ordering::Release);
        }
    }

    /// Returns whether the connection saw a failure, and clears the mark.
    pub(super) fn take(&self) -> bool {
        self.0.swap(false, Ordering::AcqRel)
    }
}
