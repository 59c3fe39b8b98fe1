//! The list of work: tasks, and contributions for which no task is open, earliest day first.

use super::{Line, late_in_words};
use crate::ctx::Ctx;
use crate::deliverables::service::{self as deliverables, DeliverableFilter};
use crate::deliverables::view::DeliverableView;
use crate::deliverables::web as contributions;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{Choice, FormState};
use crate::http::page::{Badge, Shell, page};
use crate::http::paging::{Page, Paging};
use crate::network::service as network;
use crate::open::Guarded;
use crate::tasks::model::Task;
use crate::tasks::policy::{self, Action};
use crate::tasks::reply::{self, LateWork};
use crate::tasks::service::{self, TaskFilter};
use crate::texts::{Label, Lang};
use crate::time::words;
use crate::typed::{Reading, kept};
use crate::vocabulary::vocabulary;
use actix_web::web::Query;
use actix_web::{HttpRequest, get};
use askama::Template;
use chrono::NaiveDate;
use entity::ids::{ObservatoryId, ReleaseId};
use entity::kinds::{DeliverableState, ObligationKind, TaskState};
use serde::Deserialize;
use std::str::FromStr;
use uuid::Uuid;

vocabulary! {
    /// Selection of a list of work by its state.
    Standing {
        /// Still to be done.
        Open = "open",
        /// Handed in and not reviewed yet.
        ToReview = "to_review",
        Blocked = "blocked",
        /// Given by the secretariat, and not answered yet.
        Given = "given",
        /// Refused, and back with the secretariat.
        Refused = "refused",
        Done = "done",
        Every = "every",
    }
}

impl FromStr for Standing {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        Self::ALL.iter().copied().find(|standing| standing.as_str() == text).ok_or(())
    }
}

impl Label for Standing {
    fn label_key(self) -> &'static str {
        match self {
            Self::Open => "tasks.standing_open",
            Self::ToReview => "tasks.standing_to_review",
            Self::Blocked => "tasks.standing_blocked",
            Self::Given => "tasks.standing_given",
            Self::Refused => "tasks.standing_refused",
            Self::Done => "tasks.standing_done",
            Self::Every => "tasks.standing_every",
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
struct FilterForm {
    #[serde(default)]
    observatory: String,
    #[serde(default)]
    release: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    overdue: String,
    #[serde(default)]
    mine: String,
    /// Part of the title of a task.
    #[serde(default)]
    text: String,
}

/// A filter as it was understood.
struct Asked {
    observatory: Option<ObservatoryId>,
    release: Option<ReleaseId>,
    standing: Standing,
    overdue: bool,
    mine: bool,
    text: Option<String>,
}

impl FilterForm {
    async fn understood(&self, ctx: &Ctx) -> Result<Asked> {
        let (release, standing) = Reading::of(|reading| {
            let release = reading.optionally_chosen("release", &self.release);
            let standing = reading.optionally_chosen("state", &self.state);
            Some((release?, standing?))
        })?;
        let observatory = match kept(&self.observatory) {
            Some(code) => {
                let found = network::observatory(ctx.reader(), &code).await;
                Some(found.map_err(|error| error.as_unknown("observatory"))?.id)
            }
            None => None,
        };
        let standing = standing.unwrap_or(Standing::Open);
        Ok(Asked {
            observatory,
            release,
            standing,
            overdue: !self.overdue.is_empty(),
            mine: !self.mine.is_empty(),
            text: kept(&self.text),
        })
    }

    /// Returns whether it asks for everything that is still to be done.
    fn is_blank(&self) -> bool {
        [&self.observatory, &self.release, &self.state, &self.overdue, &self.mine, &self.text]
            .iter()
            .all(|text| text.is_empty())
    }
}

#[derive(Template)]
#[template(path = "tasks/list.html")]
pub struct ListPage {
    shell: Shell,
    lead: &'static str,
    form: FormState<FilterForm>,
    /// Whether the reader sees more than the own work, and may choose.
    may_filter: bool,
    observatories: Vec<Choice>,
    releases: Vec<Choice>,
    states: Vec<Choice>,
    rows: Vec<Row>,
    /// Whether the reader may give tasks.
    may_give: bool,
    /// Address of this page, to which the button that reminds comes back.
    here: String,
    none: &'static str,
    first: Option<String>,
    next: Option<String>,
}

/// One row: a task or a contribution.
struct Row {
    line: Line,
    act: Act,
    /// Address of the button that reminds of it now.
    urge: Option<String>,
    /// «In ritardo fino a venerdì 12 marzo 2027».
    late: Option<String>,
}

/// The act offered in a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Start,
    Complete,
    /// Read a text that was handed in.
    Review,
    Open,
}

/// One task or contribution, with the key of its place in the list.
enum Work {
    Task(Box<Task>),
    Contribution(Box<DeliverableView>),
}

impl Work {
    fn name(&self) -> reply::Work {
        match self {
            Self::Task(task) => (ObligationKind::Task, task.id.0),
            Self::Contribution(view) => (ObligationKind::Deliverable, view.deliverable.id.0),
        }
    }

