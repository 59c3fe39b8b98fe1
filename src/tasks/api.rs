//! Tasks over REST: request and response types, and short handlers.

mod load;

use super::model::{LIFECYCLE, Task};
use super::policy;
use super::policy::Action;
use super::service::{self, TaskFilter};
use crate::auth::rights::Right;
use crate::ctx::Ctx;
use crate::deliverables::api::{self as deliverables, DeliverableOut};
use crate::deliverables::service::SubmitIn;
use crate::designations::service::{self as designations, SeatKey};
use crate::error::Error;
use crate::http::Answer;
use crate::http::json::{Json, MergePatch};
use crate::http::paging::{Page, Paging};
use crate::http::patch::Patch;
use crate::http::version::{self, IfMatch};
use crate::network::service as network;
use crate::time::Day;
use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DeliverableId, DocumentId, OutcomeId, ReleaseId, TaskId};
use entity::kinds::{SeatKind, TaskOrigin, TaskState};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};

pub fn configure(cfg: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    cfg.service(list_tasks)
        .service(show_task)
        .service(change_task)
        .service(start_task)
        .service(complete_task)
        .service(reopen_task)
        .service(withdraw_deliverable)
        .service(block_task)
        .service(unblock_task)
        .service(cancel_task)
        .service(load::show_load_of_year);
}

/// Rights required by each operation, by the name of its handler.
pub const RIGHTS: &[(&str, Right<Action>)] = &[
    ("list_tasks", Right::Ever(Action::View)),
    ("show_task", Right::Ever(Action::View)),
    ("change_task", Right::Ever(Action::Reschedule)),
    ("start_task", Right::Ever(Action::Start)),
    ("complete_task", Right::Ever(Action::Complete)),
    ("reopen_task", Right::Ever(Action::Reopen)),
    ("withdraw_deliverable", Right::Ever(Action::Reopen)),
    ("block_task", Right::Ever(Action::Block)),
    ("unblock_task", Right::Ever(Action::Unblock)),
    ("cancel_task", Right::Ever(Action::Cancel)),
    ("show_load_of_year", Right::Ever(Action::View)),
];

/// Work of a seat, due by a day.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TaskOut {
    pub id: TaskId,
    /// The seat's code.
    pub seat: String,
    pub seat_kind: SeatKind,
    /// Code of the observatory, if the seat belongs to one.
    pub observatory: Option<String>,
    pub title_it: String,
    pub title_en: String,
    pub origin: TaskOrigin,
    pub release_id: Option<ReleaseId>,
    pub deliverable_id: Option<DeliverableId>,
    pub outcome_id: Option<OutcomeId>,
    pub state: TaskState,
    /// Whether it is still called for. An open step is not, after its deliverable was submitted.
    pub is_due: bool,
    pub is_overdue: bool,
    /// Reason why it is blocked or cancelled.
    pub reason: Option<String>,
    pub note: Option<String>,
    /// Due day: set by hand, otherwise derived.
    pub day: NaiveDate,
    /// Derived from the release, in the calendar of the seat's territory.
    pub due_day: NaiveDate,
    pub hand_set_day: Option<NaiveDate>,
    pub estimated_minutes: i32,
    pub done_at: Option<DateTime<Utc>>,
    /// Possible next events.
    #[schema(max_items = 10)]
    pub possible: Vec<&'static str>,
    pub version: i32,
}

/// Input for completing a task.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteTaskIn {
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub note: Option<String>,
    /// Address of the text, if this step submits the deliverable; otherwise ignored.
    #[serde(default)]
    #[schema(max_length = 2000, format = "uri")]
    pub link: Option<String>,
    /// A file uploaded with `POST /deliverables/documents`, if this step submits the deliverable; otherwise ignored.
    #[serde(default)]
    pub document_id: Option<DocumentId>,
}

/// Reason why a task is blocked or cancelled.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskReasonIn {
    #[schema(max_length = 1000)]
    pub reason: String,
}

/// A merge patch of values set by hand.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskChange {
    /// `null` restores the derived day.
    #[serde(default)]
    #[schema(value_type = Option<Day>)]
    pub hand_set_day: Patch<Day>,
}

/// Filter of the list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TasksQuery {
    /// A seat's code.
    #[param(max_length = 120)]
    pub seat: Option<String>,
    /// An observatory's code.
    #[param(max_length = 60)]
    pub observatory: Option<String>,
    pub release: Option<ReleaseId>,
    pub deliverable: Option<DeliverableId>,
    pub state: Option<TaskState>,
    /// Only those the caller has to do in person.
    #[serde(default)]
    pub mine: bool,
    /// Only those that are still called for.
    #[serde(default)]
    pub due: bool,
    /// Due on or before this day.
    pub upto: Option<Day>,
    /// Only those still called for whose day has passed.
    #[serde(default)]
    pub overdue: bool,
}

