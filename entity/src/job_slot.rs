//! A planned run of a job, taken by one process. The unique key keeps replicas from running it twice. Removed by
//! retention.

use crate::Instant;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_slot")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false, column_type = "String(StringLen::N(60))")]
    pub job: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub planned_at: i64,
    pub taken_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
