//! The end of a round on pages: accepting a contribution with its checklist, and sending it back with its remarks.

use super::contribution;
use super::panel::{CheckLines, check_lines, own};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::policy::Action;
use crate::deliverables::service as deliverables;
use crate::deliverables::view::DeliverableView;
use crate::deliverables::web::{self as contributions, Text};
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, FormState, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::reviews::model::Remark;
use crate::reviews::model::checklist::Finding;
use crate::reviews::service;
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use entity::ids::DeliverableId;
use serde::Deserialize;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_approve).service(approve).service(show_request_changes).service(request_changes);
}

/// A form with only its button, about a version.
#[derive(Clone, Debug, Default, Deserialize)]
struct ApproveForm {}

#[derive(Template)]
#[template(path = "reviews/approve.html")]
struct ApprovePage {
    shell: Shell,
    about: String,
    text: Option<Text>,
    checklist: CheckLines,
    /// Reason why the reader cannot accept the text.
    own: Option<&'static str>,
    back: String,
    form: FormState<Versioned<ApproveForm>>,
}

#[get("/deliverables/{id:[0-9A-Fa-f-]+}/approve")]
async fn show_approve(ctx: Ctx, request: HttpRequest, id: web::Path<DeliverableId>) -> Answer {
    let view = contribution(&ctx, *id, Action::Approve).await?;
    let form = FormState::made_of(view.deliverable.version, ApproveForm {});
    page(&approve_page(&ctx, &request, &view, form).await?)
}

#[post("/deliverables/{id:[0-9A-Fa-f-]+}/approve")]
async fn approve(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DeliverableId>,
    form: Sent<Versioned<ApproveForm>>,
) -> Answer {
    let work = async |txn: &Txn, version, _: &ApproveForm| service::approve(&ctx, txn, *id, version).await;
    let leads_on =
        |view: DeliverableView| done(&contributions::href(&view), FlashKind::Success, "deliverables.done_approve");
    form::change(&ctx, form, work, leads_on, async |form| {
        let view = contribution(&ctx, *id, Action::Approve).await?;
        let form = form.beside(view.deliverable.version);
        Ok(approve_page(&ctx, &request, &view, form).await?)
    })
    .await
}

async fn approve_page(
    ctx: &Ctx,
    request: &HttpRequest,
    view: &DeliverableView,
    form: FormState<Versioned<ApproveForm>>,
) -> Result<ApprovePage> {
    let dossier = deliverables::dossier_of(ctx, view.clone()).await?;
    let review = service::review_of(ctx, view.clone(), dossier.submissions.clone()).await?;
    let is_own = review.acceptance.blocking.contains(&Finding::OwnSubmission);
    Ok(ApprovePage {
        shell: contributions::shell_below(ctx, request, "deliverables.approve", view),
        about: contributions::title(view, ctx.lang),
        text: Text::latest(&dossier),
        checklist: check_lines("reviews.before_acceptance", &review.acceptance, ctx.lang),
        own: is_own.then(|| own(review.is_alone, ctx.lang)),
        back: contributions::href(view),
        form,
    })
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ChangesForm {
    remarks: String,
}

#[derive(Template)]
#[template(path = "reviews/request_changes.html")]
struct ChangesPage {
    shell: Shell,
    about: String,
    text: Option<Text>,
    /// Open remarks: number, part and text.
    open: Vec<String>,
    back: String,
    form: FormState<Versioned<ChangesForm>>,
}

#[get("/deliverables/{id:[0-9A-Fa-f-]+}/request_changes")]
async fn show_request_changes(ctx: Ctx, request: HttpRequest, id: web::Path<DeliverableId>) -> Answer {
    let view = contribution(&ctx, *id, Action::RequestChanges).await?;
    let form = FormState::made_of(view.deliverable.version, ChangesForm::default());
    page(&changes_page(&ctx, &request, &view, form).await?)
}

#[post("/deliverables/{id:[0-9A-Fa-f-]+}/request_changes")]
async fn request_changes(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DeliverableId>,
    form: Sent<Versioned<ChangesForm>>,
) -> Answer {
    let work = async |txn: &Txn, version, typed: &ChangesForm| {
        service::request_changes(&ctx, txn, *id, version, Some(&typed.remarks)).await
    };
    let leads_on = |view: DeliverableView| {
        done(&contributions::href(&view), FlashKind::Success, "deliverables.done_request_changes")
    };
    form::change(&ctx, form, work, leads_on, async |form| {
        let view = contribution(&ctx, *id, Action::RequestChanges).await?;
        let form = form.beside(view.deliverable.version);
        Ok(changes_page(&ctx, &request, &view, form).await?)
    })
    .await
}

async fn changes_page(
    ctx: &Ctx,
    request: &HttpRequest,
    view: &DeliverableView,
    form: FormState<Versioned<ChangesForm>>,
) -> Result<ChangesPage> {
    let dossier = deliverables::dossier_of(ctx, view.clone()).await?;
    let review = service::review_of(ctx, view.clone(), dossier.submissions.clone()).await?;
    Ok(ChangesPage {
        shell: contributions::shell_below(ctx, request, "deliverables.request_changes", view),
        about: contributions::title(view, ctx.lang),
        text: Text::latest(&dossier),
        open: review.remarks.iter().filter(|remark| remark.is_open()).map(Remark::line).collect(),
        back: contributions::href(view),
        form,
    })
}
