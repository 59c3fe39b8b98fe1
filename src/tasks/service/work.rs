//! The list of work: tasks, and contributions for which no task is open, in one order.

use super::{Filter, store};
use crate::catalogue::questions::Catalogue;
use crate::ctx::Ctx;
use crate::db::Key;
use crate::deliverables::order::{Line, Order, Sorting};
use crate::deliverables::service::{self as deliverables, DeliverableFilter};
use crate::deliverables::view::DeliverableView;
use crate::designations::questions::AllSeats;
use crate::designations::seats::SeatKey;
use crate::designations::service as designations;
use crate::error::{Code, Error, Result};
use crate::network::questions::AllObservatories;
use crate::network::service as network;
use crate::open::Scoped;
use crate::tasks::model::Task;
use crate::tasks::policy;
use crate::tasks::reply;
use crate::tasks::sought::{Standing, WorkSought};
use crate::typed::{Reading, kept};
use entity::ids::{DeliverableId, ObservatoryId, ReleaseId, SeatId};
use entity::kinds::{DeliverableState, ObligationKind, TaskState};
use std::collections::HashMap;

/// One piece of work of a list.
pub enum Work {
    Task(Box<Task>),
    Contribution(Box<DeliverableView>),
}

impl Work {
    /// Returns its kind and its id.
    pub fn name(&self) -> reply::Work {
        match self {
            Self::Task(task) => (ObligationKind::Task, task.id.0),
            Self::Contribution(view) => (ObligationKind::Deliverable, view.deliverable.id.0),
        }
    }

    pub fn day(&self) -> chrono::NaiveDate {
        match self {
            Self::Task(task) => task.day(),
            Self::Contribution(view) => view.deliverable.day(),
        }
    }

    /// Returns the contribution that it is, or to which it belongs.
    pub fn contribution(&self) -> Option<DeliverableId> {
        match self {
            Self::Task(task) => task.deliverable_id,
            Self::Contribution(view) => Some(view.deliverable.id),
        }
    }
}

/// Filters and order that were understood.
#[derive(Clone, Debug)]
pub struct WorkAsked {
    observatory: Option<ObservatoryId>,
    product: Option<String>,
    release: Option<ReleaseId>,
    seat: Option<SeatId>,
    standing: Standing,
    overdue: bool,
    mine: bool,
    text: Option<String>,
    pub order: Order,
}

/// Finds what the filters mean. Errors: `unknown_value` for a filter with a value that there is not.
pub async fn understood(ctx: &Ctx, sought: &WorkSought) -> Result<WorkAsked> {
    let (release, standing, sorting) = Reading::of(|reading| {
        let release = reading.optionally_chosen("release", &sought.release);
        let standing = reading.optionally_chosen("state", &sought.state);
        let sorting = reading.optionally_chosen("sort", &sought.sort);
        Some((release?, standing?, sorting?))
    })?;
    let observatory = match kept(&sought.observatory) {
        Some(code) => {
            let found = network::observatory(ctx, &code).await;
            Some(found.map_err(|error| error.as_unknown("observatory"))?.id)
        }
        None => None,
    };
    let seat = match kept(&sought.seat) {
        Some(code) => {
            let found = designations::seat(ctx, SeatKey::Code(&code)).await;
            Some(found.map_err(|error| error.as_unknown("seat"))?.id)
        }
        None => None,
    };
    let product = kept(&sought.product);
    if let Some(code) = &product
        && ctx.recall(&Catalogue).await?.iter().all(|known| known.code != *code)
    {
        return Err(Error::field("product", Code::UnknownValue));
    }
    Ok(WorkAsked {
        observatory,
        product,
        release,
        seat,
        standing: standing.unwrap_or(Standing::Open),
        overdue: !sought.overdue.is_empty(),
        mine: !sought.mine.is_empty(),
        text: kept(&sought.text),
        order: order(ctx, sorting.unwrap_or_default()).await?,
    })
}

/// Returns an order with all that it needs.
pub async fn order(ctx: &Ctx, sorting: Sorting) -> Result<Order> {
    Ok(match sorting {
        Sorting::Day => Order::Day,
        Sorting::Release => Order::Release,
        Sorting::Observatory => {
            Order::Observatory(ctx.recall(&AllObservatories).await?.iter().map(|one| one.id).collect())
        }
    })
}

