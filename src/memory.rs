//! Answers to frequent questions, kept in memory for one generation of the data ([`Generation`]). `Ctx::recall` asks.
//!
//! There is no time limit and nothing is ever invalidated: a change gives the data another generation, and answers of
//! an earlier one are no longer found. An answer may therefore depend only on the question and on data that change with
//! an event of the audit trail; a question whose answer depends on the day or the instant contains it.
//!
//! Some data change by few actions only, such as the seats by loading the network. Their generation is the latest event
//! with one of these actions, so that answers about them outlast all other changes ([`ChangedBy`]).

use crate::db::Generation;
use crate::error::Result;
use crate::slice::Slice;
use quick_cache::UnitWeighter;
use quick_cache::sync::Cache;
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Answers to one kind of question for which there is room at first.
const FEW: usize = 16;
/// Most answers kept for one kind of question. The least used ones beyond it are forgotten.
const MOST: u64 = 2000;

/// The actions that change some data: each a slice with one of its verbs, or with all of them for `None`. Empty: any action.
pub type ChangedBy = &'static [(Slice, Option<&'static str>)];

/// Returns the beginnings of the names of these actions in the audit trail.
pub fn names(changed_by: ChangedBy) -> Vec<String> {
    changed_by.iter().map(|(slice, verb)| format!("{}.{}", slice.as_str(), verb.unwrap_or_default())).collect()
}

/// The answers `A` to one kind of question `Q`.
type Answers<Q, A> = Cache<Q, Arc<A>>;

/// [`Answers`] whose types are forgotten.
type Kind = Arc<dyn Any + Send + Sync>;

/// The answers of one process, by the actions that change them.
#[derive(Default)]
pub struct Memory(RwLock<HashMap<ChangedBy, Kept>>);

/// Answers by kind of question: those of the latest generation only, because no other is asked for again.
#[derive(Default)]
struct Kept {
    generation: Generation,
    /// The generation of all data up to which no later event has changed them.
    upto: Generation,
    kinds: HashMap<TypeId, Kind>,
}

/// Knowledge of the generation of some data in a generation of all data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// The generation of these data.
    Is(Generation),
    /// The generation depends on the events after this one.
    UpTo(Generation),
    /// The data have changed since, and answers for the past are not kept.
    Over,
}

impl Memory {
    /// Returns what is known of the generation of the data that these actions change, in a generation of all data.
    pub fn known(&self, changed_by: ChangedBy, now: Generation) -> Known {
        match self.read().get(changed_by) {
            _ if changed_by.is_empty() => Known::Is(now),
            // Nothing is kept yet, so nothing is lost if these data count as changed just now.
            None => Known::Is(now),
            Some(kept) if kept.upto < now => Known::UpTo(kept.upto),
            Some(kept) if kept.generation <= now => Known::Is(kept.generation),
            Some(_) => Known::Over,
        }
    }

    /// Notes the latest event that changed some data, up to a generation of all data; `None` if none did since the last note.
    /// Returns their generation.
    pub fn note(&self, changed_by: ChangedBy, latest: Option<Generation>, now: Generation) -> Generation {
        let mut all = self.write();
        let kept = all.entry(changed_by).or_default();
        if let Some(latest) = latest.filter(|latest| *latest > kept.generation) {
            *kept = Kept { generation: latest, upto: now, kinds: HashMap::new() };
        }
        kept.upto = kept.upto.max(now);
        kept.generation
    }

    /// Returns the answer of a generation of the data that these actions change, and waits for `ask` only if it is not known.
    /// Callers with the same question wait for one answer.
    pub async fn answer<Q, A>(
        &self,
        changed_by: ChangedBy,
        generation: Generation,
        question: &Q,
        ask: impl Future<Output = Result<A>>,
    ) -> Result<Arc<A>>
    where
        Q: Clone + Eq + Hash + Send + Sync + 'static,
        A: Send + Sync + 'static,
    {
        let ask = async { Ok(Arc::new(ask.await?)) };
        match self.answers::<Q, A>(changed_by, generation).map(Arc::downcast::<Answers<Q, A>>) {
            Some(Ok(answers)) => answers.get_or_insert_async(question, ask).await,
            Some(Err(_)) | None => ask.await,
        }
    }

    /// Returns the answers of a generation; `None` for one that is over. A later one takes the place of the kept one.
    fn answers<Q, A>(&self, changed_by: ChangedBy, generation: Generation) -> Option<Kind>
    where
        Q: Clone + Eq + Hash + Send + Sync + 'static,
        A: Send + Sync + 'static,
    {
        let kind = TypeId::of::<Q>();
        if let Some(kept) = self.read().get(changed_by) {
            let known = kept.kinds.get(&kind).filter(|_| kept.generation == generation);
            if known.is_some() || generation < kept.generation {
                return known.cloned();
            }
        }
        let mut all = self.write();
        let kept = all.entry(changed_by).or_default();
        if kept.generation < generation {
            *kept = Kept { generation, upto: generation, kinds: HashMap::new() };
        }
        let is_over = generation < kept.generation;
        let new = || -> Kind { Arc::new(Answers::<Q, A>::with_weighter(FEW, MOST, UnitWeighter)) };
        (!is_over).then(|| Arc::clone(kept.kinds.entry(kind).or_insert_with(new)))
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<ChangedBy, Kept>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<ChangedBy, Kept>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
