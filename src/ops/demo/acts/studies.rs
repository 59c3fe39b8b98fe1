//! A study of an observatory.

use super::super::stage::Stage;
use crate::error::{Error, Result};
use crate::studies::service::{self as studies, StudyIn};
use crate::time::{Frequency, Period};
use chrono::{Datelike as _, Months};
use entity::kinds::Theme;

/// Declares a study of Bergamo, by its referent.
pub(in crate::ops::demo) async fn declare(stage: &Stage) -> Result<()> {
    let referent = stage.holder("referent:bergamo").await?;
    let unreadable = |error: crate::time::period::PeriodError| Error::Internal(error.to_string());
    let input = StudyIn {
        title: "Giovani assunti nelle imprese meccaniche della Val Seriana".to_owned(),
        theme: Theme::Hiring,
        territory: "BG".to_owned(),
        period: Period::new(Frequency::Year, stage.today.year() - 1, 1).map_err(unreadable)?,
        month: Period::containing(Frequency::Month, stage.today + Months::new(5)).map_err(unreadable)?,
    };
    referent.write(async |txn| studies::declare(&referent, txn, "bergamo", &input).await).await?;
    Ok(())
}
