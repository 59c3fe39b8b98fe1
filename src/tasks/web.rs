//! The pages of tasks: my tasks, and one task with its buttons.

use super::model::{Event, LIFECYCLE, Task, is_open};
use super::policy::{self, Action};
use super::service::{self, CompleteIn};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, FormState, Sent, Versioned};
use crate::http::page::{Badge, FlashKind, Shell, done, page};
use crate::http::paging::{Page, Paging};
use crate::open::{Seen, open};
use crate::texts::{Label, Lang};
use crate::time::words;
use crate::typed::{Reading, kept};
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use chrono::NaiveDate;
use entity::ids::TaskId;
use entity::kinds::{DeliverableState, TaskState};
use serde::Deserialize;

pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(my_tasks)
        .service(show_task)
        .service(start_task)
        .service(complete_task)
        .service(block_task)
        .service(unblock_task)
        .service(cancel_task)
        .service(reschedule_task);
}

#[derive(Template)]
#[template(path = "tasks/mine.html")]
pub struct MinePage {
    pub shell: Shell,
    pub lines: Vec<Line>,
    pub next: Option<String>,
}

/// One task in the list.
pub struct Line {
    pub href: String,
    pub title: String,
    pub place: String,
    pub day: String,
    pub minutes: String,
    pub state: Badge,
    pub overdue: bool,
    pub version: i32,
    /// Whether its button starts it.
    pub may_start: bool,
}

/// Fields of all forms of a task.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct TaskForm {
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub link: String,
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub day: String,
}

impl TaskForm {
    fn of(task: &Task) -> Self {
        Self { day: task.hand_set_day.map(|day| day.to_string()).unwrap_or_default(), ..Self::default() }
    }
}

#[derive(Template)]
#[template(path = "tasks/one.html")]
pub struct TaskPage {
    pub shell: Shell,
    pub line: Line,
    pub note: Option<String>,
    pub reason: Option<String>,
    pub derived_day: Option<String>,
    pub release: Option<String>,
    pub deliverable: Option<String>,
    pub may_complete: bool,
    pub may_block: bool,
    pub may_unblock: bool,
    pub may_cancel: bool,
    pub may_reschedule: bool,
    /// Hint shown beside the "cancel" button.
    pub reason_hint: &'static str,
    pub form: FormState<Versioned<TaskForm>>,
}

/// Shows the tasks of the reader, earliest day first.
#[get("/tasks")]
async fn my_tasks(ctx: Ctx, request: HttpRequest, paging: web::Query<Paging>) -> Answer {
    let limit = paging.limit()?;
    let tasks = service::mine(&ctx, paging.after_day()?, limit + 1).await?;
    let listed = Page::cut(&ctx, &request, limit, tasks, |last| (last.day(), last.id))?;
    page(&MinePage {
        shell: Shell::new(&ctx, &request, "tasks.mine_title").here(),
        next: listed.next_path(),
        lines: listed.items.iter().map(|task| Line::of(task, &ctx)).collect(),
    })
}

#[get("/tasks/{id:[0-9A-Fa-f-]+}")]
async fn show_task(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>) -> Answer {
    let task = service::task(&ctx, ctx.reader(), *id).await?;
    page(&TaskPage::of(&ctx, &request, &task, FormState::made_of(task.version, TaskForm::of(&task))))
}

#[post("/tasks/{id:[0-9A-Fa-f-]+}/start")]
async fn start_task(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>, form: Sent<Versioned<TaskForm>>) -> Answer {
    let start = async |txn: &Txn, version, _: &TaskForm| service::start(&ctx, txn, *id, version).await;
    change(&ctx, &request, *id, form, start, |_| "tasks.done_started").await
}

#[post("/tasks/{id:[0-9A-Fa-f-]+}/complete")]
async fn complete_task(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<TaskId>,
    form: Sent<Versioned<TaskForm>>,
) -> Answer {
    let complete = async |txn: &Txn, version, form: &TaskForm| {
        let input = CompleteIn { note: kept(&form.note), link: kept(&form.link) };
        service::complete(&ctx, txn, *id, version, input).await
    };
    change(&ctx, &request, *id, form, complete, |done| match done.deliverable_state {
        Some(DeliverableState::Blocked) => "tasks.done_completed_blocked",
        _ => "tasks.done_completed",
    })
    .await
}

#[post("/tasks/{id:[0-9A-Fa-f-]+}/block")]
async fn block_task(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>, form: Sent<Versioned<TaskForm>>) -> Answer {
    let block = async |txn: &Txn, version, form: &TaskForm| service::block(&ctx, txn, *id, version, &form.reason).await;
    change(&ctx, &request, *id, form, block, |_| "tasks.done_blocked").await
}

