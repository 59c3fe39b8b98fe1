//! A node of the network. The body signs the agreement, its observatory does the work. Written by `raccordo load`,
//! never deleted. No personal data.

use crate::Instant;
use crate::ids::{BodyId, ObservatoryId};
use crate::kinds::ObservatoryKind;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "observatory")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ObservatoryId,
    #[sea_orm(column_type = "String(StringLen::N(60))", unique)]
    pub code: String,
    pub body_id: BodyId,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name: String,
    pub kind: ObservatoryKind,
    /// Address of its own site.
    #[sea_orm(column_type = "String(StringLen::N(500))")]
    pub site: Option<String>,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
