//! The pages behind the link in a reminder. Their address is a secret, so they are never cached and never sent to
//! another site as a referrer.

use super::service::{self, Press, Pressed, Shown};
use crate::auth::actor::Actor;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::service::SubmitIn;
use crate::deliverables::web::{ActForm, HandInForm, HandInPage};
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{FormState, PublicForm, Versioned};
use crate::http::multipart::{Upload, at_the_file};
use crate::http::page::{FlashKind, Shell, done, kept_secret, page, unprocessable};
use crate::releases::service as releases;
use crate::releases::web::Line as ReleaseLine;
use crate::tasks::service as tasks;
use crate::tasks::web::{LateForm, Line, about, hand_in_page, late_due};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;

pub fn pages(config: &mut web::ServiceConfig) {
    config
        .service(show_task)
        .service(press_in_progress)
        .service(show_delivery)
        .service(press_delivered)
        .service(show_problem)
        .service(press_problem)
        .service(show_late)
        .service(press_late)
        .service(press_resumed);
}

#[derive(Template)]
#[template(path = "press/task.html")]
struct TaskPage {
    shell: Shell,
    /// Address of this page, below which the answers are posted.
    here: String,
    line: Line,
    reason: Option<String>,
    /// Remarks of the review to which the task answers.
    remarks: Option<String>,
    /// The release for which the work is done, with its date.
    release: Option<ReleaseLine>,
    may_begin: bool,
    may_answer: bool,
    may_resume: bool,
}

#[get("/p/{token}")]
async fn show_task(ctx: Ctx, request: HttpRequest, token: web::Path<String>) -> Answer {
    let shown = service::show(&ctx, &token).await?;
    Ok(kept_secret(page(&task_page(&ctx, &request, &token, shown).await?)?))
}

async fn task_page(ctx: &Ctx, request: &HttpRequest, token: &str, shown: Shown) -> Result<TaskPage> {
    let Shown { reader, task } = shown;
    let release = match task.release_id {
        Some(id) => Some(ReleaseLine::of(&releases::release(ctx.reader(), id).await?, ctx)),
        None => None,
    };
    Ok(TaskPage {
        shell: Shell::titled(ctx, request, task.title(ctx.lang).to_owned()).here(),
        here: format!("/p/{token}"),
        reason: task.stage.reason().map(str::to_owned),
        remarks: tasks::remarks(ctx.reader(), &task).await?,
        release,
        may_begin: Press::InProgress.is_offered(&task),
        may_answer: Press::Delivered(SubmitIn::default()).is_offered(&task),
        may_resume: Press::Resumed.is_offered(&task),
        line: Line::of(&task, &reader),
    })
}

#[post("/p/{token}/in-progress")]
async fn press_in_progress(ctx: Ctx, token: web::Path<String>) -> Answer {
    press(&ctx, &token, Press::InProgress).await
}

#[post("/p/{token}/resumed")]
async fn press_resumed(ctx: Ctx, token: web::Path<String>) -> Answer {
    press(&ctx, &token, Press::Resumed).await
}

#[get("/p/{token}/delivered")]
async fn show_delivery(ctx: Ctx, request: HttpRequest, token: web::Path<String>) -> Answer {
    let shown = service::show(&ctx, &token).await?;
    let form = FormState::fresh(HandInForm::default());
    Ok(kept_secret(page(&delivery_page(&request, &token, &shown, form).await?)?))
}

/// Hands the task in. The link is checked before the file is read, because the file of a stranger takes no memory.
#[post("/p/{token}/delivered")]
async fn press_delivered(ctx: Ctx, request: HttpRequest, token: web::Path<String>, payload: web::Payload) -> Answer {
    let shown = service::show(&ctx, &token).await?;
    let upload = Upload::of_a_known_sender(&request, payload.into_inner()).await?;
    let mut typed: HandInForm = upload.parse()?;
    match deliver(&ctx, &token, &shown, &mut typed, upload).await {
        Ok(pressed) => Ok(answered(&token, pressed)),
        Err(error) => {
            let form = FormState::refused(typed, ctx.lang, error)?;
            Ok(kept_secret(unprocessable(&delivery_page(&request, &token, &shown, form).await?)?))
        }
    }
}

async fn deliver(ctx: &Ctx, token: &str, shown: &Shown, typed: &mut HandInForm, upload: Upload) -> Result<Pressed> {
    // A file that nothing would name is not kept.
    if Press::Delivered(SubmitIn::default()).is_offered(&shown.task) {
        typed.keep(&shown.reader, upload.file).await?;
    }
    let answer = Press::Delivered(typed.read()?);
    ctx.write(async |txn| service::press(ctx, txn, token, answer).await.map_err(at_the_file)).await
}

async fn delivery_page(
    request: &HttpRequest,
    token: &str,
    shown: &Shown,
    form: FormState<HandInForm>,
) -> Result<HandInPage> {
    let Shown { reader, task } = shown;
    let here = format!("/p/{token}");
    let shell = shell_below(reader, request, "tasks.complete_title", &here, task.title(reader.lang));
    let FormState { values, errors } = form;
    let form = FormState { values: Versioned::of(task.version, values), errors };
    let page = hand_in_page(reader, shell, task, form).await?;
    Ok(HandInPage { is_keyed: true, action: format!("{here}/delivered"), back: here, ..page })
}

