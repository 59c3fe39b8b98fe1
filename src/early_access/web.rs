//! Pages of early access: the public list with what is open to the reader, the forms of the secretariat, the log of views.

use super::api::shown;
use super::model::{HOURS_BEFORE, REASON_CHARACTERS};
use super::policy::{self, Action};
use super::service::{self, GrantIn};
use super::view::{AccessView, OpenText, place_of};
use crate::catalogue::questions::Catalogue;
use crate::catalogue::web::href as product_href;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::view::period_name;
use crate::designations::questions::HoldersOn;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, Choice, Form, FormState, OnlyButton, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::network::model::PersonView;
use crate::network::service as network;
use crate::texts::{Label as _, Lang};
use crate::time::words;
use crate::typed::Reading;
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use chrono::{Days, Months};
use entity::ids::{DeliverableId, EarlyAccessId};
use serde::Deserialize;

pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_list)
        .service(show_grant_form)
        .service(grant_access)
        .service(show_renew_form)
        .service(renew_access)
        .service(end_access)
        .service(see_text);
}

/// Views on the page; the API returns all of them.
const VIEWS_SHOWN: u64 = 50;
/// Hours before the release that the form proposes.
const USUAL_HOURS: i32 = 24;

#[derive(Template)]
#[template(path = "early_access/list.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<AccessLine>,
    /// Texts that are open to the reader now; `None` for readers without a seat.
    open: Option<Vec<TextLine>>,
    may_keep: bool,
    /// The latest views, for readers with permission.
    views: Option<Vec<ViewLine>>,
}

struct AccessLine {
    product: String,
    product_href: String,
    seat: String,
    days: String,
    hours: String,
    reason: String,
    href: String,
    version: i32,
}

struct TextLine {
    title: String,
    observatory: String,
    release: String,
    action: String,
}

struct ViewLine {
    at: String,
    name: String,
    what: String,
}

impl AccessLine {
    fn of(view: &AccessView, lang: Lang) -> Self {
        let (from, until) = (words::date(view.access.from, lang), words::date(view.access.until, lang));
        Self {
            product: view.product_name(lang).to_owned(),
            product_href: product_href(&view.product_code),
            seat: format!("{} · {}", view.seat.label(lang), view.place),
            days: lang.f("early_access.days", &[("from", &from), ("until", &until)]),
            hours: lang.f("early_access.hours", &[("hours", &view.access.hours_before.to_string())]),
            reason: view.access.reason.clone(),
            href: format!("/early-access/{}", view.access.id),
            version: view.access.version,
        }
    }
}

impl TextLine {
    fn of(text: OpenText, lang: Lang) -> Self {
        let product = match lang {
            Lang::It => &text.product_name_it,
            Lang::En => &text.product_name_en,
        };
        Self {
            title: format!("{product}, {}", period_name(&text.period, lang)),
            release: words::long_instant(text.release, lang),
            action: format!("/early-access/{}/texts/{}/see", text.access_id, text.deliverable_id),
            observatory: text.observatory_name,
        }
    }
}

#[get("/early-access")]
async fn show_list(ctx: Ctx, request: HttpRequest) -> Answer {
    let lang = ctx.lang;
    let open = if ctx.actor.is_participant() {
        let texts = service::open_texts(&ctx).await?;
        Some(texts.into_iter().map(|text| TextLine::of(text, lang)).collect())
    } else {
        None
    };
    let views = if policy::may(&ctx.actor, Action::ViewLog) { Some(views(&ctx).await?) } else { None };
    page(&ListPage {
        shell: shell(&ctx, &request, "early_access.title").here(),
        lines: service::list(&ctx).await?.iter().map(|view| AccessLine::of(view, lang)).collect(),
        open,
        may_keep: policy::may(&ctx.actor, Action::Keep),
        views,
    })
}

async fn views(ctx: &Ctx) -> Result<Vec<ViewLine>> {
    let log = service::log(ctx, None, VIEWS_SHOWN).await?;
    if log.is_empty() {
        return Ok(Vec::new());
    }
    let people = network::people_by_id(ctx.reader(), log.iter().map(|line| line.person_id)).await?;
    let accesses = service::past_and_present(ctx).await?;
    let line = |line: &super::view::Logged| {
        let access = accesses.iter().find(|view| view.access.id == line.access_id);
        let person = people.iter().find(|person| person.id == line.person_id);
        ViewLine {
            at: words::long_instant(line.at, ctx.lang),
            name: person.map(PersonView::name).unwrap_or_default(),
            what: access.map(|view| view.product_name(ctx.lang).to_owned()).unwrap_or_default(),
        }
    };
    Ok(log.iter().map(line).collect())
}

