//! Questions about the catalogue, answered from memory while the data stay the same ([`crate::memory`]).

use super::model::{Product, Sheet};
use super::store;
use crate::ctx::{Ctx, Question};
use crate::error::Result;
use crate::memory::ChangedBy;
use crate::network::questions::named;
use crate::network::verb::Verb;
use crate::slice::Slice;
use entity::ids::ProductId;
use sea_orm::ConnectionTrait;
use std::collections::HashMap;

/// Actions that change products, their steps and their sheets. Nothing else writes these rows.
const CHANGES: ChangedBy = &[(Slice::Catalogue, None), named(Verb::Load)];

/// All products by code, retired ones too.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Catalogue;

impl Question for Catalogue {
    type Answer = Vec<Product>;
    const CHANGED_BY: ChangedBy = CHANGES;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::products(db).await?)
    }
}

/// The versions of the methodology sheets by product, the first one first.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AllSheets;

impl Question for AllSheets {
    type Answer = HashMap<ProductId, Vec<Sheet>>;
    const CHANGED_BY: ChangedBy = CHANGES;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::sheets_by_product(db, None).await?)
    }
}
