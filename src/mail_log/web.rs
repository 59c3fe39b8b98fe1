//! The pages of the mail log.

use super::words;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Error, Result};
use crate::http::Answer;
use crate::http::form::{self, Choice, Form, FormState, OnlyButton, Sent};
use crate::http::page::{FlashKind, Shell, done, page, unprocessable};
use crate::http::paging::{Page, Paging};
use crate::http::site::Site;
use crate::kinds_of_mail;
use crate::mail::outbox::TakenBack;
use crate::mail::outbox::desk::{self, Detail, LogLine};
use crate::texts::{Label, Lang};
use crate::time::words::{long_day, long_instant};
use crate::time::zone::day_of;
use crate::typed::{Reading, kept};
use actix_web::http::header::X_CONTENT_TYPE_OPTIONS;
use actix_web::web::{Data, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono::NaiveDate;
use entity::ids::MailId;
use entity::kinds::NotificationState;
use serde::Deserialize;

/// Longest part of a subject line that is searched for, in characters; a longer one is refused as `too_long`.
const SUBJECT_CHARACTERS: usize = 250;

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

/// One mail in a list, or the mails of one occasion.
pub struct MailRow {
    pub href: String,
    pub subject: String,
    pub recipient: String,
    pub kind: String,
    pub when: String,
    /// States with their colours, each once; of an occasion with the number of its mails.
    pub states: Vec<(String, &'static str)>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct FilterForm {
    #[serde(default)]
    state: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    recipient: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
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
        Reading::of(|reading| {
            let state = reading.optionally_chosen::<NotificationState>("state", &self.state);
            let text = reading.optional_text("text", &self.text, SUBJECT_CHARACTERS);
            let (from, to) = (reading.optional_day("from", &self.from), reading.optional_day("to", &self.to));
            Some(desk::Filter {
                state: state?,
                text: text?,
                from: from?,
                to: to?,
                kind: kept(&self.kind),
                recipient: kept(&self.recipient).map(|address| address.to_lowercase()),
                subject_id: kept(&self.subject),
                person_id: None,
            })
        })
    }

    /// Tells whether the mails of one occasion are asked for, which are listed one by one.
    fn is_of_an_occasion(&self) -> bool {
        !self.subject.trim().is_empty()
    }
}

/// The log.
#[get("/mail")]
async fn show_log(ctx: Ctx, request: HttpRequest, query: Query<FilterForm>, paging: Query<Paging>) -> Answer {
    let typed = query.into_inner();
    match typed.understood() {
        Ok(filter) => {
            page(&log_page(&ctx, &request, FormState::fresh(typed), &filter, &paging, FormState::default()).await?)
        }
        Err(error) => {
            let form = FormState::refused(typed, ctx.lang, error)?;
            let nothing_narrowed = desk::Filter::default();
            unprocessable(&log_page(&ctx, &request, form, &nothing_narrowed, &paging, FormState::default()).await?)
        }
    }
}

async fn log_page(
    ctx: &Ctx,
    request: &HttpRequest,
    form: FormState<FilterForm>,
    filter: &desk::Filter,
    paging: &Paging,
    pausing: FormState<PauseForm>,
) -> Result<LogPage> {
    let lang = ctx.lang;
    let (limit, before) = (paging.rows()?, paging.after::<MailId>()?);
    let mails = desk::list(ctx, filter, before, limit + 1).await?;
    let mails = Page::cut(ctx, request, limit, mails, |last| last.id)?;
    let next = mails.next_path();
    let kinds = desk::kinds(ctx).await?;
    Ok(LogPage {
        shell: Shell::new(ctx, request, "mail_log.title").here(),
        rows: if form.is_of_an_occasion() {
            mails.items.into_iter().map(|mail| mail_row(mail, lang)).collect()
        } else {
            occasions(mails.items, lang)
        },
        form,
        states: NotificationState::ALL.iter().map(|state| Choice::new(state.as_str(), state.label(lang))).collect(),
        kinds: kinds.into_iter().map(|kind| Choice::new(kind.clone(), kinds_of_mail::label(&kind, lang))).collect(),
        next,
        first: before.map(|_| "/mail".to_owned()),
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
        states: vec![(mail.state.label(lang).to_owned(), words::state_colour(mail.state))],
        subject: mail.subject,
        recipient: mail.recipient,
    }
}

/// Puts the mails of one occasion in one row, where the first of them stands: the same kind, subject and day. A mail alone is a
/// row of its own.
fn occasions(mails: Vec<LogLine>, lang: Lang) -> Vec<MailRow> {
    let mut groups: Vec<(NaiveDate, Vec<LogLine>)> = Vec::new();
    for mail in mails {
        let day = day_of(mail.created_at.0);
        let is_same = |(of, group): &&mut (NaiveDate, Vec<LogLine>)| {
            *of == day
                && group.first().is_some_and(|first| (&first.kind, &first.subject_id) == (&mail.kind, &mail.subject_id))
        };
        match groups.iter_mut().find(is_same) {
            Some((_, group)) => group.push(mail),
            None => groups.push((day, vec![mail])),
        }
    }
    groups.into_iter().filter_map(|(day, group)| occasion(day, group, lang)).collect()
}

fn occasion(day: NaiveDate, mut group: Vec<LogLine>, lang: Lang) -> Option<MailRow> {
    if group.len() == 1 {
        return group.pop().map(|mail| mail_row(mail, lang));
    }
    let count_of = |state: NotificationState| group.iter().filter(|mail| mail.state == state).count();
    let states = NotificationState::ALL.iter().map(|state| (*state, count_of(*state))).filter(|(_, count)| *count > 0);
    let first = group.first()?;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("kind", &first.kind)
        .append_pair("subject", &first.subject_id)
        .append_pair("from", &day.to_string())
        .append_pair("to", &day.to_string())
        .finish();
    Some(MailRow {
        href: format!("/mail?{query}"),
        subject: first.subject.clone(),
        recipient: lang.f("mail_log.recipients", &[("number", &group.len().to_string())]),
        kind: kinds_of_mail::label(&first.kind, lang),
        when: long_day(day, lang),
        states: states
            .map(|(state, count)| (format!("{count} · {}", state.label(lang)), words::state_colour(state)))
            .collect(),
    })
}

#[derive(Template)]
#[template(path = "mail_log/one.html")]
struct MailPage {
    shell: Shell,
    mail: MailRow,
    /// State in words, with its colour.
    state: (&'static str, &'static str),
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
    let (may_retry, may_cancel) = (detail.may_be_retried(ctx.now()), detail.may_be_cancelled());
    let Detail { line, message_id, text, bytes } = detail;
    let day = |at: entity::Instant| long_instant(at.0, lang);
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
        may_cancel,
        state: (long_state(line.state, lang), words::state_colour(line.state)),
        mail: mail_row(line, lang),
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
        let (form, filter) = (FormState::default(), desk::Filter::default());
        Ok(log_page(&ctx, &request, form, &filter, &Paging::default(), pausing).await?)
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