fn shell(ctx: &Ctx, request: &HttpRequest, title: &str) -> Shell {
    Shell::new(ctx, request, title).crumb(ctx.lang.t("releases.calendar_title"), "/calendar")
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct GrantForm {
    product: String,
    designation_id: String,
    valid_from: String,
    valid_to: String,
    hours_before: String,
    reason: String,
}

impl GrantForm {
    fn read(&self, reading: &mut Reading) -> Option<GrantIn> {
        let product = reading.chosen::<String>("product", &self.product);
        let designation_id = reading.chosen("designation_id", &self.designation_id);
        let from = reading.day("valid_from", &self.valid_from);
        let until = reading.day("valid_to", &self.valid_to);
        let hours_before = reading.number("hours_before", &self.hours_before, HOURS_BEFORE);
        let reason = reading.public_reason("reason", &self.reason, REASON_CHARACTERS);
        Some(GrantIn {
            product: product?,
            designation_id: designation_id?,
            from: from?,
            until: until?,
            hours_before: hours_before?,
            reason: reason?,
        })
    }
}

#[derive(Template)]
#[template(path = "early_access/grant.html")]
struct GrantPage {
    shell: Shell,
    form: FormState<GrantForm>,
    products: Vec<Choice>,
    holders: Vec<Choice>,
}

#[get("/early-access/new")]
async fn show_grant_form(ctx: Ctx, request: HttpRequest) -> Answer {
    let today = ctx.today();
    let form = GrantForm {
        valid_from: today.to_string(),
        valid_to: (today + Months::new(12) - Days::new(1)).to_string(),
        hours_before: USUAL_HOURS.to_string(),
        ..GrantForm::default()
    };
    page(&grant_page(&ctx, &request, FormState::fresh(form)).await?)
}

#[post("/early-access/new")]
async fn grant_access(ctx: Ctx, request: HttpRequest, form: Sent<GrantForm>) -> Answer {
    let grant =
        async |txn: &Txn, form: &GrantForm| service::grant(&ctx, txn, Reading::of(|reading| form.read(reading))?).await;
    let leads_on = |_| done("/early-access", FlashKind::Success, "early_access.done_granted");
    form::answer(&ctx, form, grant, leads_on, async |form| Ok(grant_page(&ctx, &request, form).await?)).await
}

async fn grant_page(ctx: &Ctx, request: &HttpRequest, form: FormState<GrantForm>) -> Result<GrantPage> {
    ctx.demand(policy::may(&ctx.actor, Action::Keep))?;
    let catalogue = ctx.recall(&Catalogue).await?;
    let holders = ctx.recall(&HoldersOn(ctx.today())).await?;
    let holder = |one: &crate::designations::view::Designation| {
        let name = format!("{}, {} ({})", one.holder.name(), place_of(one), one.seat.kind.label(ctx.lang));
        Choice::new(one.id, name)
    };
    let in_use = catalogue.iter().filter(|product| product.retired_at.is_none());
    Ok(GrantPage {
        shell: shell(ctx, request, "early_access.grant")
            .crumb(ctx.lang.t("early_access.title"), "/early-access")
            .here(),
        products: in_use.map(|product| Choice::new(&product.code, product.name(ctx.lang))).collect(),
        holders: by_name(holders.iter().map(holder).collect()),
        form,
    })
}

/// Sorts choices by what they say, because a reader looks for a name.
fn by_name(mut choices: Vec<Choice>) -> Vec<Choice> {
    choices.sort_by_key(|choice| choice.label.to_lowercase());
    choices
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct RenewForm {
    valid_to: String,
}

#[derive(Template)]
#[template(path = "early_access/renew.html")]
struct RenewPage {
    shell: Shell,
    form: FormState<Versioned<RenewForm>>,
    line: AccessLine,
}

#[get("/early-access/{id:[0-9A-Fa-f-]+}/renew")]
async fn show_renew_form(ctx: Ctx, request: HttpRequest, id: web::Path<EarlyAccessId>) -> Answer {
    let view = service::access(&ctx, *id).await?;
    let valid_to = (ctx.today() + Months::new(12) - Days::new(1)).to_string();
    let form = FormState::made_of(view.access.version, RenewForm { valid_to });
    page(&renew_page(&ctx, &request, &view, form)?)
}

#[post("/early-access/{id:[0-9A-Fa-f-]+}/renew")]
async fn renew_access(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<EarlyAccessId>,
    form: Sent<Versioned<RenewForm>>,
) -> Answer {
    let renew = async |txn: &Txn, version, form: &RenewForm| {
        let until = Reading::of(|reading| reading.day("valid_to", &form.valid_to))?;
        service::renew(&ctx, txn, *id, version, until).await
    };
    let leads_on = |_| done("/early-access", FlashKind::Success, "early_access.done_renewed");
    form::change(&ctx, form, renew, leads_on, async |form| {
        let view = service::access(&ctx, *id).await?;
        let form = form.beside(view.access.version);
        Ok(renew_page(&ctx, &request, &view, form)?)
    })
    .await
}

fn renew_page(
    ctx: &Ctx,
    request: &HttpRequest,
    view: &AccessView,
    form: FormState<Versioned<RenewForm>>,
) -> Result<RenewPage> {
    ctx.demand(policy::may(&ctx.actor, Action::Keep))?;
    Ok(RenewPage {
        shell: shell(ctx, request, "early_access.renew")
            .crumb(ctx.lang.t("early_access.title"), "/early-access")
            .here(),
        form,
        line: AccessLine::of(view, ctx.lang),
    })
}

#[post("/early-access/{id:[0-9A-Fa-f-]+}/end")]
async fn end_access(ctx: Ctx, id: web::Path<EarlyAccessId>, form: Form<Versioned<OnlyButton>>) -> Answer {
    let end = async |txn: &Txn| service::end(&ctx, txn, *id, form.0.seen()?).await;
    form::press(&ctx, &form.1, end, |_| done("/early-access", FlashKind::Success, "early_access.done_ended")).await
}

/// Notes the view and shows the text. Every press is a view, so a second one is noted too.
#[post("/early-access/{id:[0-9A-Fa-f-]+}/texts/{deliverable_id:[0-9A-Fa-f-]+}/see")]
async fn see_text(ctx: Ctx, path: web::Path<(EarlyAccessId, DeliverableId)>, _button: Form<OnlyButton>) -> Answer {
    let (id, of) = path.into_inner();
    shown(&ctx, id, of).await
}
