//! The network itself: the agreement, the bodies that signed it, their observatories, the people who work there, and the
//! days each territory works.
//!
//! What holds:
//! - Agreement, bodies, observatories and calendars come from `raccordo load`. What the file leaves open (certified mailboxes
//!   of bodies, the day the agreement was signed) the secretariat enters here. They hold no personal data and anybody may
//!   read them.
//! - A body is called by its code, its IPA code or any of its other names; IPA codes bear case and are compared without
//!   ("`p_CO`" is "`p_co`"), and shown as the index publishes them.
//! - A person is an address: e-mail addresses are kept in lower case and belong to one person. The same address under
//!   another name is refused, because one of the two is a slip, and a mail to the wrong person cannot be called back.
//! - People are personal data: secretariat and direction see all, the others those who hold a seat of their own body;
//!   partners, who sit beside a body and not in it, only themselves.
//!
//! This slice sends no mail and depends on no other slice.

pub mod api;
pub mod calendar;
mod labels;
pub mod model;
pub mod policy;
pub mod service;
pub mod settings;
mod store;
pub mod web;
