//! Reminders: the ladder that asks every slice "what is due?" and tells people in time, once, in one mail a day.
//!
//! *Invariants.* Nobody depends on this slice; it owns only its log. A rung of an obligation's ladder is noted once for
//! each due day, as told or as skipped with the reason. Told means promised by a mail: if that mail is taken back or runs
//! out before it leaves, the rung is decided anew and its note follows; not if it may have left all the same, nor if somebody
//! at the desk withdrew it. Who is told is looked up when the mail is written
//! (rule 2 of the domain): the holder of the seat; the deputy if there is none, or if they are away and their work is to be
//! reassigned; else the secretariat. The mail says which.
//!
//! *Never stale.* A run is planned outside any transaction; each mail is checked again in the transaction that promises it.
//! A mail that waits, because the relay does not answer or sending is paused, is checked every minute, and once more when it
//! is taken to be sent (`mail/still_true.rs`): if anything it says is done, has moved or is now another person's to hear, the
//! mail is taken back and what still holds is written anew. It runs out at the end of the day's hours in any case, because
//! it speaks of «today» and «in three days».
//!
//! *When.* On working days of the recipient's territory, in the hours the network agreed. At most one mail per person and
//! day: what comes up after it waits for the next one.
//!
//! *Who may.* The job itself; the secretariat reads the log.
//!
//! *Mails.* «Promemoria»: a line per obligation, each with its own one-press link (`press/`).
//!
//! *Rejected.* A timer per reminder: it has to be found and moved whenever a date moves, and an outage loses it. Here
//! nothing is planned ahead; each minute asks what is due now and not said yet.

pub mod addressee;
pub mod api;
pub mod job;
pub mod ladder;
mod mail;
pub mod plan;
#[cfg(test)]
mod samples;
pub mod service;
mod store;
