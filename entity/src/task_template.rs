//! A template of the tasks that the secretariat gives again and again. Retired, it is not offered any more. Never deleted.

use crate::Instant;
use crate::ids::{SeatId, TaskTemplateId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task_template")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TaskTemplateId,
    #[sea_orm(column_type = "String(StringLen::N(120))")]
    pub name: String,
    #[sea_orm(column_type = "String(StringLen::N(300))")]
    pub title: String,
    #[sea_orm(column_type = "String(StringLen::N(4000))")]
    pub text: Option<String>,
    pub estimated_minutes: i32,
    /// Seat that usually gets the task.
    pub seat_id: Option<SeatId>,
    /// Working days from a chosen day to the due day.
    pub offset_working_days: i32,
    pub retired_at: Option<Instant>,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
