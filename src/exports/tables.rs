//! The tables, one function each. A list with more rows than are exported is refused.

use super::policy::{self, Action};
use crate::ctx::Ctx;
use crate::deliverables::service::{self as deliverables, DeliverableFilter};
use crate::designations::service::{self as designations, RegisterFilter};
use crate::designations::words as register_words;
use crate::error::Result;
use crate::http::sheet::{Cell, Export, MOST_EXPORTED};
use crate::releases::service::{self as releases, ReleaseFilter};
use crate::releases::web::state_badge;
use crate::tasks::service::{self as tasks, TaskFilter};
use crate::texts::{Label as _, Lang};
use crate::vocabulary::vocabulary;
use std::str::FromStr;

vocabulary! {
    /// A list that can be exported.
    List {
        Agenda = "agenda",
        Contributions = "contributions",
        Tasks = "tasks",
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
            Self::Register => "exports.register",
        }
    }
}

/// Exports a list. Who may: holders of seats of the network; it has the rows that they see. Errors: `export_too_long`.
pub async fn export(ctx: &Ctx, list: List) -> Result<Export> {
    ctx.demand(policy::may(&ctx.actor, Action::Export))?;
    let (headings, rows) = match list {
        List::Agenda => agenda(ctx).await?,
        List::Contributions => contributions(ctx).await?,
        List::Tasks => tasks_of(ctx).await?,
        List::Register => register(ctx).await?,
    };
    let day = ctx.today();
    let headings = headings.iter().map(|key| ctx.lang.t(key)).collect();
    Ok(Export { name: format!("{}-{day}", ctx.lang.t(list.name_key()).to_lowercase()), headings, rows })
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
];
const CONTRIBUTIONS: &[&str] = &[
    "exports.product",
    "exports.period",
    "exports.observatory",
    "exports.release_day",
    "exports.due_day",
    "exports.state",
];
const TASKS: &[&str] =
    &["exports.task", "exports.seat", "exports.place", "exports.due_day", "exports.minutes", "exports.state"];
const REGISTER: &[&str] =
    &["exports.seat", "exports.place", "exports.holder", "exports.from", "exports.to", "exports.act", "exports.state"];

/// All releases with their dates. Public.
async fn agenda(ctx: &Ctx) -> Result<Table> {
    let lang = ctx.lang;
    let all = releases::list(ctx.reader(), &ReleaseFilter::default(), None, MOST_EXPORTED + 1).await?;
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
        ]
    });
    Ok((AGENDA, rows.collect()))
}

/// The contributions that the caller sees.
async fn contributions(ctx: &Ctx) -> Result<Table> {
    let lang = ctx.lang;
    let all = deliverables::list(ctx, &DeliverableFilter::default(), None, MOST_EXPORTED + 1).await?;
    Export::must_be_short(&all)?;
    let rows = all.iter().map(|view| {
        vec![
            view.product_name(lang).into(),
            view.period.as_str().into(),
            view.observatory_name.as_str().into(),
            view.release_day.into(),
            view.deliverable.day().into(),
            view.deliverable.state().label(lang).into(),
        ]
    });
    Ok((CONTRIBUTIONS, rows.collect()))
}

/// The tasks that the caller sees.
async fn tasks_of(ctx: &Ctx) -> Result<Table> {
    let lang = ctx.lang;
    let all = tasks::list(ctx, &TaskFilter::default(), None, MOST_EXPORTED + 1).await?;
    Export::must_be_short(&all)?;
    let rows = all.iter().map(|task| {
        vec![
            task.title(lang).into(),
            task.seat.kind.label(lang).into(),
            task.seat.place().into(),
            task.day().into(),
            Cell::Number(task.estimated_minutes),
            task.state().label(lang).into(),
        ]
    });
    Ok((TASKS, rows.collect()))
}

/// The designations in force today that the caller sees, with the name of the holder, as the list of the register.
async fn register(ctx: &Ctx) -> Result<Table> {
    let (lang, today): (Lang, _) = (ctx.lang, ctx.today());
    let filter = RegisterFilter { as_of: Some(today), ..RegisterFilter::default() };
    let all = designations::list(ctx, &filter, None, MOST_EXPORTED + 1).await?;
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
            one.standing_on(today).label(lang).into(),
        ]
    });
    Ok((REGISTER, rows.collect()))
}
