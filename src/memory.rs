//! Answers to frequent questions, kept in memory for one generation of the data ([`Generation`]).
//!
//! There is no time limit and nothing is ever invalidated: a change gives the data another generation, and answers of
//! an earlier one are no longer found. An answer may therefore depend only on the question and on data that change with
//! an event of the audit trail; a question whose answer depends on the day or the instant contains it.

use crate::db::Generation;
use crate::error::Result;
use quick_cache::sync::Cache;
use sea_orm::ConnectionTrait;
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

/// Most answers kept for one kind of question. The least used ones beyond it are forgotten.
const ANSWERS: usize = 2000;

/// A question about the data. Equal questions in one generation have equal answers.
pub trait Question: Clone + Eq + Hash + Send + Sync + 'static {
    type Answer: Send + Sync + 'static;

    /// Answers the question from the database.
    fn answer(&self, db: &impl ConnectionTrait) -> impl Future<Output = Result<Self::Answer>> + Send;
}

type Answers<Q> = Cache<(Generation, Q), Arc<<Q as Question>::Answer>>;

/// The answers of one process, by kind of question.
#[derive(Default)]
pub struct Memory(RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Memory {
    /// Returns the answer of a generation, and asks the database only if it is not known. Callers with the same question
    /// wait for one answer.
    pub async fn answer<Q: Question>(
        &self,
        generation: Generation,
        question: &Q,
        db: &impl ConnectionTrait,
    ) -> Result<Arc<Q::Answer>> {
        let Ok(answers) = self.answers::<Q>().downcast::<Answers<Q>>() else {
            return Ok(Arc::new(question.answer(db).await?));
        };
        let key = (generation, question.clone());
        let ask = async { Ok(Arc::new(question.answer(db).await?)) };
        answers.get_or_insert_async(&key, ask).await
    }

    fn answers<Q: Question>(&self) -> Arc<dyn Any + Send + Sync> {
        let kind = TypeId::of::<Q>();
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&kind) {
            return Arc::clone(known);
        }
        let mut kinds = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kinds.entry(kind).or_insert_with(|| Arc::new(Answers::<Q>::new(ANSWERS))))
    }
}
