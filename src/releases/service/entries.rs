//! Releases with everything that the public may know about them, for feeds, the page of a release and the API.

use super::show::reports;
use crate::catalogue::model::Contact;
use crate::catalogue::questions::{AllSheets, Catalogue};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::releases::store::{self, Filter};
use crate::releases::view::{About, Coming, Entry, ReleaseView};
use entity::ids::ReleaseId;

/// Lists the releases that pass the filter, by day, with their dates, reports and products. The number of statements does
/// not depend on the number of releases. Public.
pub async fn entries(ctx: &Ctx, filter: &Filter) -> Result<Vec<Entry>> {
    let db = ctx.reader();
    let views = store::list(db, filter, None, None).await?;
    let open = store::list(db, &Filter { open: true, ..Filter::default() }, None, None).await?;
    let coming = Coming::among(&open);
    let ids: Vec<ReleaseId> = views.iter().map(|view| view.release.id).collect();
    let mut changes = store::changes(db, &ids).await?;
    let mut reports = reports(ctx, &views).await?;
    let mut entries = Vec::with_capacity(views.len());
    for view in views {
        let id = view.release.id;
        entries.push(Entry {
            about: about(ctx, &view).await?,
            next: coming.after(&view).cloned(),
            changes: changes.remove(&id).unwrap_or_default(),
            reports: reports.remove(&id).unwrap_or_default(),
            view,
        });
    }
    Ok(entries)
}

/// Returns the facts about the product of a release. The secretariat answers for a product without a contact of its own.
/// Public.
pub async fn about(ctx: &Ctx, view: &ReleaseView) -> Result<About> {
    let (catalogue, sheets) = (ctx.recall(&Catalogue).await?, ctx.recall(&AllSheets).await?);
    let product = catalogue.iter().find(|product| product.id == view.release.product_id);
    let sheets = sheets.get(&view.release.product_id).map_or(&[][..], Vec::as_slice);
    let secretariat = Contact {
        name: ctx.lang.t("releases.secretariat").to_owned(),
        email: Some(ctx.config().mail.reply_to.clone()),
    };
    Ok(About::of(view, product, sheets, secretariat))
}
