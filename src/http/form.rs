//! Forms of pages: one protocol for all of them.
//!
//! A slice's form is a struct of `String`s, each with `#[serde(default)]`, because what people type is shown again unchanged
//! until it is accepted. [`sent`] takes it from the request, [`crate::typed::Reading`] understands its fields, [`answer`]
//! does what it asks once or shows it again, [`state`] is what the page is given to show. A form about something with a
//! version is a [`versioned::Versioned`].

mod answer;
mod sent;
mod state;
mod versioned;

pub use answer::{answer, answer_by, change, press};
pub(super) use sent::parse;
pub use sent::{Form, MAX_BYTES, OnlyButton, Sent};
pub use state::{Choice, Errors, FormError, FormState};
pub use versioned::Versioned;
