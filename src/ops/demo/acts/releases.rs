//! Actions on releases: planning, confirming, moving, cancelling.

use super::super::stage::{Stage, missing};
use crate::error::{Error, Result};
use crate::open::Seen;
use crate::releases::model::{Reason, When};
use crate::releases::service::{self as releases, PlanIn};
use crate::time::{Frequency, Period};
use chrono::NaiveDate;
use entity::ids::ReleaseId;
use entity::kinds::ReasonCode;

/// Product of the network's file.
pub(in crate::ops::demo) const REPORT: &str = "relazione-territoriale";

/// The year as a period of reference.
pub(in crate::ops::demo) fn year(year: i32) -> Result<Period> {
    Period::new(Frequency::Year, year, 1).map_err(|error| Error::Internal(error.to_string()))
}

/// Plans several releases at once: product, observatory, period, provisional date. Returns their ids in the same order.
pub(in crate::ops::demo) async fn plan_all(
    stage: &Stage,
    wanted: Vec<(&str, Option<&str>, Period, When)>,
) -> Result<Vec<ReleaseId>> {
    let secretariat = stage.secretariat().await?;
    secretariat
        .write(async |txn| {
            let mut planned = Vec::new();
            for (product, observatory, period, when) in wanted {
                let (product, observatory) = (product.to_owned(), observatory.map(str::to_owned));
                let input = PlanIn { product, observatory, period, when };
                planned.push(releases::plan(&secretariat, txn, input).await?.release.id);
            }
            Ok(planned)
        })
        .await
}

pub(in crate::ops::demo) async fn plan(
    stage: &Stage,
    product: &str,
    observatory: Option<&str>,
    period: Period,
    when: When,
) -> Result<ReleaseId> {
    let planned = plan_all(stage, vec![(product, observatory, period, when)]).await?;
    planned.into_iter().next().ok_or_else(|| missing("release"))
}

/// Confirms a release for a day, at the hour of its product.
pub(in crate::ops::demo) async fn confirm(stage: &Stage, release: ReleaseId, day: NaiveDate) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let input = releases::ConfirmIn { day, hour: None, despite_non_working: None };
    secretariat
        .write(async |txn| releases::confirm(&secretariat, txn, release, Seen::AsItStands, input, None).await)
        .await?;
    Ok(())
}

/// Moves the release to a day.
pub(in crate::ops::demo) async fn move_to(
    stage: &Stage,
    release: ReleaseId,
    day: NaiveDate,
    code: ReasonCode,
    text: &str,
) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let reason = Reason { code, text: text.to_owned() };
    let input = releases::MoveIn { day, hour: None, reason, despite_non_working: None };
    secretariat
        .write(async |txn| releases::move_to(&secretariat, txn, release, Seen::AsItStands, input, None).await)
        .await?;
    Ok(())
}

pub(in crate::ops::demo) async fn cancel(
    stage: &Stage,
    release: ReleaseId,
    code: ReasonCode,
    text: &str,
) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let reason = Reason { code, text: text.to_owned() };
    secretariat
        .write(async |txn| releases::cancel(&secretariat, txn, release, Seen::AsItStands, reason, None).await)
        .await?;
    Ok(())
}
