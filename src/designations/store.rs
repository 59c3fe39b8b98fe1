//! Rows of the register. This file and its three parts are the only ones of the slice that query the database.

mod absences;
mod records;

pub use absences::{absences, insert_unavailability, unavailabilities, unavailability, withdraw_unavailability};
pub use records::{history, told};

use self::records::{RecordRow, insert_record, records};
use super::model::{Occupied, Seat, Successor, Term};
use super::policy::Visibility;
use super::seats::Seats;
use super::view::{Designation, Holder};
use crate::db::{StoreError, exactly_one, page, read, save_row};
use crate::letters;
use crate::texts::Lang;
use chrono::{DateTime, Days, NaiveDate, Utc};
use entity::ids::{BodyId, DesignationId, DesignationRecordId, ObservatoryId, PersonId, SeatId};
use entity::kinds::{RecordChange, SeatKind};
use entity::{Instant, designation, designation_record as record, person, seat};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, Order, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
    sea_query::{Expr, SelectStatement},
};

type Result<T> = std::result::Result<T, StoreError>;

/// Filter of a list of designations; absent members do not narrow it.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub body: Option<BodyId>,
    pub observatory: Option<ObservatoryId>,
    pub seat: Option<SeatId>,
    pub kind: Option<SeatKind>,
    pub person: Option<PersonId>,
    /// In force on this day; with annulled ones, also those that were recorded as in force.
    pub as_of: Option<NaiveDate>,
    /// Not ended before this day.
    pub lasting_on: Option<NaiveDate>,
    /// Begins after this day.
    pub begins_after: Option<NaiveDate>,
    /// Ended before this day.
    pub ended_before: Option<NaiveDate>,
    /// Ends on a day of this period, both ends included.
    pub ends_within: Option<(NaiveDate, NaiveDate)>,
    /// Instant of knowledge; `None`: now.
    pub known_at: Option<DateTime<Utc>>,
    /// Includes annulled ones; only the register with its whole history shows them.
    pub with_annulled: bool,
    /// Only designations whose end has not been carried out yet.
    pub not_handed_over: bool,
}

/// One row of the register.
#[derive(FromQueryResult)]
struct Row {
    id: DesignationId,
    version: i32,
    created_at: Instant,
    handed_over_at: Option<Instant>,
    seat_id: SeatId,
    person_id: PersonId,
    given_name: String,
    family_name: String,
    email: String,
    language: String,
    bounced_at: Option<Instant>,
    #[sea_orm(nested)]
    record: RecordRow,
}

impl Row {
    fn designation(self, seats: &Seats) -> Result<Designation> {
        let row = self;
        Ok(Designation {
            id: row.id,
            version: row.version,
            entered_at: row.created_at.0,
            handed_over_at: row.handed_over_at.map(|at| at.0),
            seat: seats.named(row.seat_id)?,
            holder: Holder {
                id: row.person_id,
                given_name: row.given_name,
                family_name: row.family_name,
                email: row.email,
                lang: Lang::of(&row.language),
                bounced_at: row.bounced_at.map(|at| at.0),
            },
            record: row.record.into(),
        })
    }
}

impl From<seat::Named> for Seat {
    fn from(row: seat::Named) -> Self {
        Self {
            id: row.seat_id,
            code: row.seat_code,
            kind: row.seat_kind,
            body_id: row.body_id,
            body_code: row.body_code,
            body_name: row.body_name,
            observatory_id: row.observatory_id,
            observatory_code: row.observatory_code,
            observatory_name: row.observatory_name,
            territory: row.territory,
        }
    }
}

/// Selects all data of a line of the register, in one statement. The names of its seat are known already ([`Seats`]).
fn lines() -> Select<record::Entity> {
    records()
        .columns([
            designation::Column::Id,
            designation::Column::SeatId,
            designation::Column::Version,
            designation::Column::CreatedAt,
            designation::Column::HandedOverAt,
            designation::Column::PersonId,
        ])
        .columns([
            person::Column::GivenName,
            person::Column::FamilyName,
            person::Column::Email,
            person::Column::Language,
            person::Column::BouncedAt,
        ])
        .join(JoinType::InnerJoin, join::record_to_designation())
        .join(JoinType::InnerJoin, join::designation_to_seat())
        .join(JoinType::InnerJoin, join::designation_to_person())
}

