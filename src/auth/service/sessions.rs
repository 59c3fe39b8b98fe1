//! A person's sessions: listing them, ending them, and ending all access.

use crate::auth::model::{Ended, OwnSession, idle_since};
use crate::auth::rights;
use crate::auth::service::record;
use crate::auth::store::{self, Which};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Error, Result};
use crate::secret::hash_token;
use entity::ids::{PersonId, SessionId};
use serde_json::json;

/// Returns the caller's open sessions, last used first. `key` is the session key of the request, if it has one.
pub async fn list_sessions(ctx: &Ctx, key: Option<&str>) -> Result<Vec<OwnSession>> {
    let person = rights::myself(&ctx.actor)?;
    let hash = key.map(hash_token);
    let idle_since = idle_since(ctx.now(), &ctx.config().security);
    Ok(store::sessions_of(ctx.reader(), person, hash.as_deref(), ctx.now(), idle_since).await?)
}

/// Ends the session of this key; succeeds also if there is none.
pub async fn sign_out(ctx: &Ctx, txn: &Txn, key: &str) -> Result<()> {
    let Some(person) = store::end_session_of_key(txn, &hash_token(key), ctx.now()).await? else { return Ok(()) };
    record(ctx, txn, "auth.sign_out", ("person", person.to_string()), json!({})).await
}

/// Ends one of the caller's own sessions. A session of another person is not found.
pub async fn end_session(ctx: &Ctx, txn: &Txn, id: SessionId) -> Result<()> {
    let person = rights::myself_changing(&ctx.actor)?;
    if store::end_sessions(txn, person, Which::One(id), ctx.now()).await? == 0 {
        return Err(Error::NotFound);
    }
    record(ctx, txn, "auth.end_session", ("session", id.to_string()), json!({})).await
}

/// Ends the caller's other sessions and returns how many ended.
pub async fn end_other_sessions(ctx: &Ctx, txn: &Txn, key: Option<&str>) -> Result<u64> {
    let person = rights::myself_changing(&ctx.actor)?;
    let hash = key.map(hash_token);
    let ended = store::end_sessions(txn, person, Which::AllBut(hash.as_deref()), ctx.now()).await?;
    record(ctx, txn, "auth.end_other_sessions", ("person", person.to_string()), json!({ "ended": ended })).await?;
    Ok(ended)
}

/// Ends all access of a person who no longer holds a seat: sessions, links, API tokens (handover).
///
/// Does nothing for a person who still holds another seat. The rights of the ended seat are gone in any case, because
/// rights are looked up at every request.
pub async fn end_everything_of(ctx: &Ctx, txn: &Txn, person: PersonId) -> Result<Ended> {
    if rights::may_sign_in(&store::seats_held(txn, person, ctx.today()).await?) {
        return Ok(Ended::default());
    }
    let ended = Ended {
        sessions: store::end_sessions(txn, person, Which::AllBut(None), ctx.now()).await?,
        links: store::spend_all_links(txn, person, ctx.now()).await?,
        tokens: store::revoke_tokens(txn, person, None, ctx.now()).await?,
    };
    let details = json!({ "sessions": ended.sessions, "links": ended.links, "tokens": ended.tokens });
    record(ctx, txn, "auth.end_everything", ("person", person.to_string()), details).await?;
    Ok(ended)
}
