//! A step of the work on each release of a product; each step creates a task. Written by `raccordo load` and by the
//! secretariat. What the days of its tasks are derived from (seat and offset) is never changed: another row replaces it,
//! and the tasks keep theirs. No personal data.

use crate::Instant;
use crate::ids::{ProductId, ProductStepId};
use crate::kinds::SeatKind;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_step")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductStepId,
    pub product_id: ProductId,
    pub position: i32,
    #[sea_orm(column_type = "String(StringLen::N(40))")]
    pub code: String,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name_it: String,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name_en: String,
    pub seat: SeatKind,
    pub offset_working_days: i32,
    pub estimated_minutes: i32,
    /// Codes of the steps that have to be done before, separated by blanks.
    #[sea_orm(column_type = "String(StringLen::N(500))")]
    pub after_steps: Option<String>,
    /// Instant since which the template does not contain the step.
    pub removed_at: Option<Instant>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
