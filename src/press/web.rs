//! The page behind the link in a reminder. Its address is a secret, so it is never cached and never sent to another
//! site as a referrer.

use super::service::{self, Press, Pressed};
use crate::ctx::Ctx;
use crate::http::Answer;
use crate::http::page::{FlashKind, Shell, done, kept_secret, page};
use crate::tasks::model::Task;
use crate::texts::{Label, Lang};
use crate::time::words;
use actix_web::{HttpRequest, get, post, web};
use askama::Template;

pub fn pages(config: &mut web::ServiceConfig) {
    config.service(show_task).service(press_in_progress).service(press_delivered);
}

#[derive(Template)]
#[template(path = "press/task.html")]
struct TaskPage {
    shell: Shell,
    title: String,
    place: String,
    by: String,
    minutes: String,
    state: &'static str,
    /// Address each button posts to; `None` if the button would change nothing.
    in_progress: Option<String>,
    delivered: Option<String>,
}

#[get("/p/{token}")]
async fn show_task(ctx: Ctx, request: HttpRequest, token: web::Path<String>) -> Answer {
    let task = service::show(&ctx, &token).await?;
    let shell = Shell::titled(&ctx, &request, task.title(ctx.lang).to_owned()).here();
    Ok(kept_secret(page(&task_page(shell, &token, &task, ctx.lang))?))
}

fn task_page(shell: Shell, token: &str, task: &Task, lang: Lang) -> TaskPage {
    let button = |press: Press, name: &str| press.is_offered(task).then(|| format!("/p/{token}/{name}"));
    TaskPage {
        shell,
        title: task.title(lang).to_owned(),
        place: task.seat.observatory_name.clone().unwrap_or_else(|| task.seat.body_name.clone()),
        by: words::long_day(task.day(), lang),
        minutes: words::about(task.estimated_minutes, lang),
        state: task.state().label(lang),
        in_progress: button(Press::InProgress, "in-progress"),
        delivered: button(Press::Delivered, "delivered"),
    }
}

#[post("/p/{token}/in-progress")]
async fn press_in_progress(ctx: Ctx, token: web::Path<String>) -> Answer {
    press(&ctx, &token, Press::InProgress).await
}

#[post("/p/{token}/delivered")]
async fn press_delivered(ctx: Ctx, token: web::Path<String>) -> Answer {
    press(&ctx, &token, Press::Delivered).await
}

async fn press(ctx: &Ctx, token: &str, press: Press) -> Answer {
    let pressed = ctx.write(async |txn| service::press(ctx, txn, token, press).await).await?;
    let (kind, said) = said(pressed);
    Ok(kept_secret(done(&format!("/p/{token}"), kind, said)))
}

/// Returns the message shown after a press, and its kind.
const fn said(pressed: Pressed) -> (FlashKind, &'static str) {
    match pressed {
        Pressed::InProgress => (FlashKind::Success, "press.done_in_progress"),
        Pressed::Delivered => (FlashKind::Success, "press.done_delivered"),
        Pressed::DeliveredWhileBlocked => (FlashKind::Success, "press.done_delivered_blocked"),
        Pressed::AlreadyInProgress => (FlashKind::Info, "press.is_in_progress"),
        Pressed::AlreadyDone => (FlashKind::Info, "press.is_done"),
        Pressed::NotCalledFor => (FlashKind::Info, "press.nothing_left"),
    }
}
