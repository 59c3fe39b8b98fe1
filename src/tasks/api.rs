//! Tasks over REST: short handlers; request and response types are in `wire`.

mod load;
mod proposals;
mod several;
mod templates;
mod waits;
mod wire;

use self::wire::{
    CompleteTaskIn, ExpectLateIn, GiveTasksIn, HandTaskOnIn, TaskChange, TaskReasonIn, TaskRepliesOut, TasksGivenOut,
};
pub use self::wire::{TaskOut, TasksQuery};
use super::model::{Task, Wording};
use super::policy;
use super::policy::Action;
use super::service::{self, GiveIn, LateIn, Recipients, TaskFilter};
use crate::auth::rights::Right;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::api::{self as deliverables, DeliverableOut};
use crate::deliverables::service::SubmitIn;
use crate::designations::seats::SeatKey;
use crate::designations::service as designations;
use crate::error::{Code, Error};
use crate::http::Answer;
use crate::http::idempotency::{self, Created, IdempotencyKey};
use crate::http::json::{Json, MergePatch};
use crate::http::paging::{Page, Paging};
use crate::http::patch::Patch;
use crate::http::version::{self, IfMatch};
use crate::network::service as network;
use crate::open::{Seen, scope};
use crate::typed::kept;
use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use chrono::NaiveDate;
use entity::ids::{DeliverableId, TaskId};

