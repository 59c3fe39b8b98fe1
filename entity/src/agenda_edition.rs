//! An adopted edition of the agenda. Written once and never changed. The adopting person is personal data.

use crate::Instant;
use crate::ids::{EditionId, OutcomeId, PersonId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agenda_edition")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EditionId,
    #[sea_orm(unique)]
    pub number: i32,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub title: String,
    pub first_day: Date,
    pub last_day: Date,
    pub adopted_at: Instant,
    pub adopted_by: Option<PersonId>,
    /// The decision of the table by which it was adopted.
    pub outcome_id: Option<OutcomeId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
