//! A protocol of understanding, the frame in which the network works: one row per protocol, written by `raccordo load`,
//! never deleted. No personal data.

use crate::Instant;
use crate::ids::AgreementId;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgreementId,
    #[sea_orm(column_type = "String(StringLen::N(60))", unique)]
    pub code: String,
    #[sea_orm(column_type = "String(StringLen::N(300))")]
    pub title: String,
    pub in_force_from: Option<Date>,
    pub in_force_to: Date,
    pub review_due: Date,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
