//! Forms as a page shows them: the fields with the typed values, and the errors.

use crate::error::{Code, Error, RowError};
use crate::http::Failure;
use crate::http::problem::first_text;
use crate::http::wording::{field_text, text};
use crate::texts::Lang;
use std::borrow::Cow;
use std::ops::Deref;

/// The errors of a form in the reader's language, in the order in which they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors {
    found: Vec<FormError>,
    /// Whether the record has changed since the form was made.
    is_stale: bool,
    /// Whether the form comes back after a new sign-in, to be checked and sent.
    is_resumed: bool,
}

/// One error of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormError {
    /// Name of the field; empty if the error concerns the whole form.
    pub field: Cow<'static, str>,
    pub text: String,
}

/// Returns the name of the field of a row, for its position from 0.
pub fn row_field(row: usize) -> String {
    format!("row-{row}")
}

impl FormError {
    fn new(field: &'static str, text: String) -> Self {
        Self { field: Cow::Borrowed(field), text }
    }

    /// Makes the error of one row of a form: the field is `row-3`.
    fn of_row(RowError { row, error }: &RowError, lang: Lang) -> Self {
        Self { field: Cow::Owned(row_field(*row)), text: first_text(error, lang) }
    }
}

impl Errors {
    /// Converts a refusal into error texts. Returns the failure itself if no correction of the form could help: not
    /// permitted, not found, internal error.
    pub fn from_error(lang: Lang, error: Error) -> Result<Self, Failure> {
        let found = match error {
            Error::Invalid(fields) => fields
                .into_iter()
                .map(|wrong| FormError::new(wrong.field, field_text(lang, wrong.field, wrong.code, &wrong.params)))
                .collect(),
            Error::Refused(refused) if refused.code != Code::FormExpired => {
                let field = refused.field.unwrap_or_default();
                vec![FormError::new(field, field_text(lang, field, refused.code, &refused.params))]
            }
            Error::Spent { code, field, .. } => vec![FormError::new(field, text(lang, code, &[]))],
            Error::Rows(rows) => rows.iter().map(|row| FormError::of_row(row, lang)).collect(),
            stale if stale.code() == Code::Stale => {
                let said = FormError::new("", lang.t("common.form_stale").to_owned());
                return Ok(Self { found: vec![said], is_stale: true, is_resumed: false });
            }
            other => return Err(Failure(other)),
        };
        Ok(Self { found, ..Self::default() })
    }

    /// Returns the errors of a part of a form that is repeated for each party: each field is named `field-code`, and
    /// each text begins with the part's name, because the summary lists the errors of all parts.
    #[must_use]
    pub fn of_part(mut self, code: &str, name: &str) -> Self {
        for error in &mut self.found {
            let field = Cow::Owned(format!("{}-{code}", error.field));
            *error = FormError { field, text: format!("{name}: {}", error.text) };
        }
        self
    }

    /// Begins the text of each row's error with the row's name, because the summary lists the errors of all rows.
    #[must_use]
    pub fn naming_rows<'n>(mut self, names: impl Iterator<Item = &'n str>) -> Self {
        for (row, name) in names.enumerate() {
            let field = row_field(row);
            for error in self.found.iter_mut().filter(|error| error.field == field) {
                error.text = format!("{name}: {}", error.text);
            }
        }
        self
    }

    pub fn extend(&mut self, others: Self) {
        self.found.extend(others.found);
    }

    /// Returns whether the record has changed since the form was made: the fields need no correction, but the present
    /// values must be read again.
    pub const fn is_stale(&self) -> bool {
        self.is_stale
    }

    /// Returns whether the form comes back after its sender has signed in again, to be checked and sent.
    pub const fn is_resumed(&self) -> bool {
        self.is_resumed
    }

    /// Returns the first error of a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.found.iter().find(|error| error.field == field).map(|error| error.text.as_str())
    }

    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, FormError> {
        self.found.iter()
    }
}

impl<'e> IntoIterator for &'e Errors {
    type Item = &'e FormError;
    type IntoIter = std::slice::Iter<'e, FormError>;

    fn into_iter(self) -> Self::IntoIter {
        self.found.iter()
    }
}

/// One option of a list or of a group of radio buttons.
#[derive(Clone, Debug)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

impl Choice {
    pub fn new(value: impl ToString, label: impl Into<String>) -> Self {
        Self { value: value.to_string(), label: label.into() }
    }
}

/// Options of a list under a common heading.
#[derive(Clone, Debug)]
pub struct Group {
    pub label: String,
    pub choices: Vec<Choice>,
}

/// A form as a page shows it: with its values (`form.given_name`) and the errors beside them
/// (`form.errors.of("given_name")`).
#[derive(Clone, Debug, Default)]
pub struct FormState<T> {
    pub values: T,
    pub errors: Errors,
}

impl<T> FormState<T> {
    /// Makes a form without errors: empty, or filled with stored values.
    pub fn fresh(values: T) -> Self {
        Self { values, errors: Errors::default() }
    }

    /// Makes a form with the values typed before the sign-in.
    pub(super) fn resumed(values: T) -> Self {
        Self { values, errors: Errors { is_resumed: true, ..Errors::default() } }
    }

    /// Makes a form with the typed values and the errors. Returns the failure itself if no correction could help.
    pub fn refused(values: T, lang: Lang, error: Error) -> Result<Self, Failure> {
        Ok(Self { values, errors: Errors::from_error(lang, error)? })
    }
}

impl<T> FormState<T> {
    /// Removes the conflict's error text, for a page that shows the change itself.
    #[must_use]
    pub fn told_by_the_page(mut self) -> Self {
        if self.errors.is_stale() {
            self.errors.found.clear();
        }
        self
    }
}

impl<T> Deref for FormState<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::FieldError;

    #[derive(Debug)]
    struct Typed {
        given_name: String,
    }

    #[test]
    fn a_refused_form_shows_typed_values_and_errors() {
        let wrong = Error::Invalid(vec![FieldError::new("given_name", Code::Required)]);
        let form = FormState::refused(Typed { given_name: "  ".into() }, Lang::En, wrong).expect("correctable");
        assert_eq!(form.given_name, "  ");
        assert_eq!(form.errors.of("given_name"), Some(Lang::En.t("fields.given_name")));
        assert_eq!(form.errors.of("family_name"), None);
    }

    #[test]
    fn what_no_correction_can_heal_stays_a_failure() {
        assert!(FormState::refused((), Lang::It, Error::Denied).is_err());
    }
}
