//! An owner of a document; a document may have several. A document without a row here is deleted by retention after a
//! day.

use crate::ids::DocumentId;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document_owner")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub document_id: DocumentId,
    /// A value of [`crate::kinds::DocumentOwnerKind`], as a text because SeaORM does not accept a vocabulary in a
    /// primary key.
    #[sea_orm(primary_key, auto_increment = false, column_type = "String(StringLen::N(30))")]
    pub owner_kind: String,
    #[sea_orm(primary_key, auto_increment = false, column_type = "String(StringLen::N(36))")]
    pub owner_id: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
