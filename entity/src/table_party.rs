//! Membership of a party in a working group, from one instant to another. The plenary table has no rows here, because
//! every signatory is its party. Never deleted. No personal data.

use crate::Instant;
use crate::ids::{BodyId, TableId, TablePartyId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "table_party")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TablePartyId,
    pub table_id: TableId,
    pub body_id: BodyId,
    pub since: Instant,
    /// Excluded; empty while the body is a party.
    pub until: Option<Instant>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
