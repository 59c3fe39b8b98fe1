//! From a request to its [`Ctx`]: whose key it carries, and which seats that person holds today.
//!
//! A browser sends its session's key in a cookie; a program sends an API token as `Authorization: Bearer …` (RFC 6750
//! §2.1), which wins where both are there. A dead cookie makes an anonymous caller, so that public pages still show; a
//! dead token is refused, so that a program learns it at once. One indexed read per request, and a write once a minute.

use crate::auth::actor::{Actor, Identity};
use crate::auth::model::{SessionEnd, idle_since, is_worth_noting};
use crate::auth::store::{self, KeyHolder};
use crate::ctx::{Ctx, Services};
use crate::db::StoreError;
use crate::error::{Error, Result};
use crate::http::Failure;
use crate::http::cookies::SESSION;
use crate::http::request::Facts;
use crate::secret::hash_token;
use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use std::sync::Arc;

/// Longest key looked up, in bytes: far above any of ours, and no work for an attacker to make us hash.
const KEY_MAX: usize = 200;

impl FromRequest for Ctx {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, std::result::Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            // A handler and the frame round it may both ask: the answer of one request is found once.
            if let Some(known) = request.extensions().get::<Self>() {
                return Ok(known.clone());
            }
            let ctx = identify(&request).await?;
            request.extensions_mut().insert(ctx.clone());
            Ok(ctx)
        })
    }
}

/// The key of the session that asks, as the browser sent it; good or not.
pub fn session_key(request: &HttpRequest) -> Option<String> {
    SESSION.read(request).filter(|key| !key.is_empty() && key.len() <= KEY_MAX)
}

async fn identify(request: &HttpRequest) -> Result<Ctx> {
    let services = request
        .app_data::<web::Data<Services>>()
        .map(|data| Arc::clone(data))
        .ok_or_else(|| Error::Internal("the application was built without its services".to_owned()))?;
    let facts = Facts::of(request);
    let mut ctx = Ctx { services, actor: Actor::anonymous(), lang: facts.lang, request_id: Some(facts.request_id) };
    ctx.actor = match (bearer(request)?, session_key(request)) {
        (Some(token), _) => by_token(&ctx, token).await?,
        (None, Some(key)) => by_session(&ctx, request, &key).await?,
        (None, None) => Actor::anonymous(),
    };
    Ok(ctx)
}

/// The token of an `Authorization` header; a header of another kind is refused, for nobody who sends one means to be
/// anonymous.
fn bearer(request: &HttpRequest) -> Result<Option<&str>> {
    let Some(header) = request.headers().get(AUTHORIZATION) else { return Ok(None) };
    let (scheme, token) = header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(Error::Unauthenticated)?;
    let token = token.trim();
    let usable = scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.len() <= KEY_MAX;
    if usable { Ok(Some(token)) } else { Err(Error::Unauthenticated) }
}

async fn by_session(ctx: &Ctx, request: &HttpRequest, key: &str) -> Result<Actor> {
    let (now, security) = (ctx.now(), &ctx.config().security);
    let idle_since = idle_since(now, security);
    let Some(holder) = store::session_holder(ctx.reader(), &hash_token(key), now, idle_since, ctx.today()).await?
    else {
        return Ok(Actor::anonymous());
    };
    let is_noted = is_worth_noting(holder.noted_at, now);
    if is_noted {
        note(ctx, async |txn| store::note_session(txn, holder.id, now).await).await?;
    }
    let seen = holder.noted_at.filter(|_| !is_noted).unwrap_or(now);
    request.extensions_mut().insert(SessionEnd::of(seen, holder.expires_at, security));
    Ok(actor(holder))
}

async fn by_token(ctx: &Ctx, token: &str) -> Result<Actor> {
    let now = ctx.now();
    let holder =
        store::token_holder(ctx.reader(), &hash_token(token), now, ctx.today()).await?.ok_or(Error::Unauthenticated)?;
    if is_worth_noting(holder.noted_at, now) {
        note(ctx, async |txn| store::note_token(txn, holder.id, now).await).await?;
    }
    Ok(actor(holder))
}

/// The person with the seats of this very moment.
fn actor<Id>(holder: KeyHolder<Id>) -> Actor {
    let identity = Identity::Person { id: holder.person_id, name: holder.name };
    Actor { identity, seats: holder.seats, scope: holder.scope }
}

/// Writes a use down. A busy database is no reason to refuse a reader: the next request notes it.
async fn note(
    ctx: &Ctx,
    write: impl AsyncFnOnce(&crate::db::Txn) -> std::result::Result<(), StoreError>,
) -> Result<()> {
    let noted = async {
        let txn = ctx.services.db.begin_beside().await?;
        write(&txn).await?;
        txn.commit().await?;
        Ok::<(), StoreError>(())
    };
    match noted.await {
        Ok(()) | Err(StoreError::Busy) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
