//! Early access over REST.

use super::model::EarlyAccess;
use super::policy::Action;
use super::service::{self, GrantIn};
use super::view::{AccessView, Logged, OpenText, Shown};
use crate::auth::rights::Right;
use crate::ctx::Ctx;
use crate::http::idempotency::{self, Created, IdempotencyKey};
use crate::http::json::Json;
use crate::http::paging::{Page, Paging};
use crate::http::version::{IfMatch, etag, if_match};
use crate::http::{Answer, download};
use crate::time::Day;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DeliverableId, DesignationId, EarlyAccessId, EarlyViewId, PersonId};
use entity::kinds::SeatKind;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

pub fn configure(cfg: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    cfg.service(list_early_access)
        .service(grant_early_access)
        .service(list_open_texts)
        .service(renew_early_access)
        .service(end_early_access)
        .service(see_text)
        .service(list_early_views);
}

/// Rights required by each operation, by the name of its handler.
pub const RIGHTS: &[(&str, Right<Action>)] = &[
    ("list_early_access", Right::Anybody),
    ("grant_early_access", Right::Ever(Action::Keep)),
    ("list_open_texts", Right::Ever(Action::SeeTexts)),
    ("renew_early_access", Right::Ever(Action::Keep)),
    ("end_early_access", Right::Ever(Action::Keep)),
    ("see_text", Right::Ever(Action::SeeTexts)),
    ("list_early_views", Right::Ever(Action::ViewLog)),
];

/// Access before the release to grant.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantEarlyAccessIn {
    /// The product's code.
    #[schema(max_length = 60, example = "relazione-territoriale")]
    pub product: String,
    /// Designation in force of the holder.
    pub designation_id: DesignationId,
    /// First day.
    pub valid_from: Day,
    /// Last day, included; at most twelve months in all.
    pub valid_to: Day,
    /// Hours before the instant of a release from which its texts can be seen.
    #[schema(minimum = 1, maximum = 336, example = 24)]
    pub hours_before: i32,
    /// Public.
    #[schema(max_length = 2000)]
    pub reason: String,
}

/// Another last day of an access.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewEarlyAccessIn {
    /// Last day, included; at most twelve months from today.
    pub valid_to: Day,
}

/// Permission of the holder of a seat to see a product before its release, without the holder's name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EarlyAccessOut {
    pub id: EarlyAccessId,
    /// Code of the product.
    #[schema(max_length = 60)]
    pub product: String,
    pub seat: SeatKind,
    /// Organisation of a partner, otherwise the observatory or the body of the seat.
    #[schema(max_length = 200)]
    pub place: String,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day, included.
    pub valid_to: NaiveDate,
    pub hours_before: i32,
    /// Public reason.
    #[schema(max_length = 2000)]
    pub reason: String,
    pub version: i32,
}

/// The standing accesses.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EarlyAccessListOut {
    #[schema(max_items = 10_000)]
    pub items: Vec<EarlyAccessOut>,
}

/// An access after a change.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChangedAccessOut {
    pub id: EarlyAccessId,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day, included.
    pub valid_to: NaiveDate,
    pub ended_at: Option<DateTime<Utc>>,
    pub version: i32,
}

/// A text that is open to the caller before its release.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OpenTextOut {
    pub access_id: EarlyAccessId,
    pub deliverable_id: DeliverableId,
    #[schema(max_length = 200)]
    pub product_name_it: String,
    #[schema(max_length = 200)]
    pub product_name_en: String,
    #[schema(max_length = 10)]
    pub period: String,
    #[schema(max_length = 200)]
    pub observatory_name: String,
    /// Instant of the release, until which the text is not to be passed on.
    pub embargo_until: DateTime<Utc>,
}

/// The texts that are open to the caller.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OpenTextsOut {
    #[schema(max_items = 10_000)]
    pub items: Vec<OpenTextOut>,
}

/// A line of the log of views.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EarlyViewOut {
    pub id: EarlyViewId,
    pub access_id: EarlyAccessId,
    pub deliverable_id: DeliverableId,
    pub person_id: PersonId,
    pub at: DateTime<Utc>,
}

/// Standing accesses to products before their release
///
/// The accesses that stand today or will: seat and place, days, reason. Who may: everybody.
#[utoipa::path(tag = "early-access", responses((status = 200, body = EarlyAccessListOut)))]
#[get("/early-access")]
pub async fn list_early_access(ctx: Ctx) -> Answer {
    let items = service::list(&ctx).await?.into_iter().map(EarlyAccessOut::from).collect();
    Ok(HttpResponse::Ok().json(EarlyAccessListOut { items }))
}

/// Grant access before the release
///
/// What happens: the public list shows it. Who may: the secretariat. Mails: *granted* to the holder. Errors:
/// `unknown_value`, `end_before_start`, `day_in_past`, `access_too_long`, `access_exists`, `out_of_range`,
/// `reason_missing`, `reason_too_short`, `too_long`.
#[utoipa::path(tag = "early-access", params(IdempotencyKey), request_body = GrantEarlyAccessIn, responses((status = 201, body = EarlyAccessOut)))]
#[post("/early-access")]
pub async fn grant_early_access(ctx: Ctx, request: HttpRequest, input: Json<GrantEarlyAccessIn>) -> Answer {
    idempotency::once(&ctx, &request, &input.digest(), async |txn| {
        let granted = service::grant(&ctx, txn, input.value.clone().into()).await?;
        let location = format!("/api/v1/early-access/{}", granted.access.id);
        Ok(Created { location, version: Some(granted.access.version), body: EarlyAccessOut::from(granted) })
    })
    .await
}

