//! Names of the actions in the audit trail.

use crate::slice::Slice;
use std::fmt;

/// A verb of one slice's vocabulary, such as `designate` of the designations. Its name is stored and therefore never
/// changed.
pub trait Verb: Copy + 'static {
    const SLICE: Slice;
    const ALL: &'static [Self];

    fn name(self) -> &'static str;
}

/// Declares the verbs of a slice: the vocabulary `Verb`, which is a [`Verb`].
macro_rules! verbs {
    ($(#[$doc:meta])* $slice:ident { $($(#[$about:meta])* $value:ident = $text:literal),+ $(,)? }) => {
        $crate::vocabulary::vocabulary! {
            $(#[$doc])*
            Verb { $($(#[$about])* $value = $text),+ }
        }

        impl $crate::audit::Verb for Verb {
            const SLICE: $crate::slice::Slice = $crate::slice::Slice::$slice;
            const ALL: &'static [Self] = Self::ALL;

            fn name(self) -> &'static str {
                self.as_str()
            }
        }
    };
}

pub(crate) use verbs;

/// An action in the audit trail: a slice and one of its verbs, `designations.designate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    slice: Slice,
    verb: &'static str,
}

impl<V: Verb> From<V> for Action {
    fn from(verb: V) -> Self {
        Self { slice: V::SLICE, verb: verb.name() }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.slice.as_str(), self.verb)
    }
}
