//! A study that an observatory does on its own. Title, theme, period and date are those of its product and its release.
//! The person who declared it is personal data.

use crate::Instant;
use crate::ids::{ObservatoryId, PersonId, ProductId, ReleaseId, StudyId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "study")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StudyId,
    pub observatory_id: ObservatoryId,
    #[sea_orm(unique)]
    pub product_id: ProductId,
    #[sea_orm(unique)]
    pub release_id: ReleaseId,
    /// Code of the territory that it is about.
    #[sea_orm(column_type = "String(StringLen::N(10))")]
    pub territory: String,
    pub declared_at: Instant,
    pub declared_by: Option<PersonId>,
    pub version: i32,
    pub updated_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
