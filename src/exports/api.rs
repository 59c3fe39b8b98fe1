//! Exports over REST.

mod asked;

pub(super) use self::asked::asked;
use super::policy::Action;
use super::tables::{self, List};
use crate::auth::rights::Right;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::http::Answer;
use crate::http::sheet::FormatQuery;
use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::IntoParams;

pub fn configure(cfg: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    cfg.service(export_list);
}

/// Rights required by each operation, by the name of its handler. The slice of each list decides about its rows.
pub const RIGHTS: &[(&str, Right<Action>)] = &[("export_list", Right::Ever(Action::Export))];

/// Filters of the lists. Each list has those of its own operation or page; another one is refused.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ExportFilters {
    /// A body's code, of the register.
    #[param(max_length = 60)]
    body: Option<String>,
    /// An observatory's code.
    #[param(max_length = 60)]
    observatory: Option<String>,
    /// A product's code, of the agenda, of tasks and of work.
    #[param(max_length = 60)]
    product: Option<String>,
    /// A theme, of the agenda.
    #[param(max_length = 60)]
    theme: Option<String>,
    /// A release, of contributions, tasks and work.
    #[param(max_length = 36)]
    release: Option<String>,
    /// A contribution, of tasks.
    #[param(max_length = 36)]
    deliverable: Option<String>,
    /// A seat's code, of tasks and work; the kind of seat, of the register.
    #[param(max_length = 120)]
    seat: Option<String>,
    /// A state; of work one of the selections of its page.
    #[param(max_length = 30)]
    state: Option<String>,
    /// Part of the title, of tasks and work.
    #[param(max_length = 100)]
    text: Option<String>,
    /// `day`, `observatory` or `release`, of tasks and work.
    #[param(max_length = 20)]
    sort: Option<String>,
    /// Only the caller's own tasks or work.
    #[param(max_length = 5)]
    mine: Option<String>,
    /// Only tasks that are still called for.
    #[param(max_length = 5)]
    due: Option<String>,
    /// Only overdue contributions, tasks or work.
    #[param(max_length = 5)]
    overdue: Option<String>,
    /// Last due day of tasks.
    #[param(max_length = 10)]
    upto: Option<String>,
    /// First day of the agenda.
    #[param(max_length = 10)]
    from: Option<String>,
    /// Last day of the agenda.
    #[param(max_length = 10)]
    to: Option<String>,
    /// `upcoming`, `published` or `cancelled`, of the agenda.
    #[param(max_length = 20)]
    show: Option<String>,
    /// A year of the agenda.
    #[param(max_length = 4)]
    year: Option<String>,
    /// A month of the agenda, `2027-03`.
    #[param(max_length = 7)]
    month: Option<String>,
    /// First day of a list of the agenda.
    #[param(max_length = 10)]
    since: Option<String>,
    /// Day on which designations are in force; empty for any day, absent for today.
    #[param(max_length = 10)]
    as_of: Option<String>,
    /// Day of knowledge of the register.
    #[param(max_length = 10)]
    known_on: Option<String>,
    /// Includes annulled designations.
    #[param(max_length = 5)]
    with_annulled: Option<String>,
}

/// A list as a table for a spreadsheet program
///
/// `agenda`, `contributions`, `tasks`, `work` (tasks and contributions, as on their page) or `register`, with all rows of the
/// list that the caller sees and that pass its filters, and headings in the language of the caller. In `csv` a text that
/// begins like a formula has an apostrophe before it; in `xlsx` days and hours are values. Who may: holders of seats of the
/// network. Errors: `export_too_long`, `bad_request` for a filter that the list does not have.
#[utoipa::path(tag = "exports", params(("list" = String, Path, max_length = 20), FormatQuery, ExportFilters), responses((status = 200, content_type = "application/octet-stream", body = String)))]
#[get("/exports/{list}")]
pub async fn export_list(
    ctx: Ctx,
    list: web::Path<String>,
    query: web::Query<FormatQuery>,
    filters: web::Query<ExportFilters>,
) -> Answer {
    let list: List = list.parse().map_err(|()| Error::NotFound)?;
    let asked = asked(&ctx, list, &filters).await?;
    Ok(tables::export(&ctx, &asked).await?.answer(query.format.unwrap_or_default())?)
}
