//! Issuing, finding and revoking the keys of one-press links.

use super::store;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::secret;
use entity::ids::{DesignationId, PersonId};
use sea_orm::ConnectionTrait;

pub use super::model::Link;

/// Longest token looked up, in bytes: ours have 43 characters, and a longer one is not even hashed.
const TOKEN_BYTES: usize = 64;

/// Issues a link and returns its token, which exists nowhere else from now on. `reminders` calls this.
pub async fn issue(ctx: &Ctx, txn: &Txn, link: Link) -> Result<String> {
    let token = secret::new_token();
    store::insert(txn, ctx.new_id(), secret::hash_token(&token), link, ctx.now()).await?;
    Ok(token)
}

/// The link of a token, if it is neither revoked nor expired. Whether the designation still holds is the caller's to ask.
pub async fn find(ctx: &Ctx, db: &impl ConnectionTrait, token: &str) -> Result<Option<Link>> {
    if token.len() > TOKEN_BYTES {
        return Ok(None);
    }
    Ok(store::find_live(db, &secret::hash_token(token), ctx.now()).await?)
}

/// Ends every link of a designation; the handover calls this. Returns how many were still good.
pub async fn revoke_for_designation(ctx: &Ctx, txn: &Txn, designation: DesignationId) -> Result<u64> {
    Ok(store::revoke(txn, store::Of::Designation(designation), ctx.now()).await?)
}

/// Ends every link of a person, because the address they were mailed to is not theirs any more. Returns how many were still good.
pub async fn revoke_for_person(ctx: &Ctx, txn: &Txn, person: PersonId) -> Result<u64> {
    Ok(store::revoke(txn, store::Of::Person(person), ctx.now()).await?)
}
