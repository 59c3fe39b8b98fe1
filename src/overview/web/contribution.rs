//! The page of one contribution: its steps up to the page on the portal, the texts handed in, and the act that is due.

use crate::ctx::Ctx;
use crate::deliverables::model::{Event, LIFECYCLE, LateFrom, Submission, is_accepted};
use crate::deliverables::policy::Action;
use crate::deliverables::service as deliverables;
use crate::deliverables::view::{DeliverableView, Dossier};
use crate::deliverables::web::{self as contributions, Act, Text, shell_below_work};
use crate::designations::questions::HoldersOn;
use crate::designations::view::Designation;
use crate::error::Result;
use crate::http::Answer;
use crate::http::page::{Badge, Shell, page};
use crate::open::Guarded;
use crate::portal::model::Publication;
use crate::portal::service as portal;
use crate::portal::web::state as publication_state;
use crate::releases::model::{Event as ReleaseEvent, LIFECYCLE as RELEASE};
use crate::releases::policy as releases_policy;
use crate::releases::service as releases;
use crate::releases::view::ReleaseView;
use crate::releases::web::Line as ReleaseLine;
use crate::reminders::policy as reminder_policy;
use crate::reminders::service as reminders;
use crate::reviews::web::{self as reviews, Panel};
use crate::slices;
use crate::tasks::due::obligation;
use crate::tasks::model::Task;
use crate::tasks::policy as task_policy;
use crate::tasks::proposal::DayProposal;
use crate::tasks::service::{self as tasks, TaskFilter, Waits};
use crate::tasks::web::{Line as TaskLine, ProposalLine, late_in_words, state_badge};
use crate::texts::Lang;
use crate::time::words;
use actix_web::{HttpRequest, get, web};
use askama::Template;
use chrono::{DateTime, Utc};
use entity::ids::DeliverableId;
use entity::kinds::{DeliverableState, ObligationKind, PublicationState, TaskOrigin, TaskState};

#[derive(Template)]
#[template(path = "overview/contribution.html")]
struct ContributionPage {
    shell: Shell,
    href: String,
    observatory: String,
    version: i32,
    state: Badge,
    day: String,
    overdue: bool,
    /// The derived day, if another was set by hand.
    derived_day: Option<String>,
    reason: Option<String>,
    /// «In ritardo fino a venerdì 12 marzo 2027», with the reason.
    late: Option<(String, String)>,
    release: ReleaseLine,
    steps: Vec<Step>,
    /// Other days proposed for it, the latest first.
    proposals: Vec<ProposalLine>,
    /// Tasks for the contribution that are no steps of it.
    beside: Vec<TaskLine>,
    due: Option<Due>,
    /// On whose behalf the reader would do the act that is due.
    on_behalf: Option<String>,
    /// Whether the reader may take the submission back.
    may_withdraw: bool,
    /// Whether that is the reader's next act, and not one beside the review.
    withdraws_first: bool,
    may_unblock: bool,
    may_reinstate: bool,
    /// Rule for a chapter that is late or missing.
    missing: Option<MissingLine>,
    /// Address of the button that reminds of the step, or of the requested changes, that is due.
    urge: Option<String>,
    /// Acts with a page of their own that can be undone.
    acts: Vec<&'static Act>,
    /// Addresses and labels of forms about its work.
    forms: Vec<(String, &'static str)>,
    /// Acts that cannot be undone.
    final_acts: Vec<&'static Act>,
    texts: Vec<TextLine>,
    page: PageFacts,
    /// The review, for readers who may read it.
    review: Option<Panel>,
}

impl ContributionPage {
    /// Returns whether the reader handed the text in and therefore cannot approve it.
    fn is_own(&self) -> bool {
        self.review.as_ref().is_some_and(|review| review.own.is_some())
    }

    /// Returns the look of the button that approves: the first act of the page only if nothing keeps the text from approval.
    fn approve_kind(&self) -> &'static str {
        let checklist = self.review.as_ref().and_then(|review| review.checklist.as_ref());
        if checklist.is_some_and(|list| !list.blocking.is_empty()) { "outline-primary" } else { "primary" }
    }
}

/// Rule for a chapter that is late or missing.
struct MissingLine {
    text: String,
    /// Form of the amendment by which a text that comes later is published.
    amend: Option<String>,
}

