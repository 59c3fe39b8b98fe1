//! Rows of records.

use super::{Result, millis};
use crate::designations::model::{
    Act, GivenReason, Provenance, Reason, Record, Statement, Successor, Term, designates,
};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DesignationId, DesignationRecordId, DocumentId, PersonId};
use entity::kinds::{ActKind, Channel, RecordChange};
use entity::{Instant, designation_record as record};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, Order, QueryFilter,
    QueryOrder, QuerySelect, Select, sea_query::Expr,
};
use std::collections::HashMap;

/// Alias in queries for the record that replaced another.
const NEXT: &str = "next_record";

#[derive(FromQueryResult)]
pub(super) struct RecordRow {
    record_id: DesignationRecordId,
    position: i32,
    change: RecordChange,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    organisation: Option<String>,
    act_kind: ActKind,
    act_number: String,
    act_date: NaiveDate,
    act_organ: String,
    act_subject: String,
    #[sea_orm(nested)]
    provenance: ProvenanceRow,
    reason: Option<String>,
    next_act_kind: Option<ActKind>,
    next_act_number: Option<String>,
    next_act_date: Option<NaiveDate>,
    next_act_organ: Option<String>,
    next_act_subject: Option<String>,
    recorded_at: Instant,
    recorded_by: Option<PersonId>,
    superseded_at: Option<Instant>,
}

/// Channel and proof of a communication.
#[derive(FromQueryResult)]
struct ProvenanceRow {
    protocol_number: Option<String>,
    protocol_date: Option<NaiveDate>,
    channel: Channel,
    communicated_on: NaiveDate,
    receipt: Option<String>,
    document_id: Option<DocumentId>,
}

/// Columns of a [`ProvenanceRow`].
const PROVENANCE: [record::Column; 6] = [
    record::Column::ProtocolNumber,
    record::Column::ProtocolDate,
    record::Column::Channel,
    record::Column::CommunicatedOn,
    record::Column::Receipt,
    record::Column::DocumentId,
];

impl From<ProvenanceRow> for Provenance {
    fn from(row: ProvenanceRow) -> Self {
        let ProvenanceRow { protocol_number, protocol_date, channel, communicated_on, receipt, document_id } = row;
        Self { channel, communicated_on, protocol_number, protocol_date, receipt, document_id }
    }
}

impl RecordRow {
    /// Returns the act of the replacing designation, or the text as written.
    fn reason(&mut self) -> Option<Reason> {
        let act = |row: &mut Self| {
            Some(Act {
                kind: row.next_act_kind?,
                number: row.next_act_number.take()?,
                date: row.next_act_date?,
                organ: row.next_act_organ.take()?,
                subject: row.next_act_subject.take()?,
            })
        };
        act(self).map(|by| Reason::Replaced { by }).or_else(|| self.reason.take().map(Reason::Said))
    }
}

impl From<RecordRow> for Record {
    fn from(mut row: RecordRow) -> Self {
        Self {
            reason: row.reason(),
            id: row.record_id,
            position: row.position,
            change: row.change,
            statement: Statement {
                term: Term { from: row.valid_from, to: row.valid_to },
                act: Act {
                    kind: row.act_kind,
                    number: row.act_number,
                    date: row.act_date,
                    organ: row.act_organ,
                    subject: row.act_subject,
                },
                provenance: row.provenance.into(),
                organisation: row.organisation,
            },
            recorded_at: row.recorded_at.0,
            recorded_by: row.recorded_by,
            superseded_at: row.superseded_at.map(|at| at.0),
        }
    }
}

