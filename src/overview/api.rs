//! The overview over REST: the radar, the mail log, the jobs.

use super::mail_log::without_keys;
use super::policy::Action;
use super::radar::{Risk, RiskKind};
use super::service;
use crate::auth::rights::Right;
use crate::ctx::Ctx;
use crate::designations::api::SeatOut;
use crate::due::Obligation;
use crate::http::Answer;
use crate::http::json::Json;
use crate::http::paging::{Page, Paging};
use crate::jobs::status::{JobStatus, LastRun};
use crate::mail::outbox::desk::{self, Detail, LogLine};
use crate::mail::policy as outbox;
use crate::time::Day;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DesignationId, MailId, PersonId, SeatId};
use entity::kinds::{NotificationState, ObligationKind};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub fn configure(cfg: &mut utoipa_actix_web::service_config::ServiceConfig) {
    cfg.service(show_radar)
        .service(list_mails)
        .service(show_mail)
        .service(retry_mail)
        .service(cancel_mail)
        .service(pause_sending)
        .service(resume_sending)
        .service(list_jobs);
}

/// What each operation asks of its caller.
pub const RIGHTS: &[(&str, Right<Action>)] =
    &[("show_radar", Right::Ever(Action::ViewRadar)), ("list_jobs", Right::Ever(Action::ViewJobs))];

/// What the operations on mails ask of their callers.
pub const RIGHTS_BY_MAIL: &[(&str, Right<outbox::Action>)] = &[
    ("list_mails", Right::Ever(outbox::Action::View)),
    ("show_mail", Right::Ever(outbox::Action::View)),
    ("retry_mail", Right::Ever(outbox::Action::Steer)),
    ("cancel_mail", Right::Ever(outbox::Action::Steer)),
    ("pause_sending", Right::Ever(outbox::Action::Steer)),
    ("resume_sending", Right::Ever(outbox::Action::Steer)),
];

/// The seats at risk on a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct RadarOut {
    pub day: NaiveDate,
    /// Most urgent kind first.
    #[schema(max_items = 1000)]
    pub items: Vec<RiskOut>,
}

/// A seat at risk.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct RiskOut {
    pub kind: RiskKind,
    pub seat: SeatOut,
    #[schema(max_length = 201)]
    pub holder: Option<String>,
    pub designation_id: Option<DesignationId>,
    /// First day of the risk, past or future; absent for a seat that was never held.
    pub day: Option<NaiveDate>,
    /// Obligations due while the risk lasts, earliest first.
    #[schema(max_items = 1000)]
    pub due_meanwhile: Vec<ObligationOut>,
}

/// Open work of a seat, due by a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObligationOut {
    pub kind: ObligationKind,
    pub id: Uuid,
    pub seat_id: SeatId,
    #[schema(max_length = 300)]
    pub title_it: String,
    #[schema(max_length = 300)]
    pub title_en: String,
    pub due_day: NaiveDate,
    /// Minutes of work.
    pub estimated_minutes: i32,
    /// The page where it is answered.
    #[schema(max_length = 300)]
    pub path: String,
}

/// Day of the radar.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RadarQuery {
    /// Absent: today.
    on: Option<Day>,
}

/// The vacancy radar
///
/// Seats that are vacant, uncovered or about to expire, or whose holder cannot be reached by mail, on a day of the past
/// or the future, as known now. Who may: secretariat and direction.
#[utoipa::path(tag = "overview", params(RadarQuery), responses((status = 200, body = RadarOut)))]
#[get("/radar")]
pub async fn show_radar(ctx: Ctx, query: web::Query<RadarQuery>) -> Answer {
    let on = query.on.map(NaiveDate::from);
    let risks = service::radar(&ctx, on).await?;
    let day = on.unwrap_or_else(|| ctx.today());
    Ok(HttpResponse::Ok().json(RadarOut { day, items: risks.into_iter().map(RiskOut::from).collect() }))
}

/// One mail of the outbox, without its text.
#[skip_serializing_none]
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
    pub person_id: Option<PersonId>,
    #[schema(max_length = 254)]
    pub recipient: String,
    #[schema(max_length = 250)]
    pub subject: String,
    pub state: NotificationState,
    pub attempts: i32,
    pub created_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    /// Instant at which the relay accepted it.
    pub sent_at: Option<DateTime<Utc>>,
    /// Kind of the last failure; for a cancelled mail the reason of its withdrawal: `designation_ended`, `untrue`,
    /// `by_hand`, `written_anew`.
    #[schema(max_length = 40)]
    pub last_class: Option<String>,
    /// Latest reply of the relay.
    #[schema(max_length = 1000)]
    pub last_text: Option<String>,
}

