//! Forms of the secretariat about a release that others do not rely on yet: plan, improve, correct.

use super::{Answer, Line, shell};
use crate::catalogue::model::Product;
use crate::catalogue::questions::Catalogue;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::http::form::{self, Choice, FormState, Group, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::network::questions::AllObservatories;
use crate::releases::model::When;
use crate::releases::policy::{self, Action};
use crate::releases::service::{self, CorrectIn, PlanIn};
use crate::releases::view::ReleaseView;
use crate::texts::{Label, Lang};
use crate::time::{Period, words};
use crate::typed::{Reading, kept};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use entity::ids::{ProductId, ReleaseId};
use entity::kinds::Precision;
use serde::Deserialize;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_plan_form)
        .service(plan_release)
        .service(show_improve_form)
        .service(improve_release)
        .service(show_correct_form)
        .service(correct_release);
}

#[derive(Clone, Debug, Default, Deserialize)]
struct PlanForm {
    #[serde(default)]
    product: String,
    #[serde(default)]
    observatory: String,
    #[serde(default)]
    period: String,
    #[serde(default)]
    precision: String,
    #[serde(default)]
    day: String,
    #[serde(default)]
    hour: String,
}

impl PlanForm {
    fn read(&self, reading: &mut Reading) -> Option<PlanIn> {
        let product = reading.chosen("product", &self.product);
        let observatory = kept(&self.observatory);
        let period = reading.chosen::<Period>("period", &self.period);
        let when = read_when(reading, &self.precision, &self.day, &self.hour);
        Some(PlanIn { product: product?, observatory, period: period?, when: when? })
    }
}

#[derive(Template)]
#[template(path = "releases/plan.html")]
struct PlanPage {
    shell: Shell,
    form: FormState<PlanForm>,
    products: Vec<Choice>,
    /// Periods to choose from, below the name of each product.
    periods: Vec<Group>,
    observatories: Vec<Choice>,
    precisions: Vec<Choice>,
}

#[get("/releases/new")]
async fn show_plan_form(ctx: Ctx, request: HttpRequest) -> Answer {
    let precision = Precision::Month.to_string();
    let form = FormState::fresh(PlanForm { product: only_product(&ctx).await?, precision, ..PlanForm::default() });
    page(&plan_page(&ctx, &request, form).await?)
}

#[post("/releases/new")]
async fn plan_release(ctx: Ctx, request: HttpRequest, form: Sent<PlanForm>) -> Answer {
    let plan =
        async |txn: &Txn, form: &PlanForm| service::plan(&ctx, txn, Reading::of(|reading| form.read(reading))?).await;
    let leads_on = |view: ReleaseView| led_to(&view, "releases.done_planned");
    form::answer(&ctx, form, plan, leads_on, async |form| Ok(plan_page(&ctx, &request, form).await?)).await
}

/// Leads to a release with a confirmation text.
pub fn led_to(view: &ReleaseView, said: &'static str) -> HttpResponse {
    done(&view.href(), FlashKind::Success, said)
}

async fn plan_page(ctx: &Ctx, request: &HttpRequest, form: FormState<PlanForm>) -> Result<PlanPage> {
    allow(ctx, Action::Plan)?;
    Ok(PlanPage {
        shell: shell(ctx, request, ctx.lang.t("releases.plan").to_owned()),
        products: products(ctx, &form.product).await?,
        periods: periods(ctx, &form.period, None).await?,
        observatories: observatories(ctx).await?,
        precisions: precisions(ctx.lang),
        form,
    })
}

async fn observatories(ctx: &Ctx) -> Result<Vec<Choice>> {
    let all = ctx.recall(&AllObservatories).await?;
    Ok(all.iter().map(|one| Choice::new(&one.code, &one.name)).collect())
}

/// Lists the products in use, and the one that a form holds.
async fn products(ctx: &Ctx, held: &str) -> Result<Vec<Choice>> {
    let products = ctx.recall(&Catalogue).await?;
    let shown = products.iter().filter(|one| one.retired_at.is_none() || one.code == held);
    Ok(shown.map(|one| Choice::new(&one.code, one.name(ctx.lang))).collect())
}

/// Returns the code of the product, if the catalogue has only one in use.
async fn only_product(ctx: &Ctx) -> Result<String> {
    let products = products(ctx, "").await?;
    Ok(if let [only] = products.as_slice() { only.value.clone() } else { String::new() })
}

/// Lists the periods in words, below the name of each product: those without a release, and the one a form holds.
async fn periods(ctx: &Ctx, typed: &str, of: Option<ProductId>) -> Result<Vec<Group>> {
    let held: Option<Period> = typed.parse().ok();
    let group = |(product, mut periods): (Product, Vec<Period>)| {
        let is_own = held.is_some_and(|held| product.speaks_about(held)) && of.is_none_or(|own| own == product.id);
        if let Some(held) = held.filter(|held| is_own && !periods.contains(held)) {
            periods.push(held);
            periods.sort();
        }
        let choices = periods.into_iter().map(|period| Choice::new(period, words::period(period, ctx.lang)));
        Group { label: product.name(ctx.lang).to_owned(), choices: choices.collect() }
    };
    Ok(service::plannable(ctx).await?.into_iter().map(group).collect())
}

#[derive(Clone, Debug, Default, Deserialize)]
struct ImproveForm {
    #[serde(default)]
    precision: String,
    #[serde(default)]
    day: String,
    #[serde(default)]
    hour: String,
}

#[derive(Template)]
#[template(path = "releases/improve.html")]
struct ImprovePage {
    shell: Shell,
    form: FormState<Versioned<ImproveForm>>,
    /// The release and its present date.
    line: Line,
    precisions: Vec<Choice>,
}

