//! Tasks: something a seat has to do by a day.
//!
//! *Invariants.* A task belongs to a seat, never to a person: who holds the seat is looked up when it matters. The day of a
//! step's task derives from its release in the calendar of the seat's territory; a day set by hand is kept apart and
//! survives every derivation. The observatory's last step, which hands the deliverable in, follows a day set by hand on the
//! deliverable. Done and cancelled are for ever.
//!
//! *A step and its deliverable.* The deliverable is the truth, the steps are the way to it. Starting or finishing a step
//! begins the deliverable; finishing the observatory's last open step hands it in, and if it is blocked, as soon as it goes on. The other way round nothing is stored
//! twice: once the deliverable is handed in, waived or settled, nobody is called upon for its open steps any more
//! ([`model::is_called_for`]), and if the review sends it back the deliverable itself is what is due.
//!
//! *Who may.* Whoever works for the seat: its holder, referent and deputy of the same observatory alike, and the
//! secretariat on their behalf. Only the secretariat cancels, sets a day by hand, or creates a task freely.
//!
//! *Mails.* None of its own: the reminders ask [`due`].

pub mod api;
pub mod due;
pub mod model;
pub mod policy;
pub mod service;
mod store;
pub mod verb;
pub mod web;
