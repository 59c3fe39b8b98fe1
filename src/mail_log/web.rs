//! The pages of the mail log.

use super::words;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Error, Result};
use crate::http::Answer;
use crate::http::form::{self, Choice, Form, FormState, OnlyButton, Sent};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::http::paging::{Page, Paging};
use crate::http::site::Site;
use crate::kinds_of_mail;
use crate::mail::outbox::TakenBack;
use crate::mail::outbox::desk::{self, Detail, LogLine};
use crate::texts::{Label, Lang};
use crate::time::words::long_instant;
use crate::typed::{Reading, kept};
use actix_web::http::header::X_CONTENT_TYPE_OPTIONS;
use actix_web::web::{Data, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use entity::ids::MailId;
use entity::kinds::NotificationState;
use serde::Deserialize;

pub fn pages(cfg: &mut ServiceConfig) {
    cfg.service(show_log)
        .service(pause)
        .service(resume)
        .service(show_mail)
        .service(show_source)
        .service(retry)
        .service(withdraw);
}

#[derive(Template)]
#[template(path = "mail_log/list.html")]
struct LogPage {
    shell: Shell,
    form: FormState<FilterForm>,
    states: Vec<Choice>,
    kinds: Vec<Choice>,
    rows: Vec<MailRow>,
    paused: Option<String>,
    pausing: FormState<PauseForm>,
    next: Option<String>,
    first: Option<String>,
}

/// One mail in a list.
pub struct MailRow {
    pub href: String,
    pub subject: String,
    pub recipient: String,
    pub kind: String,
    pub when: String,
    pub state: &'static str,
    pub state_colour: &'static str,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct FilterForm {
    #[serde(default)]
    state: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    recipient: String,
    /// Id of the mails' subject, for a link from its page.
    #[serde(default)]
    subject: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct PauseForm {
    #[serde(default)]
    reason: String,
}

impl FilterForm {
    fn understood(&self) -> Result<desk::Filter> {
        Ok(desk::Filter {
            state: Reading::of(|reading| reading.optionally_chosen::<NotificationState>("state", &self.state))?,
            kind: kept(&self.kind),
            recipient: kept(&self.recipient).map(|address| address.to_lowercase()),
            subject_id: kept(&self.subject),
            ..desk::Filter::default()
        })
    }
}

/// The log.
#[get("/mail")]
async fn show_log(ctx: Ctx, request: HttpRequest, query: Query<FilterForm>, paging: Query<Paging>) -> Answer {
    let typed = query.into_inner();
    page(&log_page(&ctx, &request, typed, &paging, FormState::default()).await?)
}

async fn log_page(
    ctx: &Ctx,
    request: &HttpRequest,
    typed: FilterForm,
    paging: &Paging,
    pausing: FormState<PauseForm>,
) -> Result<LogPage> {
    let lang = ctx.lang;
    let (limit, before) = (paging.rows()?, paging.after::<MailId>()?);
    let mails = desk::list(ctx, &typed.understood()?, before, limit + 1).await?;
    let mails = Page::cut(ctx, request, limit, mails, |last| last.id)?;
    let kinds = desk::kinds(ctx).await?;
    Ok(LogPage {
        shell: Shell::new(ctx, request, "mail_log.title").here(),
        form: FormState::fresh(typed),
        states: NotificationState::ALL.iter().map(|state| Choice::new(state.as_str(), state.label(lang))).collect(),
        kinds: kinds.into_iter().map(|kind| Choice::new(kind.clone(), kinds_of_mail::label(&kind, lang))).collect(),
        next: mails.next_path(),
        first: before.map(|_| "/mail".to_owned()),
        rows: mails.items.into_iter().map(|mail| mail_row(mail, lang)).collect(),
        paused: desk::paused_because(ctx).await?,
        pausing,
    })
}

pub fn mail_row(mail: LogLine, lang: Lang) -> MailRow {
    let when = mail.sent_at.unwrap_or(mail.due_at).0;
    MailRow {
        href: format!("/mail/{}", mail.id),
        kind: kinds_of_mail::label(&mail.kind, lang),
        when: long_instant(when, lang),
        state: mail.state.label(lang),
        state_colour: words::state_colour(mail.state),
        subject: mail.subject,
        recipient: mail.recipient,
    }
}

#[derive(Template)]
#[template(path = "mail_log/one.html")]
struct MailPage {
    shell: Shell,
    mail: MailRow,
    path: String,
    created: String,
    due: String,
    sent: Option<String>,
    expires: Option<String>,
    attempts: i32,
    /// Latest reply of the relay.
    answer: Option<String>,
    /// Reason of its withdrawal.
    taken_back: Option<&'static str>,
    message_id: String,
    /// Page of the mail's subject.
    about: Option<String>,
    text: Option<String>,
    /// Address of the raw message, if it is available.
    source: Option<String>,
    may_retry: bool,
    may_cancel: bool,
}

/// Shows one mail with its text.
#[get("/mail/{id:[0-9A-Fa-f-]+}")]
async fn show_mail(ctx: Ctx, request: HttpRequest, id: Path<MailId>) -> Answer {
    let detail = desk::show(&ctx, *id).await?;
    page(&mail_page(&ctx, &request, detail))
}

fn mail_page(ctx: &Ctx, request: &HttpRequest, detail: Detail) -> MailPage {
    let lang = ctx.lang;
    let may_retry = detail.may_be_retried(ctx.now());
    let Detail { line, message_id, text, bytes } = detail;
    let day = |at: entity::Instant| long_instant(at.0, lang);
    let is_open = matches!(
        line.state,
        NotificationState::Pending | NotificationState::Failed | NotificationState::Unknown | NotificationState::Dead
    );
    MailPage {
        shell: Shell::titled(ctx, request, line.subject.clone()).crumb(lang.t("mail_log.title"), "/mail").here(),
        path: format!("/mail/{}", line.id),
        created: day(line.created_at),
        due: day(line.due_at),
        sent: line.sent_at.map(day),
        expires: line.expires_at.map(day),
        attempts: line.attempts,
        answer: answer(&line).filter(|_| line.state != NotificationState::Cancelled),
        taken_back: taken_back(&line, lang),
        about: about(&line),
        message_id,
        text,
        source: (!bytes.is_empty() && !ctx.config().is_production()).then(|| format!("/mail/{}/source", line.id)),
        may_retry,
        may_cancel: is_open,
        mail: MailRow { state: long_state(line.state, lang), ..mail_row(line, lang) },
    }
}

/// Returns the state in words. On the page of a sent mail it adds that only the relay's acceptance is known.
fn long_state(state: NotificationState, lang: Lang) -> &'static str {
    match state {
        NotificationState::Sent => lang.t("mail_log.sent_long"),
        _ => state.label(lang),
    }
}

fn answer(line: &LogLine) -> Option<String> {
    match (&line.last_class, &line.last_text) {
        (Some(class), Some(text)) => Some(format!("{class}: {text}")),
        (Some(only), None) | (None, Some(only)) => Some(only.clone()),
        (None, None) => None,
    }
}

/// Returns the reason of a withdrawal in the reader's language; `None` if there is none.
fn taken_back(line: &LogLine, lang: Lang) -> Option<&'static str> {
    let class = line.last_class.as_deref().filter(|_| line.state == NotificationState::Cancelled)?;
    let why = TakenBack::ALL.iter().find(|why| why.as_str() == class)?;
    Some(why.label(lang))
}