impl MissingLine {
    /// Says from which day the release may go out without the chapter; of a missing one, what happens if its text comes.
    fn of(ctx: &Ctx, dossier: &Dossier, release: &ReleaseView) -> Option<Self> {
        let (deliverable, lang) = (&dossier.view.deliverable, ctx.lang);
        let plain = |text: String| Some(Self { text, amend: None });
        match (deliverable.state(), dossier.late_from) {
            (DeliverableState::Missing, Some(_)) => plain(lang.t("deliverables.missing_to_come").to_owned()),
            (DeliverableState::Missing, None) => {
                let may_amend = release.may(&ctx.actor, releases_policy::Action::Withdraw)
                    && RELEASE.allows(release.release.state(), ReleaseEvent::Amend);
                let text = lang.t("deliverables.missing_out").to_owned();
                Some(Self { text, amend: may_amend.then(|| format!("/releases/{}/amend", release.release.id)) })
            }
            (_, Some(late)) if !deliverable.is_settled() => plain(late_from_in_words(late, lang)),
            _ => None,
        }
    }
}

/// «Dal 16 marzo 2027, 3 giorni lavorativi prima dell’uscita, …».
fn late_from_in_words(late: LateFrom, lang: Lang) -> String {
    let key = if late.is_by_hand { "deliverables.missing_from_by_hand" } else { "deliverables.missing_from" };
    let (day, span) = (words::date(late.day, lang), words::working_days(late.working_days, lang));
    lang.f(key, &[("day", &day), ("span", &span)])
}

/// One step of the contribution on its way to the portal.
struct Step {
    name: String,
    /// Page of its task.
    href: Option<String>,
    progress: Progress,
    state: &'static str,
    day: Option<String>,
    overdue: bool,
    holder: Option<String>,
    /// Names of the steps before it that are still to be done.
    waits_for: Option<String>,
}

/// Place of a step on the way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Done,
    Now,
    Stopped,
    ToDo,
}

impl Progress {
    /// Returns its sign and the end of its class in the style sheet.
    const fn sign(self) -> (&'static str, &'static str) {
        match self {
            Self::Done => ("●", "done"),
            Self::Now => ("◐", "now"),
            Self::Stopped => ("■", "stopped"),
            Self::ToDo => ("○", "todo"),
        }
    }
}

/// The act that is due for the reader.
enum Due {
    /// Starts or hands in the next step.
    Step(Box<TaskLine>),
    /// Hands in the text that answers to remarks, or a contribution without open steps.
    Text,
    Review,
    /// Declares the page on the portal.
    Declare,
}

/// A text that was handed in, with the answer of the review.
struct TextLine {
    at: String,
    kind: &'static str,
    text: Text,
    /// Person who handed it in.
    by: Option<String>,
    remarks: Option<String>,
    answer: String,
    /// Person who answered, or took it back.
    answered_by: Option<String>,
}

/// The page on the portal.
struct PageFacts {
    href: String,
    state: Badge,
    address: Option<String>,
    seen_at: Option<String>,
}

#[get("/deliverables/{id:[0-9A-Fa-f-]+}")]
pub(super) async fn show_contribution(ctx: Ctx, request: HttpRequest, id: web::Path<DeliverableId>) -> Answer {
    let dossier = deliverables::dossier(&ctx, *id).await?;
    page(&contribution_page(&ctx, &request, dossier).await?)
}

