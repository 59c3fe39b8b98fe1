//! Questions about sources, answered from memory while the data stay the same ([`crate::memory`]).

use super::model::{Dates, Source};
use super::store;
use crate::ctx::{Ctx, Question};
use crate::error::Result;
use sea_orm::ConnectionTrait;

/// All sources by code.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AllSources;

/// The dates of all sources that count.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AllDates;

impl Question for AllSources {
    type Answer = Vec<Source>;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::sources(db).await?)
    }
}

impl Question for AllDates {
    type Answer = Dates;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::dates(db).await?)
    }
}
