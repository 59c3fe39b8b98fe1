//! A change of an entry of an upstream calendar. Written once and never changed. The person who entered it is personal data.

use crate::Instant;
use crate::ids::{PersonId, SourceChangeId, SourceOccurrenceId};
use crate::kinds::OccurrenceState;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "source_change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SourceChangeId,
    pub occurrence_id: SourceOccurrenceId,
    /// Day before the change; none for a new entry.
    pub day_before: Option<Date>,
    pub day: Date,
    pub state: OccurrenceState,
    pub changed_at: Instant,
    pub changed_by: Option<PersonId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
