//! Rows of sign-in links, sessions and API tokens, and reads of people and their seats.
//!
//! Secrets are passed as hashes only. Every query for a person's own rows takes the person's id.

mod links;
mod sessions;
mod tokens;

pub use links::*;
pub use sessions::*;
pub use tokens::*;

use crate::auth::actor::{HeldSeat, Scope};
use crate::auth::model::{Capacity, Member, Persona};
use crate::db::StoreError;
use crate::letters;
use crate::mail::address;
use crate::texts::Lang;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{BodyId, DesignationId, ObservatoryId, PersonId, SeatId};
use entity::kinds::{RecordChange, SeatKind};
use entity::{Instant, body, designation, designation_record, observatory, person, seat};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, RelationDef, Select,
};

type Result<T> = std::result::Result<T, StoreError>;

/// Returns the seats a person holds on a day.
pub async fn seats_held(db: &impl ConnectionTrait, person: PersonId, day: NaiveDate) -> Result<Vec<HeldSeat>> {
    type Row = (DesignationId, SeatId, SeatKind, BodyId, Option<ObservatoryId>);
    let rows: Vec<Row> = of_person(in_force(day), person)
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

/// Like [`seats_held`], with the names of body and observatory and the first and last day of the seat.
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
    let rows: Vec<Row> = of_person(with_places(in_force(day)), person)
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

/// Returns the holders of seats on a day, one entry for each seat held, in the order of the seats' codes.
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

/// Selects designations whose current record is in force on a day, joined with record and seat.
fn in_force(day: NaiveDate) -> Select<designation::Entity> {
    designation::Entity::find()
        .join(JoinType::InnerJoin, designation_to_record())
        .join(JoinType::InnerJoin, designation_to_seat())
        .filter(is_in_force(day))
}

/// Narrows a selection to the designations of a person. Their ids are selected apart, because the planner would
/// otherwise begin with the records of all designations in force.
fn of_person(designations: Select<designation::Entity>, person: PersonId) -> Select<designation::Entity> {
    let ids = designation::Entity::find()
        .select_only()
        .column(designation::Column::Id)
        .filter(designation::Column::PersonId.eq(person));
    designations.filter(designation_record::Column::DesignationId.in_subquery(ids.into_query()))
}

/// Condition for a record to put its designation in force on a day.
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

/// The person of a key with one of the seats they hold. The seat's columns are all set, or all empty if the person
/// holds none.
#[derive(FromQueryResult)]
struct HolderRow {
    person_id: PersonId,
    given_name: String,
    family_name: String,
    designation_id: Option<DesignationId>,
    seat_id: Option<SeatId>,
    seat_kind: Option<SeatKind>,
    body_id: Option<BodyId>,
    observatory_id: Option<ObservatoryId>,
}

/// Adds to the query of a key its person and the seats held on a day. A valid key gives one row for each seat, and at
/// least one.
fn with_holder<K: EntityTrait>(keys: Select<K>, to_person: RelationDef, day: NaiveDate) -> Select<K> {
    let designations: RelationDef = person::Entity::belongs_to(designation::Entity)
        .from(person::Column::Id)
        .to(designation::Column::PersonId)
        .into();
    keys.join(JoinType::InnerJoin, to_person)
        .join(JoinType::LeftJoin, designations)
        .join(JoinType::LeftJoin, designation_to_record().on_condition(move |_, _| is_in_force(day)))
        .join(JoinType::LeftJoin, designation_to_seat())
        .column_as(person::Column::Id, "person_id")
        .columns([person::Column::GivenName, person::Column::FamilyName])
        .column(designation_record::Column::DesignationId)
        .column_as(seat::Column::Id, "seat_id")
        .column_as(seat::Column::Kind, "seat_kind")
        .columns([seat::Column::BodyId, seat::Column::ObservatoryId])
        .order_by_asc(designation_record::Column::DesignationId)
}

impl HolderRow {
    fn seat(&self) -> Option<HeldSeat> {
        Some(HeldSeat {
            designation_id: self.designation_id?,
            seat_id: self.seat_id?,
            kind: self.seat_kind?,
            body_id: self.body_id?,
            observatory_id: self.observatory_id,
        })
    }
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

/// Holder of a valid key: a session or an API token.
pub struct KeyHolder<Id> {
    pub id: Id,
    pub person_id: PersonId,
    pub name: String,
    pub scope: Scope,
    /// Last written use of the key.
    pub noted_at: Option<DateTime<Utc>>,
    pub expires_at: DateTime<Utc>,
    /// Seats held on the requested day.
    pub seats: Vec<HeldSeat>,
}

impl<Id> KeyHolder<Id> {
    /// Builds the holder from the first row of the key and all its rows.
    fn of<'a>(
        id: Id,
        scope: Scope,
        (noted_at, expires_at): (Option<Instant>, Instant),
        first: &HolderRow,
        rows: impl Iterator<Item = &'a HolderRow>,
    ) -> Self {
        Self {
            id,
            person_id: first.person_id,
            name: letters::full_name(&first.given_name, &first.family_name),
            scope,
            noted_at: noted_at.map(|at| at.0),
            expires_at: expires_at.0,
            seats: rows.filter_map(HolderRow::seat).collect(),
        }
    }
}

/// Returns the person with an address, compared in its canonical form ([`address::meant`]).
pub async fn member_by_address(db: &impl ConnectionTrait, address: &str) -> Result<Option<Member>> {
    let same_address = person::Column::Email.eq(address::meant(address));
    Ok(person::Entity::find().filter(same_address).one(db).await?.map(member_of))
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

fn stored(instant: DateTime<Utc>) -> Instant {
    Instant::from(instant)
}

fn instant(now: DateTime<Utc>) -> SimpleExpr {
    Expr::value(stored(now))
}
