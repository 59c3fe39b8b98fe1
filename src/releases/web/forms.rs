//! The secretariat's forms: plan, improve, confirm, move, cancel. Each shows what was typed again with what was wrong with it.

use super::{Answer, Line, reason_name, shell};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Code, Error, Result};
use crate::http::form::{self, Choice, FormState, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::lifecycle::Event as _;
use crate::network::service as network;
use crate::open::Seen;
use crate::releases::model::{Event, Product, Reason, When};
use crate::releases::policy::{self, Action};
use crate::releases::service::{self, ConfirmIn, CorrectIn, MoveIn, PlanIn};
use crate::releases::view::ReleaseView;
use crate::texts::{Label, Lang};
use crate::time::Period;
use crate::typed::{self, both, given};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use chrono::{NaiveDate, NaiveTime};
use entity::ids::ReleaseId;
use entity::kinds::{Precision, ReasonCode};
use serde::Deserialize;
use std::str::FromStr;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_plan_form)
        .service(plan_release)
        .service(show_improve_form)
        .service(improve_release)
        .service(show_correct_form)
        .service(correct_release)
        .service(show_confirm_form)
        .service(confirm_release)
        .service(show_move_form)
        .service(move_release)
        .service(show_cancel_form)
        .service(cancel_release);
}

