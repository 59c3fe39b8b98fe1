//! A mailed link by which a person signs in once. Only hashes are stored, of the link and of the press that spent it.
//! Removed by retention.

use crate::Instant;
use crate::ids::{PersonId, SessionId, SignInLinkId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SignInLinkId,
    pub person_id: PersonId,
    #[sea_orm(column_type = "String(StringLen::N(64))", unique)]
    pub token_hash: String,
    pub created_at: Instant,
    pub expires_at: Instant,
    pub used_at: Option<Instant>,
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub press_hash: Option<String>,
    pub session_id: Option<SessionId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
