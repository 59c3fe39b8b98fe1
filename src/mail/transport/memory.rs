//! Mails kept in memory, for tests: a mailbox to read and a script of failures to come.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Delivery, Envelope};

/// Clones share one mailbox.
#[derive(Debug, Clone, Default)]
pub struct MemoryTransport {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    taken: Vec<Envelope>,
    script: VecDeque<Delivery>,
}

impl MemoryTransport {
    pub fn new() -> Self {
        Self::default()
    }

    /// The next attempts end so, one each, in this order; afterwards every mail is taken again. A scripted `Sent` takes the mail, a
    /// scripted `Unknown` takes it too (the case that makes twins), a scripted `NotSent` does not.
    pub fn script(&self, outcomes: impl IntoIterator<Item = Delivery>) {
        self.state().script.extend(outcomes);
    }

    /// How many scripted outcomes no attempt has met yet.
    pub fn unplayed(&self) -> usize {
        self.state().script.len()
    }

    /// Every mail taken so far, oldest first; twins stand twice.
    pub fn taken(&self) -> Vec<Envelope> {
        self.state().taken.clone()
    }

    pub(super) fn deliver(&self, mail: &Envelope) -> Delivery {
        let mut state = self.state();
        let taken = || Delivery::Sent { reply: "kept in memory".to_owned() };
        let outcome = state.script.pop_front().unwrap_or_else(taken);
        if !matches!(outcome, Delivery::NotSent { .. }) {
            state.taken.push(mail.clone());
        }
        outcome
    }

    /// A panic in one test thread must not hide the mails from the assertion that explains it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
