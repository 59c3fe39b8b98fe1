//! The page of one task, and the pages of its acts; the list of work is in `list`.

mod acts;
mod choices;
mod contact;
mod give;
mod late;
mod list;
mod load;
mod propose;
mod several;
mod templates;
mod waits;

use super::model::{Event, GivenAt, LIFECYCLE, Task, is_open};
use super::policy::{self, Action};
use super::reply::Reply;
use super::service;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::service as deliverables;
use crate::deliverables::view::DeliverableView;
use crate::deliverables::web::{self as contributions, Act, HandInForm, HandInPage, file_hint, shell_below_work};
use crate::documents::model::ACCEPTED_FILES;
use crate::error::{Error, Result};
use crate::http::Answer;
use crate::http::form::{self, Form, FormState, OnlyButton, Versioned};
use crate::http::multipart::{SentWithFile, at_the_file};
use crate::http::page::{Badge, FlashKind, Shell, done, page};
use crate::network::model::PersonView;
use crate::network::service as network;
use crate::open::{Guarded, Seen, open};
use crate::texts::{Label, Lang};
use crate::time::{words, zone};
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use chrono::NaiveDate;
use entity::ids::{DeliverableId, TaskId};
use entity::kinds::{DeliverableState, ObligationKind, ReplyKind, TaskOrigin, TaskState};

pub use contact::{Contact, contact};
pub use late::{LateForm, LatePage, due as late_due, in_words as late_in_words};
pub use propose::ProposalLine;

pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(list::show_list)
        .service(load::show_load)
        .service(show_complete)
        .service(complete)
        .service(press_button)
        .service(withdraw);
    acts::pages(cfg);
    give::pages(cfg);
    late::pages(cfg);
    propose::pages(cfg);
    several::pages(cfg);
    templates::pages(cfg);
    waits::pages(cfg);
}

/// One task in a list.
pub struct Line {
    pub href: String,
    pub title: String,
    pub place: String,
    pub day: String,
    pub minutes: String,
    pub state: Badge,
    pub overdue: bool,
    pub version: i32,
    /// Whether its first act is to start it.
    pub may_start: bool,
    /// Whether it can be handed in.
    pub may_complete: bool,
}

#[derive(Template)]
#[template(path = "tasks/one.html")]
pub struct TaskPage {
    pub shell: Shell,
    pub line: Line,
    pub note: Option<String>,
    /// Description by the secretariat, which gave it.
    pub text: Option<String>,
    pub reason: Option<String>,
    /// «Affidata dalla segreteria tecnica il 3 marzo 2027».
    pub given_on: Option<String>,
    /// «In ritardo fino a venerdì 12 marzo 2027», with the reason.
    pub late: Option<(String, String)>,
    /// Names of the tasks before it that are still to be done, with their addresses if the reader sees them.
    pub waits_for: Vec<(String, Option<String>)>,
    pub replies: Vec<ReplyLine>,
    pub may_accept: bool,
    /// Address and label of forms of their own.
    pub forms: Vec<(String, &'static str)>,
    /// Whether it is open although its deliverable no longer calls for it.
    pub is_idle: bool,
    pub derived_day: Option<String>,
    pub release: Option<String>,
    pub deliverable: Option<String>,
    /// Meeting and point from which it came, with the address of the outcome.
    pub given_at: Option<(String, String)>,
    /// Person who has to do it, for a reader who does not.
    pub contact: Option<Contact>,
    /// Day of the last reminder, for those readers; a page that knows the reminders fills it in.
    pub reminded: Option<String>,
    /// Address of the button that reminds the holder now; filled in likewise.
    pub urge: Option<String>,
    /// On whose behalf the reader acts, if the reader may act at all.
    pub on_behalf: Option<String>,
    pub may_unblock: bool,
    pub may_reopen: bool,
    /// Acts with a page of their own that can be undone.
    pub acts: Vec<&'static Act>,
    /// Acts that cannot be undone.
    pub final_acts: Vec<&'static Act>,
}

impl TaskPage {
    /// Returns the colour of the button that starts it, which comes after the one that accepts it.
    fn start_kind(&self) -> &'static str {
        if self.may_accept { "outline-primary" } else { "primary" }
    }

