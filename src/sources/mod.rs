//! Sources: the calendars of others, on whose dates the releases of the network depend (Istat, INPS, the chambers of
//! commerce, the regional platform).
//!
//! *Invariants.* A source is never deleted, nor is one of its dates: a date that does not count any more is withdrawn. What
//! each date was before, and since when, is kept. A date that moves changes no release: `agenda` proposes the days that the
//! rules of products give with the new date.
//!
//! *Import.* A calendar file or a table is compared with the dates that are known, and the result is shown before anything
//! is written. A file with a wrong row is refused as a whole. Dates that the file does not have stay.
//!
//! *Permissions.* Holders of seats of the network read. The secretariat writes.
//!
//! *Mails.* None: the Monday page of the secretariat says that dates have to be reviewed.

pub mod api;
mod labels;
pub mod model;
pub mod policy;
pub mod questions;
pub mod service;
mod store;
pub mod verb;
pub mod web;