mod join {
    use super::{designation, person, record, seat};
    use sea_orm::{EntityTrait, RelationDef};

    pub(super) fn record_to_designation() -> RelationDef {
        record::Entity::belongs_to(designation::Entity)
            .from(record::Column::DesignationId)
            .to(designation::Column::Id)
            .into()
    }

    pub(super) fn designation_to_seat() -> RelationDef {
        designation::Entity::belongs_to(seat::Entity).from(designation::Column::SeatId).to(seat::Column::Id).into()
    }

    pub(super) fn designation_to_person() -> RelationDef {
        designation::Entity::belongs_to(person::Entity)
            .from(designation::Column::PersonId)
            .to(person::Column::Id)
            .into()
    }
}

/// Lists the visible designations that pass the filter, the latest term first.
pub async fn list(
    db: &impl ConnectionTrait,
    seats: &Seats,
    visible: &Visibility,
    filter: &Filter,
    after: Option<(NaiveDate, DesignationId)>,
    limit: Option<u64>,
) -> Result<Vec<Designation>> {
    let rows: Vec<Row> = read(db, &register(visible, filter, after), limit).await?;
    rows.into_iter().map(|row| row.designation(seats)).collect()
}

/// Selects the visible lines that pass the filter. Both keys of the order are columns of one table, so that a page is read
/// in the order of one index, and names are joined to its rows only.
fn register(
    visible: &Visibility,
    filter: &Filter,
    after: Option<(NaiveDate, DesignationId)>,
) -> Select<record::Entity> {
    let lines = lines().filter(known(filter.known_at)).filter(seen_by(visible)).filter(narrowed(filter));
    page(lines, Order::Desc, register_order(), after)
}

/// The order of the register: by the first day of the term, and by the designation.
fn register_order() -> (Expr, record::Column) {
    (record::Column::ValidFrom.into_expr(), record::Column::DesignationId)
}

/// Finds one visible designation as known now.
pub async fn find(
    db: &impl ConnectionTrait,
    seats: &Seats,
    visible: &Visibility,
    id: DesignationId,
) -> Result<Option<Designation>> {
    let row = lines()
        .filter(known(None))
        .filter(seen_by(visible))
        .filter(designation::Column::Id.eq(id))
        .into_model::<Row>()
        .one(db)
        .await?;
    row.map(|row| row.designation(seats)).transpose()
}

fn known(at: Option<DateTime<Utc>>) -> Condition {
    match at {
        None => Condition::all().add(record::Column::SupersededAt.is_null()),
        Some(instant) => Condition::all().add(record::Column::RecordedAt.lte(millis(instant))).add(
            Condition::any()
                .add(record::Column::SupersededAt.is_null())
                .add(record::Column::SupersededAt.gt(millis(instant))),
        ),
    }
}

fn seen_by(visible: &Visibility) -> Condition {
    match visible {
        Visibility::Everything => Condition::all(),
        Visibility::Bodies(bodies, person) => Condition::any()
            .add(seat::Column::BodyId.is_in(bodies.iter().copied()))
            .add(designation::Column::PersonId.eq(*person)),
        Visibility::Own(person) => Condition::all().add(designation::Column::PersonId.eq(*person)),
    }
}

fn narrowed(filter: &Filter) -> Condition {
    Condition::all()
        .add_option(of_seats_and_person(filter).map(|ids| record::Column::DesignationId.in_subquery(ids)))
        .add_option(filter.as_of.map(term_covers))
        .add_option(filter.lasting_on.map(has_not_ended_before))
        .add_option(filter.begins_after.map(|day| record::Column::ValidFrom.gt(day)))
        .add_option(filter.ended_before.map(|day| record::Column::ValidTo.lt(day)))
        .add_option(filter.ends_within.map(|(from, to)| record::Column::ValidTo.between(from, to)))
        .add_option((!filter.with_annulled).then(|| record::Column::Change.ne(RecordChange::Annulled)))
        .add_option(filter.not_handed_over.then(|| designation::Column::HandedOverAt.is_null()))
}

