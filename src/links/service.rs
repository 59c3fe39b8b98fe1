//! Issuing, finding and revoking the keys of one-press links.

use super::store;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::secret;
use entity::ids::{DesignationId, PersonId};
use sea_orm::ConnectionTrait;

pub use super::model::Link;

/// Longest token that is looked up, in bytes. Tokens have 43 bytes; a longer one is not even hashed.
const TOKEN_BYTES: usize = 64;

/// Issues links and returns their tokens in the same order. Only their hashes are stored, so the tokens exist nowhere
/// else.
pub async fn issue(ctx: &Ctx, txn: &Txn, links: Vec<Link>) -> Result<Vec<String>> {
    let tokens: Vec<String> = links.iter().map(|_| secret::new_token()).collect();
    let hashed = tokens.iter().map(|token| secret::hash_token(token));
    let rows =
        links.into_iter().zip(hashed).map(|(link, hash)| store::New { id: ctx.new_id(), token_hash: hash, link });
    store::insert(txn, rows.collect(), ctx.now()).await?;
    Ok(tokens)
}

/// Returns the link of a token, if it is neither revoked nor expired. The caller checks whether the designation is
/// still in force.
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