fn about(line: &LogLine) -> Option<String> {
    (line.subject_kind == "designation").then(|| format!("/designations/{}", line.subject_id))
}

/// Answers with the raw message as text. Not in production, because it contains the recipient's keys.
#[get("/mail/{id:[0-9A-Fa-f-]+}/source")]
async fn show_source(ctx: Ctx, id: Path<MailId>) -> Answer {
    let detail = desk::show(&ctx, *id).await?;
    if ctx.config().is_production() || detail.bytes.is_empty() {
        return Err(Error::NotFound.into());
    }
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(detail.bytes))
}

/// Sends a mail again.
#[post("/mail/{id:[0-9A-Fa-f-]+}/retry")]
async fn retry(ctx: Ctx, id: Path<MailId>, form: Form<OnlyButton>) -> Answer {
    let leads_on = |()| done(&format!("/mail/{}", *id), FlashKind::Success, "mail_log.done_retry");
    form::press(&ctx, &form.1, async |txn| desk::retry(&ctx, txn, *id).await, leads_on).await
}

/// Withdraws a mail.
#[post("/mail/{id:[0-9A-Fa-f-]+}/cancel")]
async fn withdraw(ctx: Ctx, id: Path<MailId>, form: Form<OnlyButton>) -> Answer {
    let leads_on = |()| done(&format!("/mail/{}", *id), FlashKind::Success, "mail_log.done_cancel");
    form::press(&ctx, &form.1, async |txn| desk::cancel(&ctx, txn, *id).await, leads_on).await
}

/// Pauses sending.
#[post("/mail/pause")]
async fn pause(ctx: Ctx, site: Data<Site>, request: HttpRequest, form: Sent<PauseForm>) -> Answer {
    let pause = async |txn: &Txn, typed: &PauseForm| desk::pause(&ctx, txn, &typed.reason).await;
    let leads_on = |()| done("/mail", FlashKind::Success, "mail_log.done_pause");
    let answer = form::answer(&ctx, form, pause, leads_on, async |pausing| {
        Ok(log_page(&ctx, &request, FilterForm::default(), &Paging::default(), pausing).await?)
    })
    .await?;
    if answer.status().is_redirection() {
        site.notices.show_paused(true);
    }
    Ok(answer)
}

/// Resumes sending.
#[post("/mail/resume")]
async fn resume(ctx: Ctx, site: Data<Site>, form: Form<OnlyButton>) -> Answer {
    let leads_on = |()| done("/mail", FlashKind::Success, "mail_log.done_resume");
    let answer = form::press(&ctx, &form.1, async |txn| desk::resume(&ctx, txn).await, leads_on).await?;
    site.notices.show_paused(false);
    Ok(answer)
}