/// Selects the ids of the designations to the seats and of the person of a filter; `None` if it names neither. They are
/// selected apart, because the planner would otherwise begin with the records of all designations in force.
fn of_seats_and_person(filter: &Filter) -> Option<SelectStatement> {
    let conditions = [
        filter.body.map(|body| seat::Column::BodyId.eq(body)),
        filter.observatory.map(|observatory| seat::Column::ObservatoryId.eq(observatory)),
        filter.seat.map(|seat| designation::Column::SeatId.eq(seat)),
        filter.kind.map(|kind| seat::Column::Kind.eq(kind)),
        filter.person.map(|person| designation::Column::PersonId.eq(person)),
    ];
    let conditions: Vec<Expr> = conditions.into_iter().flatten().collect();
    (!conditions.is_empty()).then(|| {
        let ids = designation::Entity::find().select_only().column(designation::Column::Id);
        let ids = ids.join(JoinType::InnerJoin, join::designation_to_seat());
        conditions.into_iter().fold(ids, QueryFilter::filter).into_query()
    })
}

fn term_covers(day: NaiveDate) -> Condition {
    has_not_ended_before(day).add(record::Column::ValidFrom.lte(day))
}

fn has_not_ended_before(day: NaiveDate) -> Condition {
    let lasts = Condition::any().add(record::Column::ValidTo.is_null()).add(record::Column::ValidTo.gte(day));
    Condition::all().add(lasts)
}

fn millis(instant: DateTime<Utc>) -> Instant {
    entity::Instant::from(instant)
}

/// Lists the terms in a seat that have not ended before a day, as known now.
pub async fn occupied(db: &impl ConnectionTrait, seat: SeatId, from: NaiveDate) -> Result<Vec<Occupied>> {
    occupied_by(db, &Filter { seat: Some(seat), lasting_on: Some(from), ..Filter::default() }).await
}

async fn occupied_by(db: &impl ConnectionTrait, filter: &Filter) -> Result<Vec<Occupied>> {
    let lines = record::Entity::find()
        .select_only()
        .columns([record::Column::DesignationId, record::Column::ValidFrom, record::Column::ValidTo])
        .columns([person::Column::GivenName, person::Column::FamilyName])
        .column_as(person::Column::Id, "person_id")
        .join(JoinType::InnerJoin, join::record_to_designation())
        .join(JoinType::InnerJoin, join::designation_to_person())
        .filter(known(None))
        .filter(narrowed(filter));
    let lines = page(lines, Order::Desc, register_order(), None::<(NaiveDate, DesignationId)>);
    let rows: Vec<OccupiedRow> = read(db, &lines, None).await?;
    Ok(rows.into_iter().map(Occupied::from).collect())
}

#[derive(FromQueryResult)]
struct OccupiedRow {
    designation_id: DesignationId,
    person_id: PersonId,
    given_name: String,
    family_name: String,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
}

impl From<OccupiedRow> for Occupied {
    fn from(row: OccupiedRow) -> Self {
        Self {
            designation_id: row.designation_id,
            person_id: row.person_id,
            person_name: letters::full_name(&row.given_name, &row.family_name),
            term: Term { from: row.valid_from, to: row.valid_to },
        }
    }
}

/// Reads the holders of all seats on a day, the latest term first.
pub async fn all_holders(db: &impl ConnectionTrait, seats: &Seats, day: NaiveDate) -> Result<Vec<Designation>> {
    let filter = Filter { as_of: Some(day), ..Filter::default() };
    list(db, seats, &Visibility::Everything, &filter, None, None).await
}

/// Reads every designation as known now, whatever its term.
pub async fn whole_register(db: &impl ConnectionTrait, seats: &Seats) -> Result<Vec<Designation>> {
    list(db, seats, &Visibility::Everything, &Filter::default(), None, None).await
}

/// Reads the holders of a seat on a day.
pub async fn holders_on(db: &impl ConnectionTrait, seat: SeatId, day: NaiveDate) -> Result<Vec<Occupied>> {
    occupied_by(db, &Filter { seat: Some(seat), as_of: Some(day), ..Filter::default() }).await
}

/// Reads the holders of the seat on the day after a designation ends; empty if it has no end.
pub async fn successors(db: &impl ConnectionTrait, designation: &Designation) -> Result<Vec<Occupied>> {
    let Some(last) = designation.record.statement.term.to else { return Ok(Vec::new()) };
    holders_on(db, designation.seat.id, last + Days::new(1)).await
}