    pub async fn of(ctx: &Ctx, request: &HttpRequest, task: &Task) -> Result<Self> {
        let derived = |day: NaiveDate| words::long_day(day, ctx.lang);
        let is_own = policy::works_on(&ctx.actor, service::subject(&task.seat));
        let may_report = task.may(&ctx.actor, Action::Start);
        let acts = |is_final: bool| acts::possible_acts(ctx, task).filter(|act| act.is_final() == is_final).collect();
        Ok(Self {
            shell: shell_of(ctx, request, task, task.title(ctx.lang).to_owned()).await?.here(),
            line: Line::of(task, ctx),
            note: task.note.clone().filter(|note| *note != task.title_it),
            text: task.text.clone(),
            given_on: (task.origin == TaskOrigin::Given).then(|| words::date(zone::day_of(task.created_at), ctx.lang)),
            late: late_of(ctx, task).await?,
            waits_for: waits_for(ctx, task).await?,
            replies: replies(ctx, task).await?,
            may_accept: may(ctx, task, Event::Accept, Action::Accept),
            forms: forms(ctx, task),
            reason: task.stage.reason().map(str::to_owned),
            is_idle: is_open(task.state()) && !task.is_called_for(),
            derived_day: (task.day() != task.due_day).then(|| derived(task.due_day)),
            release: task.release_id.map(|id| format!("/releases/{id}")),
            deliverable: task.deliverable_id.map(|id| format!("/deliverables/{id}")),
            given_at: service::given_at(ctx, task).await?.map(|given| given_words(&given, ctx.lang)),
            contact: if is_own { None } else { Some(contact(ctx, &task.seat).await?) },
            reminded: None,
            urge: None,
            on_behalf: on_behalf(ctx, task).filter(|_| may_report),
            may_unblock: may(ctx, task, Event::Unblock, Action::Unblock),
            may_reopen: task.is_called_for() && may(ctx, task, Event::Reopen, Action::Reopen),
            acts: acts(false),
            final_acts: acts(true),
        })
    }
}

/// A reply about a task.
pub struct ReplyLine {
    pub at: String,
    pub kind: &'static str,
    pub said: String,
    pub text: Option<String>,
    pub person: Option<String>,
}

/// Returns what was said about a task that will be late.
async fn late_of(ctx: &Ctx, task: &Task) -> Result<Option<(String, String)>> {
    let late = service::late_work(ctx.reader(), &[task.id.0]).await?;
    let late = late.about((ObligationKind::Task, task.id.0), task.day()).filter(|_| task.is_due());
    Ok(late.map(|late| (late::in_words(late, ctx.lang), late.reason.clone())))
}

async fn waits_for(ctx: &Ctx, task: &Task) -> Result<Vec<(String, Option<String>)>> {
    let mut waits = service::waits(ctx, std::slice::from_ref(task)).await?;
    let before = waits.remove(&task.id).unwrap_or_default();
    let named = |task: &Task| {
        let href = task.may(&ctx.actor, Task::VIEW).then(|| href(task));
        (task.title(ctx.lang).to_owned(), href)
    };
    Ok(before.iter().map(named).collect())
}

async fn replies(ctx: &Ctx, task: &Task) -> Result<Vec<ReplyLine>> {
    let replies = service::answers(ctx, task).await?;
    if replies.is_empty() {
        return Ok(Vec::new());
    }
    let people = network::people_by_id(ctx.reader(), replies.iter().filter_map(|reply| reply.person_id)).await?;
    let line = |reply: Reply| {
        let (kind, key) = match reply.kind {
            ReplyKind::Accepted => ("success", "tasks.reply_accepted"),
            ReplyKind::Refused => ("danger", "tasks.reply_refused"),
            ReplyKind::Late => ("warning", "tasks.reply_late"),
            ReplyKind::Insisted => ("info", "tasks.reply_insisted"),
            ReplyKind::HandedOn => ("info", "tasks.reply_handed_on"),
        };
        let day = reply.day.map(|day| words::long_day(day, ctx.lang)).unwrap_or_default();
        ReplyLine {
            at: words::long_instant(reply.at, ctx.lang),
            kind,
            said: ctx.lang.f(key, &[("day", &day)]),
            text: reply.text,
            person: people.iter().find(|person| Some(person.id) == reply.person_id).map(PersonView::name),
        }
    };
    Ok(replies.into_iter().rev().map(line).collect())
}

/// Returns the forms of their own that the reader may fill in now.
fn forms(ctx: &Ctx, task: &Task) -> Vec<(String, &'static str)> {
    let may_edit = task.origin == TaskOrigin::Given
        && (is_open(task.state()) || task.state() == TaskState::Refused)
        && task.may(&ctx.actor, Action::Edit);
    let all = [
        (task.is_due() && task.may(&ctx.actor, Action::DeclareLate), "late", "tasks.late"),
        (may(ctx, task, Event::HandOn, Action::HandOn), "hand_on", "tasks.hand_on"),
        (may_edit, "edit", "tasks.edit"),
        (may_edit, "after", "tasks.waits"),
    ];
    let shown = all.into_iter().filter(|(is_shown, ..)| *is_shown);
    shown.map(|(_, path, label)| (format!("{}/{path}", href(task)), ctx.lang.t(label))).collect()
}

