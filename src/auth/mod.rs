//! Who asks: signing in by a mailed link, sessions, API tokens.
//!
//! Identity answers one question, "who is this, and which seats do they hold today?", and puts the answer into the
//! [`Ctx`](crate::ctx::Ctx) of every request (`extract`). It knows no roles: rights follow from designations in force
//! (rule 1 of the domain), are looked up anew at each request, and are judged by the policy of each slice. There are no
//! passwords to lose: whoever reads the office mailbox named in the act of designation is that person.
//!
//! # How one enters
//! 1. `/sign-in`: the person types the address. A link leaves by mail, if it is theirs to have.
//! 2. `/sign-in/{token}`: the link shows a page with a button. Nothing has happened yet.
//! 3. The button is pressed: the link is spent, a session opened, its key set as a cookie. The same press sent again within a
//!    minute ends that session and opens another, because the browser shows the second answer and may have lost the first.
//!
//! A page for those who are signed in leads to step 1 and, after step 3, back to itself. A form whose sign-in has ended gives
//! back what was typed (`http/kept.rs`). Every page says when the sign-in ends; `/session` tells the pages' script.
//!
//! The operator's first link (`make run` prints it) and the personas of the demonstration end in the same step 3.
//!
//! # Invariants
//! - Links, session keys and API tokens are 256 random bits and stand in the database as SHA-256 only (`store` receives
//!   hashes). A link lives at most ten minutes and works once; a session ends after 30 minutes of rest and 12 hours in
//!   all; an API token within a year, or when revoked.
//! - Nobody without a seat enters, and no key outlives the last seat of its person: `service::end_everything_of` is
//!   called at handover, and until then the key's holder has no seats, hence no rights.
//! - An API token carries the rights of its person, or the right to read only; never more.
//! - Every sign-in, end of a session, new or revoked token is an event of the audit trail.
//!
//! # Threats, and what answers each
//! | threat | answer |
//! |---|---|
//! | Scanners open mailed links, some in a browser that runs scripts | `service::show` reads only; entering takes a POST with a form token; nothing submits itself. A scanner that even presses the button opens a session in its own browser, which its owner sees in `/me` and ends; the person asks for another link |
//! | Somebody tries addresses to learn who is designated | `web::ask_for_link` answers alike for known, unknown, seatless and too frequent: after `web::ANSWERED_AFTER`, which hides the look at the register, and before anything is written, which may have to wait; the link pages have one face for every failure |
//! | Somebody floods a mailbox | at most `sign_in_mails_per_hour` links per person, counted in the database under a lock of the person's row, so that replicas count together; network limits in `http/limits`. Earlier links stay good, so flooding locks nobody out |
//! | A guessed or replayed token | 256 bits, hashed lookup, `store::spend_link` spends exactly one row once, entering spends every other open link |
//! | A second press of the button is somebody else's | it must carry the very form that spent the link: a token of 256 bits that stood on one page, good only with that browser's cookie; it is kept as a hash with the link. It replaces the session of the first press if that is still open, for a minute (`model::PRESS_REPEATED_WITHIN`): whoever has signed out does not come in again by going back |
//! | A session planted in the victim's browser (fixation) | entering always makes a new key and ends the session of the key that came with the request; `__Host-` cookie |
//! | The victim is signed in as the attacker, with the attacker's link | the page names the masked address before the button; the POST needs a form token bound to this browser |
//! | The link leaks by `Referer`, cache or log | `page::kept_secret` (no-store, `strict-origin`), said by the page itself as well, no other site's resource on these pages; logs name routes by pattern; the mail expires with the link |
//! | The link returns to a foreign site (`next`) | `local_path::LocalPath` |
//! | A stolen database copy | hashes only; a mail that still waits holds its link in clear, for ten minutes at most |
//! | A leaked API token | marked `rac_…` for scanners of leaked secrets, scope to read only by default, ends within a year, revoked in one press; an `Authorization` header that is no good is refused, never taken as anonymous |
//! | Somebody who left keeps a session | seats are read at each request; handover ends sessions, links and tokens |
//!
//! # Known limits
//! The secret of an API token is shown in the answer to the POST that made it. That answer is not stored for repetition
//! under an `Idempotency-Key`, because it would keep the secret in clear: a POST repeated over REST makes a second token, which
//! its owner sees and revokes. The page makes the secret of the session's key and its form's token, neither of which is stored:
//! pressed twice, it shows one secret twice. Links are not bound to the browser that asked, because people read mail on one device and work on another.

pub mod actor;
pub mod api;
pub mod extract;
pub mod last_use;
pub mod local_path;
mod mail;
pub mod model;
pub mod rights;
pub mod service;
mod store;
pub mod verb;
pub mod web;
