//! Signing in by a mailed link: requesting it, showing it, pressing its button.

use crate::auth::actor::{Actor, Identity, Scope};
use crate::auth::local_path::LocalPath;
use crate::auth::model::{self, AuthRefusal, LinkPreview, Member, OpenedSession, Persona};
use crate::auth::service::record;
use crate::auth::store::{self, NewSession, Which};
use crate::auth::verb::Verb;
use crate::auth::{mail, rights};
use crate::ctx::Ctx;
use crate::db::{StoreError, Txn};
use crate::error::{Code, Error, Result};
use crate::secret::{hash_token, new_token};
use crate::settings;
use chrono::Duration;
use entity::ids::{PersonId, SessionId, SignInLinkId};
use entity::kinds::SeatKind;
use sea_orm::ConnectionTrait;
use serde_json::json;
use std::collections::HashSet;

/// Longest user agent stored, in characters; a longer one is cut.
const USER_AGENT_MAX: usize = 200;

/// Returns whether a link would be sent to an address, without waiting for writers. Most requests of strangers end
/// here. Refuses only a text that is not an address.
pub async fn would_send_link(ctx: &Ctx, address: &str) -> Result<bool> {
    Ok(entitled(ctx, ctx.reader(), address).await?.is_some())
}

/// Returns the person of the address, if they may be sent a link now.
async fn entitled(ctx: &Ctx, db: &impl ConnectionTrait, address: &str) -> Result<Option<Member>> {
    let address = &crate::mail::address::meant(address);
    if !crate::mail::is_address(address) {
        return Err(Error::field("email", Code::NotAnAddress));
    }
    let Some(member) = store::member_by_address(db, address).await? else { return Ok(None) };
    let is_sent = holds_a_seat(ctx, db, member.id).await? && !has_had_enough(ctx, db, member.id).await?;
    Ok(is_sent.then_some(member))
}

/// Sends a sign-in link to the address if a holder of a seat has it, up to the hourly limit.
///
/// The result is the same whether or not the address is known, and does not show the limit. Refuses only a text that is
/// not an address. The mail goes to the address on record and not to the typed one, which may contain letters that
/// merely look the same. Requests of anonymous callers go through [`would_send_link`] first.
pub async fn request_link(ctx: &Ctx, txn: &Txn, address: &str, next: &LocalPath) -> Result<()> {
    let Some(member) = entitled(ctx, txn, address).await? else { return Ok(()) };
    let link = make_link(ctx, txn, &member, next).await?;
    mail::send_link(ctx, txn, &member, &link).await?;
    record(ctx, txn, Verb::RequestLink, ("person", member.id.to_string()), json!({ "link": link.id })).await
}

/// Returns the content of the page behind a link. Changes nothing, because mail scanners open every link, some of them
/// in a browser.
pub async fn show(ctx: &Ctx, token: &str) -> Result<LinkPreview> {
    let link = store::open_link(ctx.reader(), &hash_token(token), ctx.now()).await?.ok_or(AuthRefusal::LinkUnusable)?;
    if !rights::may_sign_in(&store::seats_held(ctx.reader(), link.person.id, ctx.today()).await?) {
        return Err(AuthRefusal::LinkUnusable.into());
    }
    Ok(LinkPreview { masked_address: model::mask(&link.person.email), expires_at: link.expires_at })
}

/// The browser that pressed the button behind a link.
pub struct Presser<'p> {
    /// Name of the press, known only to the browser that was shown the button.
    pub press: &'p str,
    /// Session key that the browser sent, if any. Its session ends, so that a key planted before signing in becomes
    /// useless.
    pub replaced_key: Option<&'p str>,
    pub user_agent: Option<&'p str>,
}

/// Signs in by a pressed button: spends the link and every other link of the person, and opens a session with a new
/// key.
///
/// The same press sent twice results in one session: browsers show the second answer and may have lost the key of the
/// first. Within [`model::PRESS_REPEATED_WITHIN`] the repetition ends the first session and opens another. Any other
/// use of a spent link is refused with `link_unusable`.
pub async fn enter(ctx: &Ctx, txn: &Txn, token: &str, presser: Presser<'_>) -> Result<OpenedSession> {
    let press = hash_token(presser.press);
    let Some(link) = store::open_link(txn, &hash_token(token), ctx.now()).await? else {
        return enter_again(ctx, txn, token, &press, presser).await;
    };
    if !holds_a_seat(ctx, txn, link.person.id).await? {
        return Err(AuthRefusal::LinkUnusable.into());
    }
    match store::spend_link(txn, link.id, &press, ctx.now()).await {
        Err(StoreError::Stale) => return Err(AuthRefusal::LinkUnusable.into()),
        other => other?,
    }
    store::spend_all_links(txn, link.person.id, ctx.now()).await?;
    let session = open_session(ctx, txn, &link.person, presser.replaced_key, presser.user_agent).await?;
    store::note_opened(txn, link.id, session.id).await?;
    Ok(session)
}

async fn enter_again(ctx: &Ctx, txn: &Txn, token: &str, press: &str, presser: Presser<'_>) -> Result<OpenedSession> {
    let since = ctx.now() - model::PRESS_REPEATED_WITHIN;
    let spent = store::link_spent_by(txn, &hash_token(token), press, since).await?;
    let (link, person, opened) = spent.ok_or(AuthRefusal::LinkUnusable)?;
    // If the person has signed out meanwhile, the repetition is refused, so that going back a page does not sign in
    // again.
    let was_open = store::end_sessions(txn, person, Which::One(opened), ctx.now()).await? == 1;
    if !was_open || !holds_a_seat(ctx, txn, person).await? {
        return Err(AuthRefusal::LinkUnusable.into());
    }
    let member = store::member(txn, person).await?.ok_or(AuthRefusal::LinkUnusable)?;
    let session = open_session(ctx, txn, &member, presser.replaced_key, presser.user_agent).await?;
    store::note_opened(txn, link, session.id).await?;
    Ok(session)
}

