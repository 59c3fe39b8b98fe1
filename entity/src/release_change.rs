//! One entry in the history of a release: a change of its date with the reason, or what happened after its publication. Append-only, public, unchangeable. No personal data but the
//! author's id.

use crate::Instant;
use crate::ids::{ObservatoryId, OutcomeId, PersonId, ReleaseChangeId, ReleaseId};
use crate::kinds::{AmendmentKind, Precision, ReasonCode, ReleaseChangeKind};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "release_change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReleaseChangeId,
    pub release_id: ReleaseId,
    pub position: i32,
    pub kind: ReleaseChangeKind,
    pub precision: Precision,
    pub day: Date,
    pub hour: Option<Time>,
    pub reason_code: Option<ReasonCode>,
    #[sea_orm(column_type = "String(StringLen::N(2000))")]
    pub reason_text: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(2000))")]
    pub despite_non_working: Option<String>,
    pub outcome_id: Option<OutcomeId>,
    /// Sentence that explains a date taken from a rule, in Italian.
    #[sea_orm(column_type = "String(StringLen::N(2000))")]
    pub rule_it: Option<String>,
    /// The same sentence in English.
    #[sea_orm(column_type = "String(StringLen::N(2000))")]
    pub rule_en: Option<String>,
    /// Kind of an amendment of what was published.
    pub amendment: Option<AmendmentKind>,
    /// Public explanation of an amendment or a withdrawal.
    #[sea_orm(column_type = "String(StringLen::N(2000))")]
    pub explanation: Option<String>,
    /// The observatory whose report was amended or withdrawn; `None` if it was all that the release published.
    pub observatory_id: Option<ObservatoryId>,
    /// Address of the page before an amendment or a withdrawal.
    #[sea_orm(column_type = "String(StringLen::N(2000))")]
    pub address_before: Option<String>,
    /// Address of the page after an amendment.
    #[sea_orm(column_type = "String(StringLen::N(2000))")]
    pub address_after: Option<String>,
    pub at: Instant,
    pub by_person: Option<PersonId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
