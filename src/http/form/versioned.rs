//! Forms about something that has a version.

use super::state::FormState;
use crate::error::Error;
use serde::Deserialize;
use std::ops::Deref;

/// The fields of a form with the version of the thing that the form was made of.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Versioned<T> {
    /// The version as the form's hidden field has it.
    #[serde(default)]
    pub version: String,
    #[serde(flatten)]
    pub fields: T,
}

impl<T> Versioned<T> {
    /// Returns a form made of a version.
    pub fn of(version: i32, fields: T) -> Self {
        Self { version: version.to_string(), fields }
    }

    /// Returns the version that the form was made of. A form without a readable version is stale, because no page of the
    /// service has sent it.
    pub fn seen(&self) -> Result<i32, Error> {
        self.version.parse().map_err(|_| Error::Stale)
    }
}

impl<T> Deref for Versioned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.fields
    }
}

impl<T> FormState<Versioned<T>> {
    /// Returns a form that was not sent yet, made of a version.
    pub fn made_of(version: i32, fields: T) -> Self {
        Self::fresh(Versioned::of(version, fields))
    }

    /// Returns the form made of the present version, where it was stale: its reader has been shown the change and may send
    /// the form again.
    #[must_use]
    pub fn beside(mut self, version: i32) -> Self {
        if self.errors.is_stale() {
            self.values.version = version.to_string();
        }
        self
    }
}