/// Returns whether the caller is already signed in as the person of the link.
pub async fn has_entered(ctx: &Ctx, token: &str) -> Result<bool> {
    let Some(caller) = ctx.actor.person_id() else { return Ok(false) };
    Ok(store::owner_of_link(ctx.reader(), &hash_token(token)).await? == Some(caller))
}

/// Makes a one-time link for an operator to print, so that the first secretariat can sign in before mail works.
///
/// The errors are specific: not found for an unknown address, a refusal for a person without a seat.
pub async fn link_for_operator(ctx: &Ctx, txn: &Txn, address: &str) -> Result<String> {
    if !ctx.actor.is_ourselves() {
        return Err(Error::Denied);
    }
    let member = store::member_by_address(txn, address).await?.ok_or(Error::NotFound)?;
    if !holds_a_seat(ctx, txn, member.id).await? {
        return Err(AuthRefusal::LinkUnusable.into());
    }
    let link = make_link(ctx, txn, &member, &LocalPath::or_home("/")).await?;
    record(ctx, txn, Verb::PrintLink, ("person", member.id.to_string()), json!({ "link": link.id })).await?;
    Ok(link.url)
}

/// Returns whether visitors may sign in as any person: only with demonstration data, never in production.
pub async fn is_demonstration(ctx: &Ctx) -> Result<bool> {
    Ok(!ctx.config().is_production() && settings::is_demo(ctx.reader()).await?)
}

/// Returns one persona for each kind of seat that has a holder, in the order of the glossary; none outside the
/// demonstration.
pub async fn demo_personas(ctx: &Ctx) -> Result<Vec<Persona>> {
    if !is_demonstration(ctx).await? {
        return Ok(Vec::new());
    }
    let holders = store::holders(ctx.reader(), ctx.today()).await?;
    let mut shown = HashSet::new();
    let first_of =
        |kind: &SeatKind| holders.iter().find(|holder| holder.kind == *kind && shown.insert(holder.person_id)).cloned();
    Ok(SeatKind::ALL.iter().filter_map(first_of).collect())
}

/// Signs in as a persona of the demonstration. Not found elsewhere.
pub async fn enter_as_persona(
    ctx: &Ctx,
    txn: &Txn,
    person: PersonId,
    replaced_key: Option<&str>,
    user_agent: Option<&str>,
) -> Result<OpenedSession> {
    if ctx.config().is_production() || !settings::is_demo(txn).await? {
        return Err(Error::NotFound);
    }
    let member = store::member(txn, person).await?.ok_or(Error::NotFound)?;
    if !holds_a_seat(ctx, txn, person).await? {
        return Err(Error::NotFound);
    }
    open_session(ctx, txn, &member, replaced_key, user_agent).await
}

pub(super) async fn holds_a_seat(ctx: &Ctx, db: &impl ConnectionTrait, person: PersonId) -> Result<bool> {
    Ok(rights::may_sign_in(&store::seats_held(db, person, ctx.today()).await?))
}

/// Returns whether the person was sent as many links in the last hour as allowed. Earlier links stay valid, so flooding
/// a mailbox does not keep its owner from signing in.
async fn has_had_enough(ctx: &Ctx, db: &impl ConnectionTrait, person: PersonId) -> Result<bool> {
    let sent = store::links_since(db, person, ctx.now() - Duration::hours(1)).await?;
    Ok(sent >= ctx.config().security.sign_in_mails_per_hour)
}

async fn make_link(ctx: &Ctx, txn: &Txn, member: &Member, next: &LocalPath) -> Result<mail::Link> {
    let token = new_token();
    let id: SignInLinkId = ctx.new_id();
    let expires_at = model::link_end(ctx.now(), &ctx.config().security);
    store::insert_link(txn, id, member.id, hash_token(&token), ctx.now(), expires_at).await?;
    let query = if next.is_home() { String::new() } else { format!("?{}", next.as_query()) };
    let url = format!("{}/sign-in/{token}{query}", ctx.config().base_url());
    Ok(mail::Link { id, url, key: token, expires_at })
}

async fn open_session(
    ctx: &Ctx,
    txn: &Txn,
    member: &Member,
    replaced_key: Option<&str>,
    user_agent: Option<&str>,
) -> Result<OpenedSession> {
    if let Some(key) = replaced_key {
        store::end_session_of_key(txn, &hash_token(key), ctx.now()).await?;
    }
    let key = new_token();
    let id: SessionId = ctx.new_id();
    let session = NewSession {
        id,
        key_hash: hash_token(&key),
        person_id: member.id,
        user_agent: user_agent.map(tame_user_agent),
        created_at: ctx.now(),
        expires_at: model::session_end(ctx.now(), &ctx.config().security),
    };
    store::insert_session(txn, session).await?;
    let ctx = ctx_of(ctx, member);
    record(&ctx, txn, Verb::SignIn, ("session", id.to_string()), json!({})).await?;
    Ok(OpenedSession { id, key, person_id: member.id })
}

/// Returns the context of the same request with the newly signed-in person as actor.
fn ctx_of(ctx: &Ctx, member: &Member) -> Ctx {
    let identity = Identity::Person { id: member.id, name: member.name() };
    Ctx { actor: Actor { identity, seats: Vec::new(), scope: Scope::Full }, ..ctx.clone() }
}

fn tame_user_agent(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(USER_AGENT_MAX).collect()
}
