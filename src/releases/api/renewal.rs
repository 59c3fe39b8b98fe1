//! The present steps of a product for its releases at work, over REST.

use super::{ReleaseOut, WhenDto};
use crate::ctx::Ctx;
use crate::http::Answer;
use crate::http::json::Json;
use crate::http::version::{self, IfMatch};
use crate::releases::service::{self, Outdated};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use entity::ids::ReleaseId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Releases at work whose steps are not those of their product.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OutdatedReleasesOut {
    /// By day.
    #[schema(max_items = 1000)]
    pub items: Vec<OutdatedReleaseOut>,
}

/// A release at work, with the number of its tasks that the present steps would change.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OutdatedReleaseOut {
    pub id: ReleaseId,
    #[schema(max_length = 10)]
    pub period: String,
    pub date: WhenDto,
    #[schema(value_type = u32)]
    pub added: usize,
    #[schema(value_type = u32)]
    pub changed: usize,
    #[schema(value_type = u32)]
    pub dropped: usize,
    /// Begun tasks whose step the product no longer has; they stay.
    #[schema(value_type = u32)]
    pub kept: usize,
}

/// Releases that get the present steps of their product.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyStepsIn {
    #[schema(max_items = 1000)]
    pub releases: Vec<ReleaseId>,
}

/// Releases that got the present steps of their product.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AppliedStepsOut {
    #[schema(max_items = 1000)]
    pub items: Vec<ReleaseOut>,
}

/// List releases with other steps
///
/// The confirmed releases of a product whose tasks are not those of its present steps, by day. Who may: the secretariat.
/// Errors: `not_found`.
#[utoipa::path(tag = "releases", params(("code" = String, Path, max_length = 60)), responses((status = 200, body = OutdatedReleasesOut)))]
#[get("/products/{code}/outdated-releases")]
pub async fn list_outdated_releases(ctx: Ctx, code: web::Path<String>) -> Answer {
    let (_, outdated) = service::outdated(&ctx, &code).await?;
    let items = outdated.into_iter().map(OutdatedReleaseOut::from).collect();
    Ok(HttpResponse::Ok().json(OutdatedReleasesOut { items }))
}

/// Apply the steps of a product
///
/// What happens: the chosen releases get the present steps of their product. New steps get a task, open tasks take on
/// distance and effort, tasks not begun whose step is gone are cancelled; begun and done tasks, days set by hand and
/// settled contributions stay. Who may: the secretariat. Mails: one to each referent and deputy whose tasks change.
/// Errors: `nothing_chosen`, `nothing_changes` for a release that has these steps, `unknown_value`, `stale`, with the
/// version of the product.
#[utoipa::path(tag = "releases", params(("code" = String, Path, max_length = 60), IfMatch), request_body = ApplyStepsIn, responses((status = 200, body = AppliedStepsOut)))]
#[post("/products/{code}/steps/apply")]
pub async fn apply_steps(ctx: Ctx, request: HttpRequest, code: web::Path<String>, input: Json<ApplyStepsIn>) -> Answer {
    let version = version::if_match(&request)?;
    let chosen = input.value.releases;
    let renewed = ctx.write(async |txn| service::renew_steps(&ctx, txn, &code, version, &chosen).await).await?;
    let items = renewed.releases.into_iter().map(|view| ReleaseOut::at(view, ctx.now())).collect();
    Ok(HttpResponse::Ok().json(AppliedStepsOut { items }))
}

impl From<Outdated> for OutdatedReleaseOut {
    fn from(one: Outdated) -> Self {
        let Outdated { view, added, changed, dropped, kept } = one;
        let release = view.release;
        Self {
            id: release.id,
            period: release.period.to_string(),
            date: release.when().into(),
            added,
            changed,
            dropped,
            kept,
        }
    }
}
