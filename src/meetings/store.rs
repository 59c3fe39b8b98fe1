//! Rows of meetings. The only file of the slice with queries.

mod agenda;
mod members;

pub use agenda::{agenda, delete_item, insert_items, place_items, save_item};
pub use members::{add_parties, end_parties, guests, parties_at, replace_guests, touch_table};

use super::model::{Attendance, Convocation, Meeting, Number, Quorum, Slot, Stage, Told, Venue};
use super::policy::Visibility;
use super::view::{Invited, Line, Member, Outcome, Table};
use crate::db::{StoreError, exactly_one, page, read, save_row};
use crate::letters;
use crate::texts::Lang;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{AttendanceId, BodyId, DesignationId, InvitationId, MeetingId, OutcomeId, PersonId, TableId};
use entity::kinds::{CalendarMethod, MeetingState, OutcomeKind, SeatKind};
use entity::{
    Instant, attendance, designation, invitation, meeting, meeting_guest, outcome, person, seat,
    technical_table as table,
};
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, Order,
    QueryFilter, QueryOrder, QuerySelect, RelationDef,
};
use std::collections::{HashMap, HashSet};

type Result<T> = std::result::Result<T, StoreError>;

/// Filter of a list; an absent value does not filter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub table: Option<TableId>,
    pub state: Option<MeetingState>,
    /// On or after this day.
    pub from: Option<NaiveDate>,
    /// On or before this day.
    pub to: Option<NaiveDate>,
}

impl From<table::Model> for Table {
    fn from(row: table::Model) -> Self {
        Self {
            id: row.id,
            code: row.code,
            name_it: row.name_it,
            name_en: row.name_en,
            kind: row.kind,
            ordinary_notice_days: row.ordinary_notice_days,
            version: row.version,
        }
    }
}

fn meeting_of(row: meeting::Model) -> Result<Meeting> {
    let broken = |what: &str| StoreError::inconsistent("meeting", row.id, what);
    let convocation = match (row.number, row.year, row.convened_at) {
        (Some(number), Some(year), Some(at)) => Some(Convocation {
            number: Number { number, year },
            at: at.0,
            short_notice_reason: row.short_notice_reason.clone(),
        }),
        (None, None, None) => None,
        _ => return Err(broken("half a convocation")),
    };
    let stage = match (row.state, convocation, row.held_at, &row.cancelled_reason) {
        (MeetingState::Draft, None, None, None) => Stage::Draft,
        (MeetingState::Convened, Some(convocation), None, None) => Stage::Convened(convocation),
        (MeetingState::Held, Some(convocation), Some(at), None) => Stage::Held { convocation, at: at.0 },
        (MeetingState::Closed, Some(convocation), Some(at), None) => {
            Stage::Closed { convocation, held_at: at.0, short_quorum_reason: row.closed_short_reason.clone() }
        }
        (MeetingState::Cancelled, convocation, None, Some(reason)) => {
            Stage::Cancelled { convocation, reason: reason.clone() }
        }
        _ => return Err(broken("state and marks disagree")),
    };
    let sequence = u32::try_from(row.sequence).map_err(|_| broken("negative sequence"))?;
    Ok(Meeting {
        id: row.id,
        table_id: row.table_id,
        title: row.title,
        slot: Slot { day: row.day, starts: row.starts, ends: row.ends },
        venue: Venue { mode: row.mode, place: row.place, remote_url: row.remote_url },
        uid: row.uid,
        sequence,
        stage,
        short_quorum_reason: row.short_quorum_reason,
        version: row.version,
    })
}

/// Returns the columns of a meeting's data; the callers set identity, version and creation.
fn columns(meeting: &Meeting) -> meeting::ActiveModel {
    let convocation = meeting.convocation();
    let (held_at, cancelled_reason) = meeting.stage.held_and_cancelled();
    meeting::ActiveModel {
        number: Set(convocation.map(|convocation| convocation.number.number)),
        year: Set(convocation.map(|convocation| convocation.number.year)),
        title: Set(meeting.title.clone()),
        state: Set(meeting.state()),
        mode: Set(meeting.venue.mode),
        day: Set(meeting.slot.day),
        starts: Set(meeting.slot.starts),
        ends: Set(meeting.slot.ends),
        place: Set(meeting.venue.place.clone()),
        remote_url: Set(meeting.venue.remote_url.clone()),
        sequence: Set(i32::try_from(meeting.sequence).unwrap_or(i32::MAX)),
        short_notice_reason: Set(convocation.and_then(|convocation| convocation.short_notice_reason.clone())),
        short_quorum_reason: Set(meeting.short_quorum_reason.clone()),
        closed_short_reason: Set(meeting.stage.closed_short_reason()),
        cancelled_reason: Set(cancelled_reason),
        convened_at: Set(convocation.map(|convocation| Instant::from(convocation.at))),
        held_at: Set(held_at.map(Instant::from)),
        ..meeting::ActiveModel::default()
    }
}

