//! What is put together from several slices: the home page, the vacancy radar, the dossier of a newcomer, the Monday page,
//! the mail log and the jobs; and the pages of the network with the people who work there.
//!
//! Reads only, but for the buttons of the mail log, which press the outbox's own use cases. It may know every slice and no
//! slice knows it.

pub mod api;
mod labels;
pub mod mail_log;
pub mod radar;
pub mod service;
pub mod web;
mod words;
