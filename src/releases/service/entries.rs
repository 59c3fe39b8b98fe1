//! Releases with everything that the public may know about them, for feeds, the page of a release and the API.

use super::concerned::Provinces;
use crate::catalogue::model::{Contact, Product, Sheet};
use crate::catalogue::questions::{AllSheets, Catalogue};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::releases::questions::{Published, PublishedBetween};
use crate::releases::store::Filter;
use crate::releases::view::{About, Coming, Entry, ReleaseView};
use entity::ids::ProductId;
use std::collections::HashMap;
use std::sync::Arc;

/// Lists the releases that pass the filter, by day, with their dates, reports and products. The number of statements does
/// not depend on the number of releases. The rows of a whole window of days are read once for all languages and formats.
/// Public.
pub async fn entries(ctx: &Ctx, filter: &Filter) -> Result<Vec<Entry>> {
    let published = match filter.window() {
        Some((from, to)) => ctx.recall(&PublishedBetween { from, to }).await?,
        None => Arc::new(Published::read(ctx.reader(), filter).await?),
    };
    let (products, provinces) = (Products::now(ctx).await?, Provinces::now(ctx).await?);
    let coming = Coming::among(published.releases.iter().chain(&published.others));
    let entry = |view: &ReleaseView| {
        let shares = published.shares.get(&view.release.id).map_or(&[][..], Vec::as_slice);
        Entry {
            about: products.about(view),
            next: coming.after(view).cloned(),
            changes: published.changes.get(&view.release.id).cloned().unwrap_or_default(),
            parts: provinces.parts(view, shares),
            view: view.clone(),
        }
    };
    Ok(published.releases.iter().map(entry).collect())
}

/// Returns the facts about the product of a release. The secretariat answers for a product without a contact of its own.
/// Public.
pub async fn about(ctx: &Ctx, view: &ReleaseView) -> Result<About> {
    Ok(Products::now(ctx).await?.about(view))
}

/// Products with their methodology sheets, and the office that answers for those without a contact of their own.
struct Products {
    catalogue: Arc<Vec<Product>>,
    sheets: Arc<HashMap<ProductId, Vec<Sheet>>>,
    secretariat: Contact,
}

impl Products {
    async fn now(ctx: &Ctx) -> Result<Self> {
        let secretariat = Contact {
            name: ctx.lang.t("releases.secretariat").to_owned(),
            email: Some(ctx.config().mail.reply_to.clone()),
        };
        Ok(Self { catalogue: ctx.recall(&Catalogue).await?, sheets: ctx.recall(&AllSheets).await?, secretariat })
    }

    fn about(&self, view: &ReleaseView) -> About {
        let product = self.catalogue.iter().find(|product| product.id == view.release.product_id);
        let sheets = self.sheets.get(&view.release.product_id).map_or(&[][..], Vec::as_slice);
        About::of(view, product, sheets, self.secretariat.clone())
    }
}
