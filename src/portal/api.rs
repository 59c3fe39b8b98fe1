//! Publications over REST.

use super::policy::Action;
use super::service::{self, AmendIn, Evidence, PublicationView, WithdrawIn};
use crate::auth::rights::Right;
use crate::ctx::Ctx;
use crate::deliverables::policy as deliverables;
use crate::http::Answer;
use crate::http::json::Json;
use crate::http::version::{IfMatch, etag, if_match};
use crate::releases::api::ReleaseOut;
use crate::releases::policy as releases;
use crate::releases::view::ReleaseView;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use entity::ids::{DeliverableId, PersonId, ReleaseId};
use entity::kinds::{AmendmentKind, PublicationState};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(show_publication)
        .service(declare_publication)
        .service(check_publication)
        .service(amend_release)
        .service(withdraw_release);
}

/// Rights required by the operations about a deliverable, whose own policy decides.
pub const RIGHTS_BY_DELIVERABLE: &[(&str, Right<deliverables::Action>)] = &[
    ("show_publication", Right::Ever(deliverables::Action::View)),
    ("declare_publication", Right::Ever(deliverables::Action::DeclareAddress)),
    ("amend_release", Right::Ever(deliverables::Action::DeclareAddress)),
];

/// Rights required by each operation, by the name of its handler.
pub const RIGHTS: &[(&str, Right<Action>)] = &[("check_publication", Right::Ever(Action::CheckNow))];

/// Rights required by the operations about a release, whose own policy decides.
pub const RIGHTS_BY_RELEASE: &[(&str, Right<releases::Action>)] =
    &[("withdraw_release", Right::Ever(releases::Action::Withdraw))];

/// An amendment of what a release published.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendReleaseIn {
    pub kind: AmendmentKind,
    /// Public; cannot be changed later.
    #[schema(max_length = 2000, example = "La tabella 3 riportava i valori del 2025.")]
    pub explanation: String,
    /// Code of the observatory whose report it is; absent, all that the release published.
    #[serde(default)]
    #[schema(max_length = 60, example = "bergamo")]
    pub observatory: Option<String>,
    /// Address of the amended page: https, on a host of the portal; absent, the present one.
    #[serde(default)]
    #[schema(max_length = 2000, format = "uri")]
    pub address: Option<String>,
}

/// A withdrawal of what a release published.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawReleaseIn {
    /// Public; cannot be changed later.
    #[schema(max_length = 2000)]
    pub explanation: String,
    /// Code of the observatory whose report it is; absent, all that the release published.
    #[serde(default)]
    #[schema(max_length = 60, example = "bergamo")]
    pub observatory: Option<String>,
}

/// The page of a deliverable to declare.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclarationIn {
    /// Address of the page: https, on a host of the portal.
    #[schema(max_length = 2000, format = "uri", example = "https://portale.example/relazione-2026-lecco")]
    pub address: String,
}

/// The page of a deliverable on the portal, with all checks of it.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PublicationOut {
    pub deliverable_id: DeliverableId,
    pub state: PublicationState,
    #[schema(max_length = 2000, format = "uri")]
    pub address: Option<String>,
    pub declared_at: Option<DateTime<Utc>>,
    pub declared_by: Option<PersonId>,
    /// Instant of the first verification, when the deliverable appeared.
    pub first_seen_at: Option<DateTime<Utc>>,
    /// Instant of the latest verification.
    pub verified_at: Option<DateTime<Utc>>,
    pub last_checked_at: Option<DateTime<Utc>>,
    /// Instant of the next check, once the page is expected; absent if there will be none.
    pub next_look_at: Option<DateTime<Utc>>,
    /// Consecutive checks whose result could not be stored. The service is at fault, and the pause before the next
    /// check grows.
    #[schema(minimum = 0)]
    pub failed_looks: i32,
    /// All checks, oldest first.
    #[schema(max_items = 10000)]
    pub evidence: Vec<EvidenceOut>,
    pub version: i32,
}

/// One check of the page.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EvidenceOut {
    pub position: i32,
    pub at: DateTime<Utc>,
    /// State after the check.
    pub state: PublicationState,
    pub http_status: Option<i32>,
    #[schema(max_length = 500)]
    pub title: Option<String>,
    /// Fingerprint of the essential text of the page: clocks, counters and dates of updates do not count.
    #[schema(max_length = 64)]
    pub sha256: Option<String>,
    /// Reason why the page was not recognised, as a word such as `http_status`, `not_a_page`, `product_not_named`,
    /// `another_territory`, `another_period`, `too_slow`. Checks stored by the first versions have a sentence instead.
    #[schema(max_length = 500)]
    pub problem: Option<String>,
    /// Address after redirects, if there were any.
    #[schema(max_length = 2000, format = "uri")]
    pub led_to: Option<String>,
}

impl From<Evidence> for EvidenceOut {
    fn from(evidence: Evidence) -> Self {
        let Evidence { id: _, position, at, state, http_status, title, sha256, problem, led_to, reading: _ } = evidence;
        Self { position, at, state, http_status, title, sha256, problem, led_to }
    }
}

impl From<PublicationView> for PublicationOut {
    fn from(view: PublicationView) -> Self {
        let known = view.publication;
        Self {
            deliverable_id: known.deliverable_id,
            state: known.state,
            address: known.address,
            declared_at: known.declared_at,
            declared_by: known.declared_by,
            first_seen_at: known.first_seen_at,
            verified_at: known.verified_at,
            last_checked_at: known.last_checked_at,
            next_look_at: known.next_look_at,
            failed_looks: known.failed_looks,
            evidence: view.evidence.into_iter().map(EvidenceOut::from).collect(),
            version: known.version,
        }
    }
}

