//! The meetings of the technical table and its working groups: convened, held, concluded (art. 4 of the agreement).
//!
//! *Invariants.* A draft mails nobody and has no number; a number is given when the meeting is convened, per table and year,
//! and never given again. Day and hours are wall time in Europe/Rome. The calendar identity (UID) of a meeting lives as long
//! as the meeting; what each person was last told of it is a row of `invitation`, and the sequence a person is told only ever
//! rises, so that whatever order messages arrive in, calendars end in the same state. Presence is recorded by party: a body
//! signs, its observatory works. Outcomes are append-only, and only a meeting that has been held has any. A decision keeps the
//! quorum it was taken with; what takes the quorum from under it afterwards asks for a reason that is kept.
//!
//! *Who may.* The secretariat prepares, convenes, invites and records, and chooses the parties of a working group; participants
//! see what has been convened; partners see the convened meetings they are invited to; see `policy.rs`.
//!
//! *Parties.* Every signatory at the plenary table; in a working group those the secretariat has chosen, each from an instant to
//! another. A meeting that was held keeps the parties of that instant, so that what it decided stays decided. Notice, presences
//! and quorum all count the parties of `service::parties_of`.
//!
//! *Members.* Not a list anybody keeps: of each party the referents in force, the deputies of an observatory without a referent
//! and the direction; the secretariat. A referent designated while a meeting is convened is a member the same day, and who
//! leaves is told so; the job `follow_members` sees to both.
//!
//! *Partners.* Invited one by one to one meeting, in the seat they hold: told like members, counted by nothing, and gone as soon as
//! they hold that seat no more.
//!
//! *Mails.* Convened, moved, cancelled, joined, left: one recipient and one calendar part each; see `mail.rs`.
//!
//! *Rejected.* People of a working group kept by hand: they drift from the register of designations. A delegate as a person of the
//! network: a delegation is for one meeting, and its name is all the minutes need.

pub mod api;
mod labels;
pub mod mail;
pub mod model;
pub mod policy;
pub mod service;
mod store;
pub mod view;
pub mod web;
