//! The pages on which the secretariat keeps the templates of tasks.

use super::choices::seats;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::web::shell_below_work;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, Choice, Form, FormState, OnlyButton, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::tasks::model::Wording;
use crate::tasks::service::{self, DESCRIPTION_CHARACTERS, NAME_CHARACTERS, OFFSETS, TASK_MINUTES, TITLE_CHARACTERS};
use crate::tasks::template::{Outline, Template};
use crate::texts::Lang;
use crate::time::words;
use crate::typed::{Reading, kept};
use actix_web::{HttpRequest, get, post, web};
use entity::ids::TaskTemplateId;
use serde::Deserialize;

/// Address of the list.
const LIST: &str = "/tasks/templates";

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_templates)
        .service(show_new)
        .service(create)
        .service(show_edit)
        .service(edit)
        .service(retire)
        .service(restore);
}

/// Returns the templates that are offered, for a choice.
pub(super) async fn choices(ctx: &Ctx) -> Result<Vec<Choice>> {
    let all = service::templates(ctx).await?;
    let offered = all.into_iter().filter(|one| !one.is_retired());
    Ok(offered.map(|one| Choice::new(one.id, one.outline.name)).collect())
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct TemplateForm {
    name: String,
    title: String,
    text: String,
    estimated_minutes: String,
    seat: String,
    offset_working_days: String,
}

impl TemplateForm {
    fn of(template: &Template) -> Self {
        let Outline { name, wording, seat, offset_working_days } = template.outline.clone();
        Self {
            name,
            title: wording.title,
            text: wording.text.unwrap_or_default(),
            estimated_minutes: wording.estimated_minutes.to_string(),
            seat: seat.unwrap_or_default(),
            offset_working_days: offset_working_days.to_string(),
        }
    }

    fn read(&self) -> Result<Outline> {
        Reading::of(|reading| {
            let name = reading.text("name", &self.name, NAME_CHARACTERS);
            let title = reading.text("title", &self.title, TITLE_CHARACTERS);
            let text = reading.optional_text("text", &self.text, DESCRIPTION_CHARACTERS);
            let minutes = reading.optional_minutes("estimated_minutes", &self.estimated_minutes, TASK_MINUTES);
            let offset = reading.number("offset_working_days", &self.offset_working_days, OFFSETS);
            Some(Outline {
                name: name?,
                wording: Wording { title: title?, text: text?, estimated_minutes: minutes?.unwrap_or_default() },
                seat: kept(&self.seat),
                offset_working_days: offset?,
            })
        })
    }
}

#[derive(askama::Template)]
#[template(path = "tasks/templates.html")]
struct TemplatesPage {
    shell: Shell,
    rows: Vec<TemplateRow>,
}

/// A template in the list.
struct TemplateRow {
    href: String,
    name: String,
    title: String,
    offset: String,
    is_retired: bool,
    version: i32,
}

/// «5 giorni lavorativi prima del giorno scelto»: the due day of a task that is given from a template.
fn offset_text(days: i32, lang: Lang) -> String {
    let key = match days.signum() {
        -1 => "tasks.template_before",
        0 => "tasks.template_that_day",
        _ => "tasks.template_after",
    };
    lang.f(key, &[("days", &words::working_days(days, lang))])
}

#[get("/tasks/templates")]
async fn show_templates(ctx: Ctx, request: HttpRequest) -> Answer {
    let row = |one: Template| TemplateRow {
        href: format!("{LIST}/{}", one.id),
        is_retired: one.is_retired(),
        version: one.version,
        offset: offset_text(one.outline.offset_working_days, ctx.lang),
        name: one.outline.name,
        title: one.outline.wording.title,
    };
    let rows = service::templates(&ctx).await?.into_iter().map(row).collect();
    let shell = shell_below_work(&ctx, &request, ctx.lang.t("tasks.templates").to_owned()).here();
    page(&TemplatesPage { shell, rows })
}

#[derive(askama::Template)]
#[template(path = "tasks/template.html")]
struct TemplatePage {
    shell: Shell,
    /// Address to which the form is sent.
    action: String,
    /// Version of the template; empty for a new one.
    version: String,
    seats: Vec<Choice>,
    form: FormState<TemplateForm>,
}

async fn template_page(
    ctx: &Ctx,
    request: &HttpRequest,
    title_key: &str,
    action: String,
    version: String,
    form: FormState<TemplateForm>,
) -> Result<TemplatePage> {
    let shell = shell_below_work(ctx, request, ctx.lang.t(title_key).to_owned());
    let shell = shell.crumb(ctx.lang.t("tasks.templates"), LIST).here();
    Ok(TemplatePage { shell, action, version, seats: seats(ctx).await?, form })
}

#[get("/tasks/templates/new")]
async fn show_new(ctx: Ctx, request: HttpRequest) -> Answer {
    service::templates(&ctx).await?;
    let action = format!("{LIST}/new");
    page(&template_page(&ctx, &request, "tasks.template_new", action, String::new(), FormState::default()).await?)
}

#[post("/tasks/templates/new")]
async fn create(ctx: Ctx, request: HttpRequest, form: Sent<TemplateForm>) -> Answer {
    let create = async |txn: &Txn, form: &TemplateForm| service::create_template(&ctx, txn, &form.read()?).await;
    let leads_on = |_: Template| done(LIST, FlashKind::Success, "tasks.done_template");
    form::answer(&ctx, form, create, leads_on, async |form| {
        let action = format!("{LIST}/new");
        Ok(template_page(&ctx, &request, "tasks.template_new", action, String::new(), form).await?)
    })
    .await
}

#[get("/tasks/templates/{template_id:[0-9A-Fa-f-]+}/edit")]
async fn show_edit(ctx: Ctx, request: HttpRequest, id: web::Path<TaskTemplateId>) -> Answer {
    let template = service::template(&ctx, ctx.reader(), *id).await?;
    let form = FormState::made_of(template.version, TemplateForm::of(&template));
    page(&edit_page(&ctx, &request, *id, form).await?)
}

#[post("/tasks/templates/{template_id:[0-9A-Fa-f-]+}/edit")]
async fn edit(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<TaskTemplateId>,
    form: Sent<Versioned<TemplateForm>>,
) -> Answer {
    let edit = async |txn: &Txn, version, form: &TemplateForm| {
        let outline = form.read()?;
        service::change_template(&ctx, txn, *id, version, |_| outline).await
    };
    let leads_on = |_: Template| done(LIST, FlashKind::Success, "tasks.done_template");
    form::change(&ctx, form, edit, leads_on, async |form| {
        let template = service::template(&ctx, ctx.reader(), *id).await?;
        Ok(edit_page(&ctx, &request, *id, form.beside(template.version)).await?)
    })
    .await
}

async fn edit_page(
    ctx: &Ctx,
    request: &HttpRequest,
    id: TaskTemplateId,
    form: FormState<Versioned<TemplateForm>>,
) -> Result<TemplatePage> {
    let FormState { values: Versioned { version, fields }, errors } = form;
    let form = FormState { values: fields, errors };
    template_page(ctx, request, "tasks.template_edit", format!("{LIST}/{id}/edit"), version, form).await
}

#[post("/tasks/templates/{template_id:[0-9A-Fa-f-]+}/retire")]
async fn retire(ctx: Ctx, id: web::Path<TaskTemplateId>, form: Form<Versioned<OnlyButton>>) -> Answer {
    let Form(sent, press) = form;
    let work = async |txn: &Txn| service::retire_template(&ctx, txn, *id, sent.seen()?).await;
    form::press(&ctx, &press, work, |_| done(LIST, FlashKind::Success, "tasks.done_template_retired")).await
}

#[post("/tasks/templates/{template_id:[0-9A-Fa-f-]+}/restore")]
async fn restore(ctx: Ctx, id: web::Path<TaskTemplateId>, form: Form<Versioned<OnlyButton>>) -> Answer {
    let Form(sent, press) = form;
    let work = async |txn: &Txn| service::restore_template(&ctx, txn, *id, sent.seen()?).await;
    form::press(&ctx, &press, work, |_| done(LIST, FlashKind::Success, "tasks.done_template_restored")).await
}
