//! Calendar data (RFC 5545, RFC 5546, RFC 7986): invitations and cancellations that travel by mail, feeds that programs fetch.
//!
//! Pure: what goes in are values, what comes out is text with CRLF line ends, folded at 75 octets, the same bytes for the
//! same values. Serialising is calcard's work; [`object`] adds what it leaves to its callers.
//!
//! The rules that hold for both kinds:
//! - A UID lives as long as its entry and contains nothing that can change.
//! - SEQUENCE rises when day, hour or status change; a receiver ignores what is older than what it knows.
//! - An entry that is cancelled is sent or kept as cancelled, never dropped: silence leaves it in people's calendars.
//! - STATUS says only tentative, confirmed or cancelled. "Postponed" is a word for the summary.
//! - Hours are wall time in Europe/Rome and the object carries the rules of the zone.

pub mod feed;
pub mod invitation;
mod object;

pub use feed::{EntryStatus, Feed, FeedEntry, When};
pub use invitation::{Attendee, Invitation, Organizer, Role, method_name};
pub use object::IcalError;