#[derive(Template)]
#[template(path = "press/problem.html")]
struct ProblemPage {
    shell: Shell,
    here: String,
    about: String,
    form: FormState<ActForm>,
}

#[get("/p/{token}/problem")]
async fn show_problem(ctx: Ctx, request: HttpRequest, token: web::Path<String>) -> Answer {
    let shown = service::show(&ctx, &token).await?;
    Ok(kept_secret(page(&problem_page(&request, &token, &shown, FormState::default()))?))
}

#[post("/p/{token}/problem")]
async fn press_problem(ctx: Ctx, request: HttpRequest, token: web::Path<String>, form: PublicForm<ActForm>) -> Answer {
    let shown = service::show(&ctx, &token).await?;
    let PublicForm(typed) = form;
    let problem = Press::Blocked { reason: typed.reason.clone() };
    match ctx.write(async |txn| service::press(&ctx, txn, &token, problem).await).await {
        Ok(pressed) => Ok(answered(&token, pressed)),
        Err(error) => {
            let form = FormState::refused(typed, ctx.lang, error)?;
            Ok(kept_secret(unprocessable(&problem_page(&request, &token, &shown, form))?))
        }
    }
}

fn problem_page(request: &HttpRequest, token: &str, shown: &Shown, form: FormState<ActForm>) -> ProblemPage {
    let Shown { reader, task } = shown;
    let here = format!("/p/{token}");
    let title = task.title(reader.lang);
    let shell = shell_below(reader, request, "press.problem", &here, title);
    ProblemPage { shell, here, about: about(task, reader.lang), form }
}

#[derive(Template)]
#[template(path = "press/late.html")]
struct LatePage {
    shell: Shell,
    here: String,
    about: String,
    due: String,
    form: FormState<LateForm>,
}

#[get("/p/{token}/late")]
async fn show_late(ctx: Ctx, request: HttpRequest, token: web::Path<String>) -> Answer {
    let shown = service::show(&ctx, &token).await?;
    Ok(kept_secret(page(&late_page(&request, &token, &shown, FormState::default()))?))
}

#[post("/p/{token}/late")]
async fn press_late(ctx: Ctx, request: HttpRequest, token: web::Path<String>, form: PublicForm<LateForm>) -> Answer {
    let shown = service::show(&ctx, &token).await?;
    let PublicForm(typed) = form;
    let press = async |txn: &Txn| service::press(&ctx, txn, &token, Press::Late(typed.read()?)).await;
    match ctx.write(press).await {
        Ok(pressed) => Ok(answered(&token, pressed)),
        Err(error) => {
            let form = FormState::refused(typed, ctx.lang, error)?;
            Ok(kept_secret(unprocessable(&late_page(&request, &token, &shown, form))?))
        }
    }
}

fn late_page(request: &HttpRequest, token: &str, shown: &Shown, form: FormState<LateForm>) -> LatePage {
    let Shown { reader, task } = shown;
    let here = format!("/p/{token}");
    let shell = shell_below(reader, request, "tasks.late", &here, task.title(reader.lang));
    LatePage { shell, here, about: about(task, reader.lang), due: late_due(task.day(), reader.lang), form }
}

/// Makes the frame of a page below the page of the link. The reader is not signed in, whatever the link permits.
fn shell_below(reader: &Ctx, request: &HttpRequest, title_key: &str, here: &str, task: &str) -> Shell {
    let stranger = Ctx { actor: Actor::anonymous(), ..reader.clone() };
    Shell::new(&stranger, request, title_key).crumb(task, here).here()
}

async fn press(ctx: &Ctx, token: &str, press: Press) -> Answer {
    let pressed = ctx.write(async |txn| service::press(ctx, txn, token, press).await).await?;
    Ok(answered(token, pressed))
}

fn answered(token: &str, pressed: Pressed) -> HttpResponse {
    let (kind, said) = said(pressed);
    kept_secret(done(&format!("/p/{token}"), kind, said))
}

/// Returns the message shown after a press, and its kind.
const fn said(pressed: Pressed) -> (FlashKind, &'static str) {
    match pressed {
        Pressed::InProgress => (FlashKind::Success, "press.done_in_progress"),
        Pressed::Delivered => (FlashKind::Success, "press.done_delivered"),
        Pressed::HandedIn => (FlashKind::Success, "press.done_handed_in"),
        Pressed::DeliveredWhileBlocked => (FlashKind::Success, "press.done_delivered_blocked"),
        Pressed::Blocked => (FlashKind::Success, "press.done_blocked"),
        Pressed::Late => (FlashKind::Success, "tasks.done_late"),
        Pressed::Resumed => (FlashKind::Success, "press.done_resumed"),
        Pressed::AlreadyInProgress => (FlashKind::Info, "press.is_in_progress"),
        Pressed::AlreadyDone => (FlashKind::Info, "press.is_done"),
        Pressed::NotCalledFor => (FlashKind::Info, "press.nothing_left"),
    }
}
