//! A remark of the review on a contribution. Its text never changes; its state follows its steps. Free text may name
//! people.

use crate::Instant;
use crate::ids::{DeliverableId, ObservatoryId, PersonId, RemarkId, SubmissionId};
use crate::kinds::RemarkState;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "remark")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RemarkId,
    pub deliverable_id: DeliverableId,
    /// The version it is about; `None` if it was written before the first one.
    pub submission_id: Option<SubmissionId>,
    /// 1 for the first remark on a contribution.
    pub number: i32,
    /// The observatory whose peer reading wrote it; `None` for the secretariat.
    pub observatory_id: Option<ObservatoryId>,
    /// Part of the text.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub part: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(4000))")]
    pub text: String,
    pub due_day: Date,
    pub state: RemarkState,
    pub written_at: Instant,
    pub written_by: Option<PersonId>,
    /// The remark of the edition before from which it was taken over.
    #[sea_orm(unique)]
    pub copied_from_id: Option<RemarkId>,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
