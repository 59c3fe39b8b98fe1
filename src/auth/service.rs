//! Use cases of identity: sign-in, sessions, API tokens.

mod sessions;
mod sign_in;
mod tokens;

pub use sessions::{end_everything_of, end_other_sessions, end_session, list_sessions, sign_out};
pub use sign_in::{
    Presser, demo_personas, enter, enter_as_persona, has_entered, is_demonstration, link_for_operator, request_link,
    show, would_send_link,
};
pub use tokens::{NewToken, create_token, list_tokens, revoke_token, token_for_operator};

use crate::audit::{self, Event};
use crate::auth::actor::HeldSeat;
pub use crate::auth::questions::Profile;
use crate::auth::questions::ProfileOf;
use crate::auth::verb::Verb;
use crate::auth::{rights, store};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Error, Result};
use chrono::NaiveDate;
use entity::ids::PersonId;
use sea_orm::ConnectionTrait;

/// Returns the seats a person holds on a day; rights are derived from them.
pub async fn seats_held(db: &impl ConnectionTrait, person: PersonId, day: NaiveDate) -> Result<Vec<HeldSeat>> {
    Ok(store::seats_held(db, person, day).await?)
}

/// Returns the caller's own profile, with the seats held today.
pub async fn profile(ctx: &Ctx) -> Result<Profile> {
    let person = rights::myself(&ctx.actor)?;
    let profile = ctx.recall(&ProfileOf { person, day: ctx.today() }).await?;
    profile.as_ref().clone().ok_or(Error::NotFound)
}

/// Records an event of identity. Such events are never on behalf of a body.
async fn record(
    ctx: &Ctx,
    txn: &Txn,
    verb: Verb,
    subject: (&'static str, String),
    details: serde_json::Value,
) -> Result<()> {
    audit::record(ctx, txn, Event::about(verb, subject, details)).await
}
