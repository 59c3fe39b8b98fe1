//! Questions about the agenda, answered from memory while the data stay the same ([`crate::memory`]).

use super::store;
use crate::error::Result;
use crate::memory::Question;
use sea_orm::ConnectionTrait;
use std::collections::BTreeSet;

/// Years in which at least one release has its day.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct YearsOfReleases;

impl Question for YearsOfReleases {
    type Answer = BTreeSet<i32>;

    async fn answer(&self, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::years(db).await?)
    }
}
