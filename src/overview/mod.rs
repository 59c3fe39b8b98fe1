//! Pages composed from several slices: the home page, the vacancy radar, the dossier of a newcomer, the Monday page; and the
//! pages of the network with the people in it.
//!
//! It only reads. It may use every slice, and no slice uses it.

pub mod api;
mod labels;
pub mod policy;
pub mod radar;
pub mod service;
pub mod web;
mod words;
