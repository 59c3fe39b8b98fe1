//! Filters of the exported lists, read from a query: the names are those of the list itself, and any other is refused, because
//! a filter that was ignored would export everything.

use super::ExportFilters;
use crate::ctx::Ctx;
use crate::deliverables::api::{self as deliverables, DeliverablesQuery};
use crate::designations::service::{self as designations, RegisterSought};
use crate::error::{Code, Error, Refused, Result};
use crate::exports::tables::{Asked, List, Releases};
use crate::releases::service::{self as releases, ReleaseFilter};
use crate::releases::sought::{Shown, Sought};
use crate::tasks::api::{self as tasks, TasksQuery};
use crate::tasks::service as work;
use crate::tasks::sought::WorkSought;
use crate::time::{Frequency, Period};
use crate::typed::{Reading, kept};
use actix_web::web::Query;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

impl List {
    /// Returns the names of its filters.
    const fn filters(self) -> &'static [&'static str] {
        match self {
            Self::Agenda => {
                &["observatory", "product", "theme", "state", "from", "to", "show", "year", "month", "since"]
            }
            Self::Contributions => &["release", "observatory", "state", "overdue"],
            Self::Tasks => &[
                "seat",
                "observatory",
                "release",
                "deliverable",
                "product",
                "text",
                "state",
                "mine",
                "due",
                "upto",
                "overdue",
                "sort",
            ],
            Self::Work => &["observatory", "product", "release", "seat", "state", "overdue", "mine", "text", "sort"],
            Self::Register => &["body", "observatory", "seat", "as_of", "known_on", "with_annulled"],
        }
    }
}

/// Reads the filters of a list from a query. Errors: `bad_request` for a name that the list does not have and for a value that
/// cannot be read, `unknown_value`.
pub async fn asked(ctx: &Ctx, list: List, filters: &ExportFilters) -> Result<Asked> {
    let given = filters.given();
    if let Some((name, _)) = given.iter().find(|(name, _)| !list.filters().contains(&name.as_str())) {
        return Err(misunderstood(format!("the list has no filter {name}")));
    }
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
    let query = query.as_str();
    Ok(match list {
        List::Agenda => Asked::Agenda(agenda(ctx, query).await?),
        List::Contributions => {
            let query: DeliverablesQuery = read(query)?;
            Asked::Contributions(Box::new(deliverables::filter_of(ctx, &query).await?))
        }
        List::Tasks => {
            let query: TasksQuery = read(query)?;
            let order = work::order(ctx, query.sort.unwrap_or_default()).await?;
            Asked::Tasks(Box::new(tasks::filter_of(ctx, &query).await?), order)
        }
        List::Work => {
            let sought: WorkSought = read(query)?;
            Asked::Work(Box::new(work::understood(ctx, &sought).await?))
        }
        List::Register => {
            let sought = read::<RegisterSought>(query)?.with_today(ctx.today());
            Asked::Register(designations::understood(ctx, &sought).await?)
        }
    })
}

impl ExportFilters {
    /// Returns the names and the values of the given filters.
    fn given(&self) -> Vec<(String, String)> {
        let Ok(Value::Object(members)) = serde_json::to_value(self) else { return Vec::new() };
        let given = |(name, value): (String, Value)| Some((name, value.as_str()?.to_owned()));
        members.into_iter().filter_map(given).collect()
    }
}

fn read<Q: DeserializeOwned>(query: &str) -> Result<Q> {
    Ok(Query::<Q>::from_query(query).map_err(|error| misunderstood(error.to_string()))?.into_inner())
}

fn misunderstood(why: String) -> Error {
    Error::Refused(Refused::of(Code::BadRequest).with("why", why))
}

/// Filters of the agenda: days as in the API, parts as on the calendar.
#[derive(Default, Deserialize)]
#[serde(default)]
struct AgendaSought {
    observatory: String,
    product: String,
    theme: String,
    state: String,
    from: String,
    to: String,
    show: String,
    year: String,
    month: String,
    since: String,
}

async fn agenda(ctx: &Ctx, query: &str) -> Result<Releases> {
    let AgendaSought { observatory, product, theme, state, from, to, show, year, month, since } = read(query)?;
    let narrowed = releases::narrowing(ctx, &Sought { observatory, product, theme, state }).await?;
    if let Some(span) = span(&month, Frequency::Month)?.or(span(&year, Frequency::Year)?) {
        return Ok(Releases::Between(span.first_day(), span.last_day(), Box::new(narrowed)));
    }
    let (from, to, since, shown) = Reading::of(|reading| {
        let (from, to) = (reading.optional_day("from", &from), reading.optional_day("to", &to));
        let since = reading.optional_day("since", &since);
        let shown = reading.optionally_chosen::<Shown>("show", &show);
        Some((from?, to?, since?, shown?))
    })?;
    let filter = releases::filter(ctx, &narrowed).await?;
    let filter = shown.map_or(filter.clone(), |list| releases::shown(list, filter));
    Ok(Releases::Listed(Box::new(ReleaseFilter { from: from.or(since), to, ..filter })))
}

/// Reads a year or a month.
fn span(typed: &str, frequency: Frequency) -> Result<Option<Period>> {
    let Some(label) = kept(typed) else { return Ok(None) };
    let period: Option<Period> = label.parse().ok().filter(|period: &Period| period.frequency() == frequency);
    period.map(Some).ok_or_else(|| misunderstood(format!("{label} is no year and no month")))
}
