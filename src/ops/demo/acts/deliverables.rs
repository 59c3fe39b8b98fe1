//! Actions on deliverables: approving, returning, blocking, waiving.

use super::super::stage::Stage;
use crate::deliverables::service as deliverables;
use crate::error::Result;
use crate::reviews::service as reviews;
use entity::ids::ReleaseId;

pub(in crate::ops::demo) async fn approve(stage: &Stage, release: ReleaseId, observatory: &str) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let known = stage.deliverable(release, observatory).await?.deliverable;
    secretariat.write(async |txn| reviews::approve(&secretariat, txn, known.id, known.version).await).await?;
    Ok(())
}

pub(in crate::ops::demo) async fn send_back(
    stage: &Stage,
    release: ReleaseId,
    observatory: &str,
    remarks: &str,
) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let known = stage.deliverable(release, observatory).await?.deliverable;
    secretariat
        .write(async |txn| reviews::request_changes(&secretariat, txn, known.id, known.version, Some(remarks)).await)
        .await?;
    Ok(())
}

pub(in crate::ops::demo) async fn block(
    stage: &Stage,
    release: ReleaseId,
    observatory: &str,
    reason: &str,
) -> Result<()> {
    let referent = stage.holder(&format!("referent:{observatory}")).await?;
    let known = stage.deliverable(release, observatory).await?.deliverable;
    referent.write(async |txn| deliverables::block(&referent, txn, known.id, known.version, reason).await).await?;
    Ok(())
}

pub(in crate::ops::demo) async fn waive(
    stage: &Stage,
    release: ReleaseId,
    observatory: &str,
    reason: &str,
) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let known = stage.deliverable(release, observatory).await?.deliverable;
    secretariat
        .write(async |txn| deliverables::waive(&secretariat, txn, known.id, known.version, reason).await)
        .await?;
    Ok(())
}

/// Lets a joint release go out without a chapter.
pub(in crate::ops::demo) async fn omit(
    stage: &Stage,
    release: ReleaseId,
    observatory: &str,
    cause: &str,
) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let known = stage.deliverable(release, observatory).await?.deliverable;
    secretariat.write(async |txn| deliverables::omit(&secretariat, txn, known.id, known.version, cause).await).await?;
    Ok(())
}
