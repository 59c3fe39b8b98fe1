//! A point of a meeting's agenda. No personal data.

use crate::Instant;
use crate::ids::{AgendaItemId, MeetingId, ReleaseId};
use crate::kinds::AgendaItemKind;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agenda_item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgendaItemId,
    pub meeting_id: MeetingId,
    pub position: i32,
    pub kind: AgendaItemKind,
    #[sea_orm(column_type = "String(StringLen::N(300))")]
    pub title: String,
    pub release_id: Option<ReleaseId>,
    pub minutes: Option<i32>,
    pub created_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
