//! One-press links as keys: issued, found again, revoked. What a press does stands in `press/`.
//!
//! A link is bound to one task, one person and the designation by which that person was told. Its token is 256 random bits;
//! the database holds the hash. It is not spent by use: scanners open every link of a mail and some even press, so a link
//! that worked once would be dead before its reader came. It ends when its day comes, and with the designation.
//!
//! A leaf of the slice graph on purpose: the handover, which every other slice rests on, revokes links here.

pub mod model;
pub mod service;
mod store;