/// List the tasks
///
/// Earliest day first. Who may: secretariat and direction see all, others those of their own seats and observatories, a
/// body's manager those of the body.
#[utoipa::path(tag = "tasks", params(TasksQuery, Paging), responses((status = 200, body = Page<TaskOut>)))]
#[get("/tasks")]
pub async fn list_tasks(
    ctx: Ctx,
    request: HttpRequest,
    query: web::Query<TasksQuery>,
    paging: web::Query<Paging>,
) -> Answer {
    let filter = filter_of(&ctx, &query).await?;
    let limit = paging.limit()?;
    let today = ctx.today();
    let lines = service::list(&ctx, &filter, paging.after_day()?, limit + 1).await?;
    let page = Page::cut(&ctx, &request, limit, lines, |last| (last.day(), last.id))?;
    Ok(HttpResponse::Ok().json(page.map(|line| TaskOut::on(line, today))))
}

/// Converts the query to a filter; an unknown seat or observatory is an error, not an empty list.
async fn filter_of(ctx: &Ctx, query: &TasksQuery) -> Result<TaskFilter, Error> {
    let seat = match &query.seat {
        Some(code) => {
            let seat = designations::seat(ctx.reader(), SeatKey::Code(code)).await;
            Some(seat.map_err(|error| error.as_unknown("seat"))?.id)
        }
        None => None,
    };
    let observatory = match &query.observatory {
        Some(code) => {
            Some(network::observatory(ctx.reader(), code).await.map_err(|error| error.as_unknown("observatory"))?.id)
        }
        None => None,
    };
    Ok(TaskFilter {
        ids: None,
        seat,
        observatory,
        release: query.release,
        deliverable: query.deliverable,
        state: query.state,
        of: query.mine.then(|| policy::to_do(&ctx.actor)),
        due: query.due || query.overdue,
        upto: query.upto.map(NaiveDate::from),
        before: query.overdue.then(|| ctx.today()),
    })
}

/// One task
///
/// Who may: as in the list. Unknown and invisible ones get the same answer.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path)), responses((status = 200, body = TaskOut)))]
#[get("/tasks/{id:[0-9A-Fa-f-]+}")]
pub async fn show_task(ctx: Ctx, id: web::Path<TaskId>) -> Answer {
    Ok(answer(&ctx, service::task(&ctx, ctx.reader(), *id).await?))
}

/// Set a day by hand
///
/// The day survives every move of the release until `null` restores the derived one. Who may: the secretariat. Errors:
/// `wrong_transition`, `nothing_changes`.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path), IfMatch), request_body(content = TaskChange, content_type = "application/merge-patch+json"), responses((status = 200, body = TaskOut)))]
#[patch("/tasks/{id:[0-9A-Fa-f-]+}")]
pub async fn change_task(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<TaskId>,
    change: MergePatch<TaskChange>,
) -> Answer {
    let present = service::task(&ctx, ctx.reader(), *id).await?.hand_set_day;
    let day = change.0.hand_set_day.map(NaiveDate::from).apply(present);
    let changed =
        version::change(&ctx, &request, async |txn, version| service::reschedule(&ctx, txn, *id, version, day).await)
            .await?;
    Ok(answer(&ctx, changed))
}

/// Start a task
///
/// A step also starts its deliverable. Who may: those who work for the seat, the secretariat on its behalf. Errors:
/// `wrong_transition`.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path), IfMatch), responses((status = 200, body = TaskOut)))]
#[post("/tasks/{id:[0-9A-Fa-f-]+}/start")]
pub async fn start_task(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>) -> Answer {
    let started =
        version::change(&ctx, &request, async |txn, version| service::start(&ctx, txn, *id, version).await).await?;
    Ok(answer(&ctx, started))
}

/// Complete a task
///
/// Completing the observatory's last open step submits the deliverable and needs the text, by its address or as a file.
/// Who may: those who work for the seat, the secretariat on its behalf. Errors: `wrong_transition`, `text_missing`,
/// `not_a_url`, `unknown_value`.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path), IfMatch), request_body = CompleteTaskIn, responses((status = 200, body = TaskOut)))]
#[post("/tasks/{id:[0-9A-Fa-f-]+}/complete")]
pub async fn complete_task(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<TaskId>,
    input: Json<CompleteTaskIn>,
) -> Answer {
    let CompleteTaskIn { note, link, document_id } = input.value;
    let input = SubmitIn { link, document_id, note };
    let done =
        version::change(&ctx, &request, async |txn, version| service::complete(&ctx, txn, *id, version, input).await)
            .await?;
    Ok(answer(&ctx, done))
}

