//! A recurring non-working day with its years of validity; without a territory it is national. Replaced as a
//! whole by `raccordo load`. No personal data.

use crate::ids::NonWorkingRuleId;
use crate::kinds::NonWorkingRuleKind;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "non_working_rule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NonWorkingRuleId,
    #[sea_orm(column_type = "String(StringLen::N(10))")]
    pub territory: Option<String>,
    pub kind: NonWorkingRuleKind,
    pub month: Option<i32>,
    pub day: Option<i32>,
    pub easter_offset: Option<i32>,
    pub from_year: Option<i32>,
    pub to_year: Option<i32>,
    #[sea_orm(column_type = "String(StringLen::N(120))")]
    pub name_it: String,
    #[sea_orm(column_type = "String(StringLen::N(120))")]
    pub name_en: String,
    #[sea_orm(column_type = "String(StringLen::N(300))")]
    pub source: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
