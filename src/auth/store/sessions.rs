//! Sessions of browsers.

use super::{HolderRow, KeyHolder, Result, instant, stored, with_holder};
use crate::auth::actor::Scope;
use crate::auth::model::OwnSession;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{PersonId, SessionId};
use entity::{Instant, person, session};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, RelationDef, Set,
};

/// Columns of a new session.
pub struct NewSession {
    pub id: SessionId,
    pub key_hash: String,
    pub person_id: PersonId,
    pub user_agent: Option<String>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

pub async fn insert_session(txn: &impl ConnectionTrait, new: NewSession) -> Result<()> {
    let row = session::ActiveModel {
        id: Set(new.id),
        key_hash: Set(new.key_hash),
        person_id: Set(new.person_id),
        user_agent: Set(new.user_agent),
        created_at: Set(stored(new.created_at)),
        last_seen_at: Set(stored(new.created_at)),
        expires_at: Set(stored(new.expires_at)),
        ended_at: Set(None),
    };
    row.insert(txn).await?;
    Ok(())
}

/// Returns the session of a key with its person's name and the seats held on a day. It is one query, because it runs on
/// every request of a signed-in person and each round trip costs more than its result. Its times are not checked
/// here, because the answer must not depend on the instant, and because the last uses may not be written yet.
pub async fn session_holder(
    db: &impl ConnectionTrait,
    key_hash: &str,
    day: NaiveDate,
) -> Result<Option<KeyHolder<SessionId>>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: SessionId,
        last_seen_at: Instant,
        expires_at: Instant,
        #[sea_orm(nested)]
        holder: HolderRow,
    }
    let to_person: RelationDef =
        session::Entity::belongs_to(person::Entity).from(session::Column::PersonId).to(person::Column::Id).into();
    let key = session::Entity::find()
        .filter(session::Column::KeyHash.eq(key_hash))
        .filter(session::Column::EndedAt.is_null())
        .select_only()
        .columns([session::Column::Id, session::Column::LastSeenAt, session::Column::ExpiresAt]);
    let rows: Vec<Row> = with_holder(key, to_person, day).into_model().all(db).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let holders = rows.iter().map(|row| &row.holder);
    let times = (Some(first.last_seen_at), first.expires_at);
    Ok(Some(KeyHolder::of(first.id, Scope::Full, times, &first.holder, holders)))
}

/// Stores the last use of a session, unless a later one is stored already.
pub async fn note_session(txn: &impl ConnectionTrait, id: SessionId, now: DateTime<Utc>) -> Result<()> {
    session::Entity::update_many()
        .col_expr(session::Column::LastSeenAt, instant(now))
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::LastSeenAt.lt(stored(now)))
        .filter(session::Column::EndedAt.is_null())
        .exec(txn)
        .await?;
    Ok(())
}

/// Returns a person's open sessions, last used first; `current_hash` identifies the session of the request.
pub async fn sessions_of(
    db: &impl ConnectionTrait,
    person: PersonId,
    current_hash: Option<&str>,
    now: DateTime<Utc>,
    idle_since: DateTime<Utc>,
) -> Result<Vec<OwnSession>> {
    let rows = session::Entity::find()
        .filter(session::Column::PersonId.eq(person))
        .filter(is_open(now, idle_since))
        .order_by_desc(session::Column::LastSeenAt)
        .order_by_desc(session::Column::Id)
        .all(db)
        .await?;
    let own = |row: session::Model| OwnSession {
        id: row.id,
        current: current_hash == Some(row.key_hash.as_str()),
        user_agent: row.user_agent,
        created_at: row.created_at.0,
        last_seen_at: row.last_seen_at.0,
        expires_at: row.expires_at.0,
    };
    Ok(rows.into_iter().map(own).collect())
}

/// Selection of the sessions to end.
#[derive(Clone, Copy)]
pub enum Which<'a> {
    One(SessionId),
    WithKey(&'a str),
    AllBut(Option<&'a str>),
}

/// Ends sessions of a person and returns how many.
pub async fn end_sessions(
    txn: &impl ConnectionTrait,
    person: PersonId,
    which: Which<'_>,
    now: DateTime<Utc>,
) -> Result<u64> {
    let chosen = match which {
        Which::One(id) => session::Column::Id.eq(id),
        Which::WithKey(key_hash) => session::Column::KeyHash.eq(key_hash),
        Which::AllBut(Some(key_hash)) => session::Column::KeyHash.ne(key_hash),
        Which::AllBut(None) => session::Column::PersonId.eq(person),
    };
    let ended = session::Entity::update_many()
        .col_expr(session::Column::EndedAt, instant(now))
        .filter(session::Column::PersonId.eq(person))
        .filter(session::Column::EndedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(stored(now)))
        .filter(chosen)
        .exec(txn)
        .await?;
    Ok(ended.rows_affected)
}

/// Ends the session of a key and returns its person.
pub async fn end_session_of_key(
    txn: &impl ConnectionTrait,
    key_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<PersonId>> {
    let owner: Option<PersonId> = session::Entity::find()
        .filter(session::Column::KeyHash.eq(key_hash))
        .select_only()
        .column(session::Column::PersonId)
        .into_tuple()
        .one(txn)
        .await?;
    let Some(person) = owner else { return Ok(None) };
    let ended = end_sessions(txn, person, Which::WithKey(key_hash), now).await?;
    Ok((ended > 0).then_some(person))
}

fn is_open(now: DateTime<Utc>, idle_since: DateTime<Utc>) -> Condition {
    has_not_ended(now).add(session::Column::LastSeenAt.gt(stored(idle_since)))
}

fn has_not_ended(now: DateTime<Utc>) -> Condition {
    Condition::all().add(session::Column::EndedAt.is_null()).add(session::Column::ExpiresAt.gt(stored(now)))
}
