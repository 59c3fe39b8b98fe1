//! Rows of `press_link`.

use super::model::Link;
use crate::db::StoreError;
use chrono::{DateTime, Utc};
use entity::ids::{DesignationId, PersonId, PressLinkId};
use entity::{Instant, press_link};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

type Result<T> = std::result::Result<T, StoreError>;

/// Most rows in one statement, far below the number of parameters that either engine accepts.
const ROWS_AT_ONCE: usize = 500;

/// A link to be inserted.
pub(super) struct New {
    pub id: PressLinkId,
    pub token_hash: String,
    pub link: Link,
}

/// Inserts links with few statements, because all use cases wait meanwhile.
pub(super) async fn insert(db: &impl ConnectionTrait, links: Vec<New>, at: DateTime<Utc>) -> Result<()> {
    let row = |new: &New| press_link::ActiveModel {
        id: Set(new.id),
        token_hash: Set(new.token_hash.clone()),
        task_id: Set(new.link.task_id),
        person_id: Set(new.link.person_id),
        designation_id: Set(new.link.designation_id),
        created_at: Set(at.into()),
        expires_at: Set(new.link.expires_at.into()),
        revoked_at: Set(None),
    };
    for some in links.chunks(ROWS_AT_ONCE) {
        press_link::Entity::insert_many(some.iter().map(row)).exec_without_returning(db).await?;
    }
    Ok(())
}

pub(super) async fn find_live(db: &impl ConnectionTrait, token_hash: &str, now: DateTime<Utc>) -> Result<Option<Link>> {
    let row = press_link::Entity::find()
        .filter(press_link::Column::TokenHash.eq(token_hash))
        .filter(press_link::Column::RevokedAt.is_null())
        .filter(press_link::Column::ExpiresAt.gt(Instant::from(now)))
        .one(db)
        .await?;
    Ok(row.map(|row| Link {
        task_id: row.task_id,
        person_id: row.person_id,
        designation_id: row.designation_id,
        expires_at: row.expires_at.0,
    }))
}

/// The links to revoke.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of {
    Designation(DesignationId),
    Person(PersonId),
}

pub(super) async fn revoke(db: &impl ConnectionTrait, of: Of, at: DateTime<Utc>) -> Result<u64> {
    let theirs = match of {
        Of::Designation(id) => press_link::Column::DesignationId.eq(id),
        Of::Person(id) => press_link::Column::PersonId.eq(id),
    };
    let revoked = press_link::Entity::update_many()
        .col_expr(press_link::Column::RevokedAt, Expr::value(Instant::from(at)))
        .filter(theirs)
        .filter(press_link::Column::RevokedAt.is_null())
        .exec(db)
        .await?;
    Ok(revoked.rows_affected)
}
