//! The page of a product, with its next and latest releases.

use super::filters::{FeedLink, feeds};
use super::{Answer, Line};
use crate::catalogue::web::{self as catalogue, ProductFacts};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::http::page::{Shell, page};
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
    page(&ProductPage { feeds: feeds(&ctx, &narrowed), subscribe, shell, facts, upcoming, published })
}

async fn lines(ctx: &Ctx, filter: &ReleaseFilter) -> Result<Vec<Line>> {
    let views = service::list(ctx.reader(), filter, None, SHOWN).await?;
    Ok(views.iter().map(|view| Line::of(view, ctx)).collect())
}