/// «Seduta n. 2/2027, mercoledì 10 febbraio 2027, punto «Dati provvisori»», with the address of the outcome.
fn given_words(given: &GivenAt, lang: Lang) -> (String, String) {
    let name = match given.number {
        Some((number, year)) => lang.f("meetings.numbered", &[("number", &format!("{number}/{year}"))]),
        None => lang.t("meetings.unnumbered").to_owned(),
    };
    let day = words::long_day(given.day, lang);
    let text = match &given.point {
        Some(point) => lang.f("tasks.given_at_point", &[("meeting", &name), ("day", &day), ("point", point)]),
        None => format!("{name}, {day}"),
    };
    (text, format!("/outcomes/{}", given.outcome))
}

/// Makes the frame of a page of a task, below its contribution if it has one.
async fn shell_of(ctx: &Ctx, request: &HttpRequest, task: &Task, title: String) -> Result<Shell> {
    let shell = shell_below_work(ctx, request, title);
    Ok(match contribution(ctx, task).await? {
        Some(view) => shell.crumb(contributions::title(&view, ctx.lang), contributions::href(&view)),
        None => shell,
    })
}

/// Returns the deliverable of a task, if the reader sees it.
async fn contribution(ctx: &Ctx, task: &Task) -> Result<Option<DeliverableView>> {
    let Some(id) = task.deliverable_id else { return Ok(None) };
    let view = deliverables::deliverable(ctx.reader(), id).await?;
    Ok(Some(view).filter(|view| view.may(&ctx.actor, DeliverableView::VIEW)))
}

/// Makes the frame of a page below the page of a task.
async fn shell_below(ctx: &Ctx, request: &HttpRequest, title_key: &str, task: &Task) -> Result<Shell> {
    let shell = shell_of(ctx, request, task, ctx.lang.t(title_key).to_owned()).await?;
    Ok(shell.crumb(task.title(ctx.lang), href(task)).here())
}

/// «Contributo: Relazione territoriale sul mercato del lavoro, 2026».
fn contribution_title(view: &DeliverableView, lang: Lang) -> String {
    lang.f("tasks.contribution", &[("release", &view.release_name(lang))])
}

/// Returns the address of the button that reminds of a task that can be done now, for a reader who may remind of it.
pub fn urge_href(task: &Task, ctx: &Ctx) -> Option<String> {
    let may_urge = task.is_due() && task.state() != TaskState::Blocked && task.may(&ctx.actor, Action::Urge);
    may_urge.then(|| format!("{}/remind", href(task)))
}

fn href(task: &Task) -> String {
    format!("/tasks/{}", task.id)
}

#[get("/tasks/{id:[0-9A-Fa-f-]+}/complete")]
async fn show_complete(ctx: Ctx, request: HttpRequest, id: web::Path<TaskId>) -> Answer {
    page(&complete_page(&ctx, &request, *id, None).await?)
}

#[post("/tasks/{id:[0-9A-Fa-f-]+}/complete")]
async fn complete(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<TaskId>,
    sent: SentWithFile<Versioned<HandInForm>>,
) -> Answer {
    open::<Task>(&ctx, ctx.reader(), *id, Action::Complete, Seen::AsItStands).await?;
    let SentWithFile { form, file } = sent;
    let form = form.after(async |typed| typed.fields.keep(&ctx, file).await).await;
    let complete = async |txn: &Txn, version, typed: &HandInForm| {
        service::complete(&ctx, txn, *id, version, typed.read()?).await.map_err(at_the_file)
    };
    let leads_on = |task: Task| done(&after(&task), FlashKind::Success, said_after(&task));
    form::change(&ctx, form, complete, leads_on, async |form| Ok(complete_page(&ctx, &request, *id, Some(form)).await?))
        .await
}

/// Returns the page that shows the next thing to do: the contribution's, if the task belongs to one.
fn after(task: &Task) -> String {
    match task.deliverable_id {
        Some(id) if task.leads_to_hand_in() => format!("/deliverables/{id}"),
        _ => href(task),
    }
}

/// Returns the message after a task was completed.
pub fn said_after(task: &Task) -> &'static str {
    match task.deliverable_state {
        Some(DeliverableState::Submitted) if task.leads_to_hand_in() => "tasks.done_handed_in",
        Some(DeliverableState::Blocked) => "tasks.done_completed_blocked",
        _ if task.leads_to_hand_in() => "tasks.done_step",
        _ => "tasks.done_completed",
    }
}

async fn complete_page(
    ctx: &Ctx,
    request: &HttpRequest,
    id: TaskId,
    form: Option<FormState<Versioned<HandInForm>>>,
) -> Result<HandInPage> {
    let task = open::<Task>(ctx, ctx.reader(), id, Action::Complete, Seen::AsItStands).await?;
    let form = match form {
        Some(form) => form.beside(task.version),
        None => FormState::made_of(task.version, HandInForm::default()),
    };
    let shell = shell_below(ctx, request, "tasks.complete_title", &task).await?;
    hand_in_page(ctx, shell, &task, form).await
}