fn reasons(lang: Lang) -> Vec<Choice> {
    let choice = |code: &ReasonCode| Choice::new(code, reason_name(*code, lang));
    ReasonCode::ALL.iter().map(choice).collect()
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

#[derive(Template)]
#[template(path = "releases/plan.html")]
struct PlanPage {
    shell: Shell,
    form: FormState<PlanForm>,
    products: Vec<Choice>,
    observatories: Vec<Choice>,
    precisions: Vec<Choice>,
}

#[get("/releases/new")]
async fn show_plan_form(ctx: Ctx, request: HttpRequest) -> Answer {
    let form = FormState::fresh(PlanForm { precision: Precision::Month.to_string(), ..PlanForm::default() });
    page(&plan_page(&ctx, &request, form).await?)
}

#[post("/releases/new")]
async fn plan_release(ctx: Ctx, request: HttpRequest, form: Sent<PlanForm>) -> Answer {
    let plan = async |txn: &Txn, form: &PlanForm| service::plan(&ctx, txn, plan_of(form)?).await;
    let leads_on = |view: ReleaseView| led_to(view.release.id, "releases.done_planned");
    form::answer(&ctx, form, plan, leads_on, async |form| Ok(plan_page(&ctx, &request, form).await?)).await
}

/// The release, and what was done to it.
fn led_to(id: ReleaseId, said: &'static str) -> HttpResponse {
    done(&format!("/releases/{id}"), FlashKind::Success, said)
}

fn plan_of(form: &PlanForm) -> Result<PlanIn> {
    let what = both(given("product", &form.product), period_of(&form.period));
    let ((product, period), when) = both(what, when_of(&form.precision, &form.day, &form.hour))?;
    Ok(PlanIn { product, observatory: typed::kept(&form.observatory), period, when })
}

async fn plan_page(ctx: &Ctx, request: &HttpRequest, form: FormState<PlanForm>) -> Result<PlanPage> {
    allow(ctx, Action::Plan)?;
    Ok(PlanPage {
        shell: shell(ctx, request, ctx.lang.t("releases.plan").to_owned()),
        form,
        products: products(ctx).await?,
        observatories: observatories(ctx).await?,
        precisions: precisions(ctx.lang),
    })
}

async fn observatories(ctx: &Ctx) -> Result<Vec<Choice>> {
    let all = network::observatories(ctx.reader()).await?;
    Ok(all.into_iter().map(|one| Choice::new(one.code, one.name)).collect())
}

async fn products(ctx: &Ctx) -> Result<Vec<Choice>> {
    let name = |product: &Product| match ctx.lang {
        Lang::It => product.name_it.clone(),
        Lang::En => product.name_en.clone(),
    };
    let products = service::products(ctx.reader()).await?;
    Ok(products.iter().map(|one| Choice::new(&one.code, name(one))).collect())
}

// ---- Improving a provisional date -----------------------------------------------------------------------------------

#[derive(Clone, Debug, Default, Deserialize)]
struct ImproveForm {
    #[serde(default)]
    version: String,
    #[serde(default)]
    precision: String,
    #[serde(default)]
    day: String,
    #[serde(default)]
    hour: String,
}

impl Versioned for ImproveForm {
    fn version_mut(&mut self) -> &mut String {
        &mut self.version
    }
}

#[derive(Template)]
#[template(path = "releases/improve.html")]
struct ImprovePage {
    shell: Shell,
    form: FormState<ImproveForm>,
    /// The release and its present date.
    line: Line,
    precisions: Vec<Choice>,
}

#[get("/releases/{id}/improve")]
async fn show_improve_form(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>) -> Answer {
    let view = service::release(ctx.reader(), *id).await?;
    let when = view.release.when();
    let form = ImproveForm {
        version: view.release.version.to_string(),
        precision: when.precision().to_string(),
        day: when.first_day().to_string(),
        hour: shown_hour(when),
    };
    page(&improve_page(&ctx, &request, &view, FormState::fresh(form))?)
}

#[post("/releases/{id}/improve")]
async fn improve_release(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>, form: Sent<ImproveForm>) -> Answer {
    let improve = async |txn: &Txn, form: &ImproveForm| {
        let (version, when) = improve_of(form)?;
        service::improve(&ctx, txn, *id, version, when).await
    };
    let leads_on = |_| led_to(*id, "releases.done_improved");
    form::answer(&ctx, form, improve, leads_on, async |form| {
        let view = service::release(ctx.reader(), *id).await?;
        let form = form.beside(view.release.version);
        Ok(improve_page(&ctx, &request, &view, form)?)
    })
    .await
}

fn improve_of(form: &ImproveForm) -> Result<(i32, When)> {
    Ok((form::version(&form.version)?, when_of(&form.precision, &form.day, &form.hour)?))
}

fn improve_page(
    ctx: &Ctx,
    request: &HttpRequest,
    view: &ReleaseView,
    form: FormState<ImproveForm>,
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

// ---- Correcting product and period ----------------------------------------------------------------------------------

#[derive(Clone, Debug, Default, Deserialize)]
struct CorrectForm {
    #[serde(default)]
    version: String,
    #[serde(default)]
    product: String,
    #[serde(default)]
    observatory: String,
    #[serde(default)]
    period: String,
}

impl Versioned for CorrectForm {
    fn version_mut(&mut self) -> &mut String {
        &mut self.version
    }
}

#[derive(Template)]
#[template(path = "releases/correct.html")]
struct CorrectPage {
    shell: Shell,
    form: FormState<CorrectForm>,
    /// The release as it was entered.
    line: Line,
    products: Vec<Choice>,
    observatories: Vec<Choice>,
}

#[get("/releases/{id}/correct")]
async fn show_correct_form(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>) -> Answer {
    let view = service::release(ctx.reader(), *id).await?;
    let form = CorrectForm {
        version: view.release.version.to_string(),
        product: view.product_code.clone(),
        observatory: view.observatory.as_ref().map(|whose| whose.code.clone()).unwrap_or_default(),
        period: view.release.period.to_string(),
    };
    page(&correct_page(&ctx, &request, &view, FormState::fresh(form)).await?)
}

#[post("/releases/{id}/correct")]
async fn correct_release(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>, form: Sent<CorrectForm>) -> Answer {
    let correct = async |txn: &Txn, form: &CorrectForm| {
        let (product, period) = both(given("product", &form.product), period_of(&form.period))?;
        let input = CorrectIn {
            product: Some(product),
            observatory: Some(typed::kept(&form.observatory)),
            period: Some(period),
        };
        service::correct(&ctx, txn, *id, form::version(&form.version)?, input).await
    };
    let leads_on = |_| led_to(*id, "releases.done_corrected");
    form::answer(&ctx, form, correct, leads_on, async |form| {
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
    form: FormState<CorrectForm>,
) -> Result<CorrectPage> {
    allow(ctx, Action::Correct)?;
    let line = Line::of(view, ctx);
    Ok(CorrectPage {
        shell: shell_below(ctx, request, "releases.correct", &line),
        form,
        line,
        products: products(ctx).await?,
        observatories: observatories(ctx).await?,
    })
}

fn precisions(lang: Lang) -> Vec<Choice> {
    let choice = |one: &Precision| Choice::new(one, one.label(lang));
    Precision::ALL.iter().map(choice).collect()
}

// ---- Confirming, moving, cancelling ---------------------------------------------------------------------------------

/// What the three forms about a date have in common; each page shows the fields it needs.
#[derive(Clone, Debug, Default, Deserialize)]
struct DateForm {
    #[serde(default)]
    version: String,
    #[serde(default)]
    day: String,
    #[serde(default)]
    hour: String,
    #[serde(default)]
    reason_code: String,
    #[serde(default)]
    reason_text: String,
    #[serde(default)]
    despite_non_working: String,
}

impl Versioned for DateForm {
    fn version_mut(&mut self) -> &mut String {
        &mut self.version
    }
}

#[derive(Template)]
#[template(path = "releases/date.html")]
struct DatePage {
    shell: Shell,
    form: FormState<DateForm>,
    /// The release and its present date.
    line: Line,
    lead: &'static str,
    submit: &'static str,
    kind: &'static str,
    action: String,
    asks_date: bool,
    asks_reason: bool,
    reasons: Vec<Choice>,
}

#[get("/releases/{id}/confirm")]
async fn show_confirm_form(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>) -> Answer {
    show_date_form(&ctx, &request, *id, Event::Confirm).await
}

#[get("/releases/{id}/move")]
async fn show_move_form(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>) -> Answer {
    show_date_form(&ctx, &request, *id, Event::Move).await
}

#[get("/releases/{id}/cancel")]
async fn show_cancel_form(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>) -> Answer {
    show_date_form(&ctx, &request, *id, Event::Cancel).await
}

async fn show_date_form(ctx: &Ctx, request: &HttpRequest, id: ReleaseId, event: Event) -> Answer {
    let view = service::release(ctx.reader(), id).await?;
    let day = match view.release.when() {
        When::At(slot) => slot.day.to_string(),
        When::On(day) => day.to_string(),
        _ => String::new(),
    };
    let hour = shown_hour(view.release.when());
    let form = DateForm { version: view.release.version.to_string(), day, hour, ..DateForm::default() };
    page(&date_page(ctx, request, &view, event, FormState::fresh(form))?)
}

#[post("/releases/{id}/confirm")]
async fn confirm_release(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>, form: Sent<DateForm>) -> Answer {
    let confirm = async |txn: &Txn, form: &DateForm| {
        let (version, input) = confirm_of(form)?;
        service::confirm(&ctx, txn, *id, Seen::Version(version), input, None).await
    };
    date_answer(&ctx, &request, *id, Event::Confirm, form, confirm, "releases.done_confirmed").await
}

#[post("/releases/{id}/move")]
async fn move_release(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>, form: Sent<DateForm>) -> Answer {
    let move_it = async |txn: &Txn, form: &DateForm| {
        let (version, input) = move_of(form)?;
        service::move_to(&ctx, txn, *id, Seen::Version(version), input, None).await
    };
    date_answer(&ctx, &request, *id, Event::Move, form, move_it, "releases.done_moved").await
}

#[post("/releases/{id}/cancel")]
async fn cancel_release(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>, form: Sent<DateForm>) -> Answer {
    let cancel = async |txn: &Txn, form: &DateForm| {
        let (version, reason) = cancel_of(form)?;
        service::cancel(&ctx, txn, *id, Seen::Version(version), reason, None).await
    };
    date_answer(&ctx, &request, *id, Event::Cancel, form, cancel, "releases.done_cancelled").await
}

async fn date_answer(
    ctx: &Ctx,
    request: &HttpRequest,
    id: ReleaseId,
    event: Event,
    form: Sent<DateForm>,
    work: impl AsyncFnOnce(&Txn, &DateForm) -> Result<ReleaseView>,
    said: &'static str,
) -> Answer {
    form::answer(
        ctx,
        form,
        work,
        |_| led_to(id, said),
        async |form| {
            let view = service::release(ctx.reader(), id).await?;
            let form = form.beside(view.release.version);
            Ok(date_page(ctx, request, &view, event, form)?)
        },
    )
    .await
}

fn date_page(
    ctx: &Ctx,
    request: &HttpRequest,
    view: &ReleaseView,
    event: Event,
    form: FormState<DateForm>,
) -> Result<DatePage> {
    let (action, lead, submit, kind) = match event {
        Event::Confirm => (Action::Confirm, "releases.confirm_lead", "releases.confirm", "primary"),
        Event::Move => (Action::Move, "releases.move_lead", "releases.move", "primary"),
        _ => (Action::Cancel, "releases.cancel_lead", "releases.cancel", "danger"),
    };
    allow(ctx, action)?;
    let line = Line::of(view, ctx);
    Ok(DatePage {
        shell: shell_below(ctx, request, submit, &line),
        form,
        action: format!("{}/{}", line.href, event.as_str()),
        line,
        lead: ctx.lang.t(lead),
        submit: ctx.lang.t(submit),
        kind,
        asks_date: event != Event::Cancel,
        asks_reason: event != Event::Confirm,
        reasons: reasons(ctx.lang),
    })
}

/// The frame of a form about one release.
fn shell_below(ctx: &Ctx, request: &HttpRequest, title_key: &str, line: &Line) -> Shell {
    Shell::new(ctx, request, title_key)
        .crumb(ctx.lang.t("releases.calendar_title"), "/calendar")
        .crumb(line.title.clone(), line.href.clone())
        .here()
}

fn confirm_of(form: &DateForm) -> Result<(i32, ConfirmIn)> {
    let (day, hour) = date_of(form)?;
    let despite_non_working = Some(form.despite_non_working.clone());
    Ok((form::version(&form.version)?, ConfirmIn { day, hour, despite_non_working }))
}

fn move_of(form: &DateForm) -> Result<(i32, MoveIn)> {
    let ((day, hour), reason) = both(date_of(form), reason_of(form))?;
    let despite_non_working = Some(form.despite_non_working.clone());
    Ok((form::version(&form.version)?, MoveIn { day, hour, reason, despite_non_working }))
}

fn cancel_of(form: &DateForm) -> Result<(i32, Reason)> {
    Ok((form::version(&form.version)?, reason_of(form)?))
}

fn date_of(form: &DateForm) -> Result<(NaiveDate, Option<NaiveTime>)> {
    both(typed::day("day", &form.day), hour_of(&form.hour))
}

fn reason_of(form: &DateForm) -> Result<Reason> {
    let code = parsed("reason_code", &form.reason_code, Code::UnknownValue);
    let (code, text) = both(code, given("reason_text", &form.reason_text))?;
    Ok(Reason { code, text })
}

// ---- Reading what was typed -----------------------------------------------------------------------------------------

fn parsed<T: FromStr>(field: &'static str, typed: &str, code: Code) -> Result<T> {
    given(field, typed)?.parse().map_err(|_| Error::field(field, code))
}

fn period_of(typed: &str) -> Result<Period> {
    parsed("period", typed, Code::UnknownValue)
}

/// A date as precise as it is known.
fn when_of(precision: &str, day: &str, hour: &str) -> Result<When> {
    let span = both(parsed("precision", precision, Code::UnknownValue), typed::day("day", day));
    let ((precision, day), hour) = both(span, hour_of(hour))?;
    Ok(When::of(precision, day, hour)?)
}

/// The hour of a date as a browser's field takes it; nothing where the date has none.
fn shown_hour(when: When) -> String {
    when.hour().map(|hour| hour.format("%H:%M").to_string()).unwrap_or_default()
}

/// An hour as a browser's field sends it; left empty, the usual one.
fn hour_of(typed: &str) -> Result<Option<NaiveTime>> {
    let typed = typed.trim().replace('.', ":");
    if typed.is_empty() {
        return Ok(None);
    }
    let hour = NaiveTime::parse_from_str(&typed, "%H:%M").or_else(|_| NaiveTime::parse_from_str(&typed, "%H:%M:%S"));
    hour.map(Some).map_err(|_| Error::field("hour", Code::NotAnHour))
}

fn allow(ctx: &Ctx, action: Action) -> Result<()> {
    ctx.demand(policy::may(&ctx.actor, action))
}
