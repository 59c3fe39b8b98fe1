//! Keys of one-press links: issuing, finding and revoking them. `press/` handles the press itself.
//!
//! A link belongs to one task, one person and the designation by which the person was told. Its token is 256 random
//! bits, of which the database holds the hash. Using it does not use it up: mail scanners open every link and some
//! press buttons, so a single-use link would be dead before its reader came. It ends on its last day, or with the
//! designation.
//!
//! This slice depends on no other, because the handover, on which all slices depend, revokes links here.

pub mod model;
pub mod service;
mod store;
