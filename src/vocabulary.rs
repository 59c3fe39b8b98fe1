//! Closed vocabularies of the code: an enum whose values have names that are kept or shown.
//!
//! The vocabularies of columns are in `entity/src/kinds.rs`; these are the others.

/// Declares a closed vocabulary: the enum, `ALL` in the order of declaration, and `as_str`.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $value:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$about])* $value),+
        }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$value),+];

            /// Returns the name that is kept in the database and ends the keys of the texts.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $text),+ }
            }
        }
    };
}

pub(crate) use vocabulary;
