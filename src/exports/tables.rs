//! The tables, one function each. A list with more rows than are exported is refused.

use super::policy::{self, Action};
use crate::ctx::Ctx;
use crate::deliverables::order::Order;
use crate::deliverables::service::{self as deliverables, DeliverableFilter};
use crate::designations::service::{self as designations, RegisterFilter};
use crate::designations::words as register_words;
use crate::error::Result;
use crate::http::sheet::{Cell, Export, MOST_EXPORTED};
use crate::releases::service::{self as releases, ReleaseFilter};
use crate::releases::sought::Narrowing;
use crate::releases::web::state_badge;
use crate::tasks::service::{self as tasks, TaskFilter, Work, WorkAsked};
use crate::texts::{Label as _, Lang};
use crate::vocabulary::vocabulary;
use chrono::NaiveDate;
use std::str::FromStr;

vocabulary! {
    /// A list that can be exported.
    List {
        Agenda = "agenda",
        Contributions = "contributions",
        Tasks = "tasks",
        /// Tasks and contributions, as on their page.
        Work = "work",
        Register = "register",
    }
}

impl FromStr for List {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        Self::ALL.iter().copied().find(|list| list.as_str() == text).ok_or(())
    }
}

impl List {
    /// Returns the key of its name on pages, and in Italian of its file.
    pub const fn name_key(self) -> &'static str {
        match self {
            Self::Agenda => "exports.agenda",
            Self::Contributions => "exports.contributions",
            Self::Tasks => "exports.tasks",
            Self::Work => "exports.work",
            Self::Register => "exports.register",
        }
    }
}

/// A list with the filters that narrow it, the same as those of the list itself.
pub enum Asked {
    Agenda(Releases),
    Contributions(Box<DeliverableFilter>),
    Tasks(Box<TaskFilter>, Order),
    Work(Box<WorkAsked>),
    Register(RegisterFilter),
}

/// The releases of a part of the agenda.
pub enum Releases {
    /// Releases that pass a filter, in its order.
    Listed(Box<ReleaseFilter>),
    /// Releases that may come out in a span of days, both included.
    Between(NaiveDate, NaiveDate, Box<Narrowing>),
}

impl Asked {
    const fn list(&self) -> List {
        match self {
            Self::Agenda(_) => List::Agenda,
            Self::Contributions(_) => List::Contributions,
            Self::Tasks(..) => List::Tasks,
            Self::Work(_) => List::Work,
            Self::Register(_) => List::Register,
        }
    }
}

/// Exports a list: the rows of all its pages. Who may: holders of seats of the network; it has the rows that they see. Errors:
/// `export_too_long`.
pub async fn export(ctx: &Ctx, asked: &Asked) -> Result<Export> {
    ctx.demand(policy::may(&ctx.actor, Action::Export))?;
    let (headings, rows) = match asked {
        Asked::Agenda(releases) => agenda(ctx, releases).await?,
        Asked::Contributions(filter) => contributions(ctx, filter).await?,
        Asked::Tasks(filter, order) => tasks_of(ctx, filter, order).await?,
        Asked::Work(asked) => work(ctx, asked).await?,
        Asked::Register(filter) => register(ctx, filter).await?,
    };
    let day = ctx.today();
    let headings = headings.iter().map(|key| ctx.lang.t(key)).collect();
    let name = ctx.lang.t(asked.list().name_key()).to_lowercase().replace(' ', "-");
    Ok(Export { name: format!("{name}-{day}"), headings, rows })
}

/// Keys of the headings, and the rows.
type Table = (&'static [&'static str], Vec<Vec<Cell>>);

// Keys of the headings of each table.
const AGENDA: &[&str] = &[
    "exports.product_code",
    "exports.product",
    "exports.observatory",
    "exports.period",
    "exports.day",
    "exports.hour",
    "exports.precision",
    "exports.state",
    "exports.id",
];
const CONTRIBUTIONS: &[&str] = &[
    "exports.product",
    "exports.period",
    "exports.observatory",
    "exports.release_day",
    "exports.due_day",
    "exports.state",
    "exports.id",
];
const TASKS: &[&str] = &[
    "exports.task",
    "exports.seat",
    "exports.place",
    "exports.due_day",
    "exports.minutes",
    "exports.state",
    "exports.id",
];
const WORK: &[&str] = &[
    "exports.kind",
    "exports.task",
    "exports.place",
    "exports.due_day",
    "exports.minutes",
    "exports.state",
    "exports.id",
];
const REGISTER: &[&str] = &[
    "exports.seat",
    "exports.place",
    "exports.holder",
    "exports.from",
    "exports.to",
    "exports.act",
    "exports.state",
    "exports.id",
];

