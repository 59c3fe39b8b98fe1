//! Forms about what a release published: amend it, withdraw it.

use crate::config::Portal;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::model::is_accepted;
use crate::deliverables::policy::{self as contributions, Subject};
use crate::deliverables::service as deliverables;
use crate::deliverables::view::DeliverableView;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, Choice, FormState, Sent, Versioned};
use crate::http::page::{Shell, page};
use crate::portal::address;
use crate::portal::service::{self, AmendIn, WithdrawIn};
use crate::releases::policy::{self, Action};
use crate::releases::service::{self as releases, REASON_CHARACTERS};
use crate::releases::view::ReleaseView;
use crate::releases::web::{Line, led_to, shell_below};
use crate::texts::Label as _;
use crate::typed::{Reading, kept};
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use entity::ids::ReleaseId;
use entity::kinds::{AmendmentKind, ProductScope};
use serde::Deserialize;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_amend_form).service(amend_release).service(show_withdraw_form).service(withdraw_release);
}

/// The report that a link asks to amend.
#[derive(Clone, Debug, Default, Deserialize)]
struct ReportQuery {
    #[serde(default)]
    observatory: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct AmendForm {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    observatory: String,
    #[serde(default)]
    explanation: String,
    #[serde(default)]
    address: String,
}

impl AmendForm {
    fn read(&self, reading: &mut Reading, portal: &Portal) -> Option<AmendIn> {
        let kind = reading.chosen("kind", &self.kind);
        let explanation = reading.public_reason("explanation", &self.explanation, REASON_CHARACTERS);
        let address = kept(&self.address);
        let checked = address.as_deref().map(|text| address::declarable(text, portal)).transpose();
        let checked = reading.take(checked);
        Some(AmendIn {
            kind: kind?,
            explanation: explanation?,
            observatory: kept(&self.observatory),
            address: checked?.and(address),
        })
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
struct WithdrawForm {
    #[serde(default)]
    observatory: String,
    #[serde(default)]
    explanation: String,
}

impl WithdrawForm {
    fn read(&self, reading: &mut Reading) -> Option<WithdrawIn> {
        let explanation = reading.public_reason("explanation", &self.explanation, REASON_CHARACTERS);
        Some(WithdrawIn { explanation: explanation?, observatory: kept(&self.observatory) })
    }
}

#[derive(Template)]
#[template(path = "portal/amend.html")]
struct AmendPage {
    shell: Shell,
    form: FormState<Versioned<AmendForm>>,
    line: Line,
    kinds: Vec<Choice>,
    /// The reports to choose from; empty if there is only one.
    reports: Vec<Choice>,
    /// Whether all reports can be meant.
    may_all: bool,
}

#[derive(Template)]
#[template(path = "portal/withdraw.html")]
struct WithdrawPage {
    shell: Shell,
    form: FormState<Versioned<WithdrawForm>>,
    line: Line,
    reports: Vec<Choice>,
}

#[get("/releases/{id:[0-9A-Fa-f-]+}/amend")]
async fn show_amend_form(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<ReleaseId>,
    query: web::Query<ReportQuery>,
) -> Answer {
    let view = releases::release(ctx.reader(), *id).await?;
    let form = AmendForm { observatory: query.into_inner().observatory, ..AmendForm::default() };
    page(&amend_page(&ctx, &request, &view, FormState::made_of(view.release.version, form)).await?)
}

#[post("/releases/{id:[0-9A-Fa-f-]+}/amend")]
async fn amend_release(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<ReleaseId>,
    form: Sent<Versioned<AmendForm>>,
) -> Answer {
    let amend = async |txn: &Txn, version, form: &AmendForm| {
        let input = Reading::of(|reading| form.read(reading, &ctx.config().portal))?;
        service::amend(&ctx, txn, *id, version, input).await
    };
    let leads_on = |view: ReleaseView| led_to(&view, "portal.done_amended");
    let answer = form::change(&ctx, form, amend, leads_on, async |form| {
        let view = releases::release(ctx.reader(), *id).await?;
        let form = form.beside(view.release.version);
        Ok(amend_page(&ctx, &request, &view, form).await?)
    })
    .await?;
    if answer.status().is_redirection() {
        service::look_at_amended(&ctx, *id).await?;
    }
    Ok(answer)
}

#[get("/releases/{id:[0-9A-Fa-f-]+}/withdraw")]
async fn show_withdraw_form(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>) -> Answer {
    let view = releases::release(ctx.reader(), *id).await?;
    page(
        &withdraw_page(&ctx, &request, &view, FormState::made_of(view.release.version, WithdrawForm::default()))
            .await?,
    )
}

#[post("/releases/{id:[0-9A-Fa-f-]+}/withdraw")]
async fn withdraw_release(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<ReleaseId>,
    form: Sent<Versioned<WithdrawForm>>,
) -> Answer {
    let withdraw = async |txn: &Txn, version, form: &WithdrawForm| {
        service::withdraw(&ctx, txn, *id, version, Reading::of(|reading| form.read(reading))?).await
    };
    let leads_on = |view: ReleaseView| led_to(&view, "portal.done_withdrawn");
    form::change(&ctx, form, withdraw, leads_on, async |form| {
        let view = releases::release(ctx.reader(), *id).await?;
        let form = form.beside(view.release.version);
        Ok(withdraw_page(&ctx, &request, &view, form).await?)
    })
    .await
}

async fn amend_page(
    ctx: &Ctx,
    request: &HttpRequest,
    view: &ReleaseView,
    form: FormState<Versioned<AmendForm>>,
) -> Result<AmendPage> {
    let mut published = published(ctx, view).await?;
    published.retain(|one| may_amend(ctx, one));
    ctx.demand(contributions::may_ever(&ctx.actor, contributions::Action::DeclareAddress))?;
    let line = Line::of(view, ctx);
    let kind = |kind: &AmendmentKind| Choice::new(kind, kind.label(ctx.lang));
    Ok(AmendPage {
        shell: shell_below(ctx, request, "portal.amend", &line),
        form,
        line,
        kinds: AmendmentKind::ALL.iter().map(kind).collect(),
        reports: reports(view, &published),
        may_all: policy::may(&ctx.actor, Action::Withdraw),
    })
}

async fn withdraw_page(
    ctx: &Ctx,
    request: &HttpRequest,
    view: &ReleaseView,
    form: FormState<Versioned<WithdrawForm>>,
) -> Result<WithdrawPage> {
    ctx.demand(policy::may(&ctx.actor, Action::Withdraw))?;
    let line = Line::of(view, ctx);
    Ok(WithdrawPage {
        shell: shell_below(ctx, request, "portal.withdraw", &line),
        form,
        line,
        reports: reports(view, &published(ctx, view).await?),
    })
}

/// Lists the accepted contributions of a release.
async fn published(ctx: &Ctx, view: &ReleaseView) -> Result<Vec<DeliverableView>> {
    let mut all = deliverables::of_release(ctx.reader(), view.release.id).await?;
    all.retain(|one| is_accepted(one.deliverable.state()));
    Ok(all)
}

fn may_amend(ctx: &Ctx, one: &DeliverableView) -> bool {
    let subject = Subject::of(one.deliverable.observatory_id, one.body_id);
    contributions::may(&ctx.actor, contributions::Action::DeclareAddress, subject)
}

/// Lists the reports of a release that publishes several.
fn reports(view: &ReleaseView, published: &[DeliverableView]) -> Vec<Choice> {
    if view.scope != ProductScope::PerObservatory {
        return Vec::new();
    }
    published.iter().map(|one| Choice::new(&one.observatory_code, &one.observatory_name)).collect()
}
