//! One press: the link in a reminder shows its task, the pressed button answers. No signing in, no script.
//!
//! *What a link may do.* Show one task, and say of it «in lavorazione» or «consegnata», as the person it was mailed to and
//! by the designation they were told by. The actor is built anew at each use from the designations in force at that
//! instant, so a link is dead the moment its reader leaves the seat; the handover revokes it as well (`links/`).
//!
//! *Scanners.* They open every link of a mail, some twice, some with scripts, and a few even press. GET changes nothing and
//! spends nothing; a press needs a POST from our own page (`http/csrf.rs` looks at where it comes from), and nothing posts
//! itself. The token in the path is what a form token would be: a foreign page does not know it.
//!
//! *Answers.* Unknown, expired, revoked, of a seat that changed hands, of a task that was cancelled: one refusal for all,
//! `link_unusable`. A task that is done still shows as done, and pressing again changes nothing and is answered with what is:
//! a double click is no error, and no success.

pub mod service;
pub mod web;
