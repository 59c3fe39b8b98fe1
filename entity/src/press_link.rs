//! A mailed link that shows one task and lets its person answer it with a button. Only the hash is stored. Ends with
//! the designation.

use crate::Instant;
use crate::ids::{DesignationId, PersonId, PressLinkId, TaskId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "press_link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PressLinkId,
    #[sea_orm(column_type = "String(StringLen::N(64))", unique)]
    pub token_hash: String,
    pub task_id: TaskId,
    pub person_id: PersonId,
    pub designation_id: DesignationId,
    pub created_at: Instant,
    pub expires_at: Instant,
    pub revoked_at: Option<Instant>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
