//! One product for one reference period: an entry of the agenda. It owns the date, from which the other dates are
//! derived. Never deleted. No personal data.

use crate::Instant;
use crate::ids::{ObservatoryId, ProductId, ReleaseId};
use crate::kinds::{Precision, ReasonCode, ReleaseState};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "release")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReleaseId,
    pub product_id: ProductId,
    /// The observatory of an autonomous product; empty for a product of all observatories.
    pub observatory_id: Option<ObservatoryId>,
    #[sea_orm(column_type = "String(StringLen::N(10))")]
    pub period_label: String,
    pub period_from: Date,
    pub period_to: Date,
    pub state: ReleaseState,
    pub precision: Precision,
    pub day: Date,
    pub hour: Option<Time>,
    pub first_confirmed_day: Option<Date>,
    pub first_confirmed_hour: Option<Time>,
    pub first_confirmed_at: Option<Instant>,
    pub published_at: Option<Instant>,
    /// Instant of the latest amendment of what was published.
    pub amended_at: Option<Instant>,
    pub reason_code: Option<ReasonCode>,
    #[sea_orm(column_type = "String(StringLen::N(2000))")]
    pub reason_text: Option<String>,
    /// Last part of the address of its page; `None` in a row that older code has written.
    #[sea_orm(column_type = "String(StringLen::N(150))", unique)]
    pub slug: Option<String>,
    /// Day that the rule of the product gave, if the date was taken from it and has not been set by hand since.
    pub rule_day: Option<Date>,
    pub sequence: i32,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
