//! Effects of a change before it is made (*what-if*).
//!
//! A preview carries the change out in a transaction and takes it back (`Ctx::rehearse`), so it cannot differ from the
//! effect: days, states, versions in calendars and readers of mails are read from the rehearsed rows, and a change that
//! would be refused is refused with the same words. It keeps nothing, and no mail leaves.
//!
//! Previewed are the acts on a date (confirm, move, cancel), the present steps of a product for releases at work, and the
//! acceptance of lines of a proposal of the agenda.
//!
//! *Permissions.* Those of the change itself.
//!
//! *Mails.* None.
//!
//! The slice stands above releases, agenda and meetings because previews compare them.

pub mod api;
pub mod model;
pub mod service;
pub mod web;
