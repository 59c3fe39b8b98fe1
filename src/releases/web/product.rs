//! The page of a product, with its next and latest releases.

use super::filters::{FeedLink, feeds};
use super::{Answer, Line};
use crate::catalogue::web::{self as catalogue, ProductFacts};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::http::page::{Shell, page};
use crate::releases::policy::{self, Action};
use crate::releases::service::{self, ReleaseFilter};
use crate::releases::sought::Narrowing;
use actix_web::{HttpRequest, get, web};
use askama::Template;
use entity::kinds::ReleaseState;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_product);
}

/// Most releases shown of each kind; the calendar shows all.
const SHOWN: u64 = 5;

#[derive(Template)]
#[template(path = "releases/product.html")]
struct ProductPage {
    shell: Shell,
    facts: ProductFacts,
    upcoming: Vec<Line>,
    published: Vec<Line>,
    /// Number of releases with other steps than the product, for those who may change that.
    outdated: Option<String>,
    /// Feeds of its releases.
    feeds: Vec<FeedLink>,
    /// Address of the page on subscribing to them.
    subscribe: String,
}

/// One product of the catalogue.
#[get("/products/{code}")]
async fn show_product(ctx: Ctx, request: HttpRequest, code: web::Path<String>) -> Answer {
    let facts = ProductFacts::of(&ctx, &code).await?;
    let of = ReleaseFilter { product: Some(facts.product.id), ..ReleaseFilter::default() };
    let upcoming = lines(&ctx, &ReleaseFilter { open: true, ..of.clone() }).await?;
    let out = ReleaseFilter { state: Some(ReleaseState::Published), latest_first: true, ..of };
    let published = lines(&ctx, &out).await?;
    let about = ctx.lang.f("catalogue.described", &[("name", &facts.name)]);
    let shell = catalogue::shell(&ctx, &request, facts.name.clone()).described(about);
    let narrowed = Narrowing { product: Some(facts.product.clone()), ..Narrowing::default() };
    let subscribe = narrowed.address("/calendar/subscribe", &[]);
    let outdated = outdated(&ctx, &code).await?;
    page(&ProductPage { feeds: feeds(&ctx, &narrowed), subscribe, shell, facts, upcoming, published, outdated })
}

/// Says how many releases have other steps, to a reader who may give them the present ones.
async fn outdated(ctx: &Ctx, code: &str) -> Result<Option<String>> {
    if !policy::may(&ctx.actor, Action::RenewSteps) {
        return Ok(None);
    }
    let (_, outdated) = service::outdated(ctx, code).await?;
    Ok(match outdated.len() {
        0 => None,
        1 => Some(ctx.lang.t("releases.outdated_one").to_owned()),
        number => Some(ctx.lang.f("releases.outdated_many", &[("number", &number.to_string())])),
    })
}

async fn lines(ctx: &Ctx, filter: &ReleaseFilter) -> Result<Vec<Line>> {
    let views = service::list(ctx.reader(), filter, None, SHOWN).await?;
    Ok(views.iter().map(|view| Line::of(view, ctx)).collect())
}
