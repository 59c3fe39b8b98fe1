//! Lifecycles as tables: which event leads from which state to which. Pure. The data that a state needs (a reason, an instant)
//! stay in the stage of each slice's model.

use crate::error::{Code, Params, Refusal};

/// An event of a lifecycle.
pub trait Event: Copy + Eq + 'static {
    /// Returns its name in the API and in refusals.
    fn as_str(self) -> &'static str;
}

/// The state after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<S> {
    To(S),
    /// The state in which it was blocked.
    Back,
}

/// A row of a table: the event, the states in which it can happen, and the state after it.
pub type Row<S, E> = (E, &'static [S], Target<S>);

/// A lifecycle: every step that is possible, event by event, in the order in which events are offered. No other step is
/// possible.
#[derive(Debug)]
pub struct Table<S: 'static, E: 'static>(pub &'static [Row<S, E>]);

impl<S: Copy + Eq + std::fmt::Display, E: Event> Table<S, E> {
    /// Returns the state after an event; `None` where the event cannot happen.
    pub fn target(&self, state: S, event: E) -> Option<Target<S>> {
        self.0.iter().find(|(known, from, _)| *known == event && from.contains(&state)).map(|(.., target)| *target)
    }

    /// Returns the events that can happen in a state.
    pub fn possible(&self, state: S) -> impl Iterator<Item = E> {
        self.0.iter().filter(move |(_, from, _)| from.contains(&state)).map(|(event, ..)| *event)
    }

    /// Checks whether an event can happen in a state.
    pub fn allows(&self, state: S, event: E) -> bool {
        self.target(state, event).is_some()
    }

    /// Returns the names of the events that can happen in a state.
    pub fn names(&self, state: S) -> Vec<&'static str> {
        self.possible(state).map(Event::as_str).collect()
    }

    /// Returns the event of this name.
    pub fn event(&self, name: &str) -> Option<E> {
        self.events().find(|event| event.as_str() == name)
    }

    /// Returns every event, each once.
    pub fn events(&self) -> impl Iterator<Item = E> {
        let is_first = |index: usize, event: E| !self.0[..index].iter().any(|(earlier, ..)| *earlier == event);
        self.0.iter().enumerate().filter(move |(index, (event, ..))| is_first(*index, *event)).map(|(_, row)| row.0)
    }

    /// Returns the state after an event, or the refusal where the event cannot happen.
    pub fn lead(&self, state: S, event: E) -> Result<Target<S>, WrongTransition> {
        self.target(state, event).ok_or_else(|| self.wrong(state))
    }

    /// Returns the refusal of an event that cannot happen in this state.
    pub fn wrong(&self, state: S) -> WrongTransition {
        WrongTransition { state: state.to_string(), allowed: self.names(state) }
    }
}

/// The refusal of an event that the present state does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not possible while {state}; possible: {allowed:?}")]
pub struct WrongTransition {
    pub state: String,
    /// The names of the events that are possible.
    pub allowed: Vec<&'static str>,
}

impl Refusal for WrongTransition {
    fn code(&self) -> Code {
        Code::WrongTransition
    }

    fn params(&self) -> Params {
        vec![("state", self.state.as_str().into()), ("allowed", self.allowed.join(", ").into())]
    }
}

/// The data of a stage that is blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked<S> {
    pub reason: String,
    /// The step from which it goes on.
    pub back_to: S,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Doing {
        Open,
        Halt,
        Resume,
    }

    impl Event for Doing {
        fn as_str(self) -> &'static str {
            match self {
                Self::Open => "open",
                Self::Halt => "halt",
                Self::Resume => "resume",
            }
        }
    }

    const DOOR: Table<char, Doing> = Table(&[
        (Doing::Open, &['a'], Target::To('b')),
        (Doing::Open, &['b'], Target::To('c')),
        (Doing::Halt, &['a', 'b'], Target::To('x')),
        (Doing::Resume, &['x'], Target::Back),
    ]);

    #[test]
    fn a_table_says_what_is_possible_and_where_it_leads() {
        for (state, names) in
            [('a', vec!["open", "halt"]), ('b', vec!["open", "halt"]), ('c', vec![]), ('x', vec!["resume"])]
        {
            assert_eq!(DOOR.names(state), names, "{state}");
        }
        assert_eq!(DOOR.lead('a', Doing::Open), Ok(Target::To('b')));
        assert_eq!(DOOR.lead('b', Doing::Open), Ok(Target::To('c')));
        assert_eq!(DOOR.lead('x', Doing::Resume), Ok(Target::Back));
        let refusal = WrongTransition { state: "x".to_owned(), allowed: vec!["resume"] };
        assert_eq!(DOOR.lead('x', Doing::Halt), Err(refusal));
    }

    #[test]
    fn an_event_of_several_rows_is_one_event() {
        assert_eq!(DOOR.events().collect::<Vec<_>>(), [Doing::Open, Doing::Halt, Doing::Resume]);
        assert_eq!((DOOR.event("halt"), DOOR.event("shut")), (Some(Doing::Halt), None));
    }
}
