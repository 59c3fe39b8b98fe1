//! Actions on the portal: declaring and checking pages.

use super::super::stage::{PORTAL, Stage};
use crate::error::Result;
use crate::portal::fetch::Answer;
use crate::portal::service as portal;
use crate::texts::Lang;
use crate::time::{Period, words};
use entity::ids::ReleaseId;

/// Declares the pages of the referents and records that each is found.
pub(in crate::ops::demo) async fn appear(
    stage: &Stage,
    release: ReleaseId,
    product: &str,
    period: Period,
    observatories: impl Iterator<Item = &str>,
) -> Result<()> {
    for observatory in observatories {
        let referent = stage.holder(&format!("referent:{observatory}")).await?;
        let system = stage.system();
        let view = stage.deliverable(release, observatory).await?;
        let id = view.deliverable.id;
        let address = format!("https://{PORTAL}/{product}/{period}/{observatory}");
        referent.write(async |txn| portal::declare(&referent, txn, id, 0, &address).await).await?;
        let (name, said) = (&view.product_name_it, words::period(period, Lang::It));
        let title = format!("<title>{name}, {said}: {}</title>", view.observatory_name);
        let answer = Answer {
            status: 200,
            media_type: "text/html; charset=utf-8".to_owned(),
            body: title.into_bytes(),
            address: address.clone(),
        };
        portal::keep_answer(&system, id, answer).await?;
    }
    Ok(())
}