/// The publication of a deliverable
///
/// `expected`, version 0, before an address was declared. Who may: everyone who may see the deliverable.
#[utoipa::path(tag = "publications", params(("deliverable_id" = DeliverableId, Path)), responses((status = 200, body = PublicationOut)))]
#[get("/publications/{deliverable_id:[0-9A-Fa-f-]+}")]
pub async fn show_publication(ctx: Ctx, id: web::Path<DeliverableId>) -> Answer {
    Ok(answer(service::publication(&ctx, *id).await?))
}

/// Declare where a deliverable appears
///
/// What happens: the page is checked from the release on. If the release is out, it is checked at once, and the answer
/// contains the result. Who may: referent and deputy of the observatory, the secretariat on their behalf. Mails: none.
/// Errors: `not_a_url`, `host_not_allowed`, `too_long`, `address_of_a_file`.
#[utoipa::path(tag = "publications", params(("deliverable_id" = DeliverableId, Path), IfMatch), request_body = DeclarationIn, responses((status = 200, body = PublicationOut)))]
#[post("/publications/{deliverable_id:[0-9A-Fa-f-]+}/declare")]
pub async fn declare_publication(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<DeliverableId>,
    input: Json<DeclarationIn>,
) -> Answer {
    let version = if_match(&request)?;
    ctx.write(async |txn| service::declare(&ctx, txn, *id, version, &input.value.address).await).await?;
    Ok(answer(service::first_look(&ctx, *id).await?))
}

/// Check the page now
///
/// What happens: the page is fetched and the result stored. Who may: the secretariat. Mails: none. Errors:
/// `nothing_published` before the release, `page_withdrawn`.
#[utoipa::path(tag = "publications", params(("deliverable_id" = DeliverableId, Path)), responses((status = 200, body = PublicationOut)))]
#[post("/publications/{deliverable_id:[0-9A-Fa-f-]+}/check")]
pub async fn check_publication(ctx: Ctx, id: web::Path<DeliverableId>) -> Answer {
    Ok(answer(service::check_now(&ctx, *id).await?))
}

/// Amend what a release published
///
/// What happens: the history of the release gets an entry with the public explanation and both addresses; the pages are
/// checked at once and from then on. A withdrawn release or report is published again. Who may: referent and deputy of the
/// observatory for their own report, the secretariat for all. Mails: *amended* to referents and deputies of the
/// observatories concerned and to the secretariat. Errors: `wrong_transition` before the publication,
/// `nothing_published` without an accepted contribution, `reason_missing`, `reason_too_short`, `unknown_value`,
/// `observatory_missing` for an address of several reports, `not_a_url`, `host_not_allowed`, `too_long`, `address_of_a_file`.
#[utoipa::path(tag = "releases", params(("id" = ReleaseId, Path), IfMatch), request_body = AmendReleaseIn, responses((status = 200, body = ReleaseOut)))]
#[post("/releases/{id:[0-9A-Fa-f-]+}/amend")]
pub async fn amend_release(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<ReleaseId>,
    input: Json<AmendReleaseIn>,
) -> Answer {
    let version = if_match(&request)?;
    let AmendReleaseIn { kind, explanation, observatory, address } = input.value;
    let input = AmendIn { kind, explanation, observatory, address };
    let view = ctx.write(async |txn| service::amend(&ctx, txn, *id, version, input.clone()).await).await?;
    service::look_at_amended(&ctx, *id).await?;
    Ok(released(&ctx, view))
}

/// Withdraw what a release published
///
/// What happens: the history of the release gets an entry with the public explanation; the pages are no longer checked nor
/// offered to readers. The release stays visible. An amendment publishes again. Who may: the secretariat. Mails: *withdrawn*
/// to referents and deputies of the observatories concerned and to the secretariat. Errors: `wrong_transition`,
/// `nothing_published`, `page_withdrawn` for a report that is withdrawn already, `reason_missing`, `reason_too_short`,
/// `unknown_value`, `observatory_out_of_place` for a release with one report.
#[utoipa::path(tag = "releases", params(("id" = ReleaseId, Path), IfMatch), request_body = WithdrawReleaseIn, responses((status = 200, body = ReleaseOut)))]
#[post("/releases/{id:[0-9A-Fa-f-]+}/withdraw")]
pub async fn withdraw_release(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<ReleaseId>,
    input: Json<WithdrawReleaseIn>,
) -> Answer {
    let version = if_match(&request)?;
    let WithdrawReleaseIn { explanation, observatory } = input.value;
    let input = WithdrawIn { explanation, observatory };
    let view = ctx.write(async |txn| service::withdraw(&ctx, txn, *id, version, input.clone()).await).await?;
    Ok(released(&ctx, view))
}

fn released(ctx: &Ctx, view: ReleaseView) -> HttpResponse {
    let version = view.release.version;
    HttpResponse::Ok().insert_header(etag(version)).json(ReleaseOut::at(view, ctx.now()))
}

fn answer(view: PublicationView) -> HttpResponse {
    HttpResponse::Ok().insert_header(etag(view.publication.version)).json(PublicationOut::from(view))
}
