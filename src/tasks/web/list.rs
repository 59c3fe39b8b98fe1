//! The list of work: tasks, and contributions for which no task is open, filtered and sorted.

use super::choices::seats;
use super::several::{self, SeveralAct, box_name};
use super::{Line, contribution_title, late_in_words, urge_href};
use crate::catalogue::questions::Catalogue;
use crate::ctx::Ctx;
use crate::deliverables::order::Sorting;
use crate::deliverables::service as deliverables;
use crate::deliverables::view::DeliverableView;
use crate::deliverables::web as contributions;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{Choice, FormState};
use crate::http::page::{Badge, Shell, page};
use crate::http::paging::{Page, Paging};
use crate::network::questions::AllObservatories;
use crate::open::scope;
use crate::tasks::model::Task;
use crate::tasks::policy::{self, Action};
use crate::tasks::reply::LateWork;
use crate::tasks::service::{self, Emptying, Waits, Work};
use crate::tasks::sought::{Standing, WorkSought};
use crate::texts::{Label, Lang};
use crate::time::words;
use actix_web::web::Query;
use actix_web::{HttpRequest, get};
use askama::Template;
use entity::ids::{DeliverableId, TaskId};
use entity::kinds::DeliverableState;
use std::collections::HashMap;
use uuid::Uuid;

