//! A product of the catalogue, released periodically. Written by `raccordo load`. No personal data.

use crate::Instant;
use crate::ids::ProductId;
use crate::kinds::{Periodicity, ProductScope};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductId,
    #[sea_orm(column_type = "String(StringLen::N(60))", unique)]
    pub code: String,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name_it: String,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name_en: String,
    pub periodicity: Periodicity,
    pub scope: ProductScope,
    pub default_hour: Time,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
