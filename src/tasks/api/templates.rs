//! Templates of tasks over REST.

use crate::ctx::Ctx;
use crate::http::Answer;
use crate::http::idempotency::{self, Created, IdempotencyKey};
use crate::http::json::{Json, MergePatch};
use crate::http::patch::Patch;
use crate::http::version::{self, IfMatch};
use crate::tasks::model::Wording;
use crate::tasks::service;
use crate::tasks::template::{Outline, Template};
use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use chrono::{DateTime, Utc};
use entity::ids::TaskTemplateId;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

/// A template of tasks.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TaskTemplateOut {
    pub id: TaskTemplateId,
    pub name: String,
    pub title: String,
    #[schema(max_length = 4000)]
    pub text: Option<String>,
    pub estimated_minutes: i32,
    /// Code of the seat that usually gets the task.
    pub seat: Option<String>,
    /// Working days from a chosen day to the due day; before it if negative.
    pub offset_working_days: i32,
    /// Instant since which it is not offered any more.
    pub retired_at: Option<DateTime<Utc>>,
    pub version: i32,
}

/// The templates of tasks, those that are offered first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TaskTemplatesOut {
    #[schema(max_items = 1000)]
    pub items: Vec<TaskTemplateOut>,
}

/// A template of tasks to add.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskTemplateIn {
    #[schema(max_length = 120)]
    pub name: String,
    #[schema(max_length = 300)]
    pub title: String,
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub text: Option<String>,
    pub estimated_minutes: i32,
    /// Code of the seat that usually gets the task.
    #[serde(default)]
    #[schema(max_length = 120)]
    pub seat: Option<String>,
    pub offset_working_days: i32,
}

/// A merge patch of a template of tasks.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskTemplatePatch {
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 120)]
    pub name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 300)]
    pub title: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 4000)]
    pub text: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<i32>)]
    pub estimated_minutes: Patch<i32>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 120)]
    pub seat: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<i32>)]
    pub offset_working_days: Patch<i32>,
}

impl From<Template> for TaskTemplateOut {
    fn from(template: Template) -> Self {
        let Outline { name, wording, seat, offset_working_days } = template.outline;
        Self {
            id: template.id,
            name,
            title: wording.title,
            text: wording.text,
            estimated_minutes: wording.estimated_minutes,
            seat,
            offset_working_days,
            retired_at: template.retired_at,
            version: template.version,
        }
    }
}

impl From<TaskTemplateIn> for Outline {
    fn from(input: TaskTemplateIn) -> Self {
        let TaskTemplateIn { name, title, text, estimated_minutes, seat, offset_working_days } = input;
        Self { name, wording: Wording { title, text, estimated_minutes }, seat, offset_working_days }
    }
}

fn answer(template: Template) -> HttpResponse {
    version::answer(template.version, &TaskTemplateOut::from(template))
}

/// List the templates of tasks
///
/// Those that are offered first, each by name. Who may: the secretariat.
#[utoipa::path(tag = "tasks", responses((status = 200, body = TaskTemplatesOut)))]
#[get("/task-templates")]
pub async fn list_task_templates(ctx: Ctx) -> Answer {
    let items = service::templates(&ctx).await?.into_iter().map(TaskTemplateOut::from).collect();
    Ok(HttpResponse::Ok().json(TaskTemplatesOut { items }))
}

/// One template of tasks
///
/// Who may: the secretariat.
#[utoipa::path(tag = "tasks", params(("template_id" = TaskTemplateId, Path)), responses((status = 200, body = TaskTemplateOut)))]
#[get("/task-templates/{template_id:[0-9A-Fa-f-]+}")]
pub async fn show_task_template(ctx: Ctx, id: web::Path<TaskTemplateId>) -> Answer {
    Ok(answer(service::template(&ctx, ctx.reader(), *id).await?))
}

/// Add a template of tasks
///
/// Who may: the secretariat. Mails: none. Errors: `unknown_value`, `name_taken`, `out_of_range`.
#[utoipa::path(tag = "tasks", params(IdempotencyKey), request_body = TaskTemplateIn, responses((status = 201, body = TaskTemplateOut)))]
#[post("/task-templates")]
pub async fn create_task_template(ctx: Ctx, request: HttpRequest, input: Json<TaskTemplateIn>) -> Answer {
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let made = service::create_template(&ctx, txn, &input.value.clone().into()).await?;
        let location = format!("/api/v1/task-templates/{}", made.id);
        Ok(Created { location, version: Some(made.version), body: TaskTemplateOut::from(made) })
    })
    .await
}

/// Change a template of tasks
///
/// Tasks that were given stay as they are. Who may: the secretariat. Mails: none. Errors: `template_retired`,
/// `nothing_changes`, `unknown_value`, `name_taken`, `out_of_range`.
#[utoipa::path(tag = "tasks", params(("template_id" = TaskTemplateId, Path), IfMatch), request_body(content = TaskTemplatePatch, content_type = "application/merge-patch+json"), responses((status = 200, body = TaskTemplateOut)))]
#[patch("/task-templates/{template_id:[0-9A-Fa-f-]+}")]
pub async fn change_task_template(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<TaskTemplateId>,
    change: MergePatch<TaskTemplatePatch>,
) -> Answer {
    let TaskTemplatePatch { name, title, text, estimated_minutes, seat, offset_working_days } = change.0;
    let (name, title) = (name.replacing("name")?, title.replacing("title")?);
    let minutes = estimated_minutes.replacing("estimated_minutes")?;
    let offset = offset_working_days.replacing("offset_working_days")?;
    let rewrite = |present: Outline| Outline {
        name: name.unwrap_or(present.name),
        wording: Wording {
            title: title.unwrap_or(present.wording.title),
            text: text.apply(present.wording.text),
            estimated_minutes: minutes.unwrap_or(present.wording.estimated_minutes),
        },
        seat: seat.apply(present.seat),
        offset_working_days: offset.unwrap_or(present.offset_working_days),
    };
    let changed = version::change(&ctx, &request, async |txn, version| {
        service::change_template(&ctx, txn, *id, version, rewrite).await
    })
    .await?;
    Ok(answer(changed))
}

/// Retire a template of tasks
///
/// It is not offered any more and can be put back into use. Who may: the secretariat. Mails: none. Errors: `nothing_changes`.
#[utoipa::path(tag = "tasks", params(("template_id" = TaskTemplateId, Path), IfMatch), responses((status = 200, body = TaskTemplateOut)))]
#[post("/task-templates/{template_id:[0-9A-Fa-f-]+}/retire")]
pub async fn retire_task_template(ctx: Ctx, request: HttpRequest, id: web::Path<TaskTemplateId>) -> Answer {
    let retired =
        version::change(&ctx, &request, async |txn, version| service::retire_template(&ctx, txn, *id, version).await)
            .await?;
    Ok(answer(retired))
}

/// Put a retired template of tasks back into use
///
/// Who may: the secretariat. Mails: none. Errors: `nothing_changes`, `name_taken`.
#[utoipa::path(tag = "tasks", params(("template_id" = TaskTemplateId, Path), IfMatch), responses((status = 200, body = TaskTemplateOut)))]
#[post("/task-templates/{template_id:[0-9A-Fa-f-]+}/restore")]
pub async fn restore_task_template(ctx: Ctx, request: HttpRequest, id: web::Path<TaskTemplateId>) -> Answer {
    let restored =
        version::change(&ctx, &request, async |txn, version| service::restore_template(&ctx, txn, *id, version).await)
            .await?;
    Ok(answer(restored))
}
