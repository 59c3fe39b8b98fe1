//! Actions of the referents on the steps of a release.

use super::super::stage::{self, Stage, missing};
use crate::ctx::Ctx;
use crate::deliverables::service::SubmitIn;
use crate::error::Result;
use crate::tasks::model::{Task, Wording, is_open};
use crate::tasks::service::{self as tasks, GiveIn, LateIn, ProposeIn, Recipients, TaskFilter};
use crate::tasks::template::Outline;
use chrono::{Days, NaiveDate};
use entity::ids::ReleaseId;
use entity::kinds::TaskState;

/// Estimated minutes of the task that the secretariat gives.
const GIVEN_MINUTES: i32 = 20;
/// Days by which late work is later.
const LATER: u64 = 4;

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

/// The secretariat gives a task to several observatories.
pub(in crate::ops::demo) async fn give(
    stage: &Stage,
    observatories: impl IntoIterator<Item = &str>,
    title: &str,
    day: NaiveDate,
) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let input = GiveIn {
        recipients: Recipients::Observatories(observatories.into_iter().map(str::to_owned).collect()),
        title: title.to_owned(),
        text: Some("Serve per le domande dei giornalisti il giorno dell’uscita.".to_owned()),
        day,
        estimated_minutes: GIVEN_MINUTES,
        release_id: None,
        deliverable_id: None,
        after: Vec::new(),
    };
    secretariat.write(async |txn| tasks::give(&secretariat, txn, input).await).await?;
    Ok(())
}

/// The secretariat keeps a template of the task that it gives before each release.
pub(in crate::ops::demo) async fn keep_template(stage: &Stage) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let outline = Outline {
        name: "Contatti per i giornalisti".to_owned(),
        wording: Wording {
            title: "Numeri di telefono per i giornalisti".to_owned(),
            text: Some("Chi risponde il giorno dell’uscita, e in quali ore.".to_owned()),
            estimated_minutes: GIVEN_MINUTES,
        },
        seat: None,
        offset_working_days: -5,
    };
    secretariat.write(async |txn| tasks::create_template(&secretariat, txn, &outline).await).await?;
    Ok(())
}

/// The secretariat gives an observatory another task, which waits for the one that it gave before.
pub(in crate::ops::demo) async fn give_next(
    stage: &Stage,
    observatory: &str,
    title: &str,
    day: NaiveDate,
) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let before = given(stage, &secretariat, observatory).await?;
    let input = GiveIn {
        recipients: Recipients::Observatories(vec![observatory.to_owned()]),
        title: title.to_owned(),
        text: None,
        day: stage.worked(day)?,
        estimated_minutes: GIVEN_MINUTES,
        release_id: None,
        deliverable_id: None,
        after: vec![before.id],
    };
    secretariat.write(async |txn| tasks::give(&secretariat, txn, input).await).await?;
    Ok(())
}

/// Finds the task that the secretariat gave to an observatory.
async fn given(stage: &Stage, referent: &Ctx, observatory: &str) -> Result<Task> {
    let filter = TaskFilter { state: Some(TaskState::Given), ..TaskFilter::default() };
    let seat = stage.designation(&format!("referent:{observatory}")).await?.seat.id;
    let mut given = tasks::all(referent, referent.reader(), &filter).await?;
    given.retain(|task| task.seat.id == seat);
    given.pop().ok_or_else(|| missing("given task"))
}

/// The referent accepts the task that the secretariat gave.
pub(in crate::ops::demo) async fn accept(stage: &Stage, observatory: &str) -> Result<()> {
    let referent = stage.holder(&format!("referent:{observatory}")).await?;
    let task = given(stage, &referent, observatory).await?;
    referent.write(async |txn| tasks::accept(&referent, txn, task.id, task.version).await).await?;
    Ok(())
}

/// The referent refuses the task that the secretariat gave.
pub(in crate::ops::demo) async fn refuse(stage: &Stage, observatory: &str, why: &str) -> Result<()> {
    let referent = stage.holder(&format!("referent:{observatory}")).await?;
    let task = given(stage, &referent, observatory).await?;
    referent.write(async |txn| tasks::refuse(&referent, txn, task.id, task.version, why).await).await?;
    Ok(())
}

/// The referent says that the first open step will be late.
pub(in crate::ops::demo) async fn will_be_late(
    stage: &Stage,
    release: ReleaseId,
    observatory: &str,
    why: &str,
) -> Result<()> {
    let referent = stage.holder(&format!("referent:{observatory}")).await?;
    let steps = stage.steps(release, observatory).await?;
    let step = steps.into_iter().find(|step| is_open(step.state())).ok_or_else(|| missing("step"))?;
    let day = stage.worked(step.day().max(stage.today) + Days::new(LATER))?;
    let input = LateIn { day, reason: why.to_owned() };
    referent.write(async |txn| tasks::declare_late(&referent, txn, step.id, step.version, input).await).await?;
    Ok(())
}

/// The referent proposes another day for the contribution.
pub(in crate::ops::demo) async fn propose_day(
    stage: &Stage,
    release: ReleaseId,
    observatory: &str,
    why: &str,
) -> Result<()> {
    let referent = stage.holder(&format!("referent:{observatory}")).await?;
    let owed = stage.deliverable(release, observatory).await?.deliverable;
    let day = stage.worked(owed.day().max(stage.today) + Days::new(LATER))?;
    let input = ProposeIn { day, reason: why.to_owned() };
    referent.write(async |txn| tasks::propose(&referent, txn, owed.id, input).await).await?;
    Ok(())
}