/// Makes the page on which a task is handed in, for a reader who may.
pub async fn hand_in_page(
    ctx: &Ctx,
    shell: Shell,
    task: &Task,
    form: FormState<Versioned<HandInForm>>,
) -> Result<HandInPage> {
    let asks_text = service::hands_in(ctx, ctx.reader(), task).await?;
    let lead = match (asks_text, task.leads_to_hand_in()) {
        (true, _) => "deliverables.submit_lead",
        (false, true) => "tasks.complete_step_lead",
        (false, false) => "tasks.complete_lead",
    };
    Ok(HandInPage {
        shell,
        about: about(task, ctx.lang),
        lead: ctx.lang.t(lead),
        on_behalf: on_behalf(ctx, task),
        remarks: service::remarks(ctx.reader(), task).await?,
        asks_text,
        is_keyed: false,
        file_hint: file_hint(ctx),
        accepted_files: ACCEPTED_FILES,
        action: format!("{}/complete", href(task)),
        back: href(task),
        form,
    })
}

/// Returns on whose behalf the reader acts; `None` for the reader's own task.
fn on_behalf(ctx: &Ctx, task: &Task) -> Option<String> {
    let is_own = policy::works_on(&ctx.actor, service::subject(&task.seat));
    (!is_own).then(|| ctx.lang.f("deliverables.on_behalf", &[("place", task.seat.place())]))
}

/// «Bozza della relazione: Relazione territoriale, 2026 · Osservatorio del mercato del lavoro di Bergamo».
pub fn about(task: &Task, lang: Lang) -> String {
    format!("{} · {}", task.title(lang), task.seat.place())
}

/// Handles the buttons without a page of their own, because they can be undone.
#[post("/tasks/{id:[0-9A-Fa-f-]+}/{verb:accept|start|unblock|reopen}")]
async fn press_button(ctx: Ctx, path: web::Path<(TaskId, String)>, form: Form<Versioned<OnlyButton>>) -> Answer {
    let (id, verb) = path.into_inner();
    let Form(sent, press) = form;
    let event = LIFECYCLE.event(&verb).ok_or(Error::NotFound)?;
    let said = match event {
        Event::Accept => "tasks.done_accepted",
        Event::Start => "tasks.done_started",
        Event::Unblock => "tasks.done_unblocked",
        _ => "tasks.done_reopened",
    };
    let work = async |txn: &Txn| {
        let version = sent.seen()?;
        match event {
            Event::Accept => service::accept(&ctx, txn, id, version).await,
            Event::Start => service::start(&ctx, txn, id, version).await,
            Event::Unblock => service::unblock(&ctx, txn, id, version).await,
            _ => service::reopen(&ctx, txn, id, version).await,
        }
    };
    form::press(&ctx, &press, work, |task| done(&href(&task), FlashKind::Success, said)).await
}

/// Takes the submission of a contribution back. The button stands on the contribution's page.
#[post("/deliverables/{id:[0-9A-Fa-f-]+}/withdraw")]
async fn withdraw(ctx: Ctx, id: web::Path<DeliverableId>, form: Form<Versioned<OnlyButton>>) -> Answer {
    let Form(sent, press) = form;
    let work = async |txn: &Txn| service::take_back(&ctx, txn, *id, sent.seen()?).await;
    let leads_on =
        |view: DeliverableView| done(&contributions::href(&view), FlashKind::Success, "deliverables.done_withdraw");
    form::press(&ctx, &press, work, leads_on).await
}

impl Line {
    pub fn of(task: &Task, ctx: &Ctx) -> Self {
        Self {
            href: href(task),
            title: task.title(ctx.lang).to_owned(),
            place: task.seat.place().to_owned(),
            day: words::long_day(task.day(), ctx.lang),
            minutes: words::about(task.estimated_minutes, ctx.lang),
            state: state_badge(task.state(), ctx.lang),
            overdue: task.is_overdue(ctx.today()),
            version: task.version,
            may_start: task.is_called_for() && may(ctx, task, Event::Start, Action::Start),
            may_complete: task.is_called_for() && may(ctx, task, Event::Complete, Action::Complete),
        }
    }
}

fn may(ctx: &Ctx, task: &Task, event: Event, action: Action) -> bool {
    LIFECYCLE.allows(task.state(), event) && task.may(&ctx.actor, action)
}

/// Returns a state in words with its colour.
pub fn state_badge(state: TaskState, lang: Lang) -> Badge {
    let kind = match state {
        TaskState::Given => "warning",
        TaskState::Open | TaskState::Cancelled => "neutral",
        TaskState::InProgress => "info",
        TaskState::Done => "success",
        TaskState::Blocked | TaskState::Refused => "danger",
    };
    Badge { text: state.label(lang), kind }
}
