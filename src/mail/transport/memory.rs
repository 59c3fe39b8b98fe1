//! Mails kept in memory, for tests: a mailbox to read and a script of failures to come.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Delivery, Envelope};

/// Mailbox in memory. Clones share it.
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

    /// Sets the outcomes of the next attempts, in this order; afterwards every mail is accepted. A scripted `Sent` and
    /// a scripted `Unknown` keep the mail (the latter causes duplicates), a scripted `NotSent` does not.
    pub fn script(&self, outcomes: impl IntoIterator<Item = Delivery>) {
        self.state().script.extend(outcomes);
    }

    /// Returns the number of scripted outcomes that are not used yet.
    pub fn unplayed(&self) -> usize {
        self.state().script.len()
    }

    /// Returns every accepted mail, oldest first, with duplicates.
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

    /// Ignores poisoning, because a panic in one test thread must not hide the mails from the assertion that explains
    /// it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
