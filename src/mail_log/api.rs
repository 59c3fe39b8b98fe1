//! The mail log over REST.

use crate::auth::rights::Right;
use crate::ctx::Ctx;
use crate::http::Answer;
use crate::http::json::Json;
use crate::http::paging::{Page, Paging};
use crate::mail::outbox::desk::{self, Detail, LogLine};
use crate::mail::policy::Action;
use crate::time::Day;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{MailId, PersonId};
use entity::kinds::NotificationState;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(list_mails)
        .service(show_mail)
        .service(retry_mail)
        .service(cancel_mail)
        .service(pause_sending)
        .service(resume_sending);
}

/// Rights of each operation.
pub const RIGHTS: &[(&str, Right<Action>)] = &[
    ("list_mails", Right::Ever(Action::View)),
    ("show_mail", Right::Ever(Action::View)),
    ("retry_mail", Right::Ever(Action::Steer)),
    ("cancel_mail", Right::Ever(Action::Steer)),
    ("pause_sending", Right::Ever(Action::Steer)),
    ("resume_sending", Right::Ever(Action::Steer)),
];

/// One mail of the outbox, without its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailOut {
    pub id: MailId,
    #[schema(max_length = 60)]
    pub kind: String,
    /// Kind of its subject.
    #[schema(max_length = 40)]
    pub subject_kind: String,
    #[schema(max_length = 36)]
    pub subject_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_id: Option<PersonId>,
    #[schema(max_length = 254)]
    pub recipient: String,
    #[schema(max_length = 250)]
    pub subject: String,
    pub state: NotificationState,
    pub attempts: i32,
    pub created_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
    /// Instant at which the relay accepted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<DateTime<Utc>>,
    /// Kind of the last failure; for a cancelled mail the reason of its withdrawal: `designation_ended`, `untrue`,
    /// `by_hand`, `written_anew`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40)]
    pub last_class: Option<String>,
    /// Latest reply of the relay.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000)]
    pub last_text: Option<String>,
}

/// One mail of the outbox with its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailDetailOut {
    #[serde(flatten)]
    #[schema(inline)]
    pub mail: MailOut,
    #[schema(max_length = 250)]
    pub message_id: String,
    /// The plain part with keys removed; absent after retention has removed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100_000)]
    pub text: Option<String>,
}

/// Filter of the mail log.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MailQuery {
    state: Option<NotificationState>,
    #[param(max_length = 60)]
    kind: Option<String>,
    person_id: Option<PersonId>,
    /// Id of the mails' subject.
    #[param(max_length = 36)]
    subject_id: Option<String>,
    /// Part of the recipient's address.
    #[param(max_length = 254)]
    recipient: Option<String>,
    /// Part of the subject line.
    #[param(max_length = 250)]
    text: Option<String>,
    /// First day on which the mails were prepared.
    from: Option<Day>,
    /// Last day on which the mails were prepared.
    to: Option<Day>,
}

/// List the mails with their states
///
/// Newest first. Who may: the secretariat.
#[utoipa::path(tag = "overview", params(MailQuery, Paging), responses((status = 200, body = Page<MailOut>)))]
#[get("/mails")]
pub async fn list_mails(
    ctx: Ctx,
    request: HttpRequest,
    query: web::Query<MailQuery>,
    paging: web::Query<Paging>,
) -> Answer {
    let MailQuery { state, kind, person_id, subject_id, recipient, text, from, to } = query.into_inner();
    let recipient = recipient.map(|address| address.to_lowercase());
    let day = |day: Option<Day>| day.map(NaiveDate::from);
    let filter = desk::Filter { state, kind, subject_id, person_id, recipient, text, from: day(from), to: day(to) };
    let limit = paging.limit()?;
    let mails = desk::list(&ctx, &filter, paging.after()?, limit + 1).await?;
    let page = Page::cut(&ctx, &request, limit, mails, |last| last.id)?;
    Ok(HttpResponse::Ok().json(page.map(MailOut::from)))
}

/// One mail with its text
///
/// Keys in links for signing in or answering are masked. Who may: the secretariat.
#[utoipa::path(tag = "overview", params(("id" = MailId, Path)), responses((status = 200, body = MailDetailOut)))]
#[get("/mails/{id:[0-9A-Fa-f-]+}")]
pub async fn show_mail(ctx: Ctx, id: web::Path<MailId>) -> Answer {
    let Detail { line, message_id, text, bytes: _ } = desk::show(&ctx, *id).await?;
    Ok(HttpResponse::Ok().json(MailDetailOut { mail: line.into(), message_id, text }))
}

/// Send a mail again
///
/// It is due now, and its attempts are counted from zero. Who may: the secretariat. Errors: `wrong_transition`.
#[utoipa::path(tag = "overview", params(("id" = MailId, Path)), responses((status = 204)))]
#[post("/mails/{id:[0-9A-Fa-f-]+}/retry")]
pub async fn retry_mail(ctx: Ctx, id: web::Path<MailId>) -> Answer {
    ctx.write(async |txn| desk::retry(&ctx, txn, *id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Withdraw a mail
///
/// It is never sent. Who may: the secretariat. Errors: `wrong_transition`.
#[utoipa::path(tag = "overview", params(("id" = MailId, Path)), responses((status = 204)))]
#[post("/mails/{id:[0-9A-Fa-f-]+}/cancel")]
pub async fn cancel_mail(ctx: Ctx, id: web::Path<MailId>) -> Answer {
    ctx.write(async |txn| desk::cancel(&ctx, txn, *id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Reason for pausing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PauseIn {
    #[schema(max_length = 500)]
    pub reason: String,
}

/// Pause sending
///
/// Mails are still enqueued and wait. Who may: the secretariat. Errors: `reason_missing`.
#[utoipa::path(tag = "overview", request_body = PauseIn, responses((status = 204)))]
#[post("/sending/pause")]
pub async fn pause_sending(ctx: Ctx, input: Json<PauseIn>) -> Answer {
    ctx.write(async |txn| desk::pause(&ctx, txn, &input.value.reason).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Resume sending
///
/// Who may: the secretariat.
#[utoipa::path(tag = "overview", responses((status = 204)))]
#[post("/sending/resume")]
pub async fn resume_sending(ctx: Ctx) -> Answer {
    ctx.write(async |txn| desk::resume(&ctx, txn).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

impl From<LogLine> for MailOut {
    fn from(mail: LogLine) -> Self {
        Self {
            id: mail.id,
            kind: mail.kind,
            subject_kind: mail.subject_kind,
            subject_id: mail.subject_id,
            person_id: mail.person_id,
            recipient: mail.recipient,
            subject: mail.subject,
            state: mail.state,
            attempts: mail.attempts,
            created_at: mail.created_at.0,
            due_at: mail.due_at.0,
            expires_at: mail.expires_at.map(|at| at.0),
            sent_at: mail.sent_at.map(|at| at.0),
            last_class: mail.last_class,
            last_text: mail.last_text,
        }
    }
}
