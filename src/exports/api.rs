//! Exports over REST.

use super::policy::Action;
use super::tables::{self, List};
use crate::auth::rights::Right;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::http::Answer;
use crate::http::sheet::FormatQuery;
use actix_web::{get, web};

pub fn configure(cfg: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    cfg.service(export_list);
}

/// Rights required by each operation, by the name of its handler. The slice of each list decides about its rows.
pub const RIGHTS: &[(&str, Right<Action>)] = &[("export_list", Right::Ever(Action::Export))];

/// A list as a table for a spreadsheet program
///
/// `agenda`, `contributions`, `tasks` or `register` (designations in force today), with the rows that the caller sees and
/// headings in the language of the caller. In `csv` a text that begins like a formula has an apostrophe before it; in
/// `xlsx` days and hours are values. Who may: holders of seats of the network. Errors: `export_too_long`.
#[utoipa::path(tag = "exports", params(("list" = String, Path, max_length = 20), FormatQuery), responses((status = 200, content_type = "application/octet-stream", body = String)))]
#[get("/exports/{list}")]
pub async fn export_list(ctx: Ctx, list: web::Path<String>, query: web::Query<FormatQuery>) -> Answer {
    let list: List = list.parse().map_err(|()| Error::NotFound)?;
    Ok(tables::export(&ctx, list).await?.answer(query.format.unwrap_or_default())?)
}
