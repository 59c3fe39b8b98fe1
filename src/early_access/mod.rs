//! Early access: who may see a product before its release, since when, until when and why.
//!
//! *Invariants.* An access belongs to a designation, so it ends with it (rule 1 of the domain). It lasts at most twelve months
//! and is renewed by the secretariat or ends. It opens the accepted texts of a confirmed release some hours before its
//! instant, and no text of any other release. Every view is a row, written before the text is shown. The list of the standing accesses is public: the kind of seat, its place or organisation, the days and the
//! reason, but no name.
//!
//! *Permissions.* The secretariat grants, renews, ends, and reads the log of views. The holder of the designation sees the
//! texts that are open. Everybody reads the list. Those who see a contribution anyway (its observatory, its manager, the
//! region) need no access.
//!
//! *Mails.* Granted, to the holder (`mail.rs`).

pub mod api;
pub mod mail;
pub mod model;
pub mod policy;
pub mod service;
mod store;
pub mod verb;
pub mod view;
pub mod web;
