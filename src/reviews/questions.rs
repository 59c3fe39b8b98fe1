//! Questions about the review, answered from memory while the data stay the same ([`crate::memory`]).

use super::store;
use crate::ctx::{Ctx, Question};
use crate::deliverables::service as deliverables;
use crate::deliverables::view::DeliverableView;
use crate::error::Result;
use chrono::NaiveDate;
use entity::ids::{ObservatoryId, ProductId};
use sea_orm::ConnectionTrait;
use std::collections::HashMap;

/// The last day on which a permission to read a product before its release stands, by product; without those that were
/// ended.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct LastAccessDays;

impl Question for LastAccessDays {
    type Answer = HashMap<ProductId, NaiveDate>;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::last_access_days(db).await?)
    }
}

/// The contributions of one observatory to the editions of a product, given by its code.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EditionsOf {
    pub product: String,
    pub observatory: ObservatoryId,
}

impl Question for EditionsOf {
    type Answer = Vec<DeliverableView>;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        deliverables::of_chapter(db, &self.product, self.observatory).await
    }
}
