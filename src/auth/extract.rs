//! Builds the [`Ctx`] of a request: finds the person of its key and the seats that person holds today.
//!
//! A browser sends its session key in a cookie. A program sends an API token as `Authorization: Bearer …` (RFC 6750
//! §2.1), which takes precedence if both are present. An invalid cookie makes an anonymous caller, so that public pages
//! still work. An invalid token is refused, so that the program notices. Person and seats are kept
//! in memory while the data stay the same ([`crate::memory`]); the use of the key is noted in memory
//! ([`crate::auth::last_use`]).

use crate::auth::actor::{Actor, Identity};
use crate::auth::last_use::LastUse;
use crate::auth::model::{SessionEnd, idle_since};
use crate::auth::questions::{SessionHolder, TokenHolder};
use crate::auth::store::KeyHolder;
use crate::ctx::Question;
use crate::ctx::{Ctx, Services};
use crate::db::Generation;
use crate::error::{Error, Result};
use crate::http::Failure;
use crate::http::cookies::SESSION;
use crate::http::request::Facts;
use crate::http::site::Site;
use crate::secret::hash_token;
use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use entity::ids::SessionId;
use futures_util::future::LocalBoxFuture;
use std::sync::Arc;

/// Longest key looked up, in bytes, far above the length of ours. A longer one is ignored, so that a client cannot make
/// the service hash large inputs.
const KEY_MAX: usize = 200;

impl FromRequest for Ctx {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, std::result::Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            // A handler and the middleware around it may both ask; the request is identified only once.
            if let Some(known) = request.extensions().get::<Self>() {
                return Ok(known.clone());
            }
            let ctx = identify(&request).await?;
            request.extensions_mut().insert(ctx.clone());
            Ok(ctx)
        })
    }
}

/// Returns the session key that the browser sent, valid or not.
pub fn session_key(request: &HttpRequest) -> Option<String> {
    SESSION.read(request).filter(|key| !key.is_empty() && key.len() <= KEY_MAX)
}

async fn identify(request: &HttpRequest) -> Result<Ctx> {
    let services = request
        .app_data::<web::Data<Services>>()
        .map(|data| Arc::clone(data))
        .ok_or_else(|| Error::Internal("the application was built without its services".to_owned()))?;
    let site = request
        .app_data::<web::Data<Site>>()
        .ok_or_else(|| Error::Internal("the application was built without its site".to_owned()))?;
    let facts = Facts::of(request);
    let request_id = Some(facts.request_id);
    // The generation of a shared answer (`http/shared.rs`).
    let generation = request.extensions().get::<Generation>().copied();
    let mut ctx = Ctx { services, actor: Actor::anonymous(), lang: facts.lang, request_id, generation };
    let keys = (bearer(request)?, session_key(request));
    // A reader without a key costs nothing here, so that public pages are shown while the database does not answer.
    if keys != (None, None) && request.method().is_safe() {
        ctx.generation = Some(ctx.services.db.changes().now().await?);
    }
    ctx.actor = match keys {
        (Some(token), _) => by_token(&ctx, &site.last_use, token).await?,
        (None, Some(key)) => by_session(&ctx, request, &site.last_use, &key).await?,
        (None, None) => Actor::anonymous(),
    };
    Ok(ctx)
}

/// Returns the token of an `Authorization` header. A header of another kind is refused, because a client that sends one
/// expects to be authenticated.
fn bearer(request: &HttpRequest) -> Result<Option<&str>> {
    let Some(header) = request.headers().get(AUTHORIZATION) else { return Ok(None) };
    let (scheme, token) = header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(Error::Unauthenticated)?;
    let token = token.trim();
    let usable = scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.len() <= KEY_MAX;
    if usable { Ok(Some(token)) } else { Err(Error::Unauthenticated) }
}

async fn by_session(ctx: &Ctx, request: &HttpRequest, last_use: &LastUse, key: &str) -> Result<Actor> {
    let (now, security) = (ctx.now(), &ctx.config().security);
    let asked = SessionHolder { key_hash: hash_token(key), day: ctx.today() };
    let mut holder = ctx.recall(&asked).await?;
    let is_idle = |holder: &KeyHolder<SessionId>| {
        last_use.sessions.of(holder.id).max(holder.noted_at) <= Some(idle_since(now, security))
    };
    if holder.as_ref().as_ref().is_some_and(is_idle) {
        // Uses are no events, and another replica may have written a later one.
        holder = Arc::new(asked.answer(ctx, ctx.reader()).await?);
    }
    let Some(holder) = holder.as_ref().as_ref().filter(|holder| holder.expires_at > now && !is_idle(holder)) else {
        return Ok(Actor::anonymous());
    };
    last_use.sessions.note(holder.id, now);
    request.extensions_mut().insert(SessionEnd::of(now, holder.expires_at, security));
    Ok(actor(holder))
}

async fn by_token(ctx: &Ctx, last_use: &LastUse, token: &str) -> Result<Actor> {
    let now = ctx.now();
    let holder = ctx.recall(&TokenHolder { token_hash: hash_token(token), day: ctx.today() }).await?;
    let holder = holder.as_ref().as_ref().filter(|holder| holder.expires_at > now).ok_or(Error::Unauthenticated)?;
    last_use.tokens.note(holder.id, now);
    Ok(actor(holder))
}

/// Returns the actor of a key, with the seats held at this instant.
fn actor<Id>(holder: &KeyHolder<Id>) -> Actor {
    let identity = Identity::Person { id: holder.person_id, name: holder.name.clone() };
    Actor { identity, seats: holder.seats.clone(), scope: holder.scope }
}
