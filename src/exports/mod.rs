//! Exports: the agenda, the contributions, the tasks and the register of designations as tables for a spreadsheet program.
//!
//! An export has the rows of the list that its reader may see, no personal data beyond those of the list's page, headings in
//! the reader's language, and at most [`crate::http::sheet::MOST_EXPORTED`] rows. It is composed from the services of the
//! slices; no slice depends on it. It has the filters of its list, so that the file has the rows of all pages of the list.

pub mod api;
pub mod policy;
mod tables;
pub mod web;
