//! A task that waits for another: it is not reminded of before the other is done. Written and removed by the secretariat. No
//! personal data.

use crate::ids::TaskId;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task_wait")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub task_id: TaskId,
    /// Task that has to be done before.
    #[sea_orm(primary_key, auto_increment = false)]
    pub after_id: TaskId,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
