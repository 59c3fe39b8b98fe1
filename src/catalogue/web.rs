//! Pages of the catalogue: the list of products, and the secretariat's forms.
//!
//! The page of a product also shows its releases. They belong to the agenda, so `releases` serves that page with the
//! template of this slice, fills its block `releases`, and takes the facts from [`ProductFacts`].

mod edit;
mod facts;
mod rule;
mod sheet;
mod steps;

pub use facts::ProductFacts;

use super::model::Product;
use super::policy::{self, Action};
use super::questions::Catalogue;
use super::service;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::http::form::{self, Form, OnlyButton, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::http::{Answer, download};
use crate::texts::Label;
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use entity::ids::DocumentId;
use facts::contributors;

pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_catalogue).service(retire).service(reinstate).service(show_sheet_document);
    edit::pages(cfg);
    rule::pages(cfg);
    steps::pages(cfg);
    sheet::pages(cfg);
}

#[derive(Template)]
#[template(path = "catalogue/list.html")]
struct CataloguePage {
    shell: Shell,
    lines: Vec<ProductLine>,
    retired: Vec<ProductLine>,
    may_create: bool,
}

/// One product in the list.
struct ProductLine {
    href: String,
    name: String,
    theme: Option<&'static str>,
    periodicity: &'static str,
    contributors: String,
}

/// The catalogue of products.
#[get("/products")]
async fn show_catalogue(ctx: Ctx, request: HttpRequest) -> Answer {
    let catalogue = ctx.recall(&Catalogue).await?;
    let (mut lines, mut retired) = (Vec::new(), Vec::new());
    for product in catalogue.iter() {
        let line = ProductLine {
            href: href(&product.code),
            name: product.name(ctx.lang).to_owned(),
            theme: product.details.theme.map(|theme| theme.label(ctx.lang)),
            periodicity: product.details.periodicity.label(ctx.lang),
            contributors: contributors(&ctx, product).await?,
        };
        if product.retired_at.is_some() { retired.push(line) } else { lines.push(line) }
    }
    let shell = Shell::new(&ctx, &request, "catalogue.title").described(ctx.lang.t("catalogue.lead"));
    page(&CataloguePage { shell, lines, retired, may_create: may(&ctx, Action::Create) })
}

/// Address of the page of a product.
pub fn href(code: &str) -> String {
    format!("/products/{code}")
}

fn may(ctx: &Ctx, action: Action) -> bool {
    policy::may(&ctx.actor, action)
}

/// Refuses to show a form that the reader may not send.
fn only_who_may(ctx: &Ctx, action: Action) -> Result<()> {
    ctx.demand(may(ctx, action))
}

/// Makes the frame of a page below the catalogue.
pub fn shell(ctx: &Ctx, request: &HttpRequest, title: String) -> Shell {
    Shell::titled(ctx, request, title).crumb(ctx.lang.t("catalogue.title"), "/products").here()
}

/// Makes the frame of a form about a product.
fn shell_below(ctx: &Ctx, request: &HttpRequest, title_key: &str, product: &Product) -> Shell {
    Shell::new(ctx, request, title_key)
        .crumb(ctx.lang.t("catalogue.title"), "/products")
        .crumb(product.name(ctx.lang), href(&product.code))
        .here()
}

/// Retires a product; the button beside it takes the product into use again.
#[post("/products/{code}/retire")]
async fn retire(ctx: Ctx, code: web::Path<String>, form: Form<Versioned<OnlyButton>>) -> Answer {
    let Form(sent, press) = form;
    let leads_on = |product: Product| done(&href(&product.code), FlashKind::Success, "catalogue.done_retired");
    let work = async |txn: &_| service::retire(&ctx, txn, &code, sent.seen()?).await;
    form::press(&ctx, &press, work, leads_on).await
}

#[post("/products/{code}/reinstate")]
async fn reinstate(ctx: Ctx, code: web::Path<String>, form: Form<Versioned<OnlyButton>>) -> Answer {
    let Form(sent, press) = form;
    let leads_on = |product: Product| done(&href(&product.code), FlashKind::Success, "catalogue.done_reinstated");
    let work = async |txn: &_| service::reinstate(&ctx, txn, &code, sent.seen()?).await;
    form::press(&ctx, &press, work, leads_on).await
}

/// The document of a methodology sheet.
#[get("/products/{code}/documents/{sheet_document_id:[0-9A-Fa-f-]+}")]
async fn show_sheet_document(ctx: Ctx, path: web::Path<(String, DocumentId)>) -> Answer {
    let (code, id) = path.into_inner();
    Ok(download::document(service::open_document(&ctx, &code, id).await?))
}