async fn contribution_page(ctx: &Ctx, request: &HttpRequest, dossier: Dossier) -> Result<ContributionPage> {
    let lang = ctx.lang;
    let view = &dossier.view;
    let (steps, beside) = tasks_of(ctx, view).await?;
    let waits = tasks::waits_within(ctx, &steps).await?;
    let proposals = tasks::proposals_of(ctx, view.deliverable.id).await?;
    let holders = holders(ctx, view).await?;
    let review = reviews::panel(ctx, &dossier).await?;
    let publication = portal::of_deliverable(ctx, view.deliverable.id).await?;
    let release = releases::release_of(ctx, view.deliverable.release_id).await?;
    let due = due(ctx, &dossier, &steps, &publication);
    let urge = urge(ctx, view, &steps).await?;
    let is_report = matches!(due, Some(Due::Step(_) | Due::Text | Due::Declare));
    let is_in_review = matches!(due, Some(Due::Review));
    let (final_acts, acts) =
        contributions::possible_acts(ctx, view, dossier.late_from).into_iter().partition(|act| act.is_final());
    let may = |event, action| LIFECYCLE.allows(view.deliverable.state(), event) && view.may(&ctx.actor, action);
    let may_withdraw = may(Event::Withdraw, Action::Withdraw);
    Ok(ContributionPage {
        shell: shell_below_work(ctx, request, view.release_name(lang)).here(),
        href: contributions::href(view),
        observatory: lang.f("overview.contribution_of", &[("observatory", &view.observatory_name)]),
        version: view.deliverable.version,
        state: badge(contributions::state(view.deliverable.state()), lang),
        day: words::long_day(view.deliverable.day(), lang),
        overdue: view.deliverable.is_overdue(ctx.today()),
        derived_day: view.deliverable.hand_set_day.map(|_| words::long_day(view.deliverable.due_day, lang)),
        reason: view.deliverable.stage.reason().map(str::to_owned),
        late: late(ctx, view, review.as_ref()).await?,
        beside: beside.iter().map(|task| TaskLine::of(task, ctx)).collect(),
        forms: forms(ctx, view, &proposals),
        proposals: proposals.iter().rev().map(|one| ProposalLine::of(ctx, one, view)).collect(),
        release: ReleaseLine::of(&release, ctx),
        steps: way(ctx, view, &steps, &holders, &waits, &publication),
        on_behalf: contributions::on_behalf(ctx, view).filter(|_| is_report),
        may_withdraw,
        withdraws_first: may_withdraw && !is_in_review,
        may_unblock: may(Event::Unblock, Action::Unblock),
        may_reinstate: dossier.late_from.is_some() && may(Event::Reinstate, Action::Omit),
        missing: MissingLine::of(ctx, &dossier, &release),
        urge,
        acts,
        final_acts,
        texts: dossier.submissions.iter().rev().map(|one| TextLine::of(one, &dossier, review.as_ref(), lang)).collect(),
        page: PageFacts::of(&publication, lang),
        review,
        due,
    })
}

/// Returns the address of the button that reminds of what is due next, if the reader may remind of it now.
async fn urge(ctx: &Ctx, view: &DeliverableView, steps: &[Task]) -> Result<Option<String>> {
    if !reminder_policy::may(&ctx.actor, reminder_policy::Action::Urge) {
        return Ok(None);
    }
    let open = match steps.iter().find(|step| step.is_due()) {
        Some(step) => obligation(step.clone()),
        None => {
            let name = (ObligationKind::Deliverable, view.deliverable.id.0);
            slices::still_due(ctx, ctx.reader(), [name]).await?.pop()
        }
    };
    let Some(open) = open else { return Ok(None) };
    Ok(reminders::may_urge(ctx, &open).await?.then(|| format!("{}/remind", open.path)))
}

fn badge((text, kind): (&'static str, &'static str), lang: Lang) -> Badge {
    Badge { text: lang.t(text), kind }
}

/// Returns the steps of the work up to the approval, and the other tasks for the contribution that the reader sees; earliest
/// day first.
async fn tasks_of(ctx: &Ctx, view: &DeliverableView) -> Result<(Vec<Task>, Vec<Task>)> {
    let filter = TaskFilter { deliverable: Some(view.deliverable.id), ..TaskFilter::default() };
    let all = tasks::all(ctx, ctx.reader(), &filter).await?;
    let (steps, mut beside): (Vec<Task>, Vec<Task>) = all.into_iter().partition(|task| task.origin == TaskOrigin::Step);
    beside.retain(|task| task.may(&ctx.actor, Task::VIEW));
    Ok((steps, beside))
}

/// Returns what was said about a contribution that will be late.
async fn late(ctx: &Ctx, view: &DeliverableView, review: Option<&Panel>) -> Result<Option<(String, String)>> {
    if !view.deliverable.awaits_handing_in() {
        return Ok(None);
    }
    let id = view.deliverable.id.0;
    let late = tasks::late_work(ctx.reader(), &[id]).await?;
    let due_day = review.map_or_else(|| view.deliverable.day(), |review| review.due_day);
    let late = late.about((ObligationKind::Deliverable, id), due_day);
    Ok(late.map(|late| (late_in_words(late, ctx.lang), late.reason.clone())))
}

