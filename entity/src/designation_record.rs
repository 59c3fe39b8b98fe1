//! The facts of a designation as known from `recorded_at` until `superseded_at`. Append-only: a correction or an end is
//! a new record; only `superseded_at` is ever updated.

use crate::Instant;
use crate::ids::{DesignationId, DesignationRecordId, DocumentId, PersonId};
use crate::kinds::{ActKind, Channel, RecordChange};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "designation_record")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DesignationRecordId,
    pub designation_id: DesignationId,
    pub position: i32,
    pub change: RecordChange,
    pub valid_from: Date,
    pub valid_to: Option<Date>,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub organisation: Option<String>,
    pub act_kind: ActKind,
    #[sea_orm(column_type = "String(StringLen::N(60))")]
    pub act_number: String,
    pub act_date: Date,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub act_organ: String,
    #[sea_orm(column_type = "String(StringLen::N(500))")]
    pub act_subject: String,
    #[sea_orm(column_type = "String(StringLen::N(60))")]
    pub protocol_number: Option<String>,
    pub protocol_date: Option<Date>,
    pub channel: Channel,
    pub communicated_on: Date,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub receipt: Option<String>,
    pub document_id: Option<DocumentId>,
    #[sea_orm(column_type = "String(StringLen::N(1000))")]
    pub reason: Option<String>,
    /// The record of the successor, where this record ends because another person was designated. Then `reason` is
    /// empty, and the reason is worded when it is read.
    pub replaced_by: Option<DesignationRecordId>,
    pub recorded_at: Instant,
    pub recorded_by: Option<PersonId>,
    pub superseded_at: Option<Instant>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
