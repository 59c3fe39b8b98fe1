//! Another name under which a body is known ("Provincia di Monza Brianza" in the protocol). Replaced by `raccordo
//! load`. No personal data.

use crate::ids::BodyId;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "body_alias")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false, column_type = "String(StringLen::N(200))")]
    pub alias: String,
    pub body_id: BodyId,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
