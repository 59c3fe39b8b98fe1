//! The page of a publication: its address on the portal, the checks, and the forms to declare and to check; below it the forms
//! about what was published (`web/amend.rs`).

mod amend;

use super::model::{HTTP_STATUS, Publication};
use super::service::{self, Evidence, PublicationView};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::deliverables::model::Deliverable;
use crate::deliverables::policy::{self, Action, Subject};
use crate::deliverables::service as deliverables;
use crate::deliverables::view::DeliverableView;
use crate::deliverables::web::{self as contributions, shell_below_work};
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, Form, FormState, OnlyButton, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::texts::Lang;
use crate::time::words;
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use entity::ids::DeliverableId;
use entity::kinds::PublicationState;
use serde::Deserialize;

pub fn pages(cfg: &mut web::ServiceConfig) {
    amend::pages(cfg);
    cfg.service(show_publication).service(declare_publication).service(check_publication);
}

/// Checks shown on the page; the API returns all of them.
const LOOKS_SHOWN: usize = 20;

#[derive(Clone, Debug, Default, Deserialize)]
struct DeclareForm {
    #[serde(default)]
    address: String,
}

#[derive(Template)]
#[template(path = "portal/publication.html")]
struct PublicationPage {
    shell: Shell,
    href: String,
    observatory: String,
    deliverable: String,
    /// Address of the form that amends what was published, once the page was recognised and for readers with permission.
    amend: Option<String>,
    state_text: &'static str,
    state_kind: &'static str,
    address: Option<String>,
    declared_at: Option<String>,
    first_seen_at: Option<String>,
    /// Newest first.
    looks: Vec<LookLine>,
    /// Names the sites on which a page can be declared.
    hint: String,
    may_declare: bool,
    may_check: bool,
    /// Shown if the latest check could not be stored.
    failed: Option<String>,
    form: FormState<Versioned<DeclareForm>>,
}

/// One check of the page.
struct LookLine {
    at: String,
    kind: &'static str,
    found: String,
    title: Option<String>,
    /// Address after redirects.
    led_to: Option<String>,
}

#[get("/publications/{deliverable_id:[0-9A-Fa-f-]+}")]
async fn show_publication(ctx: Ctx, request: HttpRequest, id: web::Path<DeliverableId>) -> Answer {
    let known = service::publication(&ctx, *id).await?;
    let address = known.publication.address.clone().unwrap_or_default();
    let form = FormState::made_of(known.publication.version, DeclareForm { address });
    page(&publication_page(&ctx, &request, known, form).await?)
}

#[post("/publications/{deliverable_id:[0-9A-Fa-f-]+}/declare")]
async fn declare_publication(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DeliverableId>,
    form: Sent<Versioned<DeclareForm>>,
) -> Answer {
    let declare =
        async |txn: &Txn, version, form: &DeclareForm| service::declare(&ctx, txn, *id, version, &form.address).await;
    let here = format!("/publications/{}", *id);
    let leads_on = |_| done(&here, FlashKind::Success, "portal.done_declared");
    let answer = form::change(&ctx, form, declare, leads_on, async |form| {
        let known = service::publication(&ctx, *id).await?;
        let form = form.beside(known.publication.version);
        Ok(publication_page(&ctx, &request, known, form).await?)
    })
    .await?;
    if !answer.status().is_redirection() {
        return Ok(answer);
    }
    let seen = service::first_look(&ctx, *id).await?;
    Ok(match seen.publication.state {
        PublicationState::Verified => done(&here, FlashKind::Success, "portal.done_declared_verified"),
        _ if seen.publication.last_checked_at.is_some() => {
            done(&here, FlashKind::Warning, "portal.done_declared_not_it")
        }
        _ => answer,
    })
}

#[post("/publications/{deliverable_id:[0-9A-Fa-f-]+}/check")]
async fn check_publication(ctx: Ctx, id: web::Path<DeliverableId>, _button: Form<OnlyButton>) -> Answer {
    service::check_now(&ctx, *id).await?;
    Ok(done(&format!("/publications/{}", *id), FlashKind::Info, "portal.done_checked"))
}

