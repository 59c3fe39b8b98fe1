//! A version of the methodology sheet of a product. Append-only: a correction is another version. No personal data except
//! who published it.

use crate::Instant;
use crate::ids::{DocumentId, PersonId, ProductId, ProductSheetId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_sheet")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductSheetId,
    pub product_id: ProductId,
    /// 1 for the first version of a product.
    pub number: i32,
    #[sea_orm(column_type = "String(StringLen::N(8000))")]
    pub text_it: String,
    #[sea_orm(column_type = "String(StringLen::N(8000))")]
    pub text_en: Option<String>,
    pub document_id: Option<DocumentId>,
    /// The first reference period to whose release it applies.
    #[sea_orm(column_type = "String(StringLen::N(10))")]
    pub from_period: String,
    /// First day of that period.
    pub from_day: Date,
    pub published_at: Instant,
    pub published_by: Option<PersonId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
