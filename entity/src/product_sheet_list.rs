//! A list that a methodology sheet uses, with its edition: *ATECO, 2025*. Append-only like the sheet. No personal data.

use crate::ids::ProductSheetId;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_sheet_list")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub sheet_id: ProductSheetId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub name: String,
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub edition: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
