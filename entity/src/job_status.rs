//! The last run of each job. One row per job.

use crate::Instant;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_status")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false, column_type = "String(StringLen::N(60))")]
    pub name: String,
    pub last_planned_at: Option<Instant>,
    pub last_started_at: Instant,
    pub last_finished_at: Option<Instant>,
    #[sea_orm(column_type = "String(StringLen::N(20))")]
    pub last_outcome: String,
    #[sea_orm(column_type = "String(StringLen::N(1000))")]
    pub last_detail: Option<String>,
    pub last_duration_ms: i64,
    pub runs: i64,
    pub failures: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
