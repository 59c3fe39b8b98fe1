//! A signatory administration. Written by `raccordo load`, never deleted. No personal data.

use crate::Instant;
use crate::ids::BodyId;
use crate::kinds::BodyKind;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "body")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BodyId,
    #[sea_orm(column_type = "String(StringLen::N(60))", unique)]
    pub code: String,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name: String,
    pub kind: BodyKind,
    #[sea_orm(column_type = "String(StringLen::N(20))", unique)]
    pub ipa_code: String,
    #[sea_orm(column_type = "String(StringLen::N(10))")]
    pub istat_code: String,
    #[sea_orm(column_type = "String(StringLen::N(10))")]
    pub province_code: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(2))")]
    pub sigla: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(10))")]
    pub nuts: String,
    #[sea_orm(column_type = "String(StringLen::N(80))")]
    pub capital: String,
    #[sea_orm(column_type = "String(StringLen::N(10))")]
    pub capital_istat: String,
    #[sea_orm(column_type = "String(StringLen::N(10))")]
    pub capital_cadastral: String,
    #[sea_orm(column_type = "String(StringLen::N(10))")]
    pub territory: String,
    #[sea_orm(column_type = "String(StringLen::N(254))")]
    pub pec: Option<String>,
    pub signatory: bool,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
