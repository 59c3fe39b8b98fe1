//! The page of a task, with the last reminder of it, which its slice does not know.

use crate::ctx::Ctx;
use crate::error::Result;
use crate::http::Answer;
use crate::http::page::page;
use crate::reminders::policy as reminder_policy;
use crate::reminders::service as reminders;
use crate::tasks::due::obligation;
use crate::tasks::model::Task;
use crate::tasks::service as tasks;
use crate::tasks::web::TaskPage;
use crate::time::{words, zone};
use actix_web::web::Path;
use actix_web::{HttpRequest, get};
use entity::ids::TaskId;

/// Shows one task.
#[get("/tasks/{id:[0-9A-Fa-f-]+}")]
pub(super) async fn show_task(ctx: Ctx, request: HttpRequest, id: Path<TaskId>) -> Answer {
    let task = tasks::task(&ctx, ctx.reader(), *id).await?;
    let mut shown = TaskPage::of(&ctx, &request, &task).await?;
    if shown.contact.is_some() {
        shown.reminded = reminded(&ctx, &task).await?;
        shown.urge = urge(&ctx, &task).await?;
    }
    page(&shown)
}

/// Returns the day of the last reminder of a task.
async fn reminded(ctx: &Ctx, task: &Task) -> Result<Option<String>> {
    let last = reminders::last_sent(ctx.reader(), &[task.id.0]).await?;
    Ok(last.get(&task.id.0).map(|at| words::long_day(zone::day_of(*at), ctx.lang)))
}

/// Returns the address of the button that reminds of a task, if the reader may remind of it now.
async fn urge(ctx: &Ctx, task: &Task) -> Result<Option<String>> {
    if !task.is_due() || !reminder_policy::may(&ctx.actor, reminder_policy::Action::Urge) {
        return Ok(None);
    }
    let Some(open) = obligation(task.clone()) else { return Ok(None) };
    Ok(reminders::may_urge(ctx, &open).await?.then(|| format!("{}/remind", open.path)))
}
