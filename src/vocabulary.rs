//! Closed vocabularies of the code: enums whose values have stored or displayed names.
//!
//! The vocabularies of columns are in `entity/src/kinds.rs`; all others use this macro.

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

            /// Returns the name stored in the database, which is also the last part of text keys.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $text),+ }
            }
        }
    };
}

pub(crate) use vocabulary;
