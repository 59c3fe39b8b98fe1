//! The pages on which those who work on a task or a contribution say that it will be late.

use super::{about, href, on_behalf, shell_below};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::policy::Action as ContributionAction;
use crate::deliverables::view::DeliverableView;
use crate::deliverables::web as contributions;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, FormState, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::open::{Seen, open};
use crate::reviews::service as reviews;
use crate::tasks::model::Task;
use crate::tasks::policy::Action;
use crate::tasks::reply::Late;
use crate::tasks::service::{self, LateIn, TEXT_CHARACTERS};
use crate::texts::Lang;
use crate::time::words;
use crate::typed::Reading;
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use chrono::NaiveDate;
use entity::ids::{DeliverableId, TaskId};
use serde::Deserialize;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_task_form).service(declare_task).service(show_contribution_form).service(declare_contribution);
}

/// The day by which late work is expected, and why.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LateForm {
    pub day: String,
    pub reason: String,
}

impl LateForm {
    pub fn read(&self) -> Result<LateIn> {
        Reading::of(|reading| {
            let day = reading.day("day", &self.day);
            let reason = reading.reason("reason", &self.reason, TEXT_CHARACTERS);
            Some(LateIn { day: day?, reason: reason? })
        })
    }
}

/// Returns what was said about late work: «In ritardo fino a venerdì 12 marzo 2027».
pub fn in_words(late: &Late, lang: Lang) -> String {
    lang.f("tasks.late_until", &[("day", &words::long_day(late.until, lang))])
}

#[derive(Template)]
#[template(path = "tasks/late.html")]
pub struct LatePage {
    pub shell: Shell,
    pub about: String,
    pub due: String,
    pub on_behalf: Option<String>,
    /// Address to which the form is sent.
    pub action: String,
    pub back: String,
    pub form: FormState<Versioned<LateForm>>,
}

#[get("/tasks/{id:[0-9A-Fa-f-]+}/late")]
async fn show_task_form(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>) -> Answer {
    let task = open::<Task>(&ctx, ctx.reader(), *id, Action::DeclareLate, Seen::AsItStands).await?;
    let form = FormState::made_of(task.version, LateForm::default());
    page(&task_page(&ctx, &request, &task, form).await?)
}

#[post("/tasks/{id:[0-9A-Fa-f-]+}/late")]
async fn declare_task(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<TaskId>,
    form: Sent<Versioned<LateForm>>,
) -> Answer {
    let declare =
        async |txn: &Txn, version, form: &LateForm| service::declare_late(&ctx, txn, *id, version, form.read()?).await;
    let leads_on = |task: Task| done(&href(&task), FlashKind::Success, "tasks.done_late");
    form::change(&ctx, form, declare, leads_on, async |form| {
        let task = open::<Task>(&ctx, ctx.reader(), *id, Action::DeclareLate, Seen::AsItStands).await?;
        let form = form.beside(task.version);
        Ok(task_page(&ctx, &request, &task, form).await?)
    })
    .await
}

async fn task_page(
    ctx: &Ctx,
    request: &HttpRequest,
    task: &Task,
    form: FormState<Versioned<LateForm>>,
) -> Result<LatePage> {
    Ok(LatePage {
        shell: shell_below(ctx, request, "tasks.late", task).await?,
        about: about(task, ctx.lang),
        due: due(task.day(), ctx.lang),
        on_behalf: on_behalf(ctx, task),
        action: format!("{}/late", href(task)),
        back: href(task),
        form,
    })
}

/// «La scadenza è venerdì 5 marzo 2027 e non cambia.»
pub fn due(day: NaiveDate, lang: Lang) -> String {
    lang.f("tasks.late_due", &[("day", &words::long_day(day, lang))])
}

#[get("/deliverables/{id:[0-9A-Fa-f-]+}/late")]
async fn show_contribution_form(ctx: Ctx, request: HttpRequest, id: web::Path<DeliverableId>) -> Answer {
    let view = contribution(&ctx, *id).await?;
    let form = FormState::made_of(view.deliverable.version, LateForm::default());
    page(&contribution_page(&ctx, &request, &view, form).await?)
}

#[post("/deliverables/{id:[0-9A-Fa-f-]+}/late")]
async fn declare_contribution(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DeliverableId>,
    form: Sent<Versioned<LateForm>>,
) -> Answer {
    let declare = async |txn: &Txn, version, form: &LateForm| {
        service::declare_contribution_late(&ctx, txn, *id, version, form.read()?).await
    };
    let leads_on =
        |view: DeliverableView| done(&contributions::href(&view), FlashKind::Success, "tasks.done_late_contribution");
    form::change(&ctx, form, declare, leads_on, async |form| {
        let view = contribution(&ctx, *id).await?;
        let form = form.beside(view.deliverable.version);
        Ok(contribution_page(&ctx, &request, &view, form).await?)
    })
    .await
}

async fn contribution(ctx: &Ctx, id: DeliverableId) -> Result<DeliverableView> {
    open(ctx, ctx.reader(), id, ContributionAction::Submit, Seen::AsItStands).await
}

async fn contribution_page(
    ctx: &Ctx,
    request: &HttpRequest,
    view: &DeliverableView,
    form: FormState<Versioned<LateForm>>,
) -> Result<LatePage> {
    let back = contributions::href(view);
    Ok(LatePage {
        shell: contributions::shell_below(ctx, request, "tasks.late", view),
        about: contributions::title(view, ctx.lang),
        due: due(reviews::due_day(ctx.reader(), view).await?, ctx.lang),
        on_behalf: contributions::on_behalf(ctx, view),
        action: format!("{back}/late"),
        back,
        form,
    })
}
