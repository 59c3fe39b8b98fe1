//! The catalogue: the products of the network, the template of steps behind their releases, who contributes to them, and
//! how they are made.
//!
//! *Invariants.* A product is never deleted. A retired one cannot be planned any more, and its releases stay. A change of
//! the template does not touch existing releases: a step whose seat or distance changes is replaced by another row, and
//! the tasks of existing releases keep theirs until the secretariat applies the present ones (`releases`). A version of the methodology sheet is never changed; a correction is
//! another version. Of several versions that apply to a period the latest is in force.
//!
//! *Contributors.* All territorial observatories or those named, with or without the regional one. They decide who owes
//! a release when it is confirmed (`releases`); a confirmed release keeps its contributions. An autonomous product is owed by
//! the one observatory that its release names, which has to be among them.
//!
//! *Two authors.* `raccordo load` writes the products of its file, and the secretariat changes them here. A product
//! that was changed here is not overwritten by a load unasked (`edited_at`).
//!
//! *Permissions.* Everybody reads. The secretariat creates, edits, retires and publishes sheets.
//!
//! *Mails.* None.

pub mod api;
mod labels;
pub mod model;
pub mod policy;
pub mod questions;
pub mod service;
mod store;
pub mod verb;
pub mod web;
