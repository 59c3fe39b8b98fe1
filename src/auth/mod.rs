//! Identity: signing in by a mailed link, sessions, API tokens.
//!
//! Identity answers one question, "who is this, and which seats do they hold today?", and puts the answer into the
//! [`Ctx`](crate::ctx::Ctx) of every request (`extract`). It knows no roles: rights follow from designations in force
//! (rule 1 of the domain), are looked up at each request, and are decided by the policy of each slice. There are no
//! passwords: a person is identified by reading the office mailbox named in the act of designation.
//!
//! # Signing in
//! 1. `/sign-in`: the person types an address. If it belongs to a holder of a seat, a link is mailed.
//! 2. `/sign-in/{token}`: the link shows a page with a button. It changes nothing.
//! 3. The button is pressed: the link is spent, a session opened, its key set as a cookie. The same press repeated
//!    within a minute ends that session and opens another, because the browser shows the second answer and may have lost
//!    the first.
//!
//! A page that needs a sign-in leads to step 1 and, after step 3, back to itself. A form whose sign-in has ended keeps
//! the typed text (`http/kept.rs`). Every page says when the sign-in ends; `/session` tells the pages' script.
//!
//! The operator's first link (printed by `make run`) and the personas of the demonstration also end in step 3.
//!
//! # Invariants
//! - Links, session keys and API tokens are 256 random bits, stored as SHA-256 only (`store` receives hashes). A link
//!   is valid for at most ten minutes and works once. A session ends after 30 minutes without use, and after 12 hours
//!   in any case. An API token ends within a year, or when revoked.
//! - Only a person with a seat can sign in, and no key outlives the last seat of its person: the handover calls
//!   `service::end_everything_of`, and until then the key's holder has no seats, hence no rights.
//! - An API token carries the rights of its person, or read-only rights, never more.
//! - Every sign-in, end of a session, new or revoked token is an event of the audit trail.
//!
//! # Threats and countermeasures
//! | threat | countermeasure |
//! |---|---|
//! | Scanners open mailed links, some in a browser that runs scripts | `service::show` only reads; signing in takes a
//! POST with a form token; no page submits itself. A scanner that presses the button opens a session in its own
//! browser, which the person sees in `/me` and can end; the person asks for another link |
//! | An attacker tries addresses to learn who is designated | `web::ask_for_link` gives the same answer for known,
//! unknown, seatless and too frequent addresses, after the fixed time `web::ANSWERED_AFTER`, which hides the lookup,
//! and before any write, which may have to wait; the link pages show the same page for every failure |
//! | An attacker floods a mailbox | at most `sign_in_mails_per_hour` links per person, counted in the database by use
//! cases that run one after the other, so that replicas count together; network limits in `http/limits`. Earlier links
//! stay valid, so flooding does not lock the person out |
//! | A guessed or replayed token | 256 bits, hashed lookup, `store::spend_link` spends exactly one row once, signing in
//! spends every other open link |
//! | An attacker repeats the press | the repetition must carry the form that spent the link: a token of 256 bits shown
//! on one page and valid only with that browser's cookie; its hash is stored with the link. It replaces the session of
//! the first press only within a minute (`model::PRESS_REPEATED_WITHIN`) and only while that session is open, so that
//! going back a page after signing out does not sign in again |
//! | A session planted in the victim's browser (fixation) | signing in always makes a new key and ends the session of
//! the key that came with the request; `__Host-` cookie |
//! | The victim is signed in as the attacker, with the attacker's link | the page names the masked address before the
//! button; the POST needs a form token bound to this browser |
//! | The link leaks by `Referer`, cache or log | `page::kept_secret` (no-store, `strict-origin`), also declared in the
//! page itself, no resource of another site on these pages; logs name routes by pattern; the mail expires with the link
//! |
//! | The link returns to a foreign site (`next`) | `local_path::LocalPath` |
//! | A stolen database copy | hashes only; a waiting mail holds its link in clear, for ten minutes at most |
//! | A leaked API token | the prefix `rac_` is known to secret scanners, read-only by default, ends within a year,
//! revoked with one press; an invalid `Authorization` header is refused, never treated as anonymous |
//! | A person who left keeps a session | seats are read at each request; the handover ends sessions, links and tokens |
//!
//! # Known limits
//! The secret of an API token is shown in the answer to the POST that made it. That answer is not stored for repetition
//! under an `Idempotency-Key`, because it would store the secret in clear: a repeated POST over REST makes a second
//! token, which its owner sees and revokes. The page derives the secret from the session key and the form's token,
//! neither of which is stored: pressed twice, it shows the same secret twice. Links are not bound to the browser that
//! asked, because people read mail on one device and work on another.

pub mod actor;
pub mod api;
pub mod extract;
pub mod last_use;
pub mod local_path;
pub mod mail;
pub mod model;
mod questions;
pub mod rights;
pub mod service;
mod store;
pub mod verb;
pub mod web;