/// Releases with their dates. Public.
async fn agenda(ctx: &Ctx, releases: &Releases) -> Result<Table> {
    let lang = ctx.lang;
    let all = match releases {
        Releases::Listed(filter) => releases::list(ctx.reader(), filter, None, MOST_EXPORTED + 1).await?,
        Releases::Between(from, to, narrowed) => releases::agenda(ctx, *from, *to, narrowed).await?.releases,
    };
    Export::must_be_short(&all)?;
    let rows = all.iter().map(|view| {
        let when = view.release.when();
        vec![
            view.product_code.as_str().into(),
            view.product_name(lang).into(),
            view.observatory.as_ref().map(|whose| whose.code.as_str()).into(),
            view.release.period.to_string().into(),
            when.first_day().into(),
            when.hour().map_or(Cell::Blank, Cell::Hour),
            when.precision().label(lang).into(),
            state_badge(view.release.state(), lang).text.into(),
            view.release.id.to_string().into(),
        ]
    });
    Ok((AGENDA, rows.collect()))
}

/// The contributions that the caller sees and that pass the filter.
async fn contributions(ctx: &Ctx, filter: &DeliverableFilter) -> Result<Table> {
    let lang = ctx.lang;
    let all = deliverables::list(ctx, filter, None, MOST_EXPORTED + 1).await?;
    Export::must_be_short(&all)?;
    let rows = all.iter().map(|view| {
        vec![
            view.product_name(lang).into(),
            view.period.as_str().into(),
            view.observatory_name.as_str().into(),
            view.release_day.into(),
            view.deliverable.day().into(),
            view.deliverable.state().label(lang).into(),
            view.deliverable.id.to_string().into(),
        ]
    });
    Ok((CONTRIBUTIONS, rows.collect()))
}

/// The tasks that the caller sees and that pass the filter, in an order.
async fn tasks_of(ctx: &Ctx, filter: &TaskFilter, order: &Order) -> Result<Table> {
    let lang = ctx.lang;
    let all = tasks::list_in_order(ctx, filter, order, None, MOST_EXPORTED + 1).await?;
    Export::must_be_short(&all)?;
    let rows = all.iter().map(|(_, task)| {
        vec![
            task.title(lang).into(),
            task.seat.kind.label(lang).into(),
            task.seat.place().into(),
            task.day().into(),
            Cell::Number(task.estimated_minutes),
            task.state().label(lang).into(),
            task.id.to_string().into(),
        ]
    });
    Ok((TASKS, rows.collect()))
}

/// Tasks and contributions, as on their page.
async fn work(ctx: &Ctx, asked: &WorkAsked) -> Result<Table> {
    let all = tasks::work(ctx, asked, None, MOST_EXPORTED + 1).await?;
    Export::must_be_short(&all)?;
    Ok((WORK, all.iter().map(|(_, one)| work_row(one, ctx.lang)).collect()))
}

fn work_row(one: &Work, lang: Lang) -> Vec<Cell> {
    match one {
        Work::Task(task) => vec![
            lang.t("exports.kind_task").into(),
            task.title(lang).into(),
            task.seat.place().into(),
            task.day().into(),
            Cell::Number(task.estimated_minutes),
            task.state().label(lang).into(),
            task.id.to_string().into(),
        ],
        Work::Contribution(view) => vec![
            lang.t("exports.kind_contribution").into(),
            view.release_name(lang).into(),
            view.observatory_name.as_str().into(),
            view.deliverable.day().into(),
            Cell::Blank,
            view.deliverable.state().label(lang).into(),
            view.deliverable.id.to_string().into(),
        ],
    }
}

/// The designations that the caller sees and that pass the filter, with the name of the holder, as the list of the register.
async fn register(ctx: &Ctx, filter: &RegisterFilter) -> Result<Table> {
    let (lang, day): (Lang, _) = (ctx.lang, filter.as_of.unwrap_or_else(|| ctx.today()));
    let all = designations::list(ctx, filter, None, MOST_EXPORTED + 1).await?;
    Export::must_be_short(&all)?;
    let rows = all.iter().map(|one| {
        let statement = &one.record.statement;
        vec![
            one.seat.kind.label(lang).into(),
            one.seat.place().into(),
            one.holder.name().into(),
            statement.term.from.into(),
            statement.term.to.into(),
            register_words::act(&statement.act, lang).into(),
            one.standing_on(day).label(lang).into(),
            one.id.to_string().into(),
        ]
    });
    Ok((REGISTER, rows.collect()))
}
