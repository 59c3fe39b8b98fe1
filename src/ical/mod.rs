//! Calendar data (RFC 5545, RFC 5546, RFC 7986): invitations and cancellations sent by mail, and feeds fetched by
//! programs.
//!
//! Pure: values in, text out, with CRLF line ends, folded at 75 octets. The same values give the same bytes. calcard
//! serialises; [`object`] adds the checks that it leaves to its callers.
//!
//! Rules for both kinds:
//! - The UID of an entry never changes and contains nothing that can change.
//! - SEQUENCE rises when day, hour or status change; receivers ignore an older number than the one they have.
//! - A cancelled entry is sent or kept as cancelled and never dropped, because a dropped one stays in people's
//!   calendars.
//! - STATUS is tentative, confirmed or cancelled only; "postponed" is written in the summary.
//! - Hours are wall time in Europe/Rome, and the object carries the rules of that zone.

pub mod feed;
pub mod invitation;
mod object;
pub mod reading;

pub use feed::{EntryStatus, Feed, FeedEntry, When};
pub use invitation::{Attendee, Invitation, Organizer, Role, method_name};
pub use object::IcalError;
