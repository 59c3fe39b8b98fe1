//! The yearly agenda: dates proposed from the rules of the catalogue, and the numbered editions in which it is adopted.
//!
//! *Proposal.* For a span of months, every product with a rule is compared with the releases that exist: what is new, what
//! would change, what stays because its date was set by hand or is announced. Nothing is stored until a line is accepted.
//! A date follows its rule as long as it is the day the rule gave (`release.rule_day`); any other date is one set by hand,
//! which changes only if its own line is accepted.
//!
//! *Measures.* The horizon of each product, and the notice of the dates announced in the last year.
//!
//! *Edition.* An immutable numbered copy of the agenda of a span, adopted by the secretariat or by a decision of the table. Editions are compared with each other and with the
//! agenda of today.
//!
//! *Year.* The releases of a year with the state of each contribution, read by everyone who sees a contribution.
//!
//! *Permissions.* The secretariat proposes, accepts and adopts. Everybody reads editions, because the agenda is public.
//!
//! *Mails.* None: a provisional date is not told.

pub mod api;
mod compare;
mod measures;
pub mod model;
pub mod policy;
pub mod service;
mod store;
pub mod verb;
pub mod web;
