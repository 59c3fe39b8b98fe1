//! A single day on which one territory, or the whole country, does not work. Replaced as a whole by `raccordo load`. No
//! personal data.

use crate::ids::OneOffDayId;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "one_off_day")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OneOffDayId,
    #[sea_orm(column_type = "String(StringLen::N(10))")]
    pub territory: Option<String>,
    pub day: Date,
    #[sea_orm(column_type = "String(StringLen::N(120))")]
    pub name_it: String,
    #[sea_orm(column_type = "String(StringLen::N(120))")]
    pub name_en: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
