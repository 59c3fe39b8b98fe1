//! Pages composed from several slices: the home page, the vacancy radar, the dossier of a newcomer, the Monday page,
//! the mail log and the jobs; and the pages of the network with the people in it.
//!
//! It only reads, except for the buttons of the mail log, which call the outbox's use cases. It may use every slice,
//! and no slice uses it.

pub mod api;
mod labels;
pub mod mail_log;
pub mod policy;
pub mod radar;
pub mod service;
pub mod web;
mod words;