pub async fn tables(db: &impl ConnectionTrait) -> Result<Vec<Table>> {
    let rows = table::Entity::find().order_by(table::Column::Code, Order::Asc).all(db).await?;
    Ok(rows.into_iter().map(Table::from).collect())
}

pub async fn table_by_code(db: &impl ConnectionTrait, code: &str) -> Result<Option<Table>> {
    Ok(table::Entity::find().filter(table::Column::Code.eq(code)).one(db).await?.map(Table::from))
}

pub async fn table(db: &impl ConnectionTrait, id: TableId) -> Result<Table> {
    let row = table::Entity::find_by_id(id).one(db).await?;
    row.map(Table::from).ok_or_else(|| StoreError::inconsistent("technical_table", id, "absent"))
}

/// Returns the next number of a table's year.
pub async fn next_number(txn: &impl ConnectionTrait, id: TableId, year: i32) -> Result<Number> {
    let last: Option<i32> = meeting::Entity::find()
        .select_only()
        .column(meeting::Column::Number)
        .filter(meeting::Column::TableId.eq(id))
        .filter(meeting::Column::Year.eq(year))
        .order_by(meeting::Column::Number, Order::Desc)
        .into_tuple::<Option<i32>>()
        .one(txn)
        .await?
        .flatten();
    Ok(Number { number: last.unwrap_or(0) + 1, year })
}

/// Returns the visible meetings that pass the filter, latest day first.
pub async fn list(
    db: &impl ConnectionTrait,
    visible: &Visibility,
    filter: &Filter,
    after: Option<(NaiveDate, MeetingId)>,
    limit: Option<u64>,
) -> Result<Vec<Line>> {
    let query = meeting::Entity::find().filter(seen_by(visible)).filter(
        Condition::all()
            .add_option(filter.table.map(|id| meeting::Column::TableId.eq(id)))
            .add_option(filter.state.map(|state| meeting::Column::State.eq(state)))
            .add_option(filter.from.map(|day| meeting::Column::Day.gte(day)))
            .add_option(filter.to.map(|day| meeting::Column::Day.lte(day))),
    );
    let key = (meeting::Column::Day.into_expr(), meeting::Column::Id);
    let rows = read(db, &page(query, Order::Desc, key, after), limit).await?;
    lines(db, rows).await
}

/// Returns meetings with their tables, in the order given.
async fn lines(db: &impl ConnectionTrait, rows: Vec<meeting::Model>) -> Result<Vec<Line>> {
    let names: HashMap<TableId, Table> = tables(db).await?.into_iter().map(|table| (table.id, table)).collect();
    rows.into_iter()
        .map(|row| {
            let meeting = meeting_of(row)?;
            let table = names.get(&meeting.table_id).cloned();
            let table = table.ok_or_else(|| StoreError::inconsistent("meeting", meeting.id, "of no table"))?;
            Ok(Line { meeting, table })
        })
        .collect()
}

/// Returns one meeting, if it is visible.
pub async fn find(db: &impl ConnectionTrait, visible: &Visibility, id: MeetingId) -> Result<Option<Meeting>> {
    let row = meeting::Entity::find_by_id(id).filter(seen_by(visible)).one(db).await?;
    row.map(meeting_of).transpose()
}

fn seen_by(visible: &Visibility) -> Condition {
    let convened = Condition::all().add(meeting::Column::ConvenedAt.is_not_null());
    match visible {
        Visibility::Everything => Condition::all(),
        Visibility::Convened => convened,
        Visibility::Guest(person, seats) => {
            let invited = Query::select()
                .column(meeting_guest::Column::MeetingId)
                .from(meeting_guest::Entity)
                .and_where(meeting_guest::Column::PersonId.eq(*person))
                .and_where(meeting_guest::Column::SeatId.is_in(seats.iter().copied()))
                .to_owned();
            convened.add(meeting::Column::Id.in_subquery(invited))
        }
    }
}

pub async fn insert(txn: &impl ConnectionTrait, new: &Meeting, at: DateTime<Utc>) -> Result<()> {
    let row = meeting::ActiveModel {
        id: Set(new.id),
        table_id: Set(new.table_id),
        uid: Set(new.uid.clone()),
        version: Set(new.version),
        created_at: Set(at.into()),
        updated_at: Set(at.into()),
        ..columns(new)
    };
    meeting::Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

/// Saves a changed meeting, if its version is unchanged.
pub async fn save(txn: &impl ConnectionTrait, changed: &Meeting, at: DateTime<Utc>) -> Result<()> {
    let row = meeting::ActiveModel { updated_at: Set(at.into()), ..columns(changed) };
    save_row(txn, row, (meeting::Column::Id, changed.id), (meeting::Column::Version, changed.version)).await
}

/// Finds the meeting of a table that was held last before a slot.
pub async fn held_before(db: &impl ConnectionTrait, table: TableId, slot: Slot) -> Result<Option<Meeting>> {
    agenda::held_before(db, table, slot).await?.map(meeting_of).transpose()
}

/// Returns the recorded presences, by body.
pub async fn attendances(db: &impl ConnectionTrait, id: MeetingId) -> Result<HashMap<BodyId, Attendance>> {
    let rows = attendance::Entity::find().filter(attendance::Column::MeetingId.eq(id)).all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.body_id, Attendance { presence: row.presence, delegate: row.delegate }))
        .collect())
}