    fn key(&self) -> (NaiveDate, Uuid) {
        match self {
            Self::Task(task) => (task.day(), task.id.0),
            Self::Contribution(view) => (view.deliverable.day(), view.deliverable.id.0),
        }
    }
}

/// Shows the work that the reader sees, earliest day first.
#[get("/tasks")]
pub(super) async fn show_list(
    ctx: Ctx,
    request: HttpRequest,
    query: Query<FilterForm>,
    paging: Query<Paging>,
) -> Answer {
    let typed = query.into_inner();
    let asked = typed.understood(&ctx).await?;
    let (limit, after) = (paging.rows()?, paging.after_day::<Uuid>()?);
    let work = work(&ctx, &asked, after, limit + 1).await?;
    let listed = Page::cut(&ctx, &request, limit, work, Work::key)?;
    let may_filter = sees_others(&ctx);
    let shown: Vec<Uuid> = listed.items.iter().map(|work| work.name().1).collect();
    let late = service::late_work(ctx.reader(), &shown).await?;
    page(&ListPage {
        shell: shell(&ctx, &request),
        lead: ctx.lang.t(if may_filter { "tasks.all_lead" } else { "tasks.mine_lead" }),
        may_filter,
        observatories: if may_filter { observatories(&ctx).await? } else { Vec::new() },
        releases: if may_filter { releases(&ctx).await? } else { Vec::new() },
        states: Standing::ALL[1..].iter().map(|state| Choice::new(state.as_str(), state.label(ctx.lang))).collect(),
        none: ctx.lang.t(match (typed.is_blank(), may_filter) {
            (false, _) => "tasks.none_found",
            (true, true) => "tasks.none",
            (true, false) => "tasks.none_own",
        }),
        first: after.map(|_| first_page(&request)),
        next: listed.next_path(),
        rows: listed.items.iter().map(|work| Row::of(work, &ctx).saying(&late, work, ctx.lang)).collect(),
        may_give: policy::may_ever(&ctx.actor, Action::Create),
        here: format!("{}?{}", request.path(), request.query_string()),
        form: FormState::fresh(typed),
    })
}

fn shell(ctx: &Ctx, request: &HttpRequest) -> Shell {
    Shell::new(ctx, request, contributions::work_title(ctx)).here()
}

/// Returns whether the reader sees work that others have to do.
fn sees_others(ctx: &Ctx) -> bool {
    match policy::visibility(&ctx.actor) {
        Some(policy::Visibility::Everything) => true,
        Some(policy::Visibility::Own(own)) => !own.bodies.is_empty(),
        None => false,
    }
}

/// Returns the address of the first page with the same filter.
fn first_page(request: &HttpRequest) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let kept = url::form_urlencoded::parse(request.query_string().as_bytes()).filter(|(name, _)| name != "cursor");
    format!("{}?{}", request.path(), query.extend_pairs(kept).finish())
}

async fn observatories(ctx: &Ctx) -> Result<Vec<Choice>> {
    let all = network::observatories(ctx.reader()).await?;
    Ok(all.into_iter().map(|one| Choice::new(one.code, one.name)).collect())
}

async fn releases(ctx: &Ctx) -> Result<Vec<Choice>> {
    let all = deliverables::releases_at_work(ctx.reader()).await?;
    Ok(all.into_iter().map(|one| Choice::new(one.id, one.name(ctx.lang))).collect())
}

/// Reads tasks and contributions after the same place, and merges them. Both lists are sorted by day and id.
async fn work(ctx: &Ctx, asked: &Asked, after: Option<(NaiveDate, Uuid)>, limit: u64) -> Result<Vec<Work>> {
    let mut work: Vec<Work> = Vec::new();
    if let Some(filter) = asked.tasks(ctx) {
        let tasks = service::list(ctx, &filter, after.map(|(day, id)| (day, id.into())), limit).await?;
        work.extend(tasks.into_iter().map(|task| Work::Task(Box::new(task))));
    }
    // Only tasks have a title of their own.
    if asked.text.is_none() {
        let filter = asked.contributions(ctx);
        let owed = deliverables::list_seen(ctx, &filter, after.map(|(day, id)| (day, id.into())), limit).await?;
        work.extend(owed.into_iter().map(|view| Work::Contribution(Box::new(view))));
    }
    work.sort_by_key(Work::key);
    work.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(work)
}

