//! Reminders: queries all slices for obligations and reminds people in time, in one mail a day.
//!
//! *Invariants.* No slice depends on this one; it owns only its log. Each rung of an obligation is logged once per due
//! day, as sent or as skipped with the reason. "Sent" means that a mail was promised. If that mail is withdrawn or
//! expires before it leaves, the rung is decided again and its entry updated; not if the mail may have left, nor if it
//! was withdrawn by hand. The recipient is determined when the mail is written (rule 2 of the domain): the holder of
//! the seat; the deputy if there is no holder, or if the holder is absent and the work is to be reassigned; otherwise
//! the secretariat. The mail gives the reason.
//!
//! *Never outdated.* A run is planned outside any transaction; each mail is checked again in the transaction that promises it.
//! A waiting mail (the relay does not answer, or sending is paused) is checked every minute, and once more when it is about
//! to be sent (`Reminder::still_true`). If any of its lines is done, moved, or now addressed to someone else, it is withdrawn,
//! and a new mail is written for the remaining lines. It expires at the end of the day's permitted hours, because it contains
//! «today» and «in three days».
//!
//! *Times.* On working days of the recipient's territory, within the hours set for the network. At most one mail per
//! person and day; later obligations wait for the next day's mail.
//!
//! *By hand.* The secretariat may remind the holder of a seat of one obligation, at any hour, at most once a day for each
//! person and obligation (`service/urge.rs`). Such a reminder is a rung of the same log: the ladder does not repeat it, and it
//! does not take the place of the day's mail.
//!
//! *Who may.* The job itself; the secretariat reads the log and reminds by hand.
//!
//! *Mails.* «Promemoria» and «Sollecito»: one line per obligation, each with its own one-press link (`press/`).
//!
//! *Rejected.* A timer per reminder: it has to be found and moved with every date, and is lost in an outage. Here
//! nothing is planned ahead; each minute queries what is due now and not sent yet.

pub mod addressee;
pub mod api;
pub mod job;
pub mod ladder;
pub mod mail;
pub mod model;
pub mod plan;
pub mod policy;
#[cfg(test)]
mod samples;
pub mod service;
pub mod silence;
mod store;
pub mod verb;
pub mod web;
