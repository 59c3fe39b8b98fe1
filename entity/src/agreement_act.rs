//! An act (DGR, regional law) on which an agreement is based. Written by `raccordo load`. No personal data.

use crate::ids::{AgreementActId, AgreementId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_act")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgreementActId,
    pub agreement_id: AgreementId,
    pub position: i32,
    #[sea_orm(column_type = "String(StringLen::N(40))")]
    pub kind: String,
    #[sea_orm(column_type = "String(StringLen::N(60))")]
    pub number: String,
    pub act_date: Option<Date>,
    #[sea_orm(column_type = "String(StringLen::N(500))")]
    pub subject: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
