//! A document without its content, which is stored outside the database at its SHA-256. Immutable; deleted by retention
//! if it has no owner ([`crate::document_owner`]). May contain personal data.

use crate::Instant;
use crate::ids::{BodyId, DocumentId, PersonId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DocumentId,
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub sha256: String,
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub media_type: String,
    pub size: i64,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name: String,
    pub created_at: Instant,
    pub uploaded_by: Option<PersonId>,
    /// Body whose daily limit the file counted towards; `None` for a file stored by the service itself.
    pub body_id: Option<BodyId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
