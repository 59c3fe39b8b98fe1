//! The page of the exports, and the files themselves.

use super::api::{ExportFilters, asked};
use super::policy::{self, Action};
use super::tables::{self, List};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::http::Answer;
use crate::http::page::{Shell, page};
use crate::http::sheet::{Format, MOST_EXPORTED};
use crate::typed::Reading;
use actix_web::{HttpRequest, get, web};
use askama::Template;
use serde::Deserialize;

pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_exports).service(download);
}

#[derive(Template)]
#[template(path = "exports/list.html")]
struct ExportsPage {
    shell: Shell,
    rows: Vec<ExportRow>,
    limit: String,
}

struct ExportRow {
    name: &'static str,
    csv: String,
    xlsx: String,
}

#[get("/exports")]
async fn show_exports(ctx: Ctx, request: HttpRequest) -> Answer {
    ctx.demand(policy::may(&ctx.actor, Action::Export))?;
    let row = |list: &List| ExportRow {
        name: ctx.lang.t(list.name_key()),
        csv: format!("/exports/{}?format=csv", list.as_str()),
        xlsx: format!("/exports/{}?format=xlsx", list.as_str()),
    };
    page(&ExportsPage {
        shell: Shell::new(&ctx, &request, "exports.title").here(),
        rows: List::ALL.iter().map(row).collect(),
        limit: ctx.lang.f("exports.limit", &[("number", &MOST_EXPORTED.to_string())]),
    })
}

/// The form of the file, as it was typed.
#[derive(Debug, Default, Deserialize)]
struct FormatForm {
    #[serde(default)]
    format: String,
}

#[get("/exports/{list}")]
async fn download(
    ctx: Ctx,
    list: web::Path<String>,
    query: web::Query<FormatForm>,
    filters: web::Query<ExportFilters>,
) -> Answer {
    ctx.demand(policy::may(&ctx.actor, Action::Export))?;
    let format = Reading::of(|reading| reading.optionally_chosen::<Format>("format", &query.format))?;
    let list: List = list.parse().map_err(|()| Error::NotFound)?;
    let asked = asked(&ctx, list, &filters).await?;
    Ok(tables::export(&ctx, &asked).await?.answer(format.unwrap_or_default())?)
}
