//! Questions about the catalogue, answered from memory while the data stay the same ([`crate::memory`]).

use super::model::Product;
use super::store;
use crate::error::Result;
use crate::memory::Question;
use sea_orm::ConnectionTrait;

/// All products by code, retired ones too.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Catalogue;

impl Question for Catalogue {
    type Answer = Vec<Product>;

    async fn answer(&self, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::products(db).await?)
    }
}