/// Selects records for [`RecordRow`], each with the act of the record that replaced it, if any.
pub(super) fn records() -> Select<record::Entity> {
    let next = |column: record::Column| Expr::col((NEXT, column));
    let replaced_by =
        record::Entity::belongs_to(record::Entity).from(record::Column::ReplacedBy).to(record::Column::Id);
    record::Entity::find()
        .select_only()
        .join_as(JoinType::LeftJoin, replaced_by.into(), NEXT)
        .expr_as(next(record::Column::ActKind), "next_act_kind")
        .expr_as(next(record::Column::ActNumber), "next_act_number")
        .expr_as(next(record::Column::ActDate), "next_act_date")
        .expr_as(next(record::Column::ActOrgan), "next_act_organ")
        .expr_as(next(record::Column::ActSubject), "next_act_subject")
        .column_as(record::Column::Id, "record_id")
        .columns([
            record::Column::Position,
            record::Column::Change,
            record::Column::ValidFrom,
            record::Column::ValidTo,
            record::Column::Organisation,
            record::Column::ActKind,
            record::Column::ActNumber,
            record::Column::ActDate,
            record::Column::ActOrgan,
            record::Column::ActSubject,
            record::Column::Reason,
            record::Column::RecordedAt,
            record::Column::RecordedBy,
            record::Column::SupersededAt,
        ])
        .columns(PROVENANCE)
}

/// Lists every record of a designation, the first one first.
pub async fn history(db: &impl ConnectionTrait, id: DesignationId) -> Result<Vec<Record>> {
    let rows = records()
        .filter(record::Column::DesignationId.eq(id))
        .order_by(record::Column::Position, Order::Asc)
        .into_model::<RecordRow>()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Record::from).collect())
}

/// Lists the communications of each of these designations, each with the position of its record, the first one first;
/// without those of ends.
pub async fn told(
    db: &impl ConnectionTrait,
    of: Vec<DesignationId>,
) -> Result<HashMap<DesignationId, Vec<(i32, Provenance)>>> {
    #[derive(FromQueryResult)]
    struct Row {
        designation_id: DesignationId,
        position: i32,
        #[sea_orm(nested)]
        provenance: ProvenanceRow,
    }
    let mut told: HashMap<DesignationId, Vec<(i32, Provenance)>> = HashMap::new();
    if of.is_empty() {
        return Ok(told);
    }
    let rows = record::Entity::find()
        .select_only()
        .columns([record::Column::DesignationId, record::Column::Position])
        .columns(PROVENANCE)
        .filter(record::Column::DesignationId.is_in(of))
        .filter(record::Column::Change.is_in(RecordChange::ALL.iter().copied().filter(|change| designates(*change))))
        .order_by(record::Column::Position, Order::Asc)
        .into_model::<Row>()
        .all(db)
        .await?;
    for row in rows {
        told.entry(row.designation_id).or_default().push((row.position, row.provenance.into()));
    }
    Ok(told)
}

/// Writes a record.
pub(super) async fn insert_record(
    db: &impl ConnectionTrait,
    id: DesignationRecordId,
    designation_id: DesignationId,
    position: i32,
    content: Successor,
    at: DateTime<Utc>,
    by: Option<PersonId>,
) -> Result<()> {
    let Successor { change, statement, reason } = content;
    let Statement { term, act, provenance, organisation } = statement;
    let (said, replaced_by) = match reason {
        None => (None, None),
        Some(GivenReason::Said(text)) => (Some(text), None),
        Some(GivenReason::ReplacedBy(record)) => (None, Some(record)),
    };
    let row = record::ActiveModel {
        id: Set(id),
        designation_id: Set(designation_id),
        position: Set(position),
        change: Set(change),
        valid_from: Set(term.from),
        valid_to: Set(term.to),
        organisation: Set(organisation),
        act_kind: Set(act.kind),
        act_number: Set(act.number),
        act_date: Set(act.date),
        act_organ: Set(act.organ),
        act_subject: Set(act.subject),
        protocol_number: Set(provenance.protocol_number),
        protocol_date: Set(provenance.protocol_date),
        channel: Set(provenance.channel),
        communicated_on: Set(provenance.communicated_on),
        receipt: Set(provenance.receipt),
        document_id: Set(provenance.document_id),
        reason: Set(said),
        replaced_by: Set(replaced_by),
        recorded_at: Set(millis(at)),
        recorded_by: Set(by),
        superseded_at: Set(None),
    };
    record::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}
