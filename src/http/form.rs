//! Forms of pages, all with the same process.
//!
//! A slice's form is a struct of `String`s, each with `#[serde(default)]`, because typed text is shown again unchanged
//! until it is accepted. [`sent`] extracts it from the request, [`crate::typed::Reading`] parses its fields, [`answer`]
//! executes it once or shows it again, [`state`] is the data that the page shows. A form about a record with a version
//! is a [`versioned::Versioned`].

mod answer;
mod sent;
mod state;
mod versioned;

pub use answer::{answer, answer_by, change, press};
pub(super) use sent::parse;
pub use sent::{Form, MAX_BYTES, OnlyButton, PublicForm, Sent};
pub use state::{Choice, Errors, FormError, FormState, Group, row_field};
pub use versioned::Versioned;
