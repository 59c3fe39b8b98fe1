//! An owner of a document; several things may own one file. Written by the owner's slice. A document without a row here
//! is removed by retention after a day.

use crate::ids::DocumentId;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document_owner")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub document_id: DocumentId,
    /// Kind of the owner, named as in the audit trail: `designation`.
    #[sea_orm(primary_key, auto_increment = false, column_type = "String(StringLen::N(30))")]
    pub owner_kind: String,
    #[sea_orm(primary_key, auto_increment = false, column_type = "String(StringLen::N(36))")]
    pub owner_id: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
