//! A mailbox that is not there: the one thing that mail tells the network, through [`Hooks`].
//!
//! Only a relay's refusal of the recipient for good counts. A full mailbox, a greylist, a relay that is away or does not relay for us
//! are no news about the person, and a refusal of an address that the person has left meanwhile is none about the new one.

use super::hooks::Hooks;
use super::outbox::lease::{self, Lease, Outcome};
use super::transport::FailureClass;
use crate::ctx::Ctx;
use crate::db::{StoreError, Txn};
use crate::error::{Error, Result};

/// Notes the refusal with the person it is about, in the transaction that writes the mail's end, so that the vacancy radar shows it
/// as soon as the mail log does. The first refusal of an address stays: since when matters, not how often.
pub async fn note(hooks: Hooks, ctx: &Ctx, txn: &Txn, lease: &Lease, outcome: &Outcome) -> Result<()> {
    let Outcome::Refused { class, text } = outcome else { return Ok(()) };
    if *class != FailureClass::Recipient.as_str() {
        return Ok(());
    }
    let Some((Some(person), recipient)) = lease::addressee(txn, lease).await? else { return Ok(()) };
    match (hooks.address_refused)(ctx, txn, person, &recipient, text).await {
        // Somebody changes the person at this very moment. It is not the lease that is stale: worth trying again.
        Err(Error::Store(StoreError::Stale)) => Err(Error::Store(StoreError::Busy)),
        noted => noted,
    }
}
