//! Actions on the portal: declaring and checking pages, amending and withdrawing what was published.

use super::super::stage::{PORTAL, Stage};
use crate::error::Result;
use crate::portal::fetch::Answer;
use crate::portal::service::{self as portal, AmendIn, WithdrawIn};
use crate::releases::service as releases;
use crate::texts::Lang;
use crate::time::{Period, words};
use entity::ids::ReleaseId;
use entity::kinds::AmendmentKind;

/// Declares the pages of the referents and records that each is found.
pub(in crate::ops::demo) async fn appear(
    stage: &Stage,
    release: ReleaseId,
    product: &str,
    period: Period,
    observatories: impl Iterator<Item = &str>,
) -> Result<()> {
    for observatory in observatories {
        declare(stage, release, product, period, observatory).await?;
        is_found(stage, release, product, period, observatory).await?;
    }
    Ok(())
}

/// Declares the page of a referent.
pub(in crate::ops::demo) async fn declare(
    stage: &Stage,
    release: ReleaseId,
    product: &str,
    period: Period,
    observatory: &str,
) -> Result<()> {
    let referent = stage.holder(&format!("referent:{observatory}")).await?;
    let id = stage.deliverable(release, observatory).await?.deliverable.id;
    let address = address(product, period, observatory);
    referent.write(async |txn| portal::declare(&referent, txn, id, 0, &address).await).await?;
    Ok(())
}

fn address(product: &str, period: Period, observatory: &str) -> String {
    format!("https://{PORTAL}/{product}/{period}/{observatory}")
}

/// Records that the page of a report is found at its address.
pub(in crate::ops::demo) async fn is_found(
    stage: &Stage,
    release: ReleaseId,
    product: &str,
    period: Period,
    observatory: &str,
) -> Result<()> {
    let system = stage.system();
    let view = stage.deliverable(release, observatory).await?;
    let (name, said) = (&view.product_name_it, words::period(period, Lang::It));
    let title = format!("<title>{name}, {said}: {}</title>", view.observatory_name);
    let answer = Answer {
        status: 200,
        media_type: "text/html; charset=utf-8".to_owned(),
        body: title.into_bytes(),
        address: address(product, period, observatory),
    };
    portal::keep_answer(&system, view.deliverable.id, answer).await
}

/// Amends what a release published.
pub(in crate::ops::demo) async fn amend(
    stage: &Stage,
    release: ReleaseId,
    kind: AmendmentKind,
    explanation: &str,
) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let version = releases::release(secretariat.reader(), release).await?.release.version;
    let input = AmendIn { kind, explanation: explanation.to_owned(), observatory: None, address: None };
    secretariat.write(async |txn| portal::amend(&secretariat, txn, release, version, input).await).await?;
    Ok(())
}

/// Takes back what a release published.
pub(in crate::ops::demo) async fn withdraw(stage: &Stage, release: ReleaseId, explanation: &str) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let version = releases::release(secretariat.reader(), release).await?.release.version;
    let input = WithdrawIn { explanation: explanation.to_owned(), observatory: None };
    secretariat.write(async |txn| portal::withdraw(&secretariat, txn, release, version, input).await).await?;
    Ok(())
}
