//! The reminder log over REST.

use super::policy::Action;
use super::service::{self, Entry, Filter};
use crate::auth::rights::Right;
use crate::ctx::Ctx;
use crate::http::Answer;
use crate::http::paging::{Page, Paging};
use crate::time::Day;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DeliverableId, MailId, PersonId, ReminderId, TaskId};
use entity::kinds::{ObligationKind, ReminderOutcome};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(list_reminders).service(remind_task).service(remind_deliverable);
}

/// Rights required by each operation, by the name of its handler.
pub const RIGHTS: &[(&str, Right<Action>)] = &[
    ("list_reminders", Right::Ever(Action::ViewLog)),
    ("remind_task", Right::Ever(Action::Urge)),
    ("remind_deliverable", Right::Ever(Action::Urge)),
];

/// Filters of the log; absent members do not narrow it.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReminderQuery {
    /// Id of the task or other obligation.
    pub obligation_id: Option<Uuid>,
    /// Person who was reminded.
    pub person_id: Option<PersonId>,
    pub outcome: Option<ReminderOutcome>,
    /// Due on or after this day.
    pub due_from: Option<Day>,
    /// Due on or before this day.
    pub due_to: Option<Day>,
}

/// One reminder of an obligation, with its outcome.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReminderOut {
    pub id: ReminderId,
    pub obligation_kind: ObligationKind,
    pub obligation_id: Uuid,
    /// Working days from the due day: −3 is three before it.
    pub rung: i32,
    pub due_day: NaiveDate,
    pub outcome: ReminderOutcome,
    /// Reason for skipping: `overtaken` by a later reminder, or `due_day_past` after an earlier one was sent.
    #[schema(max_length = 100)]
    pub reason: Option<String>,
    /// Person who was reminded.
    pub person_id: Option<PersonId>,
    /// The mail; its state is in the mail log.
    pub mail_id: Option<MailId>,
    pub at: DateTime<Utc>,
}

impl From<Entry> for ReminderOut {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id,
            obligation_kind: entry.key.kind,
            obligation_id: entry.key.id,
            rung: entry.rung,
            due_day: entry.key.due_day,
            outcome: entry.outcome,
            reason: entry.reason,
            person_id: entry.person_id,
            mail_id: entry.mail_id,
            at: entry.at,
        }
    }
}

/// The log of the reminders
///
/// Every reminder sent or skipped, latest first. Who may: the secretariat.
#[utoipa::path(tag = "reminders", params(ReminderQuery, Paging), responses((status = 200, body = Page<ReminderOut>)))]
#[get("/reminders")]
pub async fn list_reminders(
    ctx: Ctx,
    request: HttpRequest,
    query: web::Query<ReminderQuery>,
    paging: web::Query<Paging>,
) -> Answer {
    let ReminderQuery { obligation_id, person_id, outcome, due_from, due_to } = query.into_inner();
    let (due_from, due_to) = (due_from.map(NaiveDate::from), due_to.map(NaiveDate::from));
    let filter = Filter { obligation_id, person_id, outcome, due_from, due_to };
    let limit = paging.limit()?;
    let entries = service::list(&ctx, &filter, paging.after()?, limit + 1).await?;
    let page = Page::cut(&ctx, &request, limit, entries, |last| last.id)?;
    Ok(HttpResponse::Ok().json(page.map(ReminderOut::from)))
}

/// Remind of a task now
///
/// Sends a mail *reminder by hand* about the task to the holder of its seat, otherwise to the deputy, at any hour. It counts as a
/// reminder of the ladder. Who may: the secretariat. Errors: `nothing_due` if the task is done, not called for or blocked;
/// `reminded_today` if the person was reminded of it today; `nobody_in_seat`.
#[utoipa::path(tag = "reminders", params(("id" = TaskId, Path)), responses((status = 200, body = ReminderOut)))]
#[post("/tasks/{id:[0-9A-Fa-f-]+}/remind")]
pub async fn remind_task(ctx: Ctx, id: web::Path<TaskId>) -> Answer {
    remind(&ctx, ObligationKind::Task, id.0).await
}

/// Remind of requested changes now
///
/// Like reminding of a task, about a contribution that the review has sent back. Who may: the secretariat. Errors: as for a
/// task.
#[utoipa::path(tag = "reminders", params(("id" = DeliverableId, Path)), responses((status = 200, body = ReminderOut)))]
#[post("/deliverables/{id:[0-9A-Fa-f-]+}/remind")]
pub async fn remind_deliverable(ctx: Ctx, id: web::Path<DeliverableId>) -> Answer {
    remind(&ctx, ObligationKind::Deliverable, id.0).await
}

async fn remind(ctx: &Ctx, kind: ObligationKind, id: Uuid) -> Answer {
    let entry = ctx.write(async |txn| service::urge(ctx, txn, kind, id).await).await?;
    Ok(HttpResponse::Ok().json(ReminderOut::from(entry)))
}
