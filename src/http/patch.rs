//! The three states of a member in a merge patch (RFC 7396): absent, `null`, or a value. `Option` has only two, and a
//! patch has to distinguish "keep" from "remove".

use crate::error::{Code, Error};
use serde::{Deserialize, Deserializer};

/// One member of a merge patch. Each field carries `#[serde(default)]`, which makes an absent member [`Patch::Keep`];
/// in the document it is an `Option`: `#[schema(value_type = Option<…>)]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// The member is absent: the value stays.
    #[default]
    Keep,
    /// The member is `null`: the value is removed.
    Clear,
    /// The member has a new value.
    Set(T),
}

impl<T> Patch<T> {
    /// Returns the value after the patch, for an optional member.
    pub fn apply(self, present: Option<T>) -> Option<T> {
        match self {
            Self::Keep => present,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// Returns the new value of a member that cannot be removed, if it has one.
    pub fn replacing(self, field: &'static str) -> Result<Option<T>, Error> {
        match self {
            Self::Keep => Ok(None),
            Self::Set(value) => Ok(Some(value)),
            Self::Clear => Err(Error::field(field, Code::Required)),
        }
    }

    /// Returns the new value of a removable member, if it changes.
    pub fn changing(self) -> Option<Option<T>> {
        match self {
            Self::Keep => None,
            Self::Clear => Some(None),
            Self::Set(value) => Some(Some(value)),
        }
    }

    /// Returns the patch with a converted value.
    pub fn map<U>(self, say: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(say(value)),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Input {
        #[serde(default)]
        phone: Patch<String>,
    }

    fn phone(json: &str) -> Patch<String> {
        serde_json::from_str::<Input>(json).expect("a patch").phone
    }

    #[test]
    fn absent_null_and_a_value_are_three_things() {
        let present = || Some("1".to_owned());
        assert_eq!(phone("{}").apply(present()), present());
        assert_eq!(phone(r#"{"phone":null}"#).apply(present()), None);
        assert_eq!(phone(r#"{"phone":"2"}"#).apply(present()), Some("2".to_owned()));
    }
}
