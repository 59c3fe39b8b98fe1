//! Acts on a task that have a page of their own: refuse, insist, block, set another day, cancel.

use super::{about, href, on_behalf, shell_below};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::web::{Act, ActForm, ActPage, FINAL, Field};
use crate::error::{Error, Result};
use crate::http::Answer;
use crate::http::form::{self, FormState, Sent, Versioned};
use crate::http::page::{FlashKind, done, page};
use crate::open::{Guarded, Seen, open};
use crate::tasks::model::{LIFECYCLE, Task, is_open};
use crate::tasks::policy::Action;
use crate::tasks::service;
use actix_web::{HttpRequest, get, post, web};
use entity::ids::TaskId;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_act).service(perform);
}

/// Acts with a page of their own. The names are those of the events, except for the one that sets a day.
const ACTS: &[(Act, Action)] = &[
    (
        Act {
            name: "refuse",
            label: "tasks.refuse",
            lead: "tasks.refuse_lead",
            kind: "primary",
            field: Field::Reason,
            done: "tasks.done_refused",
        },
        Action::Refuse,
    ),
    (
        Act {
            name: "insist",
            label: "tasks.insist",
            lead: "tasks.insist_lead",
            kind: "primary",
            field: Field::Reason,
            done: "tasks.done_insisted",
        },
        Action::Insist,
    ),
    (
        Act {
            name: "block",
            label: "tasks.block",
            lead: "tasks.block_lead",
            kind: "primary",
            field: Field::Reason,
            done: "tasks.done_blocked",
        },
        Action::Block,
    ),
    (
        Act {
            name: "reschedule",
            label: "tasks.reschedule",
            lead: "tasks.reschedule_lead",
            kind: "primary",
            field: Field::Day,
            done: "tasks.done_rescheduled",
        },
        Action::Reschedule,
    ),
    (
        Act {
            name: "cancel",
            label: "tasks.cancel",
            lead: "tasks.cancel_lead",
            kind: FINAL,
            field: Field::Reason,
            done: "tasks.done_cancelled",
        },
        Action::Cancel,
    ),
];

fn act_named(name: &str) -> Result<&'static (Act, Action)> {
    ACTS.iter().find(|(act, _)| act.name == name).ok_or(Error::NotFound)
}

/// Returns the acts with a page of their own that the reader may do now, in the order shown.
pub(super) fn possible_acts(ctx: &Ctx, task: &Task) -> impl Iterator<Item = &'static Act> {
    let is_possible = |act: &Act| match LIFECYCLE.event(act.name) {
        Some(event) => LIFECYCLE.allows(task.state(), event),
        None => is_open(task.state()),
    };
    ACTS.iter().filter(move |(act, action)| is_possible(act) && task.may(&ctx.actor, *action)).map(|(act, _)| act)
}

#[get("/tasks/{id:[0-9A-Fa-f-]+}/{act:refuse|insist|block|reschedule|cancel}")]
async fn show_act(ctx: Ctx, request: HttpRequest, path: web::Path<(TaskId, String)>) -> Answer {
    let (id, name) = path.into_inner();
    let (act, action) = act_named(&name)?;
    let task = open::<Task>(&ctx, ctx.reader(), id, *action, Seen::AsItStands).await?;
    let form = FormState::made_of(task.version, ActForm::of_day(task.hand_set_day));
    page(&act_page(&ctx, &request, act, &task, form).await?)
}

#[post("/tasks/{id:[0-9A-Fa-f-]+}/{act:refuse|insist|block|reschedule|cancel}")]
async fn perform(
    ctx: Ctx,
    request: HttpRequest,
    path: web::Path<(TaskId, String)>,
    form: Sent<Versioned<ActForm>>,
) -> Answer {
    let (id, name) = path.into_inner();
    let (act, action) = act_named(&name)?;
    let work = async |txn: &Txn, version, typed: &ActForm| match action {
        Action::Refuse => service::refuse(&ctx, txn, id, version, &typed.reason).await,
        Action::Insist => service::insist(&ctx, txn, id, version, &typed.reason).await,
        Action::Block => service::block(&ctx, txn, id, version, &typed.reason).await,
        Action::Cancel => service::cancel(&ctx, txn, id, version, &typed.reason).await,
        _ => service::reschedule(&ctx, txn, id, version, typed.read_day()?).await,
    };
    let leads_on = |task: Task| done(&href(&task), FlashKind::Success, act.done);
    form::change(&ctx, form, work, leads_on, async |form| {
        let task = open::<Task>(&ctx, ctx.reader(), id, *action, Seen::AsItStands).await?;
        let form = form.beside(task.version);
        Ok(act_page(&ctx, &request, act, &task, form).await?)
    })
    .await
}

async fn act_page(
    ctx: &Ctx,
    request: &HttpRequest,
    act: &'static Act,
    task: &Task,
    form: FormState<Versioned<ActForm>>,
) -> Result<ActPage> {
    let shell = shell_below(ctx, request, act.label, task).await?;
    let about = about(task, ctx.lang);
    let on_behalf = if act.is_report() { on_behalf(ctx, task) } else { None };
    Ok(ActPage { shell, about, act, on_behalf, back: href(task), form })
}
