//! Actions on releases: planning and moving.

use super::super::stage::Stage;
use crate::error::{Error, Result};
use crate::open::Seen;
use crate::releases::model::{Reason, When};
use crate::releases::service::{self as releases, PlanIn};
use crate::time::{Frequency, Period};
use entity::ids::ReleaseId;
use entity::kinds::ReasonCode;

const PRODUCT: &str = "relazione-territoriale";

/// The year as a period of reference.
pub(in crate::ops::demo) fn year(year: i32) -> Result<Period> {
    Period::new(Frequency::Year, year, 1).map_err(|error| Error::Internal(error.to_string()))
}

pub(in crate::ops::demo) async fn plan(stage: &Stage, period: Period, when: When) -> Result<ReleaseId> {
    let secretariat = stage.secretariat().await?;
    let input = PlanIn { product: PRODUCT.to_owned(), observatory: None, period, when };
    let planned = secretariat.write(async |txn| releases::plan(&secretariat, txn, input).await).await?;
    Ok(planned.release.id)
}

/// Moves the release because the data are late.
pub(in crate::ops::demo) async fn move_release(stage: &Stage, release: ReleaseId) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let text = "Le comunicazioni obbligatorie arrivano una settimana più tardi del previsto.".to_owned();
    let input = releases::MoveIn {
        day: stage.ahead(24)?,
        hour: None,
        reason: Reason { code: ReasonCode::SourceLate, text },
        despite_non_working: None,
    };
    secretariat
        .write(async |txn| releases::move_to(&secretariat, txn, release, Seen::AsItStands, input, None).await)
        .await?;
    Ok(())
}