pub fn configure(cfg: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    cfg.service(proposals::list_day_proposals)
        .service(proposals::list_deliverable_day_proposals)
        .service(proposals::propose_day)
        .service(proposals::show_day_proposal)
        .service(proposals::preview_day_proposal)
        .service(proposals::accept_day_proposal)
        .service(proposals::decline_day_proposal)
        .service(proposals::withdraw_day_proposal)
        .service(several::act_on_several)
        .service(templates::list_task_templates)
        .service(templates::show_task_template)
        .service(templates::create_task_template)
        .service(templates::change_task_template)
        .service(templates::retire_task_template)
        .service(templates::restore_task_template)
        .service(list_tasks)
        .service(give_tasks)
        .service(accept_task)
        .service(refuse_task)
        .service(insist_on_task)
        .service(hand_on_task)
        .service(expect_task_late)
        .service(expect_deliverable_late)
        .service(list_task_replies)
        .service(waits::list_task_predecessors)
        .service(waits::set_task_predecessors)
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
    ("list_day_proposals", Right::Ever(Action::View)),
    ("list_deliverable_day_proposals", Right::Ever(Action::View)),
    ("propose_day", Right::Ever(Action::ProposeDay)),
    ("show_day_proposal", Right::Ever(Action::View)),
    ("preview_day_proposal", Right::Ever(Action::AnswerProposal)),
    ("accept_day_proposal", Right::Ever(Action::AnswerProposal)),
    ("decline_day_proposal", Right::Ever(Action::AnswerProposal)),
    ("withdraw_day_proposal", Right::Ever(Action::ProposeDay)),
    ("list_task_templates", Right::Ever(Action::KeepTemplates)),
    ("show_task_template", Right::Ever(Action::KeepTemplates)),
    ("create_task_template", Right::Ever(Action::KeepTemplates)),
    ("change_task_template", Right::Ever(Action::KeepTemplates)),
    ("retire_task_template", Right::Ever(Action::KeepTemplates)),
    ("restore_task_template", Right::Ever(Action::KeepTemplates)),
    ("act_on_several", Right::Ever(Action::Reschedule)),
    ("give_tasks", Right::Ever(Action::Create)),
    ("accept_task", Right::Ever(Action::Accept)),
    ("refuse_task", Right::Ever(Action::Refuse)),
    ("insist_on_task", Right::Ever(Action::Insist)),
    ("hand_on_task", Right::Ever(Action::HandOn)),
    ("expect_task_late", Right::Ever(Action::DeclareLate)),
    ("expect_deliverable_late", Right::Ever(Action::DeclareLate)),
    ("list_task_replies", Right::Ever(Action::View)),
    ("list_task_predecessors", Right::Ever(Action::View)),
    ("set_task_predecessors", Right::Ever(Action::Edit)),
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

/// List the tasks
///
/// Earliest day first, unless `sort` asks for another order. Who may: secretariat and direction see all, others those of their own seats and observatories, a
/// body's manager those of the body.
#[utoipa::path(tag = "tasks", params(TasksQuery, Paging), responses((status = 200, body = Page<TaskOut>)))]
#[get("/tasks")]
pub async fn list_tasks(
    ctx: Ctx,
    request: HttpRequest,
    query: web::Query<TasksQuery>,
    paging: web::Query<Paging>,
) -> Answer {
    scope::<Task>(&ctx)?;
    let filter = filter_of(&ctx, &query).await?;
    let order = service::order(&ctx, query.sort.unwrap_or_default()).await?;
    let after = service::must_be_of(&order, paging.after()?)?;
    let limit = paging.limit()?;
    let today = ctx.today();
    let lines = service::list_in_order(&ctx, &filter, &order, after.as_deref(), limit + 1).await?;
    let page = Page::cut(&ctx, &request, limit, lines, |(place, _)| place.clone())?;
    Ok(HttpResponse::Ok().json(page.map(|(_, line)| TaskOut::on(line, today))))
}

/// Converts the query to a filter; an unknown seat or observatory is an error, not an empty list.
pub async fn filter_of(ctx: &Ctx, query: &TasksQuery) -> Result<TaskFilter, Error> {
    let seat = match &query.seat {
        Some(code) => {
            let seat = designations::seat(ctx, SeatKey::Code(code)).await;
            Some(seat.map_err(|error| error.as_unknown("seat"))?.id)
        }
        None => None,
    };
    let observatory = match &query.observatory {
        Some(code) => Some(network::observatory(ctx, code).await.map_err(|error| error.as_unknown("observatory"))?.id),
        None => None,
    };
    Ok(TaskFilter {
        ids: None,
        seat,
        observatory,
        releases: None,
        states: None,
        release: query.release,
        deliverable: query.deliverable,
        deliverables: None,
        state: query.state,
        of: query.mine.then(|| policy::to_do(&ctx.actor)),
        due: query.due || query.overdue,
        upto: query.upto.map(NaiveDate::from),
        before: query.overdue.then(|| ctx.today()),
        product: query.product.clone(),
        text: query.text.as_deref().and_then(kept),
        told_with: None,
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

/// Give tasks
///
/// Gives a task to one seat, or a task each to the referents of several observatories, all or none. One recipient must work
/// on the day; of several, each gets the last day on or before it that its territory works. Who may: the secretariat. Mails:
/// *tasks given* to the holders of the seats, several within some minutes in one mail. Errors: `seat_or_observatories`
/// if both or neither of seat and observatories are given, `unknown_value`, `non_working_day`, `day_in_past`.
#[utoipa::path(tag = "tasks", params(IdempotencyKey), request_body = GiveTasksIn, responses((status = 201, body = TasksGivenOut)))]
#[post("/tasks")]
pub async fn give_tasks(ctx: Ctx, request: HttpRequest, input: Json<GiveTasksIn>) -> Answer {
    let digest = input.digest();
    let given = given(input.value)?;
    let give = async |txn: &Txn| {
        let tasks = service::give(&ctx, txn, given).await?;
        let first = tasks.first().map(|task| task.id.to_string()).unwrap_or_default();
        let items = tasks.into_iter().map(|task| TaskOut::on(task, ctx.today())).collect();
        Ok(Created { location: format!("/api/v1/tasks/{first}"), version: None, body: TasksGivenOut { items } })
    };
    idempotency::once(&ctx, &request, &digest, give).await
}

fn given(input: GiveTasksIn) -> Result<GiveIn, Error> {
    let recipients = match (input.seat.clone(), input.observatories.is_empty()) {
        (Some(seat), true) => Recipients::Seat(seat),
        (None, false) => Recipients::Observatories(input.observatories.clone()),
        _ => {
            // The texts are checked first, so that all wrong texts are refused as such.
            service::check_wording(&input.title, input.text.as_deref(), input.estimated_minutes)?;
            return Err(Error::field("seat", Code::SeatOrObservatories));
        }
    };
    Ok(GiveIn {
        recipients,
        title: input.title,
        text: input.text,
        day: input.day.into(),
        estimated_minutes: input.estimated_minutes,
        release_id: input.release_id,
        deliverable_id: input.deliverable_id,
        after: input.after,
    })
}

/// Change a task
///
/// A day set by hand survives every move of the release until `null` restores the derived one. Title, text and minutes
/// change on a task that the secretariat gave. Who may: the secretariat. Mails: *task changed* to the holders of the seat, for
/// a task that the secretariat gave. Errors: `wrong_transition`, `nothing_changes`, `one_of_two` for the day together with
/// another member, `not_given`; `non_working_day` and `day_in_past` for a task that the secretariat gave.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path), IfMatch), request_body(content = TaskChange, content_type = "application/merge-patch+json"), responses((status = 200, body = TaskOut)))]
#[patch("/tasks/{id:[0-9A-Fa-f-]+}")]
pub async fn change_task(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<TaskId>,
    change: MergePatch<TaskChange>,
) -> Answer {
    let TaskChange { hand_set_day, title, text, estimated_minutes } = change.0;
    let is_reworded = title != Patch::Keep || text != Patch::Keep || estimated_minutes != Patch::Keep;
    if is_reworded && hand_set_day != Patch::Keep {
        return Err(Error::field("hand_set_day", Code::OneOfTwo).into());
    }
    let changed = if is_reworded {
        let (title, minutes) = (title.replacing("title")?, estimated_minutes.replacing("estimated_minutes")?);
        let reword = |present: Wording| {
            Ok(Wording {
                title: title.unwrap_or(present.title),
                text: text.apply(present.text),
                estimated_minutes: minutes.unwrap_or(present.estimated_minutes),
            })
        };
        version::change(&ctx, &request, async |txn, version| {
            service::edit(&ctx, txn, *id, Seen::Version(version), reword).await
        })
        .await?
    } else {
        let present = service::task(&ctx, ctx.reader(), *id).await?.hand_set_day;
        let day = hand_set_day.map(NaiveDate::from).apply(present);
        version::change(&ctx, &request, async |txn, version| service::reschedule(&ctx, txn, *id, version, day).await)
            .await?
    };
    Ok(answer(&ctx, changed))
}

/// Accept a task that the secretariat gave
///
/// Who may: those who work for the seat, the secretariat on its behalf. Mails: none. Errors: `wrong_transition`.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path), IfMatch), responses((status = 200, body = TaskOut)))]
#[post("/tasks/{id:[0-9A-Fa-f-]+}/accept")]
pub async fn accept_task(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>) -> Answer {
    let accepted =
        version::change(&ctx, &request, async |txn, version| service::accept(&ctx, txn, *id, version).await).await?;
    Ok(answer(&ctx, accepted))
}

/// Refuse a task that the secretariat gave
///
/// It is back with the secretariat, which insists, hands it on or cancels it. Who may: those who work for the seat, the
/// secretariat on its behalf. Mails: *task refused* to the secretariat. Errors: `wrong_transition`, `reason_missing`.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path), IfMatch), request_body = TaskReasonIn, responses((status = 200, body = TaskOut)))]
#[post("/tasks/{id:[0-9A-Fa-f-]+}/refuse")]
pub async fn refuse_task(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>, input: Json<TaskReasonIn>) -> Answer {
    let refused = version::change(&ctx, &request, async |txn, version| {
        service::refuse(&ctx, txn, *id, version, &input.value.reason).await
    })
    .await?;
    Ok(answer(&ctx, refused))
}

/// Insist on a refused task
///
/// The same seat has it again and cannot refuse it any more. Who may: the secretariat. Mails: *task changed* to the holders
/// of the seat. Errors: `wrong_transition`, `reason_missing`.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path), IfMatch), request_body = TaskReasonIn, responses((status = 200, body = TaskOut)))]
#[post("/tasks/{id:[0-9A-Fa-f-]+}/insist")]
pub async fn insist_on_task(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<TaskId>,
    input: Json<TaskReasonIn>,
) -> Answer {
    let insisted = version::change(&ctx, &request, async |txn, version| {
        service::insist(&ctx, txn, *id, version, &input.value.reason).await
    })
    .await?;
    Ok(answer(&ctx, insisted))
}

/// Hand a refused task on to another seat
///
/// Who may: the secretariat. Mails: *tasks given* to the holders of the new seat. Errors: `wrong_transition`,
/// `unknown_value`, `nothing_changes` for the seat that refused it, `non_working_day`, `day_in_past`.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path), IfMatch), request_body = HandTaskOnIn, responses((status = 200, body = TaskOut)))]
#[post("/tasks/{id:[0-9A-Fa-f-]+}/hand-on")]
pub async fn hand_on_task(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>, input: Json<HandTaskOnIn>) -> Answer {
    let present = service::task(&ctx, ctx.reader(), *id).await?.day();
    let day = input.value.day.map_or(present, NaiveDate::from);
    let handed_on = version::change(&ctx, &request, async |txn, version| {
        service::hand_on(&ctx, txn, *id, version, &input.value.seat, day).await
    })
    .await?;
    Ok(answer(&ctx, handed_on))
}

/// Say that a task will be late
///
/// The due day stays and the task counts as late; the reminders are quiet until the expected day. It can be said again with
/// another day. Who may: those who work for the seat, the secretariat on its behalf. Mails: none. Errors: `not_later`,
/// `reason_missing`, `wrong_transition` for a task that is not called for.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path), IfMatch), request_body = ExpectLateIn, responses((status = 200, body = TaskOut)))]
#[post("/tasks/{id:[0-9A-Fa-f-]+}/late")]
pub async fn expect_task_late(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<TaskId>,
    input: Json<ExpectLateIn>,
) -> Answer {
    let late = LateIn { day: input.value.day.into(), reason: input.value.reason };
    let task = version::change(&ctx, &request, async |txn, version| {
        service::declare_late(&ctx, txn, *id, version, late).await
    })
    .await?;
    Ok(answer(&ctx, task))
}

/// Say that a contribution will be late
///
/// As for a task, until the contribution is submitted. Who may: the observatory, the secretariat on its behalf. Mails: none.
/// Errors: `not_later`, `reason_missing`, `wrong_transition` once it is submitted.
#[utoipa::path(tag = "deliverables", params(("id" = DeliverableId, Path), IfMatch), request_body = ExpectLateIn, responses((status = 200, body = DeliverableOut)))]
#[post("/deliverables/{id:[0-9A-Fa-f-]+}/late")]
pub async fn expect_deliverable_late(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DeliverableId>,
    input: Json<ExpectLateIn>,
) -> Answer {
    let late = LateIn { day: input.value.day.into(), reason: input.value.reason };
    let view = version::change(&ctx, &request, async |txn, version| {
        service::declare_contribution_late(&ctx, txn, *id, version, late).await
    })
    .await?;
    Ok(deliverables::answer(&ctx, view))
}

/// List the replies about a task
///
/// Accepted, refused, insisted on, handed on, late until a day; oldest first. Who may: as for the task.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path)), responses((status = 200, body = TaskRepliesOut)))]
#[get("/tasks/{id:[0-9A-Fa-f-]+}/replies")]
pub async fn list_task_replies(ctx: Ctx, id: web::Path<TaskId>) -> Answer {
    let task = service::task(&ctx, ctx.reader(), *id).await?;
    let items = service::answers(&ctx, &task).await?.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(TaskRepliesOut { items }))
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
