//! Studies that an observatory does on its own, declared in a minute: they stand in the agenda at once, and the answer says
//! which other work of the network is near to them, and why.
//!
//! *Invariants.* A study is an autonomous product of the catalogue, owed by its observatory alone, with one release. Title and
//! theme are the product's, period and month the release's; the study adds the territory that it is about. All three are
//! written in one transaction. A study is changed and withdrawn as long as its release is provisional; afterwards the release
//! moves and is cancelled like every other.
//!
//! *Nearness.* The rules are few and each says its reason (`model/near.rs`). They only inform.
//!
//! *Permissions.* Holders of seats of the network read. The referent and the deputies of the observatory declare, change and
//! withdraw; so does the secretariat, on their behalf.
//!
//! *Mails.* The secretariat is told once that a study was declared.

pub mod api;
pub mod mail;
pub mod model;
pub mod policy;
pub mod service;
mod store;
pub mod verb;
pub mod view;
pub mod web;
