//! The secretariat's forms: the certified mailbox of a body, the day the agreement was signed.

use super::{body_href, shell_below_network};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, FormState, Sent, Versioned, version};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::network::model::frame::{AgreementChange, BodyChange};
use crate::network::model::{AgreementView, BodyView};
use crate::network::policy::{self, Action};
use crate::network::service;
use crate::typed;
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use serde::Deserialize;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_pec_form).service(save_pec).service(show_signature_form).service(save_signature);
}

/// A form nobody could send with success is not shown.
fn only_who_may(ctx: &Ctx) -> Result<()> {
    ctx.demand(policy::may(&ctx.actor, Action::EditFrame))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct PecForm {
    version: String,
    pec: String,
}

impl Versioned for PecForm {
    fn version_mut(&mut self) -> &mut String {
        &mut self.version
    }
}

#[derive(Template)]
#[template(path = "network/pec.html")]
struct PecPage {
    shell: Shell,
    body: String,
    href: String,
    form: FormState<PecForm>,
}

#[get("/network/bodies/{code}/pec")]
async fn show_pec_form(ctx: Ctx, request: HttpRequest, code: web::Path<String>) -> Answer {
    only_who_may(&ctx)?;
    let body = service::body(ctx.reader(), &code).await?;
    let form = PecForm { version: body.version.to_string(), pec: body.pec.clone().unwrap_or_default() };
    page(&pec_page(&ctx, &request, body, FormState::fresh(form)))
}

#[post("/network/bodies/{code}/pec")]
async fn save_pec(ctx: Ctx, request: HttpRequest, code: web::Path<String>, form: Sent<PecForm>) -> Answer {
    only_who_may(&ctx)?;
    let save = async |txn: &Txn, typed: &PecForm| {
        let change = BodyChange { pec: Some(typed::kept(&typed.pec)) };
        service::edit_body(&ctx, txn, &code, version(&typed.version)?, change).await
    };
    let leads_on = |body: BodyView| done(&body_href(&body.code), FlashKind::Success, "network.done_pec");
    form::answer(&ctx, form, save, leads_on, async |form| {
        let body = service::body(ctx.reader(), &code).await?;
        let form = form.beside(body.version);
        Ok(pec_page(&ctx, &request, body, form))
    })
    .await
}

fn pec_page(ctx: &Ctx, request: &HttpRequest, body: BodyView, form: FormState<PecForm>) -> PecPage {
    let href = body_href(&body.code);
    let shell = Shell::new(ctx, request, "network.pec_title")
        .crumb(ctx.lang.t("network.title"), "/network")
        .crumb(body.name.clone(), href.clone())
        .here();
    PecPage { shell, body: body.name, href, form }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct SignatureForm {
    version: String,
    in_force_from: String,
}

impl Versioned for SignatureForm {
    fn version_mut(&mut self) -> &mut String {
        &mut self.version
    }
}

#[derive(Template)]
#[template(path = "network/signature.html")]
struct SignaturePage {
    shell: Shell,
    form: FormState<SignatureForm>,
}

#[get("/network/agreement")]
async fn show_signature_form(ctx: Ctx, request: HttpRequest) -> Answer {
    only_who_may(&ctx)?;
    let agreement = service::agreement(ctx.reader()).await?;
    let in_force_from = agreement.in_force_from.map(|day| day.to_string()).unwrap_or_default();
    let form = SignatureForm { version: agreement.version.to_string(), in_force_from };
    page(&signature_page(&ctx, &request, FormState::fresh(form)))
}

#[post("/network/agreement")]
async fn save_signature(ctx: Ctx, request: HttpRequest, form: Sent<SignatureForm>) -> Answer {
    only_who_may(&ctx)?;
    let save = async |txn: &Txn, typed: &SignatureForm| {
        let change =
            AgreementChange { in_force_from: Some(typed::optional_day("in_force_from", &typed.in_force_from)?) };
        service::edit_agreement(&ctx, txn, version(&typed.version)?, change).await
    };
    let leads_on = |_: AgreementView| done("/network", FlashKind::Success, "network.done_signature");
    form::answer(&ctx, form, save, leads_on, async |form| {
        let agreement = service::agreement(ctx.reader()).await?;
        Ok(signature_page(&ctx, &request, form.beside(agreement.version)))
    })
    .await
}

fn signature_page(ctx: &Ctx, request: &HttpRequest, form: FormState<SignatureForm>) -> SignaturePage {
    let shell = shell_below_network(ctx, request, ctx.lang.t("network.signature_title").to_owned());
    SignaturePage { shell, form }
}
