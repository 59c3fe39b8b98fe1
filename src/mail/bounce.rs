//! Records mailboxes that do not exist; this is the only fact that mail reports to the network, through [`Hooks`].
//!
//! Only a permanent refusal of the recipient by the relay counts. A full mailbox, a greylist, or a relay that is down
//! or refuses to relay says nothing about the person, and neither does a refusal of an address that the person no
//! longer has.

use super::hooks::Hooks;
use super::outbox::Class;
use super::outbox::lease::{self, Lease, Outcome};
use super::transport::FailureClass;
use crate::ctx::Ctx;
use crate::db::{StoreError, Txn};
use crate::error::{Error, Result};

/// Records a refusal with its person, in the transaction that writes the mail's outcome, so that the vacancy radar and
/// the mail log show it at the same time. The first refusal of an address is kept, because its date matters and not the
/// number of refusals.
pub async fn note(hooks: Hooks, ctx: &Ctx, txn: &Txn, lease: &Lease, outcome: &Outcome) -> Result<()> {
    let Outcome::Refused { class, text } = outcome else { return Ok(()) };
    if *class != Class::from(FailureClass::Recipient) {
        return Ok(());
    }
    let Some((Some(person), recipient)) = lease::addressee(txn, lease).await? else { return Ok(()) };
    // Another transaction is changing the person. The lease is not stale, so the caller should try again.
    match (hooks.address_refused)(ctx, txn, person, &recipient, text).await {
        Err(Error::Store(StoreError::Stale)) => Err(Error::Store(StoreError::Busy)),
        noted => noted,
    }
}