/// Records the presence of a party, replacing an earlier record.
pub async fn put_attendance(
    txn: &impl ConnectionTrait,
    id: AttendanceId,
    meeting: MeetingId,
    body: BodyId,
    attendance: &Attendance,
    at: DateTime<Utc>,
) -> Result<()> {
    let row = attendance::ActiveModel {
        id: Set(id),
        meeting_id: Set(meeting),
        body_id: Set(body),
        presence: Set(attendance.presence),
        delegate: Set(attendance.delegate.clone()),
        recorded_at: Set(at.into()),
    };
    let over = OnConflict::columns([attendance::Column::MeetingId, attendance::Column::BodyId])
        .update_columns([attendance::Column::Presence, attendance::Column::Delegate, attendance::Column::RecordedAt])
        .to_owned();
    attendance::Entity::insert(row).on_conflict(over).exec_without_returning(txn).await?;
    Ok(())
}

impl TryFrom<outcome::Model> for Outcome {
    type Error = StoreError;

    fn try_from(row: outcome::Model) -> Result<Self> {
        let broken = || StoreError::inconsistent("outcome", row.id, "half a quorum, or a negative one");
        let quorum = match (row.quorum_parties, row.quorum_there) {
            (None, None) => None,
            (Some(parties), Some(there)) => Some(Quorum {
                parties: usize::try_from(parties).map_err(|_| broken())?,
                there: usize::try_from(there).map_err(|_| broken())?,
            }),
            _ => return Err(broken()),
        };
        Ok(Self {
            id: row.id,
            meeting_id: row.meeting_id,
            agenda_item_id: row.agenda_item_id,
            position: row.position,
            kind: row.kind,
            text: row.text,
            release_id: row.release_id,
            task_id: row.task_id,
            quorum,
            created_at: row.created_at.0,
            overtaken: None,
            assigned: None,
        })
    }
}

/// Returns the outcomes in the order of recording.
pub async fn outcomes(db: &impl ConnectionTrait, id: MeetingId) -> Result<Vec<Outcome>> {
    let rows = outcome::Entity::find()
        .filter(outcome::Column::MeetingId.eq(id))
        .order_by(outcome::Column::Position, Order::Asc)
        .all(db)
        .await?;
    rows.into_iter().map(Outcome::try_from).collect()
}

pub async fn outcome(db: &impl ConnectionTrait, id: OutcomeId) -> Result<Option<Outcome>> {
    outcome::Entity::find_by_id(id).one(db).await?.map(Outcome::try_from).transpose()
}

/// Returns the latest outcomes of a kind from visible meetings, with their meetings: latest day first, then in the
/// order of recording.
pub async fn latest_outcomes(
    db: &impl ConnectionTrait,
    visible: &Visibility,
    kind: OutcomeKind,
    limit: u64,
) -> Result<Vec<(Line, Outcome)>> {
    let to_meeting =
        outcome::Entity::belongs_to(meeting::Entity).from(outcome::Column::MeetingId).to(meeting::Column::Id);
    let rows = outcome::Entity::find()
        .join(JoinType::InnerJoin, to_meeting.into())
        .filter(seen_by(visible))
        .filter(outcome::Column::Kind.eq(kind))
        .order_by(meeting::Column::Day, Order::Desc)
        .order_by(meeting::Column::Id, Order::Desc)
        .order_by(outcome::Column::Position, Order::Asc)
        .limit(limit)
        .all(db)
        .await?;
    let ids: HashSet<MeetingId> = rows.iter().map(|row| row.meeting_id).collect();
    let meetings = meeting::Entity::find().filter(meeting::Column::Id.is_in(ids)).all(db).await?;
    let lines: HashMap<MeetingId, Line> =
        lines(db, meetings).await?.into_iter().map(|line| (line.meeting.id, line)).collect();
    rows.into_iter()
        .map(|row| {
            let line = lines.get(&row.meeting_id).cloned();
            let line = line.ok_or_else(|| StoreError::inconsistent("outcome", row.id, "of no meeting"))?;
            Ok((line, row.try_into()?))
        })
        .collect()
}

