//! The network: the agreement, the bodies that signed it, their observatories, the people who work there, and the
//! working days of each territory.
//!
//! Rules:
//! - Agreement, bodies, observatories and calendars are imported with `raccordo load`. The secretariat enters here what
//!   the file leaves open: certified mailboxes of bodies and the day of signature of the agreement. These records hold
//!   no personal data and are public.
//! - A body is found by its code, its IPA code or any of its other names. IPA codes are shown in the spelling of the
//!   public index and compared without case ("`p_CO`" equals "`p_co`").
//! - A person is identified by an e-mail address, kept in lower case. The same address under another name is refused,
//!   because one of the two is a mistake and a mail to the wrong person cannot be recalled.
//! - People are personal data. Secretariat and direction see all people; other readers see the holders of seats in
//!   their own body. Partners see only themselves, because they are not members of the body.
//!
//! This slice sends no mail and depends on no other slice.

pub mod api;
pub mod calendar;
mod labels;
pub mod model;
pub mod policy;
pub mod questions;
pub mod service;
pub mod settings;
mod store;
pub mod verb;
pub mod web;
