//! What identity keeps: sign-in links, sessions, API tokens; and what it reads of people and their seats.
//!
//! Secrets come in as hashes only. Every finder of own things demands the person they must belong to.

use crate::auth::actor::{HeldSeat, Scope};
use crate::auth::model::{Capacity, Member, OwnSession, OwnToken, Persona};
use crate::db::StoreError;
use crate::texts::Lang;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{ApiTokenId, BodyId, DesignationId, ObservatoryId, PersonId, SeatId, SessionId, SignInLinkId};
use entity::kinds::{RecordChange, SeatKind};
use entity::{
    Instant, api_token, body, designation, designation_record, observatory, person, seat, session, sign_in_link,
};
use sea_orm::sea_query::{Expr, ExprTrait, Func, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, RelationDef, Select, Set,
};

type Result<T> = std::result::Result<T, StoreError>;

// ---- Who holds what ---------------------------------------------------------------------------------------------------

/// The seats a person holds on a day, by the designations in force then.
pub async fn seats_held(db: &impl ConnectionTrait, person: PersonId, day: NaiveDate) -> Result<Vec<HeldSeat>> {
    type Row = (DesignationId, SeatId, SeatKind, BodyId, Option<ObservatoryId>);
    let rows: Vec<Row> = in_force(day)
        .filter(designation::Column::PersonId.eq(person))
        .select_only()
        .column(designation::Column::Id)
        .columns([seat::Column::Id, seat::Column::Kind, seat::Column::BodyId, seat::Column::ObservatoryId])
        .order_by_asc(designation::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let held = |(designation_id, seat_id, kind, body_id, observatory_id)| HeldSeat {
        designation_id,
        seat_id,
        kind,
        body_id,
        observatory_id,
    };
    Ok(rows.into_iter().map(held).collect())
}

/// As [`seats_held`], with the names of body and observatory and the days between which the seat is held.
pub async fn capacities(db: &impl ConnectionTrait, person: PersonId, day: NaiveDate) -> Result<Vec<Capacity>> {
    type Row = (
        DesignationId,
        SeatId,
        SeatKind,
        BodyId,
        String,
        Option<ObservatoryId>,
        Option<String>,
        NaiveDate,
        Option<NaiveDate>,
    );
    let rows: Vec<Row> = with_places(in_force(day))
        .filter(designation::Column::PersonId.eq(person))
        .select_only()
        .column(designation::Column::Id)
        .columns([seat::Column::Id, seat::Column::Kind, seat::Column::BodyId])
        .column(body::Column::Name)
        .column(seat::Column::ObservatoryId)
        .column(observatory::Column::Name)
        .columns([designation_record::Column::ValidFrom, designation_record::Column::ValidTo])
        .order_by_asc(designation::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let capacity = |row: Row| Capacity {
        designation_id: row.0,
        seat_id: row.1,
        kind: row.2,
        body_id: row.3,
        body_name: row.4,
        observatory_id: row.5,
        observatory_name: row.6,
        from: row.7,
        to: row.8,
    };
    Ok(rows.into_iter().map(capacity).collect())
}

/// Everybody who holds a seat on a day, each seat once, in the order of the seats' codes.
pub async fn holders(db: &impl ConnectionTrait, day: NaiveDate) -> Result<Vec<Persona>> {
    type Row = (PersonId, String, String, SeatKind, String, Option<String>);
    let person: RelationDef = designation::Entity::belongs_to(person::Entity)
        .from(designation::Column::PersonId)
        .to(person::Column::Id)
        .into();
    let rows: Vec<Row> = with_places(in_force(day))
        .join(JoinType::InnerJoin, person)
        .select_only()
        .columns([person::Column::Id, person::Column::GivenName, person::Column::FamilyName])
        .column(seat::Column::Kind)
        .column(body::Column::Name)
        .column(observatory::Column::Name)
        .order_by_asc(seat::Column::Code)
        .order_by_asc(designation::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let holder = |(person_id, given, family, kind, body, observatory): Row| Persona {
        person_id,
        name: format!("{given} {family}"),
        kind,
        place: observatory.unwrap_or(body),
    };
    Ok(rows.into_iter().map(holder).collect())
}

/// Designations whose current record is in force on a day, joined with record and seat.
fn in_force(day: NaiveDate) -> Select<designation::Entity> {
    designation::Entity::find()
        .join(JoinType::InnerJoin, designation_to_record())
        .join(JoinType::InnerJoin, designation_to_seat())
        .filter(is_in_force(day))
}

/// What a record must be to put its designation in force on a day.
fn is_in_force(day: NaiveDate) -> Condition {
    let open_ended_or_lasting = Condition::any()
        .add(designation_record::Column::ValidTo.is_null())
        .add(designation_record::Column::ValidTo.gte(day));
    Condition::all()
        .add(designation_record::Column::SupersededAt.is_null())
        .add(designation_record::Column::Change.ne(RecordChange::Annulled))
        .add(designation_record::Column::ValidFrom.lte(day))
        .add(open_ended_or_lasting)
}

fn designation_to_record() -> RelationDef {
    designation::Entity::belongs_to(designation_record::Entity)
        .from(designation::Column::Id)
        .to(designation_record::Column::DesignationId)
        .into()
}

fn designation_to_seat() -> RelationDef {
    designation::Entity::belongs_to(seat::Entity).from(designation::Column::SeatId).to(seat::Column::Id).into()
}

/// The seat columns of a key's row: all there, or none where the designation is not in force or there is none.
type SeatRow = (Option<DesignationId>, Option<SeatId>, Option<SeatKind>, Option<BodyId>, Option<ObservatoryId>);

/// Adds to the query of a key the seats its person holds on a day: a row for each, and at least one for a good key.
fn with_seats_held<K: EntityTrait>(keys: Select<K>, day: NaiveDate) -> Select<K> {
    let designations: RelationDef = person::Entity::belongs_to(designation::Entity)
        .from(person::Column::Id)
        .to(designation::Column::PersonId)
        .into();
    keys.join(JoinType::LeftJoin, designations)
        .join(JoinType::LeftJoin, designation_to_record().on_condition(move |_, _| is_in_force(day)))
        .join(JoinType::LeftJoin, designation_to_seat())
        .column(designation_record::Column::DesignationId)
        .columns([seat::Column::Id, seat::Column::Kind, seat::Column::BodyId, seat::Column::ObservatoryId])
        .order_by_asc(designation_record::Column::DesignationId)
}

fn seat_held((designation_id, seat_id, kind, body_id, observatory_id): SeatRow) -> Option<HeldSeat> {
    Some(HeldSeat {
        designation_id: designation_id?,
        seat_id: seat_id?,
        kind: kind?,
        body_id: body_id?,
        observatory_id,
    })
}

fn with_places(designations: Select<designation::Entity>) -> Select<designation::Entity> {
    let body: RelationDef =
        seat::Entity::belongs_to(body::Entity).from(seat::Column::BodyId).to(body::Column::Id).into();
    let observatory: RelationDef = seat::Entity::belongs_to(observatory::Entity)
        .from(seat::Column::ObservatoryId)
        .to(observatory::Column::Id)
        .into();
    designations.join(JoinType::InnerJoin, body).join(JoinType::LeftJoin, observatory)
}

// ---- People -------------------------------------------------------------------------------------------------------------

/// The person with an address, however its letters were typed. The row is locked until the transaction ends, so that
/// what is counted for this person is not counted twice at once (`SQLite` has one writer anyway).
pub async fn lock_member_by_address(txn: &impl ConnectionTrait, address: &str) -> Result<Option<Member>> {
    let same_address = Expr::expr(Func::lower(Expr::col(person::Column::Email))).eq(address.to_lowercase());
    Ok(person::Entity::find().filter(same_address).lock_exclusive().one(txn).await?.map(member_of))
}

pub async fn member(db: &impl ConnectionTrait, id: PersonId) -> Result<Option<Member>> {
    Ok(person::Entity::find_by_id(id).one(db).await?.map(member_of))
}

fn member_of(row: person::Model) -> Member {
    Member {
        id: row.id,
        lang: Lang::of(&row.language),
        given_name: row.given_name,
        family_name: row.family_name,
        email: row.email,
        phone: row.phone,
    }
}

// ---- Sign-in links ------------------------------------------------------------------------------------------------------

/// A link that can still be used, and whose it is.
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
    };
    row.insert(txn).await?;
    Ok(())
}

/// How many links a person was sent after an instant: what bounds the mails to one address.
pub async fn links_since(db: &impl ConnectionTrait, person: PersonId, after: DateTime<Utc>) -> Result<u64> {
    let links = sign_in_link::Entity::find()
        .filter(sign_in_link::Column::PersonId.eq(person))
        .filter(sign_in_link::Column::CreatedAt.gt(stored(after)));
    Ok(links.count(db).await?)
}

pub async fn open_link(db: &impl ConnectionTrait, token_hash: &str, now: DateTime<Utc>) -> Result<Option<OpenLink>> {
    let link = sign_in_link::Entity::find()
        .filter(sign_in_link::Column::TokenHash.eq(token_hash))
        .filter(sign_in_link::Column::UsedAt.is_null())
        .filter(sign_in_link::Column::ExpiresAt.gt(stored(now)))
        .one(db)
        .await?;
    let Some(link) = link else { return Ok(None) };
    let person = member(db, link.person_id).await?;
    let person = person.ok_or_else(|| StoreError::inconsistent("sign_in_link", link.id, "names nobody"))?;
    Ok(Some(OpenLink { id: link.id, person, expires_at: link.expires_at.0 }))
}

/// Spends one link: [`StoreError::Stale`] if another request was first.
pub async fn spend_link(txn: &impl ConnectionTrait, id: SignInLinkId, now: DateTime<Utc>) -> Result<()> {
    let spent = sign_in_link::Entity::update_many()
        .col_expr(sign_in_link::Column::UsedAt, instant(now))
        .filter(sign_in_link::Column::Id.eq(id))
        .filter(sign_in_link::Column::UsedAt.is_null())
        .filter(sign_in_link::Column::ExpiresAt.gt(stored(now)))
        .exec(txn)
        .await?;
    crate::db::exactly_one(spent.rows_affected)
}

/// Spends every link a person could still use; says how many.
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

// ---- Sessions -----------------------------------------------------------------------------------------------------------

/// The holder of a good key: a session's or an API token's.
pub struct KeyHolder<Id> {
    pub id: Id,
    pub person_id: PersonId,
    pub name: String,
    pub scope: Scope,
    /// When its use was last written down.
    pub noted_at: Option<DateTime<Utc>>,
    /// Held on the day asked for; a designation that ended a minute ago gives nothing any more.
    pub seats: Vec<HeldSeat>,
}

/// What a session begins with.
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

/// The session of a key, with its person's name and the seats held on a day, in one query: this runs on every request of
/// somebody signed in, and each question to the database costs more than its answer.
pub async fn session_holder(
    db: &impl ConnectionTrait,
    key_hash: &str,
    now: DateTime<Utc>,
    idle_since: DateTime<Utc>,
    day: NaiveDate,
) -> Result<Option<KeyHolder<SessionId>>> {
    type Row = (
        SessionId,
        PersonId,
        String,
        String,
        Instant,
        Option<DesignationId>,
        Option<SeatId>,
        Option<SeatKind>,
        Option<BodyId>,
        Option<ObservatoryId>,
    );
    let person: RelationDef =
        session::Entity::belongs_to(person::Entity).from(session::Column::PersonId).to(person::Column::Id).into();
    let key = session::Entity::find()
        .join(JoinType::InnerJoin, person)
        .filter(session::Column::KeyHash.eq(key_hash))
        .filter(is_open(now, idle_since))
        .select_only()
        .columns([session::Column::Id, session::Column::PersonId])
        .columns([person::Column::GivenName, person::Column::FamilyName])
        .column(session::Column::LastSeenAt);
    let rows: Vec<Row> = with_seats_held(key, day).into_tuple().all(db).await?;
    let Some((id, person_id, given, family, seen, ..)) = rows.first() else { return Ok(None) };
    Ok(Some(KeyHolder {
        id: *id,
        person_id: *person_id,
        name: format!("{given} {family}"),
        scope: Scope::Full,
        noted_at: Some(seen.0),
        seats: rows.iter().filter_map(|row| seat_held((row.5, row.6, row.7, row.8, row.9))).collect(),
    }))
}

/// Notes that a session was used; does nothing when another request noted it meanwhile.
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

/// A person's open sessions, the last used first; `current_hash` tells which of them asks.
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

/// Which of a person's sessions end.
#[derive(Clone, Copy)]
pub enum Which<'a> {
    One(SessionId),
    WithKey(&'a str),
    AllBut(Option<&'a str>),
}

/// Ends sessions of a person; says how many.
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

/// Ends the session of a key, whoever's it is; says whose it was.
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
    Condition::all()
        .add(session::Column::EndedAt.is_null())
        .add(session::Column::ExpiresAt.gt(stored(now)))
        .add(session::Column::LastSeenAt.gt(stored(idle_since)))
}

// ---- API tokens ---------------------------------------------------------------------------------------------------------

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

/// The API token of a secret, with its person's name and the seats held on a day, in one query.
pub async fn token_holder(
    db: &impl ConnectionTrait,
    token_hash: &str,
    now: DateTime<Utc>,
    day: NaiveDate,
) -> Result<Option<KeyHolder<ApiTokenId>>> {
    type Row = (
        ApiTokenId,
        PersonId,
        String,
        String,
        String,
        Option<Instant>,
        Option<DesignationId>,
        Option<SeatId>,
        Option<SeatKind>,
        Option<BodyId>,
        Option<ObservatoryId>,
    );
    let person: RelationDef =
        api_token::Entity::belongs_to(person::Entity).from(api_token::Column::PersonId).to(person::Column::Id).into();
    let key = api_token::Entity::find()
        .join(JoinType::InnerJoin, person)
        .filter(api_token::Column::TokenHash.eq(token_hash))
        .filter(is_usable(now))
        .select_only()
        .columns([api_token::Column::Id, api_token::Column::PersonId])
        .columns([person::Column::GivenName, person::Column::FamilyName])
        .columns([api_token::Column::Scopes, api_token::Column::LastUsedAt]);
    let rows: Vec<Row> = with_seats_held(key, day).into_tuple().all(db).await?;
    let Some((id, person_id, given, family, scope, used, ..)) = rows.first() else { return Ok(None) };
    Ok(Some(KeyHolder {
        id: *id,
        person_id: *person_id,
        name: format!("{given} {family}"),
        scope: scope_of(*id, scope)?,
        noted_at: used.map(|used| used.0),
        seats: rows.iter().filter_map(|row| seat_held((row.6, row.7, row.8, row.9, row.10))).collect(),
    }))
}

/// Notes that a token was used; does nothing when another request noted it meanwhile.
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

/// A person's usable tokens, the newest first.
pub async fn tokens_of(db: &impl ConnectionTrait, person: PersonId, now: DateTime<Utc>) -> Result<Vec<OwnToken>> {
    let rows = api_token::Entity::find()
        .filter(api_token::Column::PersonId.eq(person))
        .filter(is_usable(now))
        .order_by_desc(api_token::Column::Id)
        .all(db)
        .await?;
    let own = |row: api_token::Model| {
        Ok(OwnToken {
            id: row.id,
            scope: scope_of(row.id, &row.scopes)?,
            name: row.name,
            created_at: row.created_at.0,
            expires_at: row.expires_at.0,
            last_used_at: row.last_used_at.map(|used| used.0),
        })
    };
    rows.into_iter().map(own).collect()
}

/// Revokes one token of a person, or all; says how many.
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
    Scope::of(text).ok_or_else(|| StoreError::inconsistent("api_token", id, format!("scope {text:?}")))
}

fn stored(instant: DateTime<Utc>) -> Instant {
    Instant::from(instant)
}

fn instant(now: DateTime<Utc>) -> SimpleExpr {
    Expr::value(stored(now))
}