impl Asked {
    /// Returns the filter of the tasks; `None` if no task is asked for.
    fn tasks(&self, ctx: &Ctx) -> Option<TaskFilter> {
        let state = match self.standing {
            Standing::Open | Standing::Every => None,
            Standing::Blocked => Some(TaskState::Blocked),
            Standing::Given => Some(TaskState::Given),
            Standing::Refused => Some(TaskState::Refused),
            Standing::Done => Some(TaskState::Done),
            Standing::ToReview => return None,
        };
        Some(TaskFilter {
            observatory: self.observatory,
            release: self.release,
            state,
            of: self.mine.then(|| policy::to_do(&ctx.actor)),
            due: self.overdue || matches!(self.standing, Standing::Open | Standing::Blocked),
            before: self.overdue.then(|| ctx.today()),
            text: self.text.clone(),
            ..TaskFilter::default()
        })
    }

    /// Returns the filter of the contributions: while a step is open, its task stands for its contribution.
    fn contributions(&self, ctx: &Ctx) -> DeliverableFilter {
        let states = match self.standing {
            Standing::Open => Some(to_do_in(ctx, self.mine)),
            Standing::ToReview => Some(vec![DeliverableState::Submitted]),
            Standing::Blocked => Some(vec![DeliverableState::Blocked]),
            Standing::Done => {
                Some(vec![DeliverableState::Approved, DeliverableState::Published, DeliverableState::Verified])
            }
            Standing::Given | Standing::Refused => Some(Vec::new()),
            Standing::Every => None,
        };
        let is_reviewer = ctx.actor.is_secretariat();
        DeliverableFilter {
            observatory: self.observatory,
            release: self.release,
            states,
            of: (self.mine && !is_reviewer).then(|| policy::to_do(&ctx.actor).observatories),
            overdue_on: self.overdue.then(|| ctx.today()),
            ..DeliverableFilter::default()
        }
    }
}

/// Returns the states of the contributions that need an act although no task is open: the secretariat reviews, the
/// observatory changes what was sent back, and what is blocked concerns both.
fn to_do_in(ctx: &Ctx, mine: bool) -> Vec<DeliverableState> {
    let of_observatories = [DeliverableState::ChangesRequested, DeliverableState::Blocked];
    match (ctx.actor.is_secretariat(), mine) {
        (true, true) => vec![DeliverableState::Submitted],
        (true, false) => [&[DeliverableState::Submitted], &of_observatories[..]].concat(),
        (false, _) => of_observatories.to_vec(),
    }
}

impl Row {
    fn of(work: &Work, ctx: &Ctx) -> Self {
        match work {
            Work::Task(task) => Self::of_task(task, ctx),
            Work::Contribution(view) => Self::of_contribution(view, ctx),
        }
    }

    /// Offers an act on the reader's own tasks only. Others are opened first, because their page says on whose
    /// behalf the reader would act.
    fn of_task(task: &Task, ctx: &Ctx) -> Self {
        let line = Line::of(task, ctx);
        let is_own = policy::works_on(&ctx.actor, service::subject(&task.seat));
        let act = match (line.may_start, line.may_complete) {
            (true, _) if is_own => Act::Start,
            (false, true) if is_own => Act::Complete,
            _ => Act::Open,
        };
        let may_urge = task.is_due() && task.state() != TaskState::Blocked && task.may(&ctx.actor, Action::Urge);
        let urge = may_urge.then(|| format!("{}/remind", line.href));
        Self { line, act, urge, late: None }
    }

    /// Adds what was said about work that will be late.
    fn saying(self, late: &LateWork, work: &Work, lang: Lang) -> Self {
        let late = late.about(work.name(), work.key().0).map(|late| late_in_words(late, lang));
        Self { late, ..self }
    }

    fn of_contribution(view: &DeliverableView, ctx: &Ctx) -> Self {
        let state = view.deliverable.state();
        let reviews = state == DeliverableState::Submitted && ctx.actor.is_secretariat();
        Self {
            line: Line {
                href: contributions::href(view),
                title: title(view, ctx.lang),
                place: view.observatory_name.clone(),
                day: words::long_day(view.deliverable.day(), ctx.lang),
                minutes: String::new(),
                state: contribution_badge(state, ctx.lang),
                overdue: view.deliverable.is_overdue(ctx.today()),
                version: view.deliverable.version,
                may_start: false,
                may_complete: false,
            },
            act: if reviews { Act::Review } else { Act::Open },
            urge: None,
            late: None,
        }
    }

    fn offers(&self, act: Act) -> bool {
        self.act == act
    }
}

fn title(view: &DeliverableView, lang: Lang) -> String {
    lang.f("tasks.contribution", &[("release", &view.release_name(lang))])
}

fn contribution_badge(state: DeliverableState, lang: Lang) -> Badge {
    let (text, kind) = contributions::state(state);
    Badge { text: lang.t(text), kind }
}