#[post("/tasks/{id:[0-9A-Fa-f-]+}/unblock")]
async fn unblock_task(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<TaskId>,
    form: Sent<Versioned<TaskForm>>,
) -> Answer {
    let unblock = async |txn: &Txn, version, _: &TaskForm| service::unblock(&ctx, txn, *id, version).await;
    change(&ctx, &request, *id, form, unblock, |_| "tasks.done_unblocked").await
}

#[post("/tasks/{id:[0-9A-Fa-f-]+}/cancel")]
async fn cancel_task(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>, form: Sent<Versioned<TaskForm>>) -> Answer {
    let cancel =
        async |txn: &Txn, version, form: &TaskForm| service::cancel(&ctx, txn, *id, version, &form.reason).await;
    change(&ctx, &request, *id, form, cancel, |_| "tasks.done_cancelled").await
}

#[post("/tasks/{id:[0-9A-Fa-f-]+}/reschedule")]
async fn reschedule_task(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<TaskId>,
    form: Sent<Versioned<TaskForm>>,
) -> Answer {
    let reschedule = async |txn: &Txn, version, form: &TaskForm| {
        // The version first, because the page of a task that has changed may no longer show the field.
        open::<Task>(&ctx, txn, *id, Action::Reschedule, Seen::Version(version)).await?;
        let day = Reading::of(|reading| reading.optional_day("day", &form.day))?;
        service::reschedule(&ctx, txn, *id, version, day).await
    };
    change(&ctx, &request, *id, form, reschedule, |_| "tasks.done_rescheduled").await
}

/// Handles a form of the page; `said` is the message shown afterwards.
async fn change(
    ctx: &Ctx,
    request: &HttpRequest,
    id: TaskId,
    form: Sent<Versioned<TaskForm>>,
    work: impl AsyncFnOnce(&Txn, i32, &TaskForm) -> Result<Task>,
    said: impl FnOnce(&Task) -> &'static str,
) -> Answer {
    let leads_on = |task: Task| done(&format!("/tasks/{id}"), FlashKind::Success, said(&task));
    form::change(ctx, form, work, leads_on, async |form| {
        let task = service::task(ctx, ctx.reader(), id).await?;
        Ok(TaskPage::of(ctx, request, &task, form.beside(task.version)))
    })
    .await
}

impl Line {
    pub fn of(task: &Task, ctx: &Ctx) -> Self {
        Self {
            href: format!("/tasks/{}", task.id),
            title: task.title(ctx.lang).to_owned(),
            place: task.seat.place().to_owned(),
            day: words::long_day(task.day(), ctx.lang),
            minutes: words::about(task.estimated_minutes, ctx.lang),
            state: state_badge(task.state(), ctx.lang),
            overdue: task.is_overdue(ctx.today()),
            version: task.version,
            may_start: may(ctx, task, Event::Start, Action::Start),
        }
    }
}

fn may(ctx: &Ctx, task: &Task, event: Event, action: Action) -> bool {
    LIFECYCLE.allows(task.state(), event) && policy::may(&ctx.actor, action, service::subject(&task.seat))
}

fn state_badge(state: TaskState, lang: Lang) -> Badge {
    let kind = match state {
        TaskState::Open | TaskState::Cancelled => "neutral",
        TaskState::InProgress => "info",
        TaskState::Done => "success",
        TaskState::Blocked => "danger",
    };
    Badge { text: state.label(lang), kind }
}

impl TaskPage {
    fn of(ctx: &Ctx, request: &HttpRequest, task: &Task, form: FormState<Versioned<TaskForm>>) -> Self {
        let may_cancel = may(ctx, task, Event::Cancel, Action::Cancel);
        let derived = |day: NaiveDate| words::long_day(day, ctx.lang);
        Self {
            shell: Shell::titled(ctx, request, task.title(ctx.lang).to_owned())
                .crumb(ctx.lang.t("tasks.mine_title"), "/tasks")
                .here(),
            line: Line::of(task, ctx),
            note: task.note.clone(),
            reason: task.stage.reason().map(str::to_owned),
            derived_day: (task.day() != task.due_day).then(|| derived(task.due_day)),
            release: task.release_id.map(|id| format!("/releases/{id}")),
            deliverable: task.deliverable_id.map(|id| format!("/deliverables/{id}")),
            may_complete: may(ctx, task, Event::Complete, Action::Complete),
            may_block: may(ctx, task, Event::Block, Action::Block),
            may_unblock: may(ctx, task, Event::Unblock, Action::Unblock),
            may_cancel,
            reason_hint: if may_cancel { ctx.lang.t("tasks.cancel_hint") } else { "" },
            may_reschedule: is_open(task.state())
                && policy::may(&ctx.actor, Action::Reschedule, service::subject(&task.seat)),
            form,
        }
    }
}
