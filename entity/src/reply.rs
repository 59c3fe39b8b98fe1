//! A reply about work that a seat owes: a task accepted, refused, insisted on or handed on; work that will be late. The
//! latest one counts. Never changed or deleted.

use crate::Instant;
use crate::ids::{PersonId, ReplyId};
use crate::kinds::{ObligationKind, ReplyKind};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reply")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReplyId,
    pub subject_kind: ObligationKind,
    #[sea_orm(column_type = "String(StringLen::N(36))")]
    pub subject_id: String,
    pub kind: ReplyKind,
    /// Due day at the time of the reply.
    pub due_day: Date,
    /// Day by which late work is expected.
    pub day: Option<Date>,
    #[sea_orm(column_type = "String(StringLen::N(1000))")]
    pub text: Option<String>,
    pub person_id: Option<PersonId>,
    pub at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