/// Refuses a cursor of another order.
pub fn must_be_of(order: &Order, place: Option<Vec<Key>>) -> Result<Option<Vec<Key>>> {
    match place {
        Some(place) if !order.knows(&place) => Err(Error::refused(Code::CursorUnknown)),
        place => Ok(place),
    }
}

/// Returns the tasks that the caller sees and that pass the filter, in an order, each with its place in the list.
pub async fn list_in_order(
    ctx: &Ctx,
    filter: &Filter,
    order: &Order,
    after: Option<&[Key]>,
    limit: u64,
) -> Result<Vec<(Vec<Key>, Task)>> {
    let Some(visible) = Task::visibility(&ctx.actor) else { return Ok(Vec::new()) };
    let seats = ctx.recall(&AllSeats).await?;
    Ok(store::list_in_order(ctx.reader(), &seats, &visible, filter, order, after, Some(limit)).await?)
}

/// Reads tasks and contributions after the same place, and merges them. Each has its place in the list.
pub async fn work(ctx: &Ctx, asked: &WorkAsked, after: Option<&[Key]>, limit: u64) -> Result<Vec<(Vec<Key>, Work)>> {
    let mut work: Vec<(Vec<Key>, Work)> = Vec::new();
    if let Some(filter) = asked.tasks(ctx) {
        let tasks = list_in_order(ctx, &filter, &asked.order, after, limit).await?;
        work.extend(tasks.into_iter().map(|(place, task)| (place, Work::Task(Box::new(task)))));
    }
    if asked.is_about_contributions() {
        let filter = asked.contributions(ctx);
        let owed = deliverables::list_in_order(ctx, &filter, &asked.order, after, limit).await?;
        work.extend(owed.into_iter().map(|view| (place_of(&asked.order, &view), Work::Contribution(Box::new(view)))));
    }
    work.sort_by(|(one, _), (other, _)| one.cmp(other));
    work.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(work)
}

fn place_of(order: &Order, view: &DeliverableView) -> Vec<Key> {
    let owed = &view.deliverable;
    order.place(&Line {
        observatory: Some(owed.observatory_id),
        release: Some((view.release_day, owed.release_id)),
        day: owed.day(),
        id: owed.id.0,
    })
}

/// A filter without which an empty list would have something, with what remains.
pub struct Emptying {
    /// Key of the name of the filter.
    pub name: &'static str,
    pub rest: WorkSought,
}

/// Returns the filters that empty a list, each of them alone.
pub async fn emptied_by(ctx: &Ctx, sought: &WorkSought) -> Result<Vec<Emptying>> {
    let mut found = Vec::new();
    for (name, rest) in sought.without_each() {
        let asked = understood(ctx, &rest).await?;
        if !work(ctx, &asked, None, 1).await?.is_empty() {
            found.push(Emptying { name, rest });
        }
    }
    Ok(found)
}

/// Counts the steps towards these contributions that are done, and all of them.
pub async fn steps_done(ctx: &Ctx, contributions: &[DeliverableId]) -> Result<HashMap<DeliverableId, (usize, usize)>> {
    if contributions.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(store::steps_done(ctx.reader(), contributions).await?)
}

impl WorkAsked {
    /// Returns the filter of the tasks; `None` if no task is asked for.
    fn tasks(&self, ctx: &Ctx) -> Option<Filter> {
        let state = match self.standing {
            Standing::Open | Standing::Every => None,
            Standing::Blocked => Some(TaskState::Blocked),
            Standing::Given => Some(TaskState::Given),
            Standing::Refused => Some(TaskState::Refused),
            Standing::Done => Some(TaskState::Done),
            Standing::ToReview => return None,
        };
        Some(Filter {
            observatory: self.observatory,
            product: self.product.clone(),
            release: self.release,
            seat: self.seat,
            state,
            of: self.mine.then(|| policy::to_do(&ctx.actor)),
            due: self.overdue || matches!(self.standing, Standing::Open | Standing::Blocked),
            before: self.overdue.then(|| ctx.today()),
            text: self.text.clone(),
            ..Filter::default()
        })
    }

    /// Tells whether contributions can pass the filters: only tasks have a seat and a title of their own.
    const fn is_about_contributions(&self) -> bool {
        self.text.is_none() && self.seat.is_none()
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
            product: self.product.clone(),
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
