//! Issuing, finding and revoking the keys of one-press links.

use super::store;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::secret;
use entity::ids::{DesignationId, PersonId};
use sea_orm::ConnectionTrait;

pub use super::model::Link;

/// Longest token looked up, in bytes. Our tokens have 43; a longer one is refused without hashing it.
const TOKEN_BYTES: usize = 64;

/// Issues a link and returns its token, which is stored nowhere else. Called by `reminders`.
pub async fn issue(ctx: &Ctx, txn: &Txn, link: Link) -> Result<String> {
    let token = secret::new_token();
    store::insert(txn, ctx.new_id(), secret::hash_token(&token), link, ctx.now()).await?;
    Ok(token)
}

/// Returns the link of a token if it is neither revoked nor expired. The caller checks whether the designation is still
/// in force.
pub async fn find(ctx: &Ctx, db: &impl ConnectionTrait, token: &str) -> Result<Option<Link>> {
    if token.len() > TOKEN_BYTES {
        return Ok(None);
    }
    Ok(store::find_live(db, &secret::hash_token(token), ctx.now()).await?)
}

/// Ends every link of a designation and returns how many were still valid. Called by the handover.
pub async fn revoke_for_designation(ctx: &Ctx, txn: &Txn, designation: DesignationId) -> Result<u64> {
    Ok(store::revoke(txn, store::Of::Designation(designation), ctx.now()).await?)
}

/// Ends every link of a person, because the address they were mailed to is no longer the person's. Returns how many
/// were still valid.
pub async fn revoke_for_person(ctx: &Ctx, txn: &Txn, person: PersonId) -> Result<u64> {
    Ok(store::revoke(txn, store::Of::Person(person), ctx.now()).await?)
}
