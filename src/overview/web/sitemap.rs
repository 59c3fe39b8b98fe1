//! The list of public pages for search engines (sitemaps.org), and what they may visit (RFC 9309).

use crate::catalogue::questions::Catalogue;
use crate::catalogue::web::href as product_href;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::http::Answer;
use crate::http::site::Site;
use crate::network::questions::{AllBodies, AllObservatories};
use crate::releases::service::{self as releases, ReleaseFilter};
use crate::time::zone;
use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpResponse, get};
use askama::Template;
use chrono::NaiveDate;

/// Public pages with an address of their own.
const PAGES: &[&str] = &[
    "/",
    "/calendar",
    "/calendar/changes",
    "/calendar/subscribe",
    "/products",
    "/network",
    "/api",
    "/about",
    "/privacy",
];

pub(super) fn pages(cfg: &mut ServiceConfig) {
    cfg.service(show_robots).service(show_sitemap);
}

/// Tells programs that visit every page which ones to leave out. The addresses of one-press links and of signing in are keys. The data of
/// a demonstration are invented, so none of its pages may be listed.
#[get("/robots.txt")]
async fn show_robots(ctx: Ctx, site: Data<Site>) -> Answer {
    let forbidden = if site.notices.is_demo() { "Disallow: /\n" } else { "Disallow: /p/\nDisallow: /sign-in\n" };
    let sitemap = format!("{}/sitemap.xml", ctx.config().base_url());
    let text = format!("User-agent: *\n{forbidden}\nSitemap: {sitemap}\n");
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text))
}

#[derive(Template)]
#[template(path = "overview/sitemap.xml")]
struct Sitemap {
    pages: Vec<PublicPage>,
}

struct PublicPage {
    address: String,
    changed: Option<NaiveDate>,
}

/// All public pages.
#[get("/sitemap.xml")]
async fn show_sitemap(ctx: Ctx) -> Answer {
    let sitemap = Sitemap { pages: public_pages(&ctx).await? };
    let xml = sitemap.render().map_err(|error| Error::Internal(format!("the sitemap was not rendered: {error}")))?;
    Ok(HttpResponse::Ok().content_type("application/xml; charset=utf-8").body(xml))
}

async fn public_pages(ctx: &Ctx) -> Result<Vec<PublicPage>> {
    let base = ctx.config().base_url();
    let page = |path: String, changed| PublicPage { address: format!("{base}{path}"), changed };
    let bodies = ctx.recall(&AllBodies).await?;
    let observatories = ctx.recall(&AllObservatories).await?;
    let agenda = releases::all(ctx.reader(), &ReleaseFilter::default()).await?;
    let catalogue = ctx.recall(&Catalogue).await?;
    let fixed = PAGES.iter().map(|path| page((*path).to_owned(), None));
    let of_observatories = observatories.iter().map(|one| page(format!("/network/observatories/{}", one.code), None));
    let of_bodies = bodies.iter().map(|one| page(format!("/network/bodies/{}", one.code), None));
    let of_products = catalogue.iter().map(|one| page(product_href(&one.code), None));
    let of_releases = agenda.iter().map(|view| {
        let changed = zone::day_of(view.updated_at);
        page(view.href(), Some(changed))
    });
    Ok(fixed.chain(of_observatories).chain(of_bodies).chain(of_products).chain(of_releases).collect())
}
