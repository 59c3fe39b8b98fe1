//! A step of a remark: the author's answer, or the review's verdict on it. Append-only. Free text may name people.

use crate::Instant;
use crate::ids::{BodyId, PersonId, RemarkId, RemarkStepId};
use crate::kinds::RemarkStepKind;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "remark_step")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RemarkStepId,
    pub remark_id: RemarkId,
    /// 1 for the first step of a remark.
    pub position: i32,
    pub kind: RemarkStepKind,
    #[sea_orm(column_type = "String(StringLen::N(1000))")]
    pub text: Option<String>,
    pub at: Instant,
    pub by: Option<PersonId>,
    /// Body whose statement it is, if the secretariat entered it.
    pub on_behalf_of: Option<BodyId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
