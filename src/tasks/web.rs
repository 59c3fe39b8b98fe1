//! The pages of tasks: what I have to do, and one task with its buttons.

use super::model::{Event, Task, possible};
use super::policy::{self, Action};
use super::service::{self, CompleteIn};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::http::Failure;
use crate::http::form::{Form, FormState};
use crate::http::page::{FlashKind, Shell, done, page, unprocessable};
use crate::http::paging::{Page, Paging};
use crate::texts::Lang;
use crate::time::words;
use crate::typed::kept;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use chrono::NaiveDate;
use entity::ids::TaskId;
use entity::kinds::TaskState;
use serde::Deserialize;

pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(my_tasks)
        .service(show_task)
        .service(start_task)
        .service(complete_task)
        .service(block_task)
        .service(unblock_task);
}

type Answer = std::result::Result<HttpResponse, Failure>;

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
    /// Whether its button begins it.
    pub may_start: bool,
}

/// A word with its colour.
pub struct Badge {
    pub text: &'static str,
    pub kind: &'static str,
}

/// What the forms of a task send.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct TaskForm {
    #[serde(default)]
    pub version: String,
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub link: String,
    #[serde(default)]
    pub reason: String,
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
    pub form: FormState<TaskForm>,
}

/// What I am to do, the earliest day first.
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

#[get("/tasks/{id}")]
async fn show_task(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>) -> Answer {
    let task = service::task(&ctx, ctx.reader(), *id).await?;
    let form = TaskForm { version: task.version.to_string(), ..TaskForm::default() };
    page(&TaskPage::of(&ctx, &request, &task, FormState::fresh(form)))
}

#[post("/tasks/{id}/start")]
async fn start_task(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>, form: Form<TaskForm>) -> Answer {
    let started = match version_of(&form.0) {
        Ok(version) => ctx.write(async |txn| service::start(&ctx, txn, *id, version).await).await,
        Err(error) => Err(error),
    };
    answer(&ctx, &request, *id, form.0, started, "tasks.done_started").await
}

#[post("/tasks/{id}/complete")]
async fn complete_task(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>, form: Form<TaskForm>) -> Answer {
    let input = CompleteIn { note: kept(&form.0.note), link: kept(&form.0.link) };
    let completed = match version_of(&form.0) {
        Ok(version) => ctx.write(async |txn| service::complete(&ctx, txn, *id, version, input).await).await,
        Err(error) => Err(error),
    };
    answer(&ctx, &request, *id, form.0, completed, "tasks.done_completed").await
}

#[post("/tasks/{id}/block")]
async fn block_task(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>, form: Form<TaskForm>) -> Answer {
    let blocked = match version_of(&form.0) {
        Ok(version) => ctx.write(async |txn| service::block(&ctx, txn, *id, version, &form.0.reason).await).await,
        Err(error) => Err(error),
    };
    answer(&ctx, &request, *id, form.0, blocked, "tasks.done_blocked").await
}

#[post("/tasks/{id}/unblock")]
async fn unblock_task(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>, form: Form<TaskForm>) -> Answer {
    let unblocked = match version_of(&form.0) {
        Ok(version) => ctx.write(async |txn| service::unblock(&ctx, txn, *id, version).await).await,
        Err(error) => Err(error),
    };
    answer(&ctx, &request, *id, form.0, unblocked, "tasks.done_unblocked").await
}

async fn answer(
    ctx: &Ctx,
    request: &HttpRequest,
    id: TaskId,
    form: TaskForm,
    result: Result<Task>,
    done_key: &'static str,
) -> Answer {
    match result {
        Ok(_) => Ok(done(&format!("/tasks/{id}"), FlashKind::Success, done_key)),
        Err(error) => {
            let task = service::task(ctx, ctx.reader(), id).await?;
            let form = FormState::refused(form, ctx.lang, error)?;
            unprocessable(&TaskPage::of(ctx, request, &task, form))
        }
    }
}

/// The version the form was made of; a form without one was not ours.
fn version_of(form: &TaskForm) -> Result<i32> {
    form.version.parse().map_err(|_| Error::Stale)
}

impl Line {
    fn of(task: &Task, ctx: &Ctx) -> Self {
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
    possible(task.state()).contains(&event) && policy::may(&ctx.actor, action, service::subject(&task.seat))
}

fn state_badge(state: TaskState, lang: Lang) -> Badge {
    let (key, kind) = match state {
        TaskState::Open => ("tasks.state_open", "neutral"),
        TaskState::InProgress => ("tasks.state_in_progress", "info"),
        TaskState::Done => ("tasks.state_done", "success"),
        TaskState::Blocked => ("tasks.state_blocked", "danger"),
        TaskState::Cancelled => ("tasks.state_cancelled", "neutral"),
    };
    Badge { text: lang.t(key), kind }
}

impl TaskPage {
    fn of(ctx: &Ctx, request: &HttpRequest, task: &Task, form: FormState<TaskForm>) -> Self {
        let derived = |day: NaiveDate| words::long_day(day, ctx.lang);
        Self {
            shell: Shell::titled(ctx, request, task.title(ctx.lang).to_owned())
                .crumb(ctx.lang.t("tasks.mine_title"), "/tasks")
                .here(),
            line: Line::of(task, ctx),
            note: task.note.clone(),
            reason: task.stage.reason().map(str::to_owned),
            derived_day: task.hand_set_day.is_some().then(|| derived(task.due_day)),
            release: task.release_id.map(|id| format!("/releases/{id}")),
            deliverable: task.deliverable_id.map(|id| format!("/deliverables/{id}")),
            may_complete: may(ctx, task, Event::Complete, Action::Complete),
            may_block: may(ctx, task, Event::Block, Action::Block),
            may_unblock: may(ctx, task, Event::Unblock, Action::Unblock),
            form,
        }
    }
}
