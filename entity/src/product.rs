//! A product of the catalogue, released periodically. Written by `raccordo load` and by the
//! secretariat. The contact is an office, not a person. No personal data.

use crate::Instant;
use crate::ids::ProductId;
use crate::kinds::{Contributing, Periodicity, ProductScope, Theme};
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
    pub theme: Option<Theme>,
    #[sea_orm(column_type = "String(StringLen::N(2000))")]
    pub description_it: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(2000))")]
    pub description_en: Option<String>,
    /// Office that answers questions about the product, with its address.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub contact_name: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(254))")]
    pub contact_email: Option<String>,
    /// Section of the portal in which its reports appear.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub portal_section: Option<String>,
    /// Words by which its reports are found on the portal, separated by commas.
    #[sea_orm(column_type = "String(StringLen::N(500))")]
    pub portal_words: Option<String>,
    /// Rule for the dates of its releases, as a text that the catalogue does not interpret.
    #[sea_orm(column_type = "String(StringLen::N(2000))")]
    pub date_rule: Option<String>,
    pub contributors: Contributing,
    /// Whether the regional observatory contributes too.
    pub with_regional: bool,
    /// Instant since which no release of it can be planned.
    pub retired_at: Option<Instant>,
    /// Instant of the last change by the secretariat since the last load that wrote the product; such a product is not
    /// overwritten by a load unasked.
    pub edited_at: Option<Instant>,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
