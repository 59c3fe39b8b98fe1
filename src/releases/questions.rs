//! Questions about the catalogue, answered from memory while the data stay the same ([`crate::memory`]).

use super::model::Product;
use super::store;
use crate::error::Result;
use crate::memory::Question;
use sea_orm::ConnectionTrait;
use std::collections::BTreeSet;

/// All products by code.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Catalogue;

impl Question for Catalogue {
    type Answer = Vec<Product>;

    async fn answer(&self, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::products(db).await?)
    }
}

/// Years in which at least one release has its day.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct YearsOfReleases;

impl Question for YearsOfReleases {
    type Answer = BTreeSet<i32>;

    async fn answer(&self, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::years(db).await?)
    }
}
