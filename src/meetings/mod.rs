//! The meetings of the technical table and its working groups: convened, held, concluded (art. 4 of the agreement).
//!
//! *Invariants.* A draft sends no mail and has no number. The number is assigned at the convocation, per table and
//! year, and never reused. Day and hours are wall time in Europe/Rome. The calendar identity (UID) of a meeting never
//! changes. The points of an agenda have the places 1 to n, without gaps. The latest message to each person is a row of
//! `invitation`, and the sequence sent to a person only rises, so that calendars end in the same state whatever the
//! order of messages. Presence is recorded by party: the body signs, its observatory works. Outcomes are append-only, and only a held meeting has any. A decision keeps its
//! quorum; a later change that removes it needs a reason, which is stored.
//!
//! *Derived, never stored.* The hours of a point, from the minutes of those before it; what overtook a decision, from the
//! later changes of its release; the seat that has a task, from the task.
//!
//! *Who may.* The secretariat prepares, convenes, invites and records, and chooses the parties of a working group;
//! participants see convened meetings; partners see the convened meetings they are invited to; see `policy.rs`.
//!
//! *Parties.* Every signatory at the plenary table; in a working group those chosen by the secretariat, each from one
//! instant to another. A held meeting keeps the parties of that instant, so that its decisions stay valid. Notice,
//! presences and quorum all count the parties of `service::parties_of`.
//!
//! *Members.* Derived and not stored: for each party the referents in force, the deputies of an observatory without a
//! referent, and the direction; and the secretariat. A referent designated while a meeting is convened becomes a member
//! the same day, and one who leaves is told; the job `follow_members` does both.
//!
//! *Partners.* Invited one by one to one meeting, by the seat they hold: they get the same mails as members, do not
//! count for the quorum, and are no longer invited once they lose the seat.
//!
//! *Mails.* Convened, moved, cancelled, joined, left: one recipient and one calendar part each; see `mail.rs`.
//!
//! *Rejected.* A stored list of a working group's people: it would drift from the register of designations. A delegate
//! as a person of the network: a delegation is for one meeting, and the minutes need only the name.

pub mod api;
mod labels;
pub mod mail;
pub mod model;
pub mod policy;
pub mod service;
mod store;
pub mod verb;
pub mod view;
pub mod web;
