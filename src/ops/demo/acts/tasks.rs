//! Actions of the referents on the steps of a release.

use super::super::stage::{self, Stage, missing};
use crate::deliverables::service::SubmitIn;
use crate::error::Result;
use crate::tasks::model::is_open;
use crate::tasks::service as tasks;
use entity::ids::ReleaseId;

/// The referent starts the first step.
pub(in crate::ops::demo) async fn begin(stage: &Stage, release: ReleaseId, observatory: &str) -> Result<()> {
    let referent = stage.holder(&format!("referent:{observatory}")).await?;
    let steps = stage.steps(release, observatory).await?;
    let first = steps.first().ok_or_else(|| missing("step"))?;
    referent.write(async |txn| tasks::start(&referent, txn, first.id, first.version).await).await?;
    Ok(())
}

/// The referent finishes this many steps; the last step delivers the text.
pub(in crate::ops::demo) async fn work(
    stage: &Stage,
    release: ReleaseId,
    observatory: &str,
    steps: usize,
) -> Result<()> {
    let referent = stage.holder(&format!("referent:{observatory}")).await?;
    let period = stage.deliverable(release, observatory).await?.period;
    for step in stage.steps(release, observatory).await?.into_iter().take(steps).filter(|step| is_open(step.state())) {
        let input = SubmitIn { link: Some(stage::document(observatory, &period)), ..SubmitIn::default() };
        referent.write(async |txn| tasks::complete(&referent, txn, step.id, step.version, input).await).await?;
    }
    Ok(())
}
