//! The page on which the secretariat says for which tasks a given task waits.

use super::{about, href, shell_below};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, Choice, FormState, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::open::{Seen, open};
use crate::tasks::model::Task;
use crate::tasks::policy::Action;
use crate::tasks::service::{self, TaskFilter};
use crate::typed::Reading;
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use entity::ids::TaskId;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Prefix of the name of the box of a task before; its id follows.
const BEFORE: &str = "before-";
/// Most tasks among which a reader chooses, the earliest first.
const MOST_OFFERED: u64 = 200;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_form).service(wait_for);
}

/// Returns the tasks that are still to be done, for a choice; without one.
pub(super) async fn choices(ctx: &Ctx, except: Option<TaskId>) -> Result<Vec<Choice>> {
    let filter = TaskFilter { due: true, ..TaskFilter::default() };
    let due = service::list(ctx, &filter, None, MOST_OFFERED).await?;
    let others = due.iter().filter(|task| Some(task.id) != except);
    Ok(others.map(|task| Choice::new(task.id, about(task, ctx.lang))).collect())
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct WaitsForm {
    /// One more task that has to be done before.
    after: String,
    /// Boxes of the present ones.
    #[serde(flatten)]
    boxes: BTreeMap<String, String>,
}

impl WaitsForm {
    fn of(before: &[Task]) -> Self {
        let named = |task: &Task| (format!("{BEFORE}{}", task.id), "true".to_owned());
        Self { after: String::new(), boxes: before.iter().map(named).collect() }
    }

    fn read(&self) -> Result<Vec<TaskId>> {
        let kept = self.boxes.keys().filter_map(|name| name.strip_prefix(BEFORE)?.parse::<TaskId>().ok());
        let more = Reading::of(|reading| reading.optionally_chosen::<TaskId>("after", &self.after))?;
        Ok(kept.chain(more).collect())
    }
}

/// The box of a task before.
struct BeforeBox {
    field: String,
    label: String,
    checked: bool,
}

#[derive(Template)]
#[template(path = "tasks/waits.html")]
struct WaitsPage {
    shell: Shell,
    about: String,
    href: String,
    before: Vec<BeforeBox>,
    choices: Vec<Choice>,
    form: FormState<Versioned<WaitsForm>>,
}

#[get("/tasks/{id:[0-9A-Fa-f-]+}/after")]
async fn show_form(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>) -> Answer {
    let task = open::<Task>(&ctx, ctx.reader(), *id, Action::Edit, Seen::AsItStands).await?;
    let before = service::predecessors(&ctx, ctx.reader(), task.id).await?;
    let form = FormState::made_of(task.version, WaitsForm::of(&before));
    page(&waits_page(&ctx, &request, &task, &before, form).await?)
}

#[post("/tasks/{id:[0-9A-Fa-f-]+}/after")]
async fn wait_for(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>, form: Sent<Versioned<WaitsForm>>) -> Answer {
    let work =
        async |txn: &Txn, version, form: &WaitsForm| service::wait_for(&ctx, txn, *id, version, &form.read()?).await;
    let leads_on = |task: Task| done(&href(&task), FlashKind::Success, "tasks.done_waits");
    form::change(&ctx, form, work, leads_on, async |form| {
        let task = open::<Task>(&ctx, ctx.reader(), *id, Action::Edit, Seen::AsItStands).await?;
        let before = service::predecessors(&ctx, ctx.reader(), task.id).await?;
        let form = form.beside(task.version);
        Ok(waits_page(&ctx, &request, &task, &before, form).await?)
    })
    .await
}

async fn waits_page(
    ctx: &Ctx,
    request: &HttpRequest,
    task: &Task,
    before: &[Task],
    form: FormState<Versioned<WaitsForm>>,
) -> Result<WaitsPage> {
    let boxed = |task: &Task| {
        let field = format!("{BEFORE}{}", task.id);
        BeforeBox { checked: form.boxes.contains_key(&field), field, label: about(task, ctx.lang) }
    };
    Ok(WaitsPage {
        shell: shell_below(ctx, request, "tasks.waits", task).await?,
        about: about(task, ctx.lang),
        href: href(task),
        before: before.iter().map(boxed).collect(),
        choices: choices(ctx, Some(task.id)).await?,
        form,
    })
}
