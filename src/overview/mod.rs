//! Pages that combine several slices: the home page, the vacancy radar, the dossier for a new member, the Monday page,
//! the pages of a contribution and of a task, and the pages of the network with its reports and its people.
//!
//! It only reads. It may use every slice, and no slice may use it.

pub mod api;
mod labels;
pub mod open_data;
pub mod policy;
pub mod radar;
pub mod service;
pub mod web;
mod words;