/// Returns the forms about the work of a contribution that the reader may fill in now.
fn forms(ctx: &Ctx, view: &DeliverableView, proposals: &[DayProposal]) -> Vec<(String, &'static str)> {
    let is_owed = view.deliverable.awaits_handing_in();
    let may_propose = is_owed && view.may(&ctx.actor, Action::Submit) && !proposals.iter().any(DayProposal::is_open);
    let may_give = task_policy::may_ever(&ctx.actor, task_policy::Action::Create);
    let all = [
        (is_owed && view.may(&ctx.actor, Action::Submit), format!("{}/late", contributions::href(view)), "tasks.late"),
        (may_propose, format!("{}/propose-day", contributions::href(view)), "tasks.propose"),
        (may_give, format!("/tasks/new?deliverable={}", view.deliverable.id), "tasks.give_title"),
    ];
    all.into_iter().filter(|(is_shown, ..)| *is_shown).map(|(_, href, label)| (href, ctx.lang.t(label))).collect()
}

/// Returns the present holders of the seats of the observatory's body.
async fn holders(ctx: &Ctx, view: &DeliverableView) -> Result<Vec<Designation>> {
    let all = ctx.recall(&HoldersOn(ctx.today())).await?;
    let is_its = |one: &&Designation| one.seat.body_id == view.body_id && one.may(&ctx.actor, Designation::VIEW);
    Ok(all.iter().filter(is_its).cloned().collect())
}

/// Returns the act that is due for the reader.
fn due(ctx: &Ctx, dossier: &Dossier, steps: &[Task], publication: &Publication) -> Option<Due> {
    let view = &dossier.view;
    let state = view.deliverable.state();
    let may = |action| view.may(&ctx.actor, action);
    match state {
        DeliverableState::Submitted => may(Action::Approve).then_some(Due::Review),
        DeliverableState::ChangesRequested => may(Action::Submit).then_some(Due::Text),
        DeliverableState::Planned | DeliverableState::InProgress => next_step(ctx, steps).or_else(|| {
            let has_open_steps = steps.iter().any(|step| step.leads_to_hand_in() && step.is_due());
            (!has_open_steps && may(Action::Submit)).then_some(Due::Text)
        }),
        state if is_accepted(state) && publication.state == PublicationState::Expected => {
            may(Action::DeclareAddress).then_some(Due::Declare)
        }
        _ => None,
    }
}

/// Returns the first open step of the observatory, if the reader may start it or hand it in.
fn next_step(ctx: &Ctx, steps: &[Task]) -> Option<Due> {
    let next = steps.iter().find(|step| step.leads_to_hand_in() && step.is_due())?;
    let line = TaskLine::of(next, ctx);
    (line.may_start || line.may_complete).then(|| Due::Step(Box::new(line)))
}

/// Returns the whole way: the steps of the work, the review, the page on the portal.
fn way(
    ctx: &Ctx,
    view: &DeliverableView,
    steps: &[Task],
    holders: &[Designation],
    waits: &Waits,
    publication: &Publication,
) -> Vec<Step> {
    let mut way: Vec<Step> = steps.iter().map(|task| step(ctx, view, task, holders, waits)).collect();
    // The first step not begun is the present one.
    let is_at_work = matches!(view.deliverable.state(), DeliverableState::Planned | DeliverableState::InProgress);
    let is_quiet = way.iter().all(|step| matches!(step.progress, Progress::Done | Progress::ToDo));
    if is_at_work
        && is_quiet
        && let Some(next) = way.iter_mut().find(|step| step.progress == Progress::ToDo)
    {
        next.progress = Progress::Now;
    }
    way.push(review(view.deliverable.state(), ctx.lang));
    way.push(appearance(view, publication, ctx.lang));
    way
}

