//! What is put together from several slices: the vacancy radar, the dossier of a newcomer, the Monday page.
//!
//! Reads only. It may know every slice and no slice knows it.

pub mod radar;