/// Open a done task again
///
/// A step is opened again until its deliverable is submitted. Who may: those who work for the seat, the secretariat on its
/// behalf. Errors: `wrong_transition`.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path), IfMatch), responses((status = 200, body = TaskOut)))]
#[post("/tasks/{id:[0-9A-Fa-f-]+}/reopen")]
pub async fn reopen_task(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>) -> Answer {
    let reopened =
        version::change(&ctx, &request, async |txn, version| service::reopen(&ctx, txn, *id, version).await).await?;
    Ok(answer(&ctx, reopened))
}

/// Take a submission back
///
/// The deliverable is in progress again, and the step that had submitted it is open again; the text stays readable. Who
/// may: the observatory, the secretariat on its behalf. Errors: `wrong_transition` once the review has answered.
#[utoipa::path(tag = "deliverables", params(("id" = DeliverableId, Path), IfMatch), responses((status = 200, body = DeliverableOut)))]
#[post("/deliverables/{id:[0-9A-Fa-f-]+}/withdraw")]
pub async fn withdraw_deliverable(ctx: Ctx, request: HttpRequest, id: web::Path<DeliverableId>) -> Answer {
    let taken_back =
        version::change(&ctx, &request, async |txn, version| service::take_back(&ctx, txn, *id, version).await).await?;
    Ok(deliverables::answer(&ctx, taken_back))
}

/// Block a task
///
/// Who may: those who work for the seat, the secretariat on its behalf. Errors: `wrong_transition`, `reason_missing`.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path), IfMatch), request_body = TaskReasonIn, responses((status = 200, body = TaskOut)))]
#[post("/tasks/{id:[0-9A-Fa-f-]+}/block")]
pub async fn block_task(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>, input: Json<TaskReasonIn>) -> Answer {
    let blocked = version::change(&ctx, &request, async |txn, version| {
        service::block(&ctx, txn, *id, version, &input.value.reason).await
    })
    .await?;
    Ok(answer(&ctx, blocked))
}

/// Unblock a task
///
/// It returns to its former state. Who may: those who work for the seat, the secretariat on its behalf. Errors:
/// `wrong_transition`.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path), IfMatch), responses((status = 200, body = TaskOut)))]
#[post("/tasks/{id:[0-9A-Fa-f-]+}/unblock")]
pub async fn unblock_task(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>) -> Answer {
    let unblocked =
        version::change(&ctx, &request, async |txn, version| service::unblock(&ctx, txn, *id, version).await).await?;
    Ok(answer(&ctx, unblocked))
}

/// Cancel a task
///
/// Who may: the secretariat. Errors: `wrong_transition`, `reason_missing`.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path), IfMatch), request_body = TaskReasonIn, responses((status = 200, body = TaskOut)))]
#[post("/tasks/{id:[0-9A-Fa-f-]+}/cancel")]
pub async fn cancel_task(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>, input: Json<TaskReasonIn>) -> Answer {
    let cancelled = version::change(&ctx, &request, async |txn, version| {
        service::cancel(&ctx, txn, *id, version, &input.value.reason).await
    })
    .await?;
    Ok(answer(&ctx, cancelled))
}

fn answer(ctx: &Ctx, task: Task) -> HttpResponse {
    version::answer(task.version, &TaskOut::on(task, ctx.today()))
}

impl TaskOut {
    /// Makes the answer as of a day.
    pub fn on(task: Task, today: NaiveDate) -> Self {
        Self {
            id: task.id,
            state: task.state(),
            is_due: task.is_due(),
            is_overdue: task.is_overdue(today),
            reason: task.stage.reason().map(str::to_owned),
            day: task.day(),
            done_at: task.stage.done_at(),
            possible: LIFECYCLE.names(task.state()),
            seat: task.seat.code,
            seat_kind: task.seat.kind,
            observatory: task.seat.observatory_code,
            title_it: task.title_it,
            title_en: task.title_en,
            origin: task.origin,
            release_id: task.release_id,
            deliverable_id: task.deliverable_id,
            outcome_id: task.outcome_id,
            note: task.note,
            due_day: task.due_day,
            hand_set_day: task.hand_set_day,
            estimated_minutes: task.estimated_minutes,
            version: task.version,
        }
    }
}