/// One mail of the outbox with its text.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct MailDetailOut {
    #[serde(flatten)]
    #[schema(inline)]
    pub mail: MailOut,
    #[schema(max_length = 250)]
    pub message_id: String,
    /// The plain part with keys removed; absent after retention has removed it.
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
    #[param(max_length = 254)]
    recipient: Option<String>,
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
    let MailQuery { state, kind, person_id, subject_id, recipient } = query.into_inner();
    let recipient = recipient.map(|address| address.to_lowercase());
    let filter = desk::Filter { state, kind, subject_id, person_id, recipient };
    let limit = paging.limit()?;
    let mails = desk::list(&ctx, &filter, paging.after()?, limit + 1).await?;
    let page = Page::cut(&ctx, &request, limit, mails, |last| last.id)?;
    Ok(HttpResponse::Ok().json(page.map(MailOut::from)))
}

/// One mail with its text
///
/// Keys in links for signing in or answering are removed. Who may: the secretariat.
#[utoipa::path(tag = "overview", params(("id" = MailId, Path)), responses((status = 200, body = MailDetailOut)))]
#[get("/mails/{id}")]
pub async fn show_mail(ctx: Ctx, id: web::Path<MailId>) -> Answer {
    let Detail { line, message_id, text, bytes: _ } = desk::show(&ctx, *id).await?;
    let text = text.map(|text| without_keys(&text));
    Ok(HttpResponse::Ok().json(MailDetailOut { mail: line.into(), message_id, text }))
}

/// Send a mail again
///
/// It is due now, with its attempts counted anew. Who may: the secretariat. Errors: `wrong_transition`.
#[utoipa::path(tag = "overview", params(("id" = MailId, Path)), responses((status = 204)))]
#[post("/mails/{id}/retry")]
pub async fn retry_mail(ctx: Ctx, id: web::Path<MailId>) -> Answer {
    ctx.write(async |txn| desk::retry(&ctx, txn, *id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Withdraw a mail
///
/// It is never sent. Who may: the secretariat. Errors: `wrong_transition`.
#[utoipa::path(tag = "overview", params(("id" = MailId, Path)), responses((status = 204)))]
#[post("/mails/{id}/cancel")]
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
/// Mails are still promised and wait. Who may: the secretariat. Errors: `reason_missing`.
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

/// The jobs of the service.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobsOut {
    #[schema(max_items = 100)]
    pub items: Vec<JobOut>,
}

/// One job with its last run and its next.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct JobOut {
    #[schema(max_length = 60)]
    pub name: String,
    /// Description of its work, in the caller's language.
    #[schema(max_length = 500)]
    pub description: String,
    /// Second, minute, hour, day of month, month, day of week; UTC.
    #[schema(max_length = 60)]
    pub cron: String,
    pub last_run: Option<LastRunOut>,
    pub runs: i64,
    pub failures: i64,
    pub next_run_at: Option<DateTime<Utc>>,
}

/// The latest run of a job.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct LastRunOut {
    pub started_at: DateTime<Utc>,
    /// Absent while it runs.
    pub finished_at: Option<DateTime<Utc>>,
    /// `running`, `done`, `failed`, `timed_out`, `panicked`; `interrupted` if the service ended during the run.
    #[schema(max_length = 20)]
    pub outcome: String,
    #[schema(max_length = 1000)]
    pub detail: Option<String>,
    pub duration_ms: i64,
}

/// List the background jobs
///
/// Each job with its last run, its outcome, and its next run. Who may: the secretariat.
#[utoipa::path(tag = "overview", responses((status = 200, body = JobsOut)))]
#[get("/jobs")]
pub async fn list_jobs(ctx: Ctx) -> Answer {
    let jobs = service::jobs(&ctx).await?;
    Ok(HttpResponse::Ok().json(JobsOut { items: jobs.into_iter().map(|job| JobOut::of(job, &ctx)).collect() }))
}

impl From<Risk> for RiskOut {
    fn from(risk: Risk) -> Self {
        let Risk { kind, seat, holder, designation_id, day, due_meanwhile } = risk;
        Self {
            kind,
            seat: seat.into(),
            holder,
            designation_id,
            day,
            due_meanwhile: due_meanwhile.into_iter().map(ObligationOut::from).collect(),
        }
    }
}

impl From<Obligation> for ObligationOut {
    fn from(obligation: Obligation) -> Self {
        let Obligation { kind, id, seat_id, title_it, title_en, due_day, estimated_minutes, path } = obligation;
        Self { kind, id, seat_id, title_it, title_en, due_day, estimated_minutes, path }
    }
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

impl JobOut {
    fn of(job: JobStatus, ctx: &Ctx) -> Self {
        Self {
            name: job.name.to_owned(),
            description: ctx.lang.t(job.text).to_owned(),
            cron: job.cron.to_owned(),
            last_run: job.last.map(LastRunOut::from),
            runs: job.runs,
            failures: job.failures,
            next_run_at: job.next,
        }
    }
}

impl From<LastRun> for LastRunOut {
    fn from(run: LastRun) -> Self {
        let LastRun { started_at, finished_at, outcome, detail, duration_ms } = run;
        Self { started_at, finished_at, outcome, detail, duration_ms }
    }
}
