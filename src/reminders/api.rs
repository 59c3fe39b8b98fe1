//! The log of the ladder over REST.

use super::service::{self, Entry, Filter};
use crate::ctx::Ctx;
use crate::http::Answer;
use crate::http::paging::{Page, Paging};
use crate::time::Day;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{MailId, PersonId, ReminderId};
use entity::kinds::{ObligationKind, ReminderOutcome};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(list_reminders);
}

/// Which notes of the log; everything left out does not narrow.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReminderQuery {
    /// The task or other thing that is due.
    pub obligation_id: Option<Uuid>,
    /// Who was told.
    pub person_id: Option<PersonId>,
    pub outcome: Option<ReminderOutcome>,
    /// Due on this day or later.
    pub due_from: Option<Day>,
    /// Due on this day or earlier.
    pub due_to: Option<Day>,
}

/// A rung of one obligation's ladder, and what became of it.
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
    /// Why it was skipped: `overtaken` by a later rung, or `due_day_past` after an earlier one was told.
    #[schema(max_length = 100)]
    pub reason: Option<String>,
    /// Who was told.
    pub person_id: Option<PersonId>,
    /// The mail that told it; its fate stands in the mail log.
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
/// Every rung that was told or skipped, the latest first. Who may: the secretariat.
#[utoipa::path(tag = "reminders", security(("api_token" = ["secretariat"])), params(ReminderQuery, Paging), responses((status = 200, body = Page<ReminderOut>)))]
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
