//! Forms of the secretariat: the certified mailbox of a body, the day of signature of the agreement.

use super::{body_href, shell_below_network};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, FormState, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::network::model::frame::{AgreementChange, BodyChange};
use crate::network::model::{AgreementView, BodyView};
use crate::network::policy::{self, Action};
use crate::network::service;
use crate::typed::{Reading, kept};
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use serde::Deserialize;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_pec_form).service(save_pec).service(show_signature_form).service(save_signature);
}

/// Refuses to show a form that the reader may not send.
fn only_who_may(ctx: &Ctx) -> Result<()> {
    ctx.demand(policy::may(&ctx.actor, Action::EditFrame))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct PecForm {
    pec: String,
}

#[derive(Template)]
#[template(path = "network/pec.html")]
struct PecPage {
    shell: Shell,
    body: String,
    href: String,
    form: FormState<Versioned<PecForm>>,
}

#[get("/network/bodies/{code}/pec")]
async fn show_pec_form(ctx: Ctx, request: HttpRequest, code: web::Path<String>) -> Answer {
    only_who_may(&ctx)?;
    let body = service::body(&ctx, &code).await?;
    let form = FormState::made_of(body.version, PecForm { pec: body.pec.clone().unwrap_or_default() });
    page(&pec_page(&ctx, &request, body, form))
}

#[post("/network/bodies/{code}/pec")]
async fn save_pec(ctx: Ctx, request: HttpRequest, code: web::Path<String>, form: Sent<Versioned<PecForm>>) -> Answer {
    only_who_may(&ctx)?;
    let save = async |txn: &Txn, version, typed: &PecForm| {
        let change = BodyChange { pec: Some(kept(&typed.pec)) };
        service::edit_body(&ctx, txn, &code, version, change).await
    };
    let leads_on = |body: BodyView| done(&body_href(&body.code), FlashKind::Success, "network.done_pec");
    form::change(&ctx, form, save, leads_on, async |form| {
        let body = service::body(&ctx, &code).await?;
        let form = form.beside(body.version);
        Ok(pec_page(&ctx, &request, body, form))
    })
    .await
}

fn pec_page(ctx: &Ctx, request: &HttpRequest, body: BodyView, form: FormState<Versioned<PecForm>>) -> PecPage {
    let href = body_href(&body.code);
    let shell = Shell::new(ctx, request, "network.pec_title")
        .crumb(ctx.lang.t("network.title"), "/network")
        .crumb(body.name.clone(), href.clone())
        .in_italian()
        .here();
    PecPage { shell, body: body.name, href, form }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct SignatureForm {
    in_force_from: String,
}

#[derive(Template)]
#[template(path = "network/signature.html")]
struct SignaturePage {
    shell: Shell,
    form: FormState<Versioned<SignatureForm>>,
}

#[get("/network/agreement")]
async fn show_signature_form(ctx: Ctx, request: HttpRequest) -> Answer {
    only_who_may(&ctx)?;
    let agreement = service::agreement(&ctx).await?;
    let in_force_from = agreement.in_force_from.map(|day| day.to_string()).unwrap_or_default();
    let form = FormState::made_of(agreement.version, SignatureForm { in_force_from });
    page(&signature_page(&ctx, &request, form))
}

#[post("/network/agreement")]
async fn save_signature(ctx: Ctx, request: HttpRequest, form: Sent<Versioned<SignatureForm>>) -> Answer {
    only_who_may(&ctx)?;
    let save = async |txn: &Txn, version, typed: &SignatureForm| {
        let in_force_from = Reading::of(|reading| reading.optional_day("in_force_from", &typed.in_force_from))?;
        service::edit_agreement(&ctx, txn, version, AgreementChange { in_force_from: Some(in_force_from) }).await
    };
    let leads_on = |_: AgreementView| done("/network", FlashKind::Success, "network.done_signature");
    form::change(&ctx, form, save, leads_on, async |form| {
        let agreement = service::agreement(&ctx).await?;
        Ok(signature_page(&ctx, &request, form.beside(agreement.version)))
    })
    .await
}

fn signature_page(ctx: &Ctx, request: &HttpRequest, form: FormState<Versioned<SignatureForm>>) -> SignaturePage {
    let shell = shell_below_network(ctx, request, ctx.lang.t("network.signature_title").to_owned());
    SignaturePage { shell, form }
}
