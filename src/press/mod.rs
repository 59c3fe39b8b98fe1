//! Answering a task from a mail: the link in a reminder shows its task, and a button on that page answers it. It needs
//! no sign-in and no script.
//!
//! *Rights of a link.* A link shows one task and lets its reader start it, hand it in (with the text where it submits the
//! deliverable), say that it will be late or report an obstacle, as the person it was mailed to and by the designation named in it. The actor is built at each use from the designations in
//! force at that instant, so a link stops working as soon as its reader leaves the seat. The handover also revokes it
//! (`links/`).
//!
//! *Mail scanners.* Scanners open every link of a mail, some twice, some with scripts, and a few press buttons. GET
//! changes nothing and does not use up the link. A press needs a POST from our own page (`http/csrf.rs` checks its
//! origin), and no page posts by itself. The token in the path serves as the form token, because a foreign page does
//! not know it.
//!
//! *Refusals.* A link that is unknown, expired, revoked, of a seat that changed hands or of a cancelled task is refused
//! with the same code, `link_unusable`. A finished task is still shown, and pressing again changes nothing: the answer
//! tells the present state, neither as an error nor as a success.

pub mod service;
pub mod web;
