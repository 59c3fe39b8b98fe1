//! A dated entry of an upstream calendar. No personal data.

use crate::Instant;
use crate::ids::{SourceId, SourceOccurrenceId};
use crate::kinds::OccurrenceState;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "source_occurrence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SourceOccurrenceId,
    pub source_id: SourceId,
    /// Identity inside its source: the UID of a calendar file, or the label.
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub mark: String,
    /// Period or name, as the publisher writes it.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub label: String,
    pub day: Date,
    pub state: OccurrenceState,
    #[sea_orm(column_type = "String(StringLen::N(500))")]
    pub note: Option<String>,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
