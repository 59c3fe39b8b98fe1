//! A contribution handed in for a deliverable, with the review's answer. Append-only except for its end, which is set
//! once: the answer, or the withdrawal before it. Free text may name people.

use crate::Instant;
use crate::ids::{DeliverableId, DocumentId, PersonId, SubmissionId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "submission")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SubmissionId,
    pub deliverable_id: DeliverableId,
    pub position: i32,
    #[sea_orm(column_type = "String(StringLen::N(2000))")]
    pub link: Option<String>,
    /// File with the text.
    pub document_id: Option<DocumentId>,
    #[sea_orm(column_type = "String(StringLen::N(1000))")]
    pub note: Option<String>,
    pub submitted_at: Instant,
    pub submitted_by: Option<PersonId>,
    #[sea_orm(column_type = "String(StringLen::N(4000))")]
    pub remarks: Option<String>,
    pub answered_at: Option<Instant>,
    pub answered_by: Option<PersonId>,
    pub withdrawn_at: Option<Instant>,
    pub withdrawn_by: Option<PersonId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
