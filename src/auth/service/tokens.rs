//! A person's API tokens: making, listing and revoking them.

use crate::auth::actor::Scope;
use crate::auth::model::{AuthRefusal, IssuedToken, OwnToken, TOKEN_DAYS_MAX, TOKEN_NAME_MAX, TOKENS_MAX, api_token};
use crate::auth::service::record;
use crate::auth::verb::Verb;
use crate::auth::{rights, store};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Code, Error, FieldError, Result};
use crate::secret::{hash_token, new_token};
use crate::typed::Reading;
use chrono::Duration;
use entity::ids::{ApiTokenId, PersonId};
use serde_json::json;

/// Input for a new token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// Name by which its owner recognises it: 1 to 80 characters.
    pub name: String,
    pub scope: Scope,
    /// Life in days: 1 to 365.
    pub days: i64,
}

/// Makes an API token with the rights of its person, or with read-only rights. The secret is returned only here.
///
/// `random` is the source of the secret, a token of `secret.rs`. A page derives it from its form, so that pressing the
/// button twice shows the same token.
pub async fn create_token(ctx: &Ctx, txn: &Txn, input: &NewToken, random: &str) -> Result<IssuedToken> {
    let person = rights::myself_changing(&ctx.actor)?;
    issue(ctx, txn, person, input, random).await
}

/// Makes a token that an operator prints for a program of a person who holds a seat today. Its owner sees it and may
/// revoke it.
///
/// Not found if the address is unknown or the person holds no seat.
pub async fn token_for_operator(ctx: &Ctx, txn: &Txn, address: &str, input: &NewToken) -> Result<IssuedToken> {
    if !ctx.actor.is_ourselves() {
        return Err(Error::Denied);
    }
    let member = store::member_by_address(txn, address).await?.ok_or(Error::NotFound)?;
    if !super::sign_in::holds_a_seat(ctx, txn, member.id).await? {
        return Err(Error::NotFound);
    }
    issue(ctx, txn, member.id, input, &new_token()).await
}

async fn issue(ctx: &Ctx, txn: &Txn, person: PersonId, input: &NewToken, random: &str) -> Result<IssuedToken> {
    let name = check(input)?;
    let secret = api_token(random);
    if let Some(token) = store::token_of(txn, person, &hash_token(&secret), ctx.now()).await? {
        return Ok(IssuedToken { token, secret });
    }
    if store::tokens_of(txn, person, ctx.now()).await?.len() >= TOKENS_MAX {
        return Err(AuthRefusal::TooManyTokens.into());
    }
    let token = OwnToken {
        id: ctx.new_id(),
        name,
        scope: input.scope,
        created_at: ctx.now(),
        expires_at: ctx.now() + Duration::days(input.days),
        last_used_at: None,
    };
    store::insert_token(txn, person, &token, hash_token(&secret)).await?;
    let details = json!({ "scope": token.scope.as_str(), "days": input.days });
    record(ctx, txn, Verb::CreateToken, ("api_token", token.id.to_string()), details).await?;
    Ok(IssuedToken { token, secret })
}

/// Returns the caller's usable tokens, newest first.
pub async fn list_tokens(ctx: &Ctx) -> Result<Vec<OwnToken>> {
    let person = rights::myself(&ctx.actor)?;
    Ok(store::tokens_of(ctx.reader(), person, ctx.now()).await?)
}

/// Revokes one of the caller's own tokens at once. A token of another person is not found.
pub async fn revoke_token(ctx: &Ctx, txn: &Txn, id: ApiTokenId) -> Result<()> {
    let person = rights::myself_changing(&ctx.actor)?;
    if store::revoke_tokens(txn, person, Some(id), ctx.now()).await? == 0 {
        return Err(Error::NotFound);
    }
    record(ctx, txn, Verb::RevokeToken, ("api_token", id.to_string()), json!({})).await
}

/// Checks the input and returns the name to store, or all errors.
fn check(input: &NewToken) -> Result<String> {
    Reading::of(|reading| {
        let name = reading.text("name", &input.name, TOKEN_NAME_MAX);
        reading.take(check_days(input.days))?;
        name
    })
}

fn check_days(days: i64) -> Result<()> {
    if (1..=TOKEN_DAYS_MAX).contains(&days) {
        return Ok(());
    }
    let params = vec![("min", 1.into()), ("max", TOKEN_DAYS_MAX.into())];
    Err(Error::Invalid(vec![FieldError { params, ..FieldError::new("days", Code::DaysOutOfRange) }]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(name: &str, days: i64) -> NewToken {
        NewToken { name: name.to_owned(), scope: Scope::ReadOnly, days }
    }

    fn wrong_fields(input: &NewToken) -> Vec<(&'static str, Code)> {
        match check(input) {
            Err(Error::Invalid(errors)) => errors.into_iter().map(|error| (error.field, error.code)).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn a_token_needs_a_name_and_an_end_within_a_year() {
        assert_eq!(check(&token(" cruscotto ", 365)).expect("a good token"), "cruscotto");
        assert_eq!(wrong_fields(&token(" ", 0)), [("name", Code::Required), ("days", Code::DaysOutOfRange)]);
        assert_eq!(
            wrong_fields(&token(&"è".repeat(81), 366)),
            [("name", Code::TooLong), ("days", Code::DaysOutOfRange)]
        );
        assert!(wrong_fields(&token(&"è".repeat(80), 1)).is_empty());
    }
}
