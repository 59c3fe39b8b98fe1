//! Tasks for which others wait, over REST.

use super::wire::{PredecessorOut, PredecessorsIn, PredecessorsOut};
use super::{TaskOut, answer};
use crate::ctx::Ctx;
use crate::http::Answer;
use crate::http::json::Json;
use crate::http::version::{self, IfMatch};
use crate::tasks::service;
use actix_web::{HttpRequest, HttpResponse, get, put, web};
use entity::ids::TaskId;

/// The tasks for which a given task waits
///
/// Those that the secretariat named, done or not. The steps of a contribution wait as the template of the product says. Who may:
/// those who see the task.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path)), responses((status = 200, body = PredecessorsOut)))]
#[get("/tasks/{id:[0-9A-Fa-f-]+}/predecessors")]
pub async fn list_task_predecessors(ctx: Ctx, id: web::Path<TaskId>) -> Answer {
    service::task(&ctx, ctx.reader(), *id).await?;
    let before = service::predecessors(&ctx, ctx.reader(), *id).await?;
    Ok(HttpResponse::Ok().json(PredecessorsOut { items: before.into_iter().map(PredecessorOut::from).collect() }))
}

/// Say for which tasks a given task waits
///
/// In place of those before; an empty list ends the waiting. No reminder arrives while one of them is still to be done. Who
/// may: the secretariat. Mails: none. Errors: `not_given`, `wrong_transition`, `unknown_value`, `out_of_range`,
/// `waits_in_circle`, `nothing_changes`.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path), IfMatch), request_body = PredecessorsIn, responses((status = 200, body = TaskOut)))]
#[put("/tasks/{id:[0-9A-Fa-f-]+}/predecessors")]
pub async fn set_task_predecessors(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<TaskId>,
    input: Json<PredecessorsIn>,
) -> Answer {
    let after = input.value.after;
    let waits =
        version::change(&ctx, &request, async |txn, version| service::wait_for(&ctx, txn, *id, version, &after).await)
            .await?;
    Ok(answer(&ctx, waits))
}
