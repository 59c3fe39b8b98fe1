//! Answers to frequent questions, kept in memory for one generation of the data ([`Generation`]). [`Ctx::recall`] asks.
//!
//! [`Ctx::recall`]: crate::ctx::Ctx::recall
//!
//! There is no time limit and nothing is ever invalidated: a change gives the data another generation, and answers of
//! an earlier one are no longer found. An answer may therefore depend only on the question and on data that change with
//! an event of the audit trail; a question whose answer depends on the day or the instant contains it.

use crate::db::Generation;
use crate::error::Result;
use quick_cache::UnitWeighter;
use quick_cache::sync::Cache;
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

/// Answers to one kind of question for which there is room at first.
const FEW: usize = 16;
/// Most answers kept for one kind of question. The least used ones beyond it are forgotten.
const MOST: u64 = 2000;

/// The answers `A` to one kind of question `Q`.
type Answers<Q, A> = Cache<Q, Arc<A>>;

/// The answers of one process, by kind of question: those of the latest generation only, because no other is asked for
/// again.
#[derive(Default)]
pub struct Memory(RwLock<Kept>);

#[derive(Default)]
struct Kept {
    generation: Generation,
    kinds: HashMap<TypeId, Kind>,
}

/// [`Answers`] whose types are forgotten.
type Kind = Arc<dyn Any + Send + Sync>;

impl Memory {
    /// Returns the answer of a generation, and waits for `ask` only if it is not known. Callers with the same question wait
    /// for one answer.
    pub async fn answer<Q, A>(
        &self,
        generation: Generation,
        question: &Q,
        ask: impl Future<Output = Result<A>>,
    ) -> Result<Arc<A>>
    where
        Q: Clone + Eq + Hash + Send + Sync + 'static,
        A: Send + Sync + 'static,
    {
        let ask = async { Ok(Arc::new(ask.await?)) };
        match self.answers::<Q, A>(generation).map(Arc::downcast::<Answers<Q, A>>) {
            Some(Ok(answers)) => answers.get_or_insert_async(question, ask).await,
            Some(Err(_)) | None => ask.await,
        }
    }

    /// Returns the answers of a generation; `None` for one that is over. A later one takes the place of the kept one.
    fn answers<Q, A>(&self, generation: Generation) -> Option<Kind>
    where
        Q: Clone + Eq + Hash + Send + Sync + 'static,
        A: Send + Sync + 'static,
    {
        let kind = TypeId::of::<Q>();
        {
            let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
            let known = kept.kinds.get(&kind).filter(|_| kept.generation == generation);
            if known.is_some() || generation < kept.generation {
                return known.cloned();
            }
        }
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.generation < generation {
            *kept = Kept { generation, kinds: HashMap::new() };
        }
        let is_over = generation < kept.generation;
        let new = || -> Kind { Arc::new(Answers::<Q, A>::with_weighter(FEW, MOST, UnitWeighter)) };
        (!is_over).then(|| Arc::clone(kept.kinds.entry(kind).or_insert_with(new)))
    }
}