/// Renew an access
///
/// Who may: the secretariat. Mails: none. Errors: `already_ended`, `nothing_changes`, `access_too_long`.
#[utoipa::path(tag = "early-access", params(("id" = EarlyAccessId, Path), IfMatch), request_body = RenewEarlyAccessIn, responses((status = 200, body = ChangedAccessOut)))]
#[post("/early-access/{id:[0-9A-Fa-f-]+}/renew")]
pub async fn renew_early_access(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<EarlyAccessId>,
    input: Json<RenewEarlyAccessIn>,
) -> Answer {
    let version = if_match(&request)?;
    let until = input.value.valid_to.into();
    Ok(changed(ctx.write(async |txn| service::renew(&ctx, txn, *id, version, until).await).await?))
}

/// End an access
///
/// What happens: it opens nothing from now on. Who may: the secretariat. Mails: none. Errors: `already_ended`.
#[utoipa::path(tag = "early-access", params(("id" = EarlyAccessId, Path), IfMatch), responses((status = 200, body = ChangedAccessOut)))]
#[post("/early-access/{id:[0-9A-Fa-f-]+}/end")]
pub async fn end_early_access(ctx: Ctx, request: HttpRequest, id: web::Path<EarlyAccessId>) -> Answer {
    let version = if_match(&request)?;
    Ok(changed(ctx.write(async |txn| service::end(&ctx, txn, *id, version).await).await?))
}

/// The texts that are open to the caller before their release
///
/// Who may: every holder of a seat.
#[utoipa::path(tag = "early-access", responses((status = 200, body = OpenTextsOut)))]
#[get("/early-access/texts")]
pub async fn list_open_texts(ctx: Ctx) -> Answer {
    let items = service::open_texts(&ctx).await?.into_iter().map(OpenTextOut::from).collect();
    Ok(HttpResponse::Ok().json(OpenTextsOut { items }))
}

/// See a text before its release
///
/// What happens: the view is noted, then the file is answered; a text at an address is answered by 303. Who may: the
/// holder of the designation of the access. Mails: none. Errors: `not_found` for a text that the access does not open now.
#[utoipa::path(tag = "early-access", params(("id" = EarlyAccessId, Path), ("deliverable_id" = DeliverableId, Path)), responses((status = 200, description = "The file", body = String, content_type = "application/octet-stream"), (status = 303, description = "The text is at the address in Location")))]
#[post("/early-access/{id:[0-9A-Fa-f-]+}/texts/{deliverable_id:[0-9A-Fa-f-]+}/see")]
pub async fn see_text(ctx: Ctx, path: web::Path<(EarlyAccessId, DeliverableId)>) -> Answer {
    let (id, of) = path.into_inner();
    shown(&ctx, id, of).await
}

/// Notes a view and answers with the text.
pub(super) async fn shown(ctx: &Ctx, id: EarlyAccessId, of: DeliverableId) -> Answer {
    match ctx.write(async |txn| service::see(ctx, txn, id, of).await).await? {
        Shown::File(document) => Ok(download::document(service::file(ctx, of, document).await?)),
        Shown::At(link) => Ok(HttpResponse::SeeOther().insert_header((LOCATION, link)).finish()),
    }
}

/// The log of views before the release
///
/// The latest first. Who may: secretariat and direction.
#[utoipa::path(tag = "early-access", params(Paging), responses((status = 200, body = Page<EarlyViewOut>)))]
#[get("/early-views")]
pub async fn list_early_views(ctx: Ctx, request: HttpRequest, paging: web::Query<Paging>) -> Answer {
    let limit = paging.limit()?;
    let views = service::log(&ctx, paging.after()?, limit + 1).await?;
    let page = Page::cut(&ctx, &request, limit, views, |last: &Logged| last.id)?;
    Ok(HttpResponse::Ok().json(page.map(EarlyViewOut::from)))
}

fn changed(access: EarlyAccess) -> HttpResponse {
    let EarlyAccess { id, from: valid_from, until: valid_to, ended_at, version, .. } = access;
    let body = ChangedAccessOut { id, valid_from, valid_to, ended_at, version };
    HttpResponse::Ok().insert_header(etag(version)).json(body)
}

impl From<GrantEarlyAccessIn> for GrantIn {
    fn from(input: GrantEarlyAccessIn) -> Self {
        Self {
            product: input.product,
            designation_id: input.designation_id,
            from: input.valid_from.into(),
            until: input.valid_to.into(),
            hours_before: input.hours_before,
            reason: input.reason,
        }
    }
}

impl From<AccessView> for EarlyAccessOut {
    fn from(view: AccessView) -> Self {
        Self {
            id: view.access.id,
            product: view.product_code,
            seat: view.seat,
            place: view.place,
            valid_from: view.access.from,
            valid_to: view.access.until,
            hours_before: view.access.hours_before,
            reason: view.access.reason,
            version: view.access.version,
        }
    }
}

impl From<OpenText> for OpenTextOut {
    fn from(text: OpenText) -> Self {
        Self {
            access_id: text.access_id,
            deliverable_id: text.deliverable_id,
            product_name_it: text.product_name_it,
            product_name_en: text.product_name_en,
            period: text.period,
            observatory_name: text.observatory_name,
            embargo_until: text.release,
        }
    }
}

impl From<Logged> for EarlyViewOut {
    fn from(line: Logged) -> Self {
        let Logged { id, access_id, deliverable_id, person_id, at } = line;
        Self { id, access_id, deliverable_id, person_id, at }
    }
}
