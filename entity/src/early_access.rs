//! Permission of a holder of a seat to see a product before its release. Public, except who granted it.

use crate::Instant;
use crate::ids::{DesignationId, EarlyAccessId, PersonId, ProductId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "early_access")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EarlyAccessId,
    pub product_id: ProductId,
    pub designation_id: DesignationId,
    pub first_day: Date,
    pub last_day: Date,
    /// Hours before the instant of a release from which its texts can be seen.
    pub hours_before: i32,
    #[sea_orm(column_type = "String(StringLen::N(2000))")]
    pub reason: String,
    pub ended_at: Option<Instant>,
    pub version: i32,
    pub created_at: Instant,
    pub created_by: Option<PersonId>,
    pub updated_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
