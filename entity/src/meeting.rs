//! A meeting of a table. Day and hours are wall time in Europe/Rome. Its uid never changes; its sequence rises with
//! every move. Never deleted. No personal data.

use crate::Instant;
use crate::ids::{MeetingId, TableId};
use crate::kinds::{MeetingMode, MeetingState};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "meeting")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MeetingId,
    pub table_id: TableId,
    /// Assigned when the meeting is convened; empty in a draft.
    pub number: Option<i32>,
    pub year: Option<i32>,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub title: String,
    pub state: MeetingState,
    pub mode: MeetingMode,
    pub day: Date,
    pub starts: Time,
    pub ends: Time,
    #[sea_orm(column_type = "String(StringLen::N(300))")]
    pub place: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(500))")]
    pub remote_url: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(200))", unique)]
    pub uid: String,
    pub sequence: i32,
    #[sea_orm(column_type = "String(StringLen::N(1000))")]
    pub short_notice_reason: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(1000))")]
    pub short_quorum_reason: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(1000))")]
    pub closed_short_reason: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(1000))")]
    pub cancelled_reason: Option<String>,
    pub convened_at: Option<Instant>,
    pub held_at: Option<Instant>,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
