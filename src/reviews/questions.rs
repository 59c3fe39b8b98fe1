//! Questions about the review, answered from memory while the data stay the same ([`crate::memory`]).

use super::store;
use crate::error::Result;
use crate::memory::Question;
use chrono::NaiveDate;
use entity::ids::ProductId;
use sea_orm::ConnectionTrait;
use std::collections::HashMap;

/// The last day on which a permission to read a product before its release stands, by product; without those that were
/// ended.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct LastAccessDays;

impl Question for LastAccessDays {
    type Answer = HashMap<ProductId, NaiveDate>;

    async fn answer(&self, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::last_access_days(db).await?)
    }
}