fn step(ctx: &Ctx, view: &DeliverableView, task: &Task, holders: &[Designation], waits: &Waits) -> Step {
    let holder = holders.iter().find(|one| one.seat.id == task.seat.id).map(|one| one.holder.name());
    Step {
        name: step_name(task, view, ctx.lang),
        // A peer reader sees the step, and not the task.
        href: task.may(&ctx.actor, Task::VIEW).then(|| format!("/tasks/{}", task.id)),
        progress: match task.state() {
            TaskState::Done => Progress::Done,
            TaskState::InProgress => Progress::Now,
            TaskState::Blocked | TaskState::Refused | TaskState::Cancelled => Progress::Stopped,
            TaskState::Given | TaskState::Open => Progress::ToDo,
        },
        state: state_badge(task.state(), ctx.lang).text,
        day: Some(words::long_day(task.day(), ctx.lang)),
        overdue: task.is_overdue(ctx.today()),
        holder,
        waits_for: waits.get(&task.id).map(|before| {
            let names: Vec<String> = before.iter().map(|step| step_name(step, view, ctx.lang)).collect();
            words::listed(&names, ctx.lang)
        }),
    }
}

/// Returns the name of a step without that of its release, which the page says already.
fn step_name(task: &Task, view: &DeliverableView, lang: Lang) -> String {
    let title = task.title(lang);
    let release = format!(": {}", view.product_name(lang));
    title.split_once(&release).map_or(title, |(step, _)| step).to_owned()
}

fn review(state: DeliverableState, lang: Lang) -> Step {
    let (progress, said) = match state {
        DeliverableState::Submitted => (Progress::Now, "overview.review_now"),
        DeliverableState::ChangesRequested => (Progress::Stopped, "overview.review_changes"),
        DeliverableState::Waived => (Progress::Stopped, "overview.review_waived"),
        DeliverableState::Missing => (Progress::Stopped, "overview.review_missing"),
        state if is_accepted(state) => (Progress::Done, "overview.review_done"),
        _ => (Progress::ToDo, "overview.review_todo"),
    };
    plain_step("overview.review", progress, lang.t(said), lang)
}

fn appearance(view: &DeliverableView, publication: &Publication, lang: Lang) -> Step {
    let progress = match publication.state {
        PublicationState::Verified => Progress::Done,
        PublicationState::Missing | PublicationState::Altered | PublicationState::Withdrawn => Progress::Stopped,
        PublicationState::Declared | PublicationState::Seen => Progress::Now,
        PublicationState::Expected if is_accepted(view.deliverable.state()) => Progress::Now,
        PublicationState::Expected => Progress::ToDo,
    };
    plain_step("overview.on_the_portal", progress, badge(publication_state(publication.state), lang).text, lang)
}

fn plain_step(name: &str, progress: Progress, state: &'static str, lang: Lang) -> Step {
    Step {
        name: lang.t(name).to_owned(),
        href: None,
        progress,
        state,
        day: None,
        overdue: false,
        holder: None,
        waits_for: None,
    }
}

impl TextLine {
    fn of(submission: &Submission, dossier: &Dossier, review: Option<&Panel>, lang: Lang) -> Self {
        let person = |id| review.and_then(|review| review.person(id)).map(str::to_owned);
        let (kind, answer) = match (submission.withdrawn_at, submission.answered_at, &submission.remarks) {
            (Some(at), ..) => ("neutral", said(lang, "overview.text_taken_back", at)),
            (None, Some(at), Some(_)) => ("warning", said(lang, "overview.text_sent_back", at)),
            (None, Some(at), None) => ("success", said(lang, "overview.text_approved", at)),
            (None, None, _) => ("info", lang.t("overview.text_waiting").to_owned()),
        };
        Self {
            at: words::long_instant(submission.submitted_at, lang),
            kind,
            text: Text::of(submission, dossier),
            by: person(submission.submitted_by),
            answered_by: person(submission.withdrawn_by.or(submission.answered_by)),
            // The remarks themselves are shown by round; reviews before the rounds kept this text only.
            remarks: submission.remarks.clone().filter(|_| review.is_none_or(|review| !review.has_remarks())),
            answer,
        }
    }
}

fn said(lang: Lang, key: &str, at: DateTime<Utc>) -> String {
    lang.f(key, &[("when", &words::long_instant(at, lang))])
}

impl PageFacts {
    fn of(publication: &Publication, lang: Lang) -> Self {
        Self {
            href: format!("/publications/{}", publication.deliverable_id),
            state: badge(publication_state(publication.state), lang),
            address: publication.address.clone(),
            seen_at: publication.first_seen_at.map(|at| words::long_instant(at, lang)),
        }
    }
}