#[get("/releases/{id:[0-9A-Fa-f-]+}/improve")]
async fn show_improve_form(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>) -> Answer {
    let view = service::release(ctx.reader(), *id).await?;
    let when = view.release.when();
    let form = ImproveForm {
        precision: when.precision().to_string(),
        day: when.first_day().to_string(),
        hour: shown_hour(when),
    };
    page(&improve_page(&ctx, &request, &view, FormState::made_of(view.release.version, form))?)
}

#[post("/releases/{id:[0-9A-Fa-f-]+}/improve")]
async fn improve_release(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<ReleaseId>,
    form: Sent<Versioned<ImproveForm>>,
) -> Answer {
    let improve = async |txn: &Txn, version, form: &ImproveForm| {
        let when = Reading::of(|reading| read_when(reading, &form.precision, &form.day, &form.hour))?;
        service::improve(&ctx, txn, *id, version, when).await
    };
    let leads_on = |view: ReleaseView| led_to(&view, "releases.done_improved");
    form::change(&ctx, form, improve, leads_on, async |form| {
        let view = service::release(ctx.reader(), *id).await?;
        let form = form.beside(view.release.version);
        Ok(improve_page(&ctx, &request, &view, form)?)
    })
    .await
}

fn improve_page(
    ctx: &Ctx,
    request: &HttpRequest,
    view: &ReleaseView,
    form: FormState<Versioned<ImproveForm>>,
) -> Result<ImprovePage> {
    allow(ctx, Action::Improve)?;
    let line = Line::of(view, ctx);
    Ok(ImprovePage {
        shell: shell_below(ctx, request, "releases.improve", &line),
        form,
        line,
        precisions: precisions(ctx.lang),
    })
}

#[derive(Clone, Debug, Default, Deserialize)]
struct CorrectForm {
    #[serde(default)]
    product: String,
    #[serde(default)]
    observatory: String,
    #[serde(default)]
    period: String,
}

impl CorrectForm {
    fn read(&self, reading: &mut Reading) -> Option<CorrectIn> {
        let product = reading.chosen("product", &self.product);
        let period = reading.chosen::<Period>("period", &self.period);
        let observatory = Some(kept(&self.observatory));
        Some(CorrectIn { product: Some(product?), observatory, period: Some(period?) })
    }
}

#[derive(Template)]
#[template(path = "releases/correct.html")]
struct CorrectPage {
    shell: Shell,
    form: FormState<Versioned<CorrectForm>>,
    /// The release as it was entered.
    line: Line,
    products: Vec<Choice>,
    periods: Vec<Group>,
    observatories: Vec<Choice>,
}

#[get("/releases/{id:[0-9A-Fa-f-]+}/correct")]
async fn show_correct_form(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>) -> Answer {
    let view = service::release(ctx.reader(), *id).await?;
    let form = CorrectForm {
        product: view.product_code.clone(),
        observatory: view.observatory.as_ref().map(|whose| whose.code.clone()).unwrap_or_default(),
        period: view.release.period.to_string(),
    };
    page(&correct_page(&ctx, &request, &view, FormState::made_of(view.release.version, form)).await?)
}

#[post("/releases/{id:[0-9A-Fa-f-]+}/correct")]
async fn correct_release(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<ReleaseId>,
    form: Sent<Versioned<CorrectForm>>,
) -> Answer {
    let correct = async |txn: &Txn, version, form: &CorrectForm| {
        service::correct(&ctx, txn, *id, version, Reading::of(|reading| form.read(reading))?).await
    };
    let leads_on = |view: ReleaseView| led_to(&view, "releases.done_corrected");
    form::change(&ctx, form, correct, leads_on, async |form| {
        let view = service::release(ctx.reader(), *id).await?;
        let form = form.beside(view.release.version);
        Ok(correct_page(&ctx, &request, &view, form).await?)
    })
    .await
}

async fn correct_page(
    ctx: &Ctx,
    request: &HttpRequest,
    view: &ReleaseView,
    form: FormState<Versioned<CorrectForm>>,
) -> Result<CorrectPage> {
    allow(ctx, Action::Correct)?;
    let line = Line::of(view, ctx);
    Ok(CorrectPage {
        shell: shell_below(ctx, request, "releases.correct", &line),
        periods: periods(ctx, &form.period, Some(view.release.product_id)).await?,
        products: products(ctx, &view.product_code).await?,
        form,
        line,
        observatories: observatories(ctx).await?,
    })
}

fn precisions(lang: Lang) -> Vec<Choice> {
    let choice = |one: &Precision| Choice::new(one, one.label(lang));
    Precision::ALL.iter().map(choice).collect()
}

/// Makes the frame of a form about one release.
pub fn shell_below(ctx: &Ctx, request: &HttpRequest, title_key: &str, line: &Line) -> Shell {
    Shell::new(ctx, request, title_key)
        .crumb(ctx.lang.t("releases.calendar_title"), "/calendar")
        .crumb(line.title.clone(), line.href.clone())
        .here()
}

/// Reads a date with its precision.
fn read_when(reading: &mut Reading, precision: &str, day: &str, hour: &str) -> Option<When> {
    let precision = reading.chosen::<Precision>("precision", precision);
    let day = reading.day("day", day);
    let hour = reading.optional_hour("hour", hour);
    let when = When::of(precision?, day?, hour?);
    reading.take(when)
}

/// Formats the hour for a browser's field; empty if the date has none.
pub(super) fn shown_hour(when: When) -> String {
    when.hour().map(|hour| hour.format("%H:%M").to_string()).unwrap_or_default()
}

pub(super) fn allow(ctx: &Ctx, action: Action) -> Result<()> {
    ctx.demand(policy::may(&ctx.actor, action))
}