#[derive(Template)]
#[template(path = "tasks/list.html")]
pub struct ListPage {
    shell: Shell,
    lead: &'static str,
    form: FormState<WorkSought>,
    /// Whether the reader sees more than the own work, and may choose.
    may_filter: bool,
    observatories: Vec<Choice>,
    products: Vec<Choice>,
    releases: Vec<Choice>,
    seats: Vec<Choice>,
    states: Vec<Choice>,
    orders: Vec<Choice>,
    columns: Vec<&'static str>,
    rows: Vec<Row>,
    /// Acts on several rows at once; empty for a reader who may do none.
    acts: Vec<Choice>,
    /// Whether the reader may give tasks.
    may_give: bool,
    /// Address of this page, to which the button that reminds comes back.
    here: String,
    none: &'static str,
    /// Filters that empty the list, each with the address without it.
    emptied_by: Vec<(&'static str, String)>,
    /// Addresses of the same rows as a file for a spreadsheet program.
    files: Vec<(&'static str, String)>,
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
    /// Name of the box that chooses it for an act on several.
    chosen_by: Option<String>,
    /// «attende: Elenco delle fonti».
    waits: Option<String>,
    /// «Passi fatti: 2 su 3».
    progress: Option<String>,
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

/// Shows the work that the reader sees, in the order that the reader chose.
#[get("/tasks")]
pub(super) async fn show_list(
    ctx: Ctx,
    request: HttpRequest,
    query: Query<WorkSought>,
    paging: Query<Paging>,
) -> Answer {
    scope::<Task>(&ctx)?;
    let typed = query.into_inner();
    let asked = service::understood(&ctx, &typed).await?;
    let limit = paging.rows()?;
    let after = service::must_be_of(&asked.order, paging.after()?)?;
    let work = service::work(&ctx, &asked, after.as_deref(), limit + 1).await?;
    let listed = Page::cut(&ctx, &request, limit, work, |(place, _)| place.clone())?;
    let next = listed.next_path();
    let work: Vec<Work> = listed.items.into_iter().map(|(_, work)| work).collect();
    let may_filter = sees_others(&ctx);
    let acts = several::acts(&ctx);
    let marks = Marks::of(&ctx, &work, !acts.is_empty()).await?;
    let emptied_by = if work.is_empty() { service::emptied_by(&ctx, &typed).await? } else { Vec::new() };
    let files = [("XLSX", "xlsx"), ("CSV", "csv")];
    page(&ListPage {
        shell: shell(&ctx, &request),
        lead: ctx.lang.t(if may_filter { "tasks.all_lead" } else { "tasks.mine_lead" }),
        may_filter,
        observatories: if may_filter { observatories(&ctx).await? } else { Vec::new() },
        products: if may_filter { products(&ctx).await? } else { Vec::new() },
        releases: if may_filter { releases(&ctx).await? } else { Vec::new() },
        seats: if may_filter { seats(&ctx).await? } else { Vec::new() },
        states: Standing::ALL[1..].iter().map(|state| Choice::new(state.as_str(), state.label(ctx.lang))).collect(),
        orders: Sorting::ALL[1..].iter().map(|order| Choice::new(order.as_str(), order.label(ctx.lang))).collect(),
        none: ctx.lang.t(match (typed.without_each().is_empty(), may_filter) {
            (false, _) => "tasks.none_found",
            (true, true) => "tasks.none",
            (true, false) => "tasks.none_own",
        }),
        emptied_by: emptied_by.iter().map(|one| without(one, ctx.lang)).collect(),
        files: files.map(|(name, format)| (name, typed.address("/exports/work", &[("format", format)]))).to_vec(),
        first: after.map(|_| first_page(&request)),
        next,
        columns: columns(!acts.is_empty(), ctx.lang),
        rows: work.iter().map(|work| Row::of(work, &ctx).marked(&marks, work, ctx.lang)).collect(),
        acts,
        may_give: policy::may_ever(&ctx.actor, Action::Create),
        here: format!("{}?{}", request.path(), request.query_string()),
        form: FormState::fresh(typed),
    })
}

/// Names of the columns; the first one has the boxes of those who may act on several rows.
fn columns(may_choose: bool, lang: Lang) -> Vec<&'static str> {
    let choose = may_choose.then_some("tasks.choose");
    let all = ["tasks.task", "tasks.place", "tasks.day", "tasks.state", "common.actions"];
    choose.into_iter().chain(all).map(|key| lang.t(key)).collect()
}

/// Returns the name of a filter that empties the list, and the address without it.
fn without(one: &Emptying, lang: Lang) -> (&'static str, String) {
    (lang.t(one.name), one.rest.address("/tasks", &[]))
}

/// Things that are said about rows, read for all of them at once.
struct Marks {
    late: LateWork,
    /// Steps done and all steps of each contribution.
    steps: HashMap<DeliverableId, (usize, usize)>,
    waits: Waits,
    may_choose: bool,
}

impl Marks {
    async fn of(ctx: &Ctx, work: &[Work], may_choose: bool) -> Result<Self> {
        let shown: Vec<Uuid> = work.iter().map(|work| work.name().1).collect();
        let mut contributions: Vec<DeliverableId> = work.iter().filter_map(Work::contribution).collect();
        contributions.sort_unstable();
        contributions.dedup();
        let steps = service::steps_done(ctx, &contributions).await?;
        let is_task = |work: &Work| match work {
            Work::Task(task) => Some(Task::clone(task)),
            Work::Contribution(_) => None,
        };
        let tasks: Vec<Task> = work.iter().filter_map(is_task).collect();
        let waits = service::waits(ctx, &tasks).await?;
        Ok(Self { late: service::late_work(ctx.reader(), &shown).await?, steps, waits, may_choose })
    }
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
    let all = ctx.recall(&AllObservatories).await?;
    Ok(all.iter().map(|one| Choice::new(&one.code, one.name.clone())).collect())
}

async fn releases(ctx: &Ctx) -> Result<Vec<Choice>> {
    let all = deliverables::releases_at_work(ctx.reader()).await?;
    Ok(all.into_iter().map(|one| Choice::new(one.id, one.name(ctx.lang))).collect())
}

async fn products(ctx: &Ctx) -> Result<Vec<Choice>> {
    let catalogue = ctx.recall(&Catalogue).await?;
    Ok(catalogue.iter().map(|one| Choice::new(&one.code, one.name(ctx.lang))).collect())
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
        Self { line, act, urge: urge_href(task, ctx), late: None, chosen_by: None, waits: None, progress: None }
    }

    /// Adds what is said about the row, and the box that chooses it.
    fn marked(self, marks: &Marks, work: &Work, lang: Lang) -> Self {
        let steps = work.contribution().and_then(|id| marks.steps.get(&id));
        let in_words = |(done, all): &(usize, usize)| {
            lang.f("tasks.steps_done", &[("done", &done.to_string()), ("all", &all.to_string())])
        };
        Self {
            late: marks.late.about(work.name(), work.day()).map(|late| late_in_words(late, lang)),
            chosen_by: (marks.may_choose && SeveralAct::is_possible_for(work)).then(|| box_name(work.name())),
            progress: steps.map(in_words),
            waits: marks.waits.get(&TaskId(work.name().1)).map(|before| waiting_in_words(before, lang)),
            ..self
        }
    }

    fn of_contribution(view: &DeliverableView, ctx: &Ctx) -> Self {
        let state = view.deliverable.state();
        let reviews = state == DeliverableState::Submitted && ctx.actor.is_secretariat();
        Self {
            line: Line {
                href: contributions::href(view),
                title: contribution_title(view, ctx.lang),
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
            urge: contributions::urge_href(view, ctx),
            late: None,
            chosen_by: None,
            waits: None,
            progress: None,
        }
    }

    fn offers(&self, act: Act) -> bool {
        self.act == act
    }
}

/// «attende: Elenco delle fonti».
fn waiting_in_words(before: &[Task], lang: Lang) -> String {
    let names: Vec<String> = before.iter().map(|task| task.title(lang).to_owned()).collect();
    lang.f("tasks.waiting", &[("tasks", &words::listed(&names, lang))])
}

fn contribution_badge(state: DeliverableState, lang: Lang) -> Badge {
    let (text, kind) = contributions::state(state);
    Badge { text: lang.t(text), kind }
}
