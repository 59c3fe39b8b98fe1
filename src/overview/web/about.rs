//! Pages about the service: whom to write to, personal data, and what programs can read.

use crate::ctx::Ctx;
use crate::http::Answer;
use crate::http::openapi;
use crate::http::page::{Shell, page};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, get};
use askama::Template;

pub(super) fn pages(cfg: &mut ServiceConfig) {
    cfg.service(privacy).service(about).service(data);
}

#[derive(Template)]
#[template(path = "overview/privacy.html")]
struct PrivacyPage {
    shell: Shell,
    controller: String,
}

/// The notice on personal data (GDPR art. 13).
#[get("/privacy")]
async fn privacy(ctx: Ctx, request: HttpRequest) -> Answer {
    page(&PrivacyPage {
        shell: shell(&ctx, &request, "overview.privacy_title", "overview.privacy_lead"),
        controller: ctx.config().pages.data_controller.clone(),
    })
}

#[derive(Template)]
#[template(path = "overview/about.html")]
struct AboutPage {
    shell: Shell,
    controller: String,
    licence: Option<String>,
}

/// Legal notes, contacts and accessibility.
#[get("/about")]
async fn about(ctx: Ctx, request: HttpRequest) -> Answer {
    page(&AboutPage {
        shell: shell(&ctx, &request, "overview.about_title", "overview.about_lead"),
        controller: ctx.config().pages.data_controller.clone(),
        licence: ctx.config().licence(),
    })
}

#[derive(Template)]
#[template(path = "overview/data.html")]
struct DataPage {
    shell: Shell,
    base: String,
    document: &'static str,
    operations: Vec<Operation>,
    licence: Option<String>,
}

/// An operation that everybody may call.
struct Operation {
    path: &'static str,
    /// From the description of the API, in English.
    summary: &'static str,
    /// Whether the address can be opened as it is, without a value to fill in.
    is_complete: bool,
}

/// Shows what programs can read without a key, with examples.
#[get("/api")]
async fn data(ctx: Ctx, request: HttpRequest) -> Answer {
    let operation =
        |(path, summary): (&'static str, &'static str)| Operation { path, summary, is_complete: !path.contains('{') };
    page(&DataPage {
        shell: shell(&ctx, &request, "overview.data_title", "overview.data_lead"),
        base: ctx.config().base_url(),
        document: openapi::ADDRESS,
        operations: openapi::public_reads().into_iter().map(operation).collect(),
        licence: ctx.config().licence(),
    })
}

/// Makes the frame of a page whose lead also describes it.
fn shell(ctx: &Ctx, request: &HttpRequest, title: &str, lead: &str) -> Shell {
    Shell::new(ctx, request, title).described(ctx.lang.t(lead)).here()
}