/// Reads all seats with the names of their bodies and observatories.
pub async fn seats(db: &impl ConnectionTrait) -> Result<Seats> {
    let rows = seat::with_names(seat::Entity::find().select_only())
        .order_by(seat::Column::Code, Order::Asc)
        .into_model::<seat::Named>()
        .all(db)
        .await?;
    Ok(Seats::new(rows.into_iter().map(Seat::from)))
}

/// A new designation: its identity and its first record.
pub struct NewDesignation {
    pub id: DesignationId,
    pub record_id: DesignationRecordId,
    pub seat_id: SeatId,
    pub person_id: PersonId,
    pub first: Successor,
    pub at: DateTime<Utc>,
    pub by: Option<PersonId>,
}

pub async fn insert(db: &impl ConnectionTrait, new: NewDesignation) -> Result<()> {
    let row = designation::ActiveModel {
        id: Set(new.id),
        seat_id: Set(new.seat_id),
        person_id: Set(new.person_id),
        handed_over_at: Set(None),
        version: Set(1),
        created_at: Set(millis(new.at)),
    };
    designation::Entity::insert(row).exec_without_returning(db).await?;
    insert_record(db, new.record_id, new.id, 1, new.first, new.at, new.by).await
}

/// Supersedes the current record, if the designation's version is unchanged.
pub async fn supersede(
    db: &impl ConnectionTrait,
    current: &Designation,
    record_id: DesignationRecordId,
    successor: Successor,
    at: DateTime<Utc>,
    by: Option<PersonId>,
) -> Result<()> {
    let (id, version) = (designation::Column::Id, designation::Column::Version);
    save_row(db, designation::ActiveModel::default(), (id, current.id), (version, current.version)).await?;
    let touched = record::Entity::update_many()
        .col_expr(record::Column::SupersededAt, Expr::value(millis(at)))
        .filter(record::Column::Id.eq(current.record.id))
        .filter(record::Column::SupersededAt.is_null())
        .exec(db)
        .await?;
    exactly_one(touched.rows_affected)?;
    insert_record(db, record_id, current.id, current.record.position + 1, successor, at, by).await
}

/// Marks the end of a designation as carried out.
pub async fn mark_handed_over(db: &impl ConnectionTrait, id: DesignationId, at: DateTime<Utc>) -> Result<()> {
    let touched = designation::Entity::update_many()
        .col_expr(designation::Column::HandedOverAt, Expr::value(millis(at)))
        .filter(designation::Column::Id.eq(id))
        .filter(designation::Column::HandedOverAt.is_null())
        .exec(db)
        .await?;
    exactly_one(touched.rows_affected)
}

/// Removes the mark after a correction that put a designation in force again, because its new end is still to come.
pub async fn unmark_handed_over(db: &impl ConnectionTrait, id: DesignationId) -> Result<()> {
    designation::Entity::update_many()
        .col_expr(designation::Column::HandedOverAt, Expr::value(Option::<Instant>::None))
        .filter(designation::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::plans_of;

    /// A list that sorts the whole register for each page of fifty lines is ten times as slow as one that reads an
    /// index.
    #[tokio::test]
    async fn a_page_of_the_register_is_read_in_the_order_of_an_index_whatever_the_statistics() {
        let (day, id) = (NaiveDate::from_ymd_opt(2027, 3, 1).expect("a day"), DesignationId(uuid::Uuid::nil()));
        let today = Filter { as_of: Some(day), ..Filter::default() };
        let body = BodyId(uuid::Uuid::nil());
        let of_bodies = Visibility::Bodies(vec![body], PersonId(uuid::Uuid::nil()));
        for (visible, filter, after) in [
            (&Visibility::Everything, &Filter::default(), None),
            (&Visibility::Everything, &Filter::default(), Some((day, id))),
            (&Visibility::Everything, &today, None),
            (&of_bodies, &Filter::default(), None),
        ] {
            for (statistics, steps) in plans_of(&register(visible, filter, after)).await {
                let first = steps.first().map_or("", String::as_str);
                assert!(first.contains("ix_designation_record_register"), "{statistics}: {steps:#?}");
                assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{statistics}: {steps:#?}");
            }
        }
    }
}
