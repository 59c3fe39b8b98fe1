//! One view of a text before its release. Append-only. The person is personal data.

use crate::Instant;
use crate::ids::{DeliverableId, EarlyAccessId, EarlyViewId, PersonId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "early_view")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EarlyViewId,
    pub access_id: EarlyAccessId,
    pub deliverable_id: DeliverableId,
    pub person_id: PersonId,
    pub at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