async fn publication_page(
    ctx: &Ctx,
    request: &HttpRequest,
    known: PublicationView,
    form: FormState<Versioned<DeclareForm>>,
) -> Result<PublicationPage> {
    let lang = ctx.lang;
    let PublicationView { publication, evidence } = known;
    let id = publication.deliverable_id;
    let deliverable = deliverables::deliverable(ctx.reader(), id).await?;
    let (state_key, state_kind) = state(publication.state);
    let is_published = publication.must_be_new().is_err();
    let title = lang.f("portal.title_of", &[("release", &deliverable.release_name(lang))]);
    let shell = shell_below_work(ctx, request, title);
    Ok(PublicationPage {
        shell: shell.crumb(contributions::title(&deliverable, lang), contributions::href(&deliverable)).here(),
        href: format!("/publications/{id}"),
        observatory: deliverable.observatory_name.clone(),
        deliverable: contributions::href(&deliverable),
        amend: (is_published && may_declare(ctx, &deliverable)).then(|| amend_href(&deliverable)),
        state_text: lang.t(state_key),
        state_kind,
        address: publication.address.clone(),
        declared_at: publication.declared_at.map(|at| words::long_instant(at, lang)),
        first_seen_at: publication.first_seen_at.map(|at| words::long_instant(at, lang)),
        looks: evidence.iter().rev().take(LOOKS_SHOWN).map(|look| LookLine::of(look, lang)).collect(),
        hint: hint(&ctx.config().portal.allowed_hosts, lang),
        may_declare: !is_published && may_declare(ctx, &deliverable),
        may_check: service::may_check_now(&ctx.actor, &deliverable),
        failed: failed(&publication, lang),
        form,
    })
}

/// Returns the address of the form that amends the report of a contribution.
fn amend_href(of: &DeliverableView) -> String {
    let Deliverable { release_id, .. } = of.deliverable;
    format!("/releases/{release_id}/amend?observatory={}", of.observatory_code)
}

fn failed(publication: &Publication, lang: Lang) -> Option<String> {
    let next = publication.next_look_at.filter(|_| publication.failed_looks > 0)?;
    Some(lang.f("portal.failed_looks", &[("at", &words::long_instant(next, lang))]))
}

fn hint(hosts: &[String], lang: Lang) -> String {
    if hosts.is_empty() {
        return lang.t("portal.address_hint_no_hosts").to_owned();
    }
    lang.f("portal.address_hint", &[("hosts", &hosts.join(", "))])
}

fn may_declare(ctx: &Ctx, deliverable: &DeliverableView) -> bool {
    let subject = Subject::of(deliverable.deliverable.observatory_id, deliverable.body_id);
    policy::may(&ctx.actor, Action::DeclareAddress, subject)
}

/// Returns the text key and the colour of a state.
pub const fn state(state: PublicationState) -> (&'static str, &'static str) {
    match state {
        PublicationState::Expected => ("portal.state_expected", "neutral"),
        PublicationState::Declared => ("portal.state_declared", "info"),
        PublicationState::Seen => ("portal.state_seen", "warning"),
        PublicationState::Verified => ("portal.state_verified", "success"),
        PublicationState::Missing => ("portal.state_missing", "danger"),
        PublicationState::Altered => ("portal.state_altered", "danger"),
        PublicationState::Withdrawn => ("portal.state_withdrawn", "danger"),
    }
}

/// Returns the text key of the reason why a page was not recognised. Checks of former versions have a sentence, which
/// is not shown: for them the text only says whether there was a page.
fn problem_text(problem: &str, was_read: bool) -> &'static str {
    match problem {
        "not_a_page" => "portal.look_not_a_page",
        "too_large" => "portal.look_too_large",
        "led_home" => "portal.look_led_home",
        "led_elsewhere" => "portal.look_led_elsewhere",
        "too_many_redirects" => "portal.look_too_many_redirects",
        "says_nothing_is_there" => "portal.look_says_nothing_is_there",
        "product_not_named" => "portal.look_product_not_named",
        "territory_not_named" => "portal.look_territory_not_named",
        "another_territory" => "portal.look_another_territory",
        "period_not_named" => "portal.look_period_not_named",
        "another_period" => "portal.look_another_period",
        "too_slow" => "portal.look_too_slow",
        "no_connection" => "portal.look_no_connection",
        "no_address" => "portal.look_no_address",
        "address_refused" => "portal.look_address_refused",
        "not_public" => "portal.look_not_public",
        _ if was_read => "portal.look_another",
        _ => "portal.look_nothing",
    }
}

impl LookLine {
    fn of(look: &Evidence, lang: Lang) -> Self {
        let found = match (look.problem.as_deref(), look.http_status) {
            (None, _) if look.state == PublicationState::Altered => lang.t("portal.look_altered").to_owned(),
            (None, _) => lang.t("portal.look_verified").to_owned(),
            (Some(HTTP_STATUS), Some(status)) => lang.f("portal.look_status", &[("status", &status.to_string())]),
            (Some(problem), _) => lang.t(problem_text(problem, look.sha256.is_some())).to_owned(),
        };
        Self {
            at: words::long_instant(look.at, lang),
            kind: state(look.state).1,
            found,
            title: look.title.clone().filter(|title| !title.trim().is_empty()),
            led_to: look.led_to.clone(),
        }
    }
}
