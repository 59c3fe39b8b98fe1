//! Lifecycles as tables of transitions. Pure. Data of a state (a reason, an instant) are in the stage of each slice's
//! model.

use crate::error::{Code, Refusal, Refused, Value};

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

/// A row of a table: the event, the states that allow it, and the state after it.
pub type Row<S, E> = (E, &'static [S], Target<S>);

/// A lifecycle: every possible transition, by event, in the order in which events are offered.
#[derive(Debug)]
pub struct Table<S: 'static, E: 'static>(pub &'static [Row<S, E>]);

impl<S: Copy + Eq + std::fmt::Display, E: Event> Table<S, E> {
    /// Returns the state after an event; `None` if the event is not possible.
    pub fn target(&self, state: S, event: E) -> Option<Target<S>> {
        self.0.iter().find(|(known, from, _)| *known == event && from.contains(&state)).map(|(.., target)| *target)
    }

    /// Lists the events possible in a state.
    pub fn possible(&self, state: S) -> impl Iterator<Item = E> {
        self.0.iter().filter(move |(_, from, _)| from.contains(&state)).map(|(event, ..)| *event)
    }

    /// Tells whether an event is possible in a state.
    pub fn allows(&self, state: S, event: E) -> bool {
        self.target(state, event).is_some()
    }

    /// Lists the names of the events possible in a state.
    pub fn names(&self, state: S) -> Vec<&'static str> {
        self.possible(state).map(Event::as_str).collect()
    }

    /// Returns the event with this name.
    pub fn event(&self, name: &str) -> Option<E> {
        self.events().find(|event| event.as_str() == name)
    }

    /// Lists every event once.
    pub fn events(&self) -> impl Iterator<Item = E> {
        let is_first = |index: usize, event: E| !self.0[..index].iter().any(|(earlier, ..)| *earlier == event);
        self.0.iter().enumerate().filter(move |(index, (event, ..))| is_first(*index, *event)).map(|(_, row)| row.0)
    }

    /// Returns the state after an event, or the refusal if the event is not possible.
    pub fn lead(&self, state: S, event: E) -> Result<Target<S>, WrongTransition> {
        self.target(state, event).ok_or_else(|| self.wrong(state))
    }

    /// Makes the refusal of an event that is not possible in this state.
    pub fn wrong(&self, state: S) -> WrongTransition {
        WrongTransition { state: state.to_string(), allowed: self.names(state) }
    }
}

/// The refusal of an event that the present state does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not possible while {state}; possible: {allowed:?}")]
pub struct WrongTransition {
    pub state: String,
    /// Names of the possible events.
    pub allowed: Vec<&'static str>,
}

impl Refusal for WrongTransition {
    fn said(&self) -> Refused {
        Refused::of(Code::WrongTransition).with("state", self.state.as_str()).with("allowed", self.allowed.join(", "))
    }
}

/// Returns the names of the events that a refusal lists as possible; none if it refuses no event.
pub fn possible(refused: &Refused) -> impl Iterator<Item = &str> {
    let names = match refused.params.iter().find(|(name, _)| *name == "allowed") {
        Some((_, Value::Text(names))) if refused.code == Code::WrongTransition => names.as_str(),
        _ => "",
    };
    names.split(", ").filter(|name| !name.is_empty())
}

/// The data of a stage that is blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked<S> {
    pub reason: String,
    /// Step to which it returns when unblocked.
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
        assert_eq!(possible(&refusal.said()).collect::<Vec<_>>(), ["resume"]);
        assert_eq!(possible(&DOOR.wrong('c').said()).count(), 0);
        assert_eq!(DOOR.lead('x', Doing::Halt), Err(refusal));
    }

    #[test]
    fn an_event_of_several_rows_is_one_event() {
        assert_eq!(DOOR.events().collect::<Vec<_>>(), [Doing::Open, Doing::Halt, Doing::Resume]);
        assert_eq!((DOOR.event("halt"), DOOR.event("shut")), (Some(Doing::Halt), None));
    }
}