pub async fn insert_outcome(txn: &impl ConnectionTrait, new: &Outcome, by: Option<PersonId>) -> Result<()> {
    let row = outcome::ActiveModel {
        id: Set(new.id),
        meeting_id: Set(new.meeting_id),
        agenda_item_id: Set(new.agenda_item_id),
        position: Set(new.position),
        kind: Set(new.kind),
        text: Set(new.text.clone()),
        release_id: Set(new.release_id),
        task_id: Set(new.task_id),
        quorum_parties: Set(new.quorum.map(|quorum| count(quorum.parties))),
        quorum_there: Set(new.quorum.map(|quorum| count(quorum.there))),
        created_at: Set(new.created_at.into()),
        created_by: Set(by),
    };
    outcome::Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

fn count(parties: usize) -> i32 {
    i32::try_from(parties).unwrap_or(i32::MAX)
}

#[derive(FromQueryResult)]
struct InvitedRow {
    person_id: PersonId,
    designation_id: DesignationId,
    sequence: i32,
    method: CalendarMethod,
    told_at: Instant,
    given_name: String,
    family_name: String,
    email: String,
    language: String,
    bounced_at: Option<Instant>,
    body_id: BodyId,
    seat_kind: SeatKind,
}

impl InvitedRow {
    fn invited(self, meeting: MeetingId) -> Result<Invited> {
        let sequence = u32::try_from(self.sequence)
            .map_err(|_| StoreError::inconsistent("invitation", meeting, "negative sequence"))?;
        Ok(Invited {
            person_id: self.person_id,
            designation_id: self.designation_id,
            body_id: self.body_id,
            is_guest: self.seat_kind == SeatKind::Partner,
            name: letters::full_name(&self.given_name, &self.family_name),
            address: self.email,
            has_bounced: self.bounced_at.is_some(),
            lang: Lang::of(&self.language),
            told: Told { method: self.method, sequence },
            is_told_elsewhere: false,
            at: self.told_at.0,
        })
    }
}

fn invitation_to_person() -> RelationDef {
    invitation::Entity::belongs_to(person::Entity).from(invitation::Column::PersonId).to(person::Column::Id).into()
}

fn invitation_to_designation() -> RelationDef {
    invitation::Entity::belongs_to(designation::Entity)
        .from(invitation::Column::DesignationId)
        .to(designation::Column::Id)
        .into()
}

fn designation_to_seat() -> RelationDef {
    designation::Entity::belongs_to(seat::Entity).from(designation::Column::SeatId).to(seat::Column::Id).into()
}

/// Returns the latest message to each person about a meeting, by name.
pub async fn told(db: &impl ConnectionTrait, id: MeetingId) -> Result<Vec<Invited>> {
    let rows = invitation::Entity::find()
        .select_only()
        .columns([
            invitation::Column::PersonId,
            invitation::Column::DesignationId,
            invitation::Column::Sequence,
            invitation::Column::Method,
            invitation::Column::ToldAt,
        ])
        .columns([
            person::Column::GivenName,
            person::Column::FamilyName,
            person::Column::Email,
            person::Column::Language,
            person::Column::BouncedAt,
        ])
        .column(seat::Column::BodyId)
        .column_as(seat::Column::Kind, "seat_kind")
        .join(JoinType::InnerJoin, invitation_to_person())
        .join(JoinType::InnerJoin, invitation_to_designation())
        .join(JoinType::InnerJoin, designation_to_seat())
        .filter(invitation::Column::MeetingId.eq(id))
        .order_by(person::Column::FamilyName, Order::Asc)
        .order_by(person::Column::GivenName, Order::Asc)
        .into_model::<InvitedRow>()
        .all(db)
        .await?;
    rows.into_iter().map(|row| row.invited(id)).collect()
}

/// Records the latest message to a person. The sequence only rises: a lower one gets `Stale`.
pub async fn remember(
    txn: &impl ConnectionTrait,
    id: InvitationId,
    meeting: MeetingId,
    member: &Member,
    told: Told,
    at: DateTime<Utc>,
) -> Result<()> {
    let sequence = i32::try_from(told.sequence).unwrap_or(i32::MAX);
    let row = invitation::ActiveModel {
        id: Set(id),
        meeting_id: Set(meeting),
        person_id: Set(member.person_id),
        designation_id: Set(member.designation_id),
        sequence: Set(sequence),
        method: Set(told.method),
        told_at: Set(at.into()),
    };
    let over = OnConflict::columns([invitation::Column::MeetingId, invitation::Column::PersonId])
        .update_columns([
            invitation::Column::DesignationId,
            invitation::Column::Sequence,
            invitation::Column::Method,
            invitation::Column::ToldAt,
        ])
        .action_and_where(invitation::Column::Sequence.lt(sequence))
        .to_owned();
    exactly_one(invitation::Entity::insert(row).on_conflict(over).exec_without_returning(txn).await?)
}
