//! Sign-in links: one for each mail, usable once.

use super::{Result, instant, member, stored};
use crate::auth::model::Member;
use crate::db::StoreError;
use chrono::{DateTime, Utc};
use entity::ids::{PersonId, SessionId, SignInLinkId};
use entity::sign_in_link;
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};

/// A usable link with its person.
pub struct OpenLink {
    pub id: SignInLinkId,
    pub person: Member,
    pub expires_at: DateTime<Utc>,
}

pub async fn insert_link(
    txn: &impl ConnectionTrait,
    id: SignInLinkId,
    person: PersonId,
    token_hash: String,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    let row = sign_in_link::ActiveModel {
        id: Set(id),
        person_id: Set(person),
        token_hash: Set(token_hash),
        created_at: Set(stored(now)),
        expires_at: Set(stored(expires_at)),
        used_at: Set(None),
        press_hash: Set(None),
        session_id: Set(None),
    };
    row.insert(txn).await?;
    Ok(())
}

/// Returns how many links a person was sent after an instant, for the hourly limit.
pub async fn links_since(db: &impl ConnectionTrait, person: PersonId, after: DateTime<Utc>) -> Result<u64> {
    let links = sign_in_link::Entity::find()
        .filter(sign_in_link::Column::PersonId.eq(person))
        .filter(sign_in_link::Column::CreatedAt.gt(stored(after)));
    Ok(links.count(db).await?)
}

pub async fn open_link(db: &impl ConnectionTrait, token_hash: &str, now: DateTime<Utc>) -> Result<Option<OpenLink>> {
    open_link_where(db, sign_in_link::Column::TokenHash.eq(token_hash), now).await
}

pub async fn open_link_by_id(
    db: &impl ConnectionTrait,
    id: SignInLinkId,
    now: DateTime<Utc>,
) -> Result<Option<OpenLink>> {
    open_link_where(db, sign_in_link::Column::Id.eq(id), now).await
}

async fn open_link_where(db: &impl ConnectionTrait, named: SimpleExpr, now: DateTime<Utc>) -> Result<Option<OpenLink>> {
    let link = sign_in_link::Entity::find()
        .filter(named)
        .filter(sign_in_link::Column::UsedAt.is_null())
        .filter(sign_in_link::Column::ExpiresAt.gt(stored(now)))
        .one(db)
        .await?;
    let Some(link) = link else { return Ok(None) };
    let person = member(db, link.person_id).await?;
    let person = person.ok_or_else(|| StoreError::inconsistent("sign_in_link", link.id, "names nobody"))?;
    Ok(Some(OpenLink { id: link.id, person, expires_at: link.expires_at.0 }))
}

/// Returns the person a link was mailed to, whether or not it is still usable.
pub async fn owner_of_link(db: &impl ConnectionTrait, token_hash: &str) -> Result<Option<PersonId>> {
    let link = sign_in_link::Entity::find().filter(sign_in_link::Column::TokenHash.eq(token_hash));
    Ok(link.one(db).await?.map(|link| link.person_id))
}

/// Returns the link that a press has spent at or after an instant, its person, and the session it opened.
pub async fn link_spent_by(
    db: &impl ConnectionTrait,
    token_hash: &str,
    press_hash: &str,
    since: DateTime<Utc>,
) -> Result<Option<(SignInLinkId, PersonId, SessionId)>> {
    let link = sign_in_link::Entity::find()
        .filter(sign_in_link::Column::TokenHash.eq(token_hash))
        .filter(sign_in_link::Column::PressHash.eq(press_hash))
        .filter(sign_in_link::Column::UsedAt.gte(stored(since)))
        .one(db)
        .await?;
    Ok(link.and_then(|link| Some((link.id, link.person_id, link.session_id?))))
}

/// Stores the session that a spent link has opened.
pub async fn note_opened(txn: &impl ConnectionTrait, link: SignInLinkId, session: SessionId) -> Result<()> {
    sign_in_link::Entity::update_many()
        .col_expr(sign_in_link::Column::SessionId, Expr::value(session))
        .filter(sign_in_link::Column::Id.eq(link))
        .exec(txn)
        .await?;
    Ok(())
}

/// Spends a link by a press; fails with [`StoreError::Stale`] if another request was first.
pub async fn spend_link(
    txn: &impl ConnectionTrait,
    id: SignInLinkId,
    press_hash: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let spent = sign_in_link::Entity::update_many()
        .col_expr(sign_in_link::Column::UsedAt, instant(now))
        .col_expr(sign_in_link::Column::PressHash, Expr::value(press_hash))
        .filter(sign_in_link::Column::Id.eq(id))
        .filter(sign_in_link::Column::UsedAt.is_null())
        .filter(sign_in_link::Column::ExpiresAt.gt(stored(now)))
        .exec(txn)
        .await?;
    crate::db::exactly_one(spent.rows_affected)
}

/// Spends all usable links of a person and returns how many.
pub async fn spend_all_links(txn: &impl ConnectionTrait, person: PersonId, now: DateTime<Utc>) -> Result<u64> {
    let spent = sign_in_link::Entity::update_many()
        .col_expr(sign_in_link::Column::UsedAt, instant(now))
        .filter(sign_in_link::Column::PersonId.eq(person))
        .filter(sign_in_link::Column::UsedAt.is_null())
        .filter(sign_in_link::Column::ExpiresAt.gt(stored(now)))
        .exec(txn)
        .await?;
    Ok(spent.rows_affected)
}
