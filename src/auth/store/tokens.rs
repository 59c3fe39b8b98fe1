//! API tokens: the keys of programs.

use super::{HolderRow, KeyHolder, Result, instant, stored, with_holder};
use crate::auth::actor::Scope;
use crate::auth::model::OwnToken;
use crate::db::StoreError;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{ApiTokenId, PersonId};
use entity::{Instant, api_token, person};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, RelationDef, Set,
};

pub async fn insert_token(txn: &impl ConnectionTrait, person: PersonId, token: &OwnToken, hash: String) -> Result<()> {
    let row = api_token::ActiveModel {
        id: Set(token.id),
        person_id: Set(person),
        name: Set(token.name.clone()),
        token_hash: Set(hash),
        scopes: Set(token.scope.as_str().to_owned()),
        created_at: Set(stored(token.created_at)),
        expires_at: Set(stored(token.expires_at)),
        last_used_at: Set(None),
        revoked_at: Set(None),
    };
    row.insert(txn).await?;
    Ok(())
}

/// Returns the API token of a secret with its person's name and the seats held on a day, in one query. Its end is not
/// checked here, because the answer must not depend on the instant.
pub async fn token_holder(
    db: &impl ConnectionTrait,
    token_hash: &str,
    day: NaiveDate,
) -> Result<Option<KeyHolder<ApiTokenId>>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: ApiTokenId,
        scopes: String,
        last_used_at: Option<Instant>,
        expires_at: Instant,
        #[sea_orm(nested)]
        holder: HolderRow,
    }
    let to_person: RelationDef =
        api_token::Entity::belongs_to(person::Entity).from(api_token::Column::PersonId).to(person::Column::Id).into();
    let key = api_token::Entity::find()
        .filter(api_token::Column::TokenHash.eq(token_hash))
        .filter(api_token::Column::RevokedAt.is_null())
        .select_only()
        .columns([
            api_token::Column::Id,
            api_token::Column::Scopes,
            api_token::Column::LastUsedAt,
            api_token::Column::ExpiresAt,
        ]);
    let rows: Vec<Row> = with_holder(key, to_person, day).into_model().all(db).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let holders = rows.iter().map(|row| &row.holder);
    let times = (first.last_used_at, first.expires_at);
    Ok(Some(KeyHolder::of(first.id, scope_of(first.id, &first.scopes)?, times, &first.holder, holders)))
}

/// Stores the last use of a token, unless a later one is stored already.
pub async fn note_token(txn: &impl ConnectionTrait, id: ApiTokenId, now: DateTime<Utc>) -> Result<()> {
    let older = Condition::any()
        .add(api_token::Column::LastUsedAt.is_null())
        .add(api_token::Column::LastUsedAt.lt(stored(now)));
    api_token::Entity::update_many()
        .col_expr(api_token::Column::LastUsedAt, instant(now))
        .filter(api_token::Column::Id.eq(id))
        .filter(older)
        .exec(txn)
        .await?;
    Ok(())
}

/// Returns a person's usable tokens, newest first.
pub async fn tokens_of(db: &impl ConnectionTrait, person: PersonId, now: DateTime<Utc>) -> Result<Vec<OwnToken>> {
    let rows = api_token::Entity::find()
        .filter(api_token::Column::PersonId.eq(person))
        .filter(is_usable(now))
        .order_by_desc(api_token::Column::Id)
        .all(db)
        .await?;
    rows.into_iter().map(own).collect()
}

/// Returns a person's usable token with a secret.
pub async fn token_of(
    db: &impl ConnectionTrait,
    person: PersonId,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<OwnToken>> {
    let token = api_token::Entity::find()
        .filter(api_token::Column::PersonId.eq(person))
        .filter(api_token::Column::TokenHash.eq(hash))
        .filter(is_usable(now))
        .one(db)
        .await?;
    token.map(own).transpose()
}

fn own(row: api_token::Model) -> Result<OwnToken> {
    Ok(OwnToken {
        id: row.id,
        scope: scope_of(row.id, &row.scopes)?,
        name: row.name,
        created_at: row.created_at.0,
        expires_at: row.expires_at.0,
        last_used_at: row.last_used_at.map(|used| used.0),
    })
}

/// Revokes one token of a person, or all, and returns how many.
pub async fn revoke_tokens(
    txn: &impl ConnectionTrait,
    person: PersonId,
    one: Option<ApiTokenId>,
    now: DateTime<Utc>,
) -> Result<u64> {
    let mut revocation = api_token::Entity::update_many()
        .col_expr(api_token::Column::RevokedAt, instant(now))
        .filter(api_token::Column::PersonId.eq(person))
        .filter(is_usable(now));
    if let Some(id) = one {
        revocation = revocation.filter(api_token::Column::Id.eq(id));
    }
    Ok(revocation.exec(txn).await?.rows_affected)
}

fn is_usable(now: DateTime<Utc>) -> Condition {
    Condition::all().add(api_token::Column::RevokedAt.is_null()).add(api_token::Column::ExpiresAt.gt(stored(now)))
}

fn scope_of(id: ApiTokenId, text: &str) -> Result<Scope> {
    text.parse().map_err(|()| StoreError::inconsistent("api_token", id, format!("scope {text:?}")))
}
