//! A release as an edition of the agenda holds it. Written once and never changed. No personal data.

use crate::ids::{EditionId, ReleaseId};
use crate::kinds::{Precision, ReleaseState};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agenda_edition_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub edition_id: EditionId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub release_id: ReleaseId,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub product_name_it: String,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub product_name_en: String,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub observatory_name: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(10))")]
    pub period_label: String,
    pub state: ReleaseState,
    pub precision: Precision,
    pub day: Date,
    pub hour: Option<Time>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
