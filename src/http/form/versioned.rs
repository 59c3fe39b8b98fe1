//! Forms about records with a version.

use super::state::FormState;
use crate::error::Error;
use serde::Deserialize;
use std::ops::Deref;

/// Fields of a form with the version of the record for which it was made.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Versioned<T> {
    /// Version in the form's hidden field.
    #[serde(default)]
    pub version: String,
    #[serde(flatten)]
    pub fields: T,
}

impl<T> Versioned<T> {
    /// Makes a form for a version.
    pub fn of(version: i32, fields: T) -> Self {
        Self { version: version.to_string(), fields }
    }

    /// Returns the version for which the form was made. A form without a valid version is stale, because no page of the
    /// service sends one.
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
    /// Makes a form without errors, for a version.
    pub fn made_of(version: i32, fields: T) -> Self {
        Self::fresh(Versioned::of(version, fields))
    }

    /// Replaces a stale version with the present one, because the page shows the change and its reader may send the
    /// form again.
    #[must_use]
    pub fn beside(mut self, version: i32) -> Self {
        if self.errors.is_stale() {
            self.values.version = version.to_string();
        }
        self
    }
}
