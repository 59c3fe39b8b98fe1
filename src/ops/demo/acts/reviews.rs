//! Actions of the review: remarks with their answers, and peer readings.

use super::super::stage::Stage;
use crate::error::Result;
use crate::reviews::service::{self as reviews, AnswerIn, AskIn, DeliverIn, RemarkIn};
use chrono::NaiveDate;
use entity::ids::{ReleaseId, RemarkId};

/// Writes a remark on a part of the text of an observatory.
pub(in crate::ops::demo) async fn remark(
    stage: &Stage,
    release: ReleaseId,
    observatory: &str,
    part: &str,
    text: &str,
) -> Result<RemarkId> {
    let secretariat = stage.secretariat().await?;
    let known = stage.deliverable(release, observatory).await?.deliverable;
    let input = RemarkIn { part: Some(part.to_owned()), text: text.to_owned(), due_day: None };
    let made = secretariat.write(async |txn| reviews::write_remark(&secretariat, txn, known.id, input).await).await?;
    Ok(made.remark.id)
}

/// Has the referent of an observatory answer the first version of a remark.
pub(in crate::ops::demo) async fn answer(stage: &Stage, observatory: &str, remark: RemarkId, said: &str) -> Result<()> {
    let referent = stage.holder(&format!("referent:{observatory}")).await?;
    let input = AnswerIn { is_done: true, text: Some(said.to_owned()) };
    referent.write(async |txn| reviews::answer(&referent, txn, remark, 1, input).await).await?;
    Ok(())
}

/// Leaves a remark for the next edition.
pub(in crate::ops::demo) async fn carry(stage: &Stage, remark: RemarkId) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    secretariat.write(async |txn| reviews::carry(&secretariat, txn, remark, 1).await).await?;
    Ok(())
}

/// Has the text of an observatory read by another one, which delivers one remark.
pub(in crate::ops::demo) async fn read(
    stage: &Stage,
    release: ReleaseId,
    (observatory, reader): (&str, &str),
    by: NaiveDate,
    (part, text): (&str, &str),
) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let referent = stage.holder(&format!("referent:{reader}")).await?;
    let known = stage.deliverable(release, observatory).await?.deliverable;
    let input = AskIn { observatory: reader.to_owned(), due_day: Some(by), note: None };
    let asked = secretariat.write(async |txn| reviews::ask_reading(&secretariat, txn, known.id, input).await).await?;
    let id = asked.reading.id;
    referent.write(async |txn| reviews::accept_reading(&referent, txn, id, 1).await).await?;
    let remark = RemarkIn { part: Some(part.to_owned()), text: text.to_owned(), due_day: None };
    let input = DeliverIn { remarks: vec![remark] };
    referent.write(async |txn| reviews::deliver_reading(&referent, txn, id, 2, input).await).await?;
    Ok(())
}
