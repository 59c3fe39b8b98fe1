//! One check of a declared page, kept as evidence. Append-only. No personal data.

use crate::Instant;
use crate::ids::{PublicationCheckId, PublicationId};
use crate::kinds::PublicationState;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "publication_check")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PublicationCheckId,
    pub publication_id: PublicationId,
    pub position: i32,
    pub at: Instant,
    pub state: PublicationState,
    pub http_status: Option<i32>,
    #[sea_orm(column_type = "String(StringLen::N(500))")]
    pub title: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub sha256: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(500))")]
    pub problem: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(2000))")]
    pub led_to: Option<String>,
    /// Version of the rule by which the page was read. Fingerprints of different versions are not compared.
    pub reading: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
