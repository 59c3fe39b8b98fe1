//! The pages that compose several slices: the home page, the vacancy radar, the dossier of a newcomer, the Monday page, and the
//! pages of bodies and observatories with the people who work there.
//!
//! It only reads. It may know every slice, and no slice knows it.

pub mod api;
pub mod radar;
pub mod service;
pub mod web;
mod words;
