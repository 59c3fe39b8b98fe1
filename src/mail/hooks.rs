//! Questions of the dispatcher that only slices can answer. `mail` does not depend on any slice: `src/kinds_of_mail.rs`
//! passes in the answers.

use super::kind::Facts;
use super::outbox::TakenBack;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use entity::ids::PersonId;
use futures_util::future::BoxFuture;
use sea_orm::DatabaseConnection;

/// Result of the check before a mail is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Holds,
    TakenBack(TakenBack),
    /// Another mail has to be sent first.
    NotYet,
}

/// Answers of the slices.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// Checks a mail that was taken to be sent.
    pub last_look: for<'a> fn(&'a Ctx, &'a DatabaseConnection, &'a Facts) -> BoxFuture<'a, Result<Verdict>>,
    /// Notes that a relay permanently refused the address of a person, with the relay's answer.
    pub address_refused: for<'a> fn(&'a Ctx, &'a Txn, PersonId, &'a str, &'a str) -> BoxFuture<'a, Result<()>>,
}
